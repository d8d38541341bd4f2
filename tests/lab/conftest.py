import functools
import os
import random
import signal

import pytest

from adapter import NamespaceLab, Unsupported
from daemon import BINARY
from simhost import SimLab
from topology import in_private_world

FULL = os.environ.get("MH_TEST_FULL") == "1"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """A host that cannot do what a test asks of it skips the test."""
    test = pyfuncitem.obj

    @functools.wraps(test)
    def run(*arguments, **named):
        try:
            return test(*arguments, **named)
        except Unsupported as reason:
            pytest.skip(str(reason))

    pyfuncitem.obj = run


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """A test that hangs fails, and is torn down as any other."""
    limit = 900 if FULL else 180

    def late(_number, _frame):
        raise TimeoutError(f"the test took longer than {limit} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(limit)
    yield
    signal.alarm(0)


def pytest_report_header():
    return f"build: {os.environ.get('MH_BUILD', 'build/dev')}, {'full' if FULL else 'quick'}"


@pytest.fixture(scope="session")
def full():
    """Whether the long variants are wanted."""
    return FULL


@pytest.fixture
def world():
    if not in_private_world():
        pytest.skip(os.environ.get("MH_LAB_UNAVAILABLE") or "not in a private world: use tests/lab/run")


@pytest.fixture
def built():
    if not os.path.exists(BINARY):
        pytest.fail(f"{BINARY} is not built; MH_BUILD names the build directory", pytrace=False)


@pytest.fixture
def lab(world, built, tmp_path):
    """A network of namespaces."""
    with NamespaceLab(tmp_path) as lab:
        yield lab


@pytest.fixture(params=["namespace", "sim"])
def any_lab(request, built, tmp_path):
    """A lab of each kind in turn, for tests that speak to the host adapter only."""
    if request.param == "namespace":
        request.getfixturevalue("world")
    with (NamespaceLab if request.param == "namespace" else SimLab)(tmp_path) as lab:
        yield lab


@pytest.fixture
def seed():
    """The same sample each time, so that a failure is of the change and not of the day; MH_LAB_SEED=NUMBER is another, and
    MH_LAB_SEED=random one that nobody has seen."""
    wanted = os.environ.get("MH_LAB_SEED") or "1122"
    chosen = random.randrange(1, 1 << 32) if wanted == "random" else int(wanted)
    print(f"repeat with MH_LAB_SEED={chosen}")
    return chosen


@pytest.fixture
def seeded(seed):
    """A random generator of that seed."""
    return random.Random(seed)
