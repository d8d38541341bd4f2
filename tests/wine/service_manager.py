"""A service of Windows's service manager under Wine: its commands, what sc says of it, its files and its API."""
import json
import subprocess
import time

from windows_service import CROSS

STATES = {b"STOPPED", b"START_PENDING", b"STOP_PENDING", b"RUNNING"}
NAME = "multihomed"


class ManagedService:
    """The commands are those of multihomed.exe in `directory`."""

    def __init__(self, wine, directory):
        self.wine, self.directory = wine, directory
        self.home = wine.prefix / "drive_c/ProgramData/multihomed"

    def command(self, *words, timeout=150):
        done = self.wine.run(self.directory / "multihomed.exe", *words, timeout=timeout)
        return done.returncode, (done.stdout + done.stderr).decode()

    def sc(self, *words):
        done = self.wine.run("sc.exe", *words)
        return done.returncode, done.stdout

    def state(self):
        """None: there is no such service."""
        status, said = self.sc("query", NAME)
        found = [state for state in STATES if state in said]
        return found[0].decode() if status == 0 and found else None

    def reaches(self, state, seconds=40):
        end = time.monotonic() + seconds
        while self.state() != state:
            assert time.monotonic() < end, (state, self.state())
            time.sleep(0.2)
        return True

    def control(self, number):
        """ControlService's error, 0 when the service has taken it."""
        return self.wine.run(CROSS / "tests/tests/control_service.exe", NAME, number).returncode

    def value(self, name, key=f"Services\\{NAME}"):
        """A value of the registry, as reg says it; None: there is none."""
        done = self.wine.run("reg.exe", "query", f"HKLM\\SYSTEM\\CurrentControlSet\\{key}", "/v", name)
        lines = [line for line in done.stdout.decode(errors="replace").splitlines() if line.strip().startswith(name + " ")]
        return lines[0].split(None, 2)[2] if lines else None

    def curl(self, target, *words, port=8642):
        token = (self.home / "state/token").read_text().strip()
        done = subprocess.run(["curl", "-sS", "-m", "20", "-H", f"Authorization: Bearer {token}", *words,
                               f"http://127.0.0.1:{port}{target}"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def remove(self):
        """Whatever the test has left."""
        if self.state() is not None:
            self.command("uninstall")
