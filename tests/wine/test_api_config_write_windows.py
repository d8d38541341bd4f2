"""tests/api/test_api_config_write.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_config_write import *  # noqa: F401,F403
