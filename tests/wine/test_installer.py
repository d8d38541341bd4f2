"""The installer in silent mode: what it puts where, what it keeps, and that nothing else is touched."""
import json
import shutil
import subprocess

import pytest

from service_manager import ManagedService
from test_reading import host  # noqa: F401
from windows_service import CROSS, DONE, windows_path

KEY = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\multihomed"

REFUSED = 2


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
        """_?= keeps it from starting a copy of itself and ending before that does."""
        done = self.wine.run(self.directory / "uninstall.exe", "/S", *words, "_?=C:\\Program Files\\multihomed", timeout=300)
        return done.returncode

    def entry(self, name):
        done = self.wine.run("reg.exe", "query", KEY, "/v", name, "/reg:64")
        lines = [line for line in done.stdout.decode().splitlines() if line.strip().startswith(name + " ")]
        return lines[0].split(None, 2)[2] if lines else None


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
    names = {path.name for path in installed.directory.iterdir()}
    assert names == {"multihomed.exe", "multihomectl.exe", "libuv.dll", "libmicrohttpd-12.dll", "libcurl.dll", "README.txt",
                     "licences", "uninstall.exe"}


def test_an_upgrade_keeps_options_and_configuration(installed):
    (installed.home / "config.json").write_text(json.dumps({"interfaces": {"wr0": {"role": "internal"}}}))
    assert installed.command("install", "--listen", "127.0.0.1:18902")[0] == DONE
    token = (installed.home / "state/token").read_text()
    (installed.directory / "README.txt").write_text("of an older one")
    (installed.directory / "mine.txt").write_text("kept")
    assert installed.setup() == DONE
    assert installed.state() == "RUNNING"
    assert installed.curl("/v1/config", port=18902) == {"interfaces": {"wr0": {"role": "internal"}}}
    assert (installed.home / "state/token").read_text() == token
    assert "of an older one" not in (installed.directory / "README.txt").read_text()
    assert installed.uninstall() == DONE
    assert [path.name for path in installed.directory.iterdir()] == ["mine.txt"]


def test_the_uninstaller_keeps_state_unless_told(installed):
    assert installed.uninstall() == DONE
    assert installed.state() is None and installed.entry("UninstallString") is None
    assert not installed.directory.exists() and (installed.home / "state/token").exists()
    assert installed.setup("/NOSTART") == DONE
    assert installed.state() == "STOPPED"
    assert installed.uninstall("/REMOVESTATE") == DONE
    assert not installed.home.exists() and not installed.directory.exists()


def test_an_older_windows_is_refused(installed):
    assert installed.uninstall() == DONE
    installed.seen_by_setup("win7")
    assert installed.setup() == REFUSED
    assert not installed.directory.exists() and installed.state() is None


def test_another_directory(installed, tmp_path):
    assert installed.uninstall() == DONE
    assert installed.setup("/D=C:\\Elsewhere\\mh") == DONE
    try:
        assert installed.value("ImagePath") == '"C:\\Elsewhere\\mh\\multihomed.exe" run'
        assert installed.setup() == DONE  # an upgrade goes where the one before is
        assert installed.entry("InstallLocation") == "C:\\Elsewhere\\mh" and not installed.directory.exists()
    finally:
        installed.command = lambda *words: installed.wine.run(
            installed.wine.prefix / "drive_c/Elsewhere/mh/multihomed.exe", *words)
        installed.remove()
        shutil.rmtree(installed.wine.prefix / "drive_c/Elsewhere", ignore_errors=True)
        installed.wine.run("reg.exe", "delete", KEY, "/f", "/reg:64")
