"""tests/api/test_api_reading.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_reading import *  # noqa: F401,F403
