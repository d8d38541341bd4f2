"""tests/api/test_api_order.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_order import *  # noqa: F401,F403
