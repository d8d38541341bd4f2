"""The labs' tests of scenarios against multihomed.exe, which reads a network namespace through Wine."""
from test_scenarios import *  # noqa: F401,F403
from windowshost import any_lab  # noqa: F401
