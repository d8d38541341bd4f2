"""The CMocka programs, built for Windows: tests/windows.cmake says which are left out. Wine 8 runs all of them, and Wine 10
those that are about Windows itself."""
import json
import re
import subprocess

import pytest

from windows_service import CROSS


def programs():
    """Those that this build has: files of an earlier one may lie beside them."""
    told = subprocess.run(["ctest", "--test-dir", CROSS / "tests", "--show-only=json-v1"], capture_output=True, check=True)
    names = [test["name"] for test in json.loads(told.stdout)["tests"]]
    return [path for path in (CROSS / "tests/tests" / (name + ".exe") for name in names) if path.exists()]


PROGRAMS = programs() if (CROSS / "tests").is_dir() else []
# Minutes under Wine, and of nothing but the core and the simulator: Linux runs them, and so does real Windows.
LONG = {"unit_plan_random", "unit_transaction_crash"}
# Under Wine 10 it does not end within five minutes; why is not known.
WINE_8_ONLY = {"unit_windows_console"}


def test_there_are_programs():
    names = {path.stem for path in PROGRAMS}
    assert len(names) > 40 and {"unit_windows_host", "unit_select_windows", "unit_rfc6724", "unit_transaction"} <= names


def parameters():
    for path in PROGRAMS:
        if path.stem not in LONG:
            both = path.stem.startswith("unit_windows_") and path.stem not in WINE_8_ONLY
            marks = () if both else pytest.mark.wine(8)
            yield pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("program", parameters())
def test_program(wine, program):
    done = wine.run(program, timeout=300, cwd=program.parent)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == 0, said
    assert re.search(r"\[  PASSED  \] [1-9][0-9]* test\(s\)", said), said
    if wine.version == 10 and program.stem == "unit_windows_sockets":
        assert "SKIPPED" not in said, said  # Wine 8 has process 0 in its tables
