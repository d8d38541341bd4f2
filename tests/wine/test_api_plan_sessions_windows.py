"""tests/api/test_api_plan_sessions.py against multihomed.exe."""
from api_scripts import *  # noqa: F401,F403
from test_api_plan_sessions import *  # noqa: F401,F403
