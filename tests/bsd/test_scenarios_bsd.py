"""The labs' tests of scenarios on kernels in memory, of all personalities."""

from bsdhost import any_lab  # noqa: F401
from test_scenarios import *  # noqa: F401,F403
