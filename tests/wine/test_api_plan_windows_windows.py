"""tests/api/test_api_plan_windows.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_plan_windows import *  # noqa: F401,F403
