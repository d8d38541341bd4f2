"""tests/api/test_api_state_directory.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_state_directory import *  # noqa: F401,F403
