"""Programs for Windows under Wine, and a running service among them: what tests/api/service.py is for the system's own."""
import http.client
import itertools
import os
import pathlib
import subprocess
import time

from loaders import chosen
from service import Service

PORT = 8642  # unless said otherwise
# One for each start: that of a service that was killed stays taken for a while, as connections time out.
PORTS = itertools.count(18000)
DONE, FAILED, USAGE, UNREACHABLE, BUSY = range(5)  # how programs end
ROOT = pathlib.Path(__file__).resolve().parents[2]
CROSS = pathlib.Path(os.environ.get("MH_WINDOWS") or ROOT / "build/cross/windows-amd64")
PREFIX = chosen().prefix


def windows_path(path):
    """A path of this system as Wine shows it."""
    return "Z:" + str(path).replace("/", "\\")


class MuteEnds:
    """Of two thousand starts under Wine, one or so ends at once with 1 and without a word, where the service always says why it ends:
    it is tried once more, but once in a session only."""

    def __init__(self):
        self.count = 0

    def forgives(self, process, said):
        is_mute = process.poll() == 1 and not said
        self.count += is_mute
        return is_mute and self.count == 1


MUTE_ENDS = MuteEnds()


class Wine:
    """A prefix whose wineserver runs in this network namespace, which is thereby the one that programs see."""

    def __init__(self, prefix, programs):
        self.prefix, self.programs = prefix, programs
        self.loader = chosen()
        self.version = self.loader.version
        # No X, no .NET, no browser, no debugger that waits for somebody to look.
        self.environment = dict(os.environ, WINEPREFIX=str(prefix), WINEPATH=windows_path(programs), WINEARCH="win64",
                                WINEDEBUG="-all", WINEDLLOVERRIDES="mscoree,mshtml=;winedbg.exe=d", LC_ALL="C.UTF-8")
        self.environment.pop("DISPLAY", None)

    def start(self):
        self.prefix.mkdir(parents=True, exist_ok=True)
        self.loader.prepare(self.prefix, self.programs, CROSS)
        self.serve("-p", check=True)
        made = self.prefix / "made"
        if not made.exists():
            self.quietly("wineboot.exe", "--init")
            made.touch()
            # The services.exe that was started on the way cannot start services: it is older than the prefix.
            self.end()
            self.serve("-p", check=True)
        # Wine's own services are started by the first program, and would keep open what that has for its output.
        self.quietly("cmd.exe", "/c", "exit")

    def quietly(self, *words):
        subprocess.run(self.command(*words), env=self.environment, check=True, timeout=300, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serve(self, option, check=False):
        subprocess.run([*self.loader.words(self.loader.server), option], env=self.environment, check=check, timeout=60)

    def end(self):
        self.serve("-k")
        self.serve("-w")

    def command(self, program, *arguments):
        return [*self.loader.words(self.loader.loader), str(program), *map(str, arguments)]

    def run(self, program, *arguments, timeout=120, **more):
        """Output in octets: what ends a line is the program's."""
        options = {"env": self.environment, "capture_output": True, "check": False, "stdin": subprocess.DEVNULL, **more}
        return subprocess.run(self.command(program, *arguments), timeout=timeout, **options)

    def ctl(self, *arguments):
        done = self.run(self.programs / "multihomectl.exe", *arguments)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def daemon(self, *arguments):
        """One that is expected to end by itself."""
        return self.run(self.programs / "multihomed.exe", "--foreground", *arguments)


class Connection(http.client.HTTPConnection):
    """HTTP over TCP, with the token unless the caller says otherwise."""

    def __init__(self, port, token, timeout=20):
        super().__init__("127.0.0.1", port, timeout=timeout)
        self.token = token

    def request(self, method, url, body=None, headers=None, **more):
        headers = dict(headers or {})
        if self.token is not None:
            headers.setdefault("Authorization", "Bearer " + self.token)
        super().request(method, url, body, headers, **more)


class WindowsService(Service):
    """multihomed.exe on a simulated host, over TCP with the token of its state directory."""

    def __init__(self, wine, directory, host, *arguments, config=None):
        directory.mkdir(exist_ok=True)
        self.wine, self.port = wine, None
        self.directory = str(directory)
        self.state = directory / "state"
        self.file = os.path.join(self.directory, "host.json")
        self.log = os.path.join(self.directory, "log")
        self.config = os.path.join(self.directory, "config.json")
        if config is not None:
            self.write_config(config)
        self.write_host(host)
        self.start(arguments)

    def arguments(self):
        return ("--platform", self.platform(), "--config", windows_path(self.config), "--state-dir", windows_path(self.state),
                "--listen", f"127.0.0.1:{self.port}")

    def start(self, arguments=(), port=None):
        self.port = port or next(PORTS)
        self.launch(arguments)
        try:
            self.wait_ready()
        except AssertionError:
            if not MUTE_ENDS.forgives(self.process, self.log_text()):
                raise
            self.launch(arguments)
            self.wait_ready()

    def launch(self, arguments):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.wine.command(self.program(), "--foreground", *self.arguments(), *arguments),
                env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def program(self):
        return self.wine.programs / "multihomed.exe"

    def environment(self):
        return self.wine.environment

    def platform(self):
        return "sim:" + windows_path(self.file)

    @property
    def token_file(self):
        return self.state / "token"

    def connection(self, timeout=20):
        return Connection(self.port, self.token_file.read_text().strip(), timeout)

    def ctl(self, *arguments):
        return self.wine.ctl(*arguments, "--url", f"http://127.0.0.1:{self.port}", "--token-file", windows_path(self.token_file))

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        time.sleep(0.2)  # the wineserver takes note of it, and lets go of what the process held

    def stop(self):
        """Nothing under Wine asks a program of another console to end."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
