import contextlib
import functools
import os
import sys
import zipfile

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "api")]

from iphlp_helper import Helper  # noqa: E402
from real_host import DualHomed, RealService, network  # noqa: E402
from windowshost import Unsupported  # noqa: E402
from windows_service import CROSS, PREFIX, WindowsService, Wine  # noqa: E402
from loaders import chosen  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "wine(version): what only this Wine does, or what need not be seen under both")


def pytest_collection_modifyitems(config, items):
    """A test that is marked with the other version is not one of this run; the API's scripts, which show little of Windows, are Wine
    8's."""
    version = chosen().version
    others = [item for item in items if any(mark.args != (version,) for mark in item.iter_markers("wine"))
              or version != 8 and item.path.name.startswith("test_api_")]
    if others:
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """What one gets who unpacks the zip, in a directory with a space."""
    archives = sorted(CROSS.glob("multihomed-*-windows-amd64.zip"))
    assert len(archives) == 1, f"{CROSS}: ./dev cross windows makes one zip"
    directory = tmp_path_factory.mktemp("Program Files")
    with zipfile.ZipFile(archives[0]) as archive:
        archive.extractall(directory)
    return directory / archives[0].stem


@pytest.fixture(scope="session")
def wine(programs):
    assert os.environ.get("MH_LAB_WORLD"), "Wine shows the network namespace that it runs in: use ./dev test wine"
    running = Wine(PREFIX, programs)
    running.start()
    yield running
    running.end()


@pytest.fixture
def start(wine, tmp_path):
    """Starts services that are ended after the test."""
    services = []

    def start_one(host="windows", *arguments, name="service", **more):
        services.append(WindowsService(wine, tmp_path / name, host, *arguments, **more))
        return services[-1]

    yield start_one
    for service in services:
        service.stop()


@pytest.fixture(scope="module")
def service(wine, tmp_path_factory):
    """One for all tests of a module that leave it as it is."""
    running = WindowsService(wine, tmp_path_factory.mktemp("service"), "windows")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def helper():
    """What carries out in the namespace what Wine does not."""
    running = Helper().start()
    yield running
    running.stop()


@contextlib.contextmanager
def real_services(wine, helper, directory):
    """Starts services on a host with two links that they can change. At the end, when the last has given everything back by
    --release, the host must be as it was."""
    services = []

    def start_one(*arguments, name="real", **more):
        services.append(RealService(wine, directory / name, helper, *arguments, **more))
        return services[-1]

    with DualHomed():
        before = network(), helper.host.kept()
        yield start_one
        for service in services:
            service.stop()
        helper.clear()
        if services:
            services[-1].release()
        assert (network(), helper.host.kept()) == before


@pytest.fixture
def start_real(wine, helper, tmp_path):
    with real_services(wine, helper, tmp_path) as start_one:
        yield start_one


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """A host that cannot do what a test of the labs asks of it skips the test."""
    test = pyfuncitem.obj

    @functools.wraps(test)
    def run(*arguments, **named):
        try:
            return test(*arguments, **named)
        except Unsupported as reason:
            pytest.skip(str(reason))

    pyfuncitem.obj = run
