"""tests/api/test_api_paging.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_paging import *  # noqa: F401,F403
