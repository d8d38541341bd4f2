import os
import sys

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "api"), os.path.join(TESTS, "codec")]

from kernel_scenario import SCENARIOS  # noqa: E402
from recorded_kernel import RecordedKernel, socket_path  # noqa: E402
from service import DAEMON, Service  # noqa: E402


class Against(Service):
    """The program, with a kernel behind a socket."""

    def __init__(self, directory, kernel, config):
        self.kernel = kernel
        self.spec = f"bsd:{kernel.layout},calls=unix:{socket_path(directory)}"
        super().__init__(directory, None, config=config)

    def platform(self):
        return self.spec

    def write_host(self, host):
        pass


@pytest.fixture(scope="session", autouse=True)
def built():
    if not os.path.exists(DAEMON):
        pytest.fail("%s is not built" % DAEMON)


@pytest.fixture
def serve(tmp_path):
    """Starts services on kernels in memory: serve("freebsd-14-amd64", "dual"); the kernel is service.kernel."""
    services = []

    def serve_one(layout, scenario="dual", config=None, prepare=None):
        directory = tmp_path / ("m%d" % len(services))
        directory.mkdir()
        kernel = SCENARIOS[scenario](layout, socket_path(directory))
        if prepare:
            prepare(kernel)
        services.append(Against(directory, kernel, config))
        return services[-1]

    yield serve_one
    for service in services:
        service.stop()
        service.kernel.close()


@pytest.fixture
def start(tmp_path):
    """Starts services on recorded kernels, which are ended, and checked, after the test."""
    services = []

    def start_one(name, step="full", config=None, room=None, prepare=None):
        directory = tmp_path / str(len(services))
        directory.mkdir()
        kernel = RecordedKernel(socket_path(directory), name, step)
        kernel.room = room or kernel.room
        if prepare:
            prepare(kernel)
        services.append(Against(directory, kernel, config))
        return services[-1]

    yield start_one
    for service in services:
        service.stop()
        service.kernel.close()
