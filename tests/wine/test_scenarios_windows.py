"""The labs' tests of scenarios against multihomed.exe on Wine alone, and on the bed too when MH_TEST_FULL=1."""
import os

import pytest

from test_scenarios import *  # noqa: F401,F403
from windowshost import bed_lab, wine_lab  # noqa: F401


@pytest.fixture(params=["wine_lab", "bed_lab"] if os.environ.get("MH_TEST_FULL") == "1" else ["wine_lab"])
def any_lab(request):
    return request.getfixturevalue(request.param)
