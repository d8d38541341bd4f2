"""multihomed.exe as a service of Wine's service manager, on a dual-homed network: the whole life of one."""
import json
import shutil

import pytest

from service_manager import ManagedService
from test_reading import host  # noqa: F401
from windows_service import BUSY, DONE, FAILED, USAGE, windows_path

UNSUPPORTED = 5
PARAMCHANGE = 6


@pytest.fixture
def service(host, wine):  # noqa: F811
    """Installed by its test, and gone after it, with its files."""
    managed = ManagedService(wine, wine.programs)
    managed.remove()
    shutil.rmtree(managed.home, ignore_errors=True)
    yield managed
    managed.remove()
    shutil.rmtree(managed.home, ignore_errors=True)


def install(service, *options):
    status, said = service.command("install", *options)
    assert status == DONE, said
    return said


def start(service):
    status, said = service.command("start")
    assert status == DONE, said


# ---- the whole life ----

def test_install_start_curl_reload_stop_uninstall(service):
    assert "The service is installed" in install(service)
    assert service.state() == "STOPPED"
    start(service)
    assert service.state() == "RUNNING"
    names = {item["name"] for item in service.curl("/v1/interfaces")["items"]}
    assert {"wr0", "wr1"} <= names
    assert service.curl("/v1/scenario")["ipv4"]["multihomed"]

    (service.home / "config.json").write_text(json.dumps({"interfaces": {"wr0": {"role": "internal"}}}))
    assert service.control(PARAMCHANGE) == 0
    assert service.curl("/v1/config") == {"interfaces": {"wr0": {"role": "internal"}}}

    status, said = service.command("stop")
    assert status == DONE and "has ended" in said
    assert service.state() == "STOPPED"
    status, said = service.command("uninstall")
    assert status == DONE and "files are kept" in said
    assert service.state() is None
    assert (service.home / "state/token").exists() and (service.home / "config.json").exists()
