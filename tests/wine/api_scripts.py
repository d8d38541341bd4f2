"""The scripts of tests/api against multihomed.exe under Wine: the same tests, over TCP with the token in the place of the UNIX
socket. Each test_api_*_windows.py imports all of one script, and these fixtures.

What cannot apply stands in CANNOT with its reason, and is skipped with it. What asks the core and the simulator alone, and shows
little of Windows, is in LONG, and runs with MH_TEST_FULL=1."""
import os
import pathlib
import re
import socket
import subprocess
import sys

import pytest

from service import read_all
from windows_service import PORTS, Connection, WindowsService

FULL = os.environ.get("MH_TEST_FULL") == "1"
NO_SIGNALS = "Windows has no SIGHUP: POST /v1/reload is tested in its place"
NO_CREDENTIALS = "no UNIX socket, and so no peer credentials: who has the token may do all"
NO_MODES = "files have an access list there in the place of a mode, which Wine does not show as one"
STRICT_HOST = "over TCP the Host header must be there, and name loopback and the port: test_hosts_over_tcp"
# By the name of a test, alone or with the parameters, below its script; or a whole script.
CANNOT = {
    "test_api_config.test_a_reload_takes_a_file_whole_or_not_at_all": NO_SIGNALS,
    "test_api_config_write.test_a_plain_user_does_not_write": NO_CREDENTIALS,
    "test_api_config_write.test_mode_and_place_of_the_file": NO_MODES,
    "test_api_events.test_http_1_0_gets_a_stream_that_ends_with_the_connection": STRICT_HOST,
    "test_api_refusals.test_wrong_host[127.0.0.1]": STRICT_HOST,
    "test_api_refusals.test_wrong_host[[::1]]": STRICT_HOST,
    "test_api_refusals.test_right_host[localhost:80]": STRICT_HOST,
    "test_api_refusals.test_no_host": STRICT_HOST,
    "test_api_rights.test_socket_is_not_for_everyone": NO_CREDENTIALS,
    "test_api_rights.test_members_read_and_root_writes": NO_CREDENTIALS,
    "test_api_rights.test_the_token_is_its_owners": NO_MODES,
    "test_api_state_directory.test_the_file_is_a_link": "Wine shows no symbolic links of this system",
    "test_api_state_directory.test_reload_before_the_file_is_in_place[signal]": NO_SIGNALS,
}
LONG = {
    "test_api_events.test_a_client_that_does_not_read_holds_up_nobody", "test_api_order", "test_api_paging", "test_api_path",
    "test_api_plan_sessions", "test_api_schema",
}
LINE = re.compile(rb"\A[^\r\n]* HTTP/1\.[^\r\n]*\r?\n")


class TokenSocket(socket.socket):
    """What is sent first gets the token's header after its request line, if it has one."""

    token = None

    def sendall(self, octets, *flags):
        if self.token is not None and (line := LINE.match(octets)):
            octets = line[0] + b"Authorization: Bearer " + self.token.encode() + b"\r\n" + octets[line.end():]
        self.token = None
        super().sendall(octets, *flags)


class ScriptedService(WindowsService):
    """With the arguments that Service of tests/api has, and raw connections. Wine takes the paths of this system for those of
    drive Z:, on which it runs: messages have the names that scripts look for."""

    wine = None  # the fixture below sets it: scripts know nothing of it
    full, read_only, is_a_directory = "ERROR_DISK_FULL", "ERROR_ACCESS_DENIED", "Access denied"

    def __init__(self, directory, host, *arguments, config=None):
        self.token = None
        super().__init__(self.wine, pathlib.Path(directory), host, *arguments, config=config)
        self.port = int(re.search(r"listening on \S+ port (\d+)", self.log_text())[1])
        if self.token_file.exists():  # kept: a script may hide the directory
            self.token = self.token_file.read_text().strip()

    def arguments(self):
        return ("--platform", self.platform(), "--config", self.config, "--state-dir", self.state, "--listen", f"127.0.0.1:{self.port}")

    def platform(self):
        return "sim:" + self.file

    @classmethod
    def attempt(cls, directory, *arguments):
        service = cls.__new__(cls)
        service.place(directory)
        service.state, service.port = pathlib.Path(directory) / "state", next(PORTS)
        return subprocess.run(cls.wine.command(cls.wine.programs / "multihomed.exe", "--foreground", *service.arguments(), *arguments),
                              env=cls.wine.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=30, check=False)

    def connection(self, timeout=20):
        return Connection(self.port, self.token or self.token_file.read_text().strip(), timeout)

    def raw(self, timeout=10):
        sock = TokenSocket(socket.AF_INET)
        sock.token = self.token
        sock.settimeout(timeout)
        sock.connect(("127.0.0.1", self.port))
        return sock

    def exchange(self, octets, timeout=10):
        """Without the end of the sending direction where the answer ends the connection: under Wine, a request that waits for
        the loop gets no answer when its client has said that nothing more comes."""
        if b"Connection: close" not in octets:
            return super().exchange(octets, timeout)
        with self.raw(timeout) as sock:
            try:
                sock.sendall(octets)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_all(sock)


@pytest.fixture(scope="module", autouse=True)
def scripted(wine):
    """Services that a script starts by itself are multihomed.exe too."""
    ScriptedService.wine = wine
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("test_api_") and hasattr(module, "Service"):
                patch.setattr(module, "Service", ScriptedService)
        yield


@pytest.fixture(autouse=True)
def applies(request):
    """Skips what does not."""
    script, node = request.function.__module__, request.node.name
    names = {script, f"{script}.{node}", f"{script}.{node.partition('[')[0]}"}
    for name in names & CANNOT.keys():
        pytest.skip(CANNOT[name])
    if names & LONG and not FULL:
        pytest.skip("long: MH_TEST_FULL=1 runs it")


@pytest.fixture
def start(scripted, tmp_path):
    services = []

    def start_one(host="logical-hosts-two-interfaces", *arguments):
        services.append(ScriptedService(tmp_path / str(len(services)), host, *arguments))
        return services[-1]

    yield start_one
    for service in services:
        service.stop()


@pytest.fixture(scope="module")
def service(scripted, tmp_path_factory):
    """One for all tests of a module that leave it as it is."""
    running = ScriptedService(tmp_path_factory.mktemp("service"), "logical-hosts-two-interfaces")
    yield running
    running.stop()
