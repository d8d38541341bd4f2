"""The library that tests put in the place of iphlpapi.dll refuses what Windows refuses, by the same codes."""
import re

from real_host import LIBRARY, DualHomed, network
from windows_service import windows_path

CODES = LIBRARY.parent / "iphlp_codes.exe"


def test_codes(wine, helper):
    with DualHomed():
        before = network()
        environment = dict(wine.environment, MH_IPHLP_HELPER=str(helper.port))
        done = wine.run(CODES, windows_path(LIBRARY), env=environment)
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0 and re.search(r"\[  PASSED  \] [1-9][0-9]* test\(s\)", said), said
        assert network() == before
