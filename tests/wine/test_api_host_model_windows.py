"""tests/api/test_api_host_model.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_host_model import *  # noqa: F401,F403
