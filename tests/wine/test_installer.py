"""The installer in silent mode: what it puts where, what it keeps, and that nothing else is touched."""
import contextlib
import json
import pathlib
import shutil
import socket
import subprocess

import pytest

from service_manager import ManagedService
from test_reading import host  # noqa: F401
from windows_service import BUSY, CROSS, DONE
from writer import eventually

KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\multihomed"
EVENTS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\multihomed"

REFUSED = IN_USE = 2
PARAMCHANGE = 6


class Installed(ManagedService):
    def __init__(self, wine):
        super().__init__(wine, wine.prefix / "drive_c/Program Files/multihomed")

        self.program, = CROSS.glob("multihomed-*-windows-amd64-setup.exe")

    def setup(self, *words):
        return self.wine.run(self.program, "/S", *words, timeout=300).returncode

    def seen_by_setup(self, version):
        """Which Windows the installer sees: Wine shows each program the one it is told to."""
        key = f"HKCU\\Software\\Wine\\AppDefaults\\{self.program.name}"
        self.wine.run("reg.exe", "add", key, "/v", "Version", "/d", version, "/f")

    def uninstall(self, *words):
        """_?= keeps it from starting a copy of itself, whose status nobody sees. Two words, as it must not be in quotes. It does not
        delete itself then."""
        return self.uninstall_unseen(*words, "_?=C:\\Program", "Files\\multihomed")

    def uninstall_unseen(self, *words):
        return self.wine.run(self.directory / "uninstall.exe", "/S", *words, timeout=300).returncode

    def entry(self, name):
        done = self.wine.run("reg.exe", "query", KEY, "/v", name, "/reg:64")
        lines = [line for line in done.stdout.decode().splitlines() if line.strip().startswith(name + " ")]
        return lines[0].split(None, 2)[2] if lines else None

    def names(self):
        return {path.name for path in self.directory.iterdir()}

    @contextlib.contextmanager
    def waiting(self, *command):
        """A multihomectl that has asked what never answers; it ends by itself when that closes the connection."""
        with socket.create_server(("127.0.0.1", 0)) as mute:
            mute.settimeout(60)
            words = self.wine.command(*command, "--url", f"http://127.0.0.1:{mute.getsockname()[1]}")
            client = subprocess.Popen(words, env=self.wine.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
            with mute.accept()[0]:
                yield
        client.wait(60)

    def in_use(self, file):
        """cmd opens it such that nobody may delete it."""
        return self.waiting("cmd.exe", "/c", "multihomectl.exe", "events", "<", file)


def serving():
    """The programs of the services that run in this namespace."""
    lines = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(file.read_bytes().split(b"\0")[0].decode())
    return [line for line in lines if line.endswith("\\multihomed.exe")]


@pytest.fixture
def installed(host, wine):  # noqa: F811
    service = Installed(wine)
    service.remove()
    for directory in (service.home, service.directory):
        shutil.rmtree(directory, ignore_errors=True)
    service.seen_by_setup("win10")
    assert service.setup() == DONE, service.command("start")
    yield service
    service.remove()
    for directory in (service.home, service.directory):
        shutil.rmtree(directory, ignore_errors=True)


def test_installed_it_runs(installed):
    assert installed.state() == "RUNNING"
    assert {"wr0", "wr1"} <= {item["name"] for item in installed.curl("/v1/interfaces")["items"]}
    assert installed.value("ImagePath") == '"C:\\Program Files\\multihomed\\multihomed.exe" run'
    assert installed.entry("UninstallString") == '"C:\\Program Files\\multihomed\\uninstall.exe"'
    assert installed.entry("QuietUninstallString") == '"C:\\Program Files\\multihomed\\uninstall.exe" /S'
    assert installed.names() == {"multihomed.exe", "multihomectl.exe", "libuv.dll", "libmicrohttpd-12.dll", "libcurl.dll",
                                 "README.txt", "windows.json", "licences", "uninstall.exe"}


def test_installed_it_reloads_and_stops(installed):
    (installed.home / "config.json").write_text(json.dumps({"interfaces": {"wr0": {"role": "internal"}}}))
    assert installed.control(PARAMCHANGE) == 0
    assert installed.curl("/v1/config") == {"interfaces": {"wr0": {"role": "internal"}}}
    status, said = installed.command("start")
    assert status == BUSY and "running already" in said
    status, said = installed.command("stop")
    assert status == DONE and "has ended" in said and installed.state() == "STOPPED" and serving() == []
    assert installed.command("start")[0] == DONE
    assert installed.curl("/v1/status")["backend"] == "windows"


# ---- upgrades ----

def test_an_upgrade_keeps_options_and_configuration(installed):
    config = installed.home / "a b.json"
    config.write_text(json.dumps({"interfaces": {"wr0": {"role": "internal"}}}))
    options = ("--listen", "127.0.0.1:18902", "--config", "C:\\ProgramData\\multihomed\\a b.json")
    assert installed.command("install", *options)[0] == DONE
    line = installed.value("ImagePath")
    token = (installed.home / "state/token").read_text()
    (installed.directory / "README.txt").write_text("of an older one")
    assert installed.setup() == DONE
    assert installed.state() == "RUNNING" and installed.value("ImagePath") == line
    assert installed.curl("/v1/config", port=18902) == {"interfaces": {"wr0": {"role": "internal"}}}
    assert (installed.home / "state/token").read_text() == token
    assert "of an older one" not in (installed.directory / "README.txt").read_text()


def test_an_upgrade_has_the_newer_settings_of_the_service(installed):
    """What `install` sets beside the image path."""
    assert installed.wine.run("reg.exe", "delete", EVENTS, "/f").returncode == DONE
    assert installed.sc("description", "multihomed", "of an older one")[0] == DONE
    assert installed.setup() == DONE
    assert installed.value("EventMessageFile", "Services\\EventLog\\Application\\multihomed") is not None
    assert installed.value("Description").startswith("Knows what RFC 1122")


def test_options_that_would_be_lost_are_not(installed):
    """NSIS has strings of 1023 characters."""
    options = ("--config", "C:\\" + "\\".join(["d" * 120] * 8) + "\\c.json")
    assert installed.command("install", *options)[0] == DONE
    line = installed.value("ImagePath")
    assert len(line) < 1100 and installed.setup() == REFUSED
    assert installed.value("ImagePath") == line and installed.state() == "RUNNING"


def test_a_file_in_use(installed):
    """Of the files some are replaced, in the order of their names, and the service is stopped."""
    (installed.directory / "multihomed.exe").write_bytes((installed.directory / "multihomed.exe").read_bytes() + b"older")
    with installed.waiting(installed.directory / "multihomectl.exe", "events"):
        assert installed.setup() == IN_USE
        assert installed.state() == "STOPPED"
        assert (installed.directory / "multihomed.exe").read_bytes().endswith(b"older")
    assert installed.setup() == DONE
    assert installed.state() == "RUNNING"
    assert not (installed.directory / "multihomed.exe").read_bytes().endswith(b"older")


def test_a_service_that_does_not_stop(installed):
    """Its program says so: another one is in its place, which does not know the word."""
    program, ours = installed.directory / "multihomed.exe", installed.directory / "ours"
    assert installed.command("stop")[0] == DONE
    program.rename(ours)
    shutil.copy(installed.directory / "multihomectl.exe", program)
    (installed.directory / "README.txt").write_text("of an older one")
    assert installed.setup() == REFUSED
    assert (installed.directory / "README.txt").read_text() == "of an older one"
    ours.rename(program)
    assert installed.setup() == DONE
    assert installed.state() == "RUNNING"


def test_a_broken_program_is_replaced(installed):
    assert installed.command("stop")[0] == DONE
    (installed.directory / "multihomed.exe").write_bytes(b"broken")
    assert installed.setup() == DONE
    assert installed.state() == "RUNNING"


# ---- the uninstaller ----

def test_the_uninstaller_keeps_what_others_have_put_there(installed):
    for name in ("mine.txt", "mine.dll", "licences/mine.txt"):
        (installed.directory / name).write_text("kept")
    assert installed.uninstall() == DONE
    assert installed.names() == {"mine.txt", "mine.dll", "licences", "uninstall.exe"}
    assert [path.name for path in (installed.directory / "licences").iterdir()] == ["mine.txt"]


def test_the_uninstaller_keeps_state_unless_told(installed):
    assert installed.uninstall() == DONE
    assert installed.state() is None and installed.entry("UninstallString") is None
    assert installed.names() == {"uninstall.exe"} and (installed.home / "state/token").exists()
    assert installed.setup("/NOSTART") == DONE
    assert installed.state() == "STOPPED"
    assert installed.uninstall("/REMOVESTATE") == DONE
    assert not installed.home.exists() and installed.names() == {"uninstall.exe"}


def test_the_uninstaller_says_that_state_is_in_use(installed):
    with installed.in_use("C:\\ProgramData\\multihomed\\state\\token"):
        assert installed.uninstall("/REMOVESTATE") == IN_USE
        assert installed.state() is None and installed.names() == {"uninstall.exe"} and installed.home.exists()


def test_the_uninstaller_says_that_a_file_is_in_use(installed):
    with installed.in_use("C:\\Program Files\\multihomed\\README.txt"):
        assert installed.uninstall() == IN_USE
        assert {"README.txt", "uninstall.exe"} <= installed.names() and installed.entry("UninstallString")
    assert installed.uninstall() == DONE
    assert installed.names() == {"uninstall.exe"} and installed.entry("UninstallString") is None


def test_uninstalled_by_the_copy_that_it_makes_of_itself(installed):
    """As by "Apps & features": without _?= its status says nothing."""
    assert installed.uninstall_unseen() == DONE
    eventually(lambda: not installed.directory.exists() and installed.entry("UninstallString") is None, 60)
    assert installed.state() is None and (installed.home / "state/token").exists()


# ---- which Windows, and where ----

def test_an_older_windows_is_refused(installed):
    assert installed.uninstall() == DONE
    installed.seen_by_setup("win7")
    assert installed.setup() == REFUSED
    assert installed.names() == {"uninstall.exe"} and installed.state() is None


@pytest.fixture
def elsewhere(installed):
    """Another directory, and what is installed there."""
    service = Installed(installed.wine)
    service.directory = installed.wine.prefix / "drive_c/Elsewhere/mh"
    yield service
    service.remove()
    shutil.rmtree(service.directory.parent, ignore_errors=True)
    service.wine.run("reg.exe", "delete", KEY, "/f", "/reg:64")


def test_another_directory(installed, elsewhere):
    """The service runs in the one before, and keeps its options."""
    assert installed.command("install", "--listen", "127.0.0.1:18903")[0] == DONE
    assert elsewhere.setup("/D=C:\\Elsewhere\\mh") == DONE
    assert elsewhere.value("ImagePath") == '"C:\\Elsewhere\\mh\\multihomed.exe" run --listen 127.0.0.1:18903'
    assert serving() == ["C:\\Elsewhere\\mh\\multihomed.exe"]
    assert elsewhere.curl("/v1/status", port=18903)["backend"] == "windows"
    shutil.rmtree(installed.directory)
    assert elsewhere.setup() == DONE  # an upgrade goes where the one before is
    assert elsewhere.entry("InstallLocation") == "C:\\Elsewhere\\mh" and not installed.directory.exists()


def test_a_service_of_the_zip(installed, wine):
    assert installed.uninstall() == DONE
    zipped = ManagedService(wine, wine.programs)
    assert zipped.command("install")[0] == DONE and zipped.command("start")[0] == DONE
    assert installed.setup() == DONE
    assert installed.value("ImagePath") == '"C:\\Program Files\\multihomed\\multihomed.exe" run'
    assert serving() == ["C:\\Program Files\\multihomed\\multihomed.exe"]
