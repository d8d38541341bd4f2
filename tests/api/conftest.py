import os

import pytest

from service import DAEMON, Service


@pytest.fixture(scope="session", autouse=True)
def built():
    if not os.path.exists(DAEMON):
        pytest.fail("%s is not built" % DAEMON)


@pytest.fixture
def start(tmp_path):
    """Starts services that are ended, and checked, after the test."""
    services = []

    def start_one(host="logical-hosts-two-interfaces", *arguments):
        directory = tmp_path / str(len(services))
        directory.mkdir()
        services.append(Service(directory, host, *arguments))
        return services[-1]

    yield start_one
    for service in services:
        service.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One for all tests of a module that leave it as it is."""
    running = Service(tmp_path_factory.mktemp("service"), "logical-hosts-two-interfaces")
    yield running
    running.stop()
