"""tests/api/test_api_schema.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_schema import *  # noqa: F401,F403
