"""tests/api/test_api_refusals.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_refusals import *  # noqa: F401,F403
