"""The labs' tests of plan, apply, revert and select against multihomed.exe on the bed, which carries out writes."""
import pytest

from test_apply import *  # noqa: F401,F403
from windowshost import bed_lab  # noqa: F401


@pytest.fixture
def any_lab(bed_lab):  # noqa: F811
    return bed_lab
