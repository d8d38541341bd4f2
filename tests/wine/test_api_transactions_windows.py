"""tests/api/test_api_transactions.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_transactions import *  # noqa: F401,F403
