"""The labs' tests of plan, apply, revert and select on kernels in memory, of all personalities."""

from bsdhost import any_lab  # noqa: F401
from test_apply import *  # noqa: F401,F403
