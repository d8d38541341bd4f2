"""multihomed.exe as a service of Wine's service manager, on a dual-homed network: the whole life of one."""
import json
import os
import shutil
import stat

import pytest

from service_manager import ManagedService
from test_reading import host  # noqa: F401
from windows_service import BUSY, DONE, FAILED, ROOT, USAGE, windows_path

UNSUPPORTED = 5
PAUSE, INTERROGATE, PARAMCHANGE = 2, 4, 6
NOT_ACTIVE = 1062 % 256  # ERROR_SERVICE_NOT_ACTIVE, as much of it as Linux shows


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


def test_multihomectl_finds_the_service(service, wine):
    install(service)
    start(service)
    status, out, err = wine.ctl("status")
    assert status == DONE and "Windows" in out, (out, err)


def test_stopped_by_the_service_manager_itself(service):
    install(service)
    start(service)
    assert service.sc("stop", "multihomed")[0] == DONE
    assert service.reaches("STOPPED")
    start(service)  # at once: the process before may not be gone yet
    assert service.curl("/v1/status")["backend"] == "windows"


def test_controls_that_it_does_not_know(service):
    install(service)
    assert service.control(PARAMCHANGE) == NOT_ACTIVE
    start(service)
    assert service.control(INTERROGATE) == 0
    assert service.control(PAUSE) != 0 and service.state() == "RUNNING"
    assert service.curl("/v1/status")["backend"] == "windows"


# ---- install and uninstall ----

def test_the_image_path_is_in_quotes(service, tmp_path):
    """Its directory has a space: C:\\Program.exe must never be tried."""
    install(service, "--config", windows_path(tmp_path / "a b.json"), "--log-level=debug")
    path = service.value("ImagePath")
    program = windows_path(service.directory / "multihomed.exe")
    assert path == f'"{program}" run --config "{windows_path(tmp_path / "a b.json")}" --log-level=debug'
    assert service.value("EventMessageFile", "Services\\EventLog\\Application\\multihomed") == program
    assert (service.value("Start"), service.value("ObjectName")) == ("0x2", "LocalSystem")
    assert service.value("Description").startswith("Knows what RFC 1122")


def test_installed_again_it_has_its_new_options(service):
    install(service)
    start(service)
    assert "installed already" in install(service, "--listen", "127.0.0.1:18900")
    assert service.state() == "RUNNING" and service.curl("/v1/status")
    assert service.command("stop")[0] == DONE
    start(service)
    assert service.curl("/v1/status", port=18900)["backend"] == "windows"


def test_uninstalled_while_it_runs(service):
    install(service)
    start(service)
    status, said = service.command("uninstall")
    assert status == DONE, said
    assert service.state() is None
    assert service.value("EventMessageFile", "Services\\EventLog\\Application\\multihomed") is None
    status, said = service.command("uninstall")
    assert status == FAILED and "not installed" in said


def test_the_home_directory_is_nobody_else_s(service):
    """Wine shows an owner that is not its own user as one who is not known."""
    service.home.mkdir()
    try:
        os.chown(service.home, 12345, 12345)
    except OSError as error:
        pytest.skip(f"a directory cannot be given away here: {error}")
    status, said = service.command("install")
    assert status == FAILED and "belongs to somebody who is no administrator" in said, said
    assert service.state() is None
    os.chown(service.home, os.getuid(), os.getgid())
    install(service)


def test_the_home_directory_leads_nowhere_else(service, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    service.home.symlink_to(elsewhere)
    try:
        status, said = service.command("install")
        assert status == FAILED and "leads elsewhere" in said, said
        assert service.state() is None and stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    finally:
        service.home.unlink()


def test_a_simulated_host_s_file_is_found(service, tmp_path):
    """The service is started in another directory than it was installed from."""
    shutil.copy(ROOT / "platform/sim/hosts/windows.json", tmp_path / "a host.json")
    done = service.wine.run(service.directory / "multihomed.exe", "install", "--platform", "sim:a host.json", cwd=tmp_path)
    assert done.returncode == DONE, done.stderr
    assert f'"sim:{windows_path(tmp_path / "a host.json")}"' in service.value("ImagePath")
    start(service)
    assert service.curl("/v1/status")["backend"] == "sim"


def test_words_that_are_refused(service):
    for words in (["install", "--nonsense"], ["install", "--foreground"], ["install", "now"], ["start", "--force"], ["stop", ""]):
        status, said = service.command(*words)
        assert status == USAGE and said.startswith("multihomed: "), (words, said)
    assert service.state() is None
    for word in ("start", "stop"):
        status, said = service.command(word)
        assert status == FAILED and "not installed" in said
    status, said = service.command("run")
    assert status == UNSUPPORTED and "multihomed start" in said


# ---- one service ----

def test_a_second_one_is_refused(service, wine, tmp_path):
    install(service)
    start(service)
    status, said = service.command("start")
    assert status == BUSY and "running already" in said
    for more in ([], ["--state-dir", windows_path(tmp_path / "another")]):
        done = wine.daemon("--listen", "127.0.0.1:18901", *more)
        assert done.returncode == BUSY and b"another multihomed" in done.stderr, done.stderr
    assert service.curl("/v1/status")["backend"] == "windows"


def test_a_wrong_configuration_is_told(service):
    install(service)
    service.home.mkdir(exist_ok=True)
    (service.home / "config.json").write_text("{")
    status, said = service.command("start")
    assert status == FAILED and "exit status 2" in said, said
    assert service.state() == "STOPPED"
    (service.home / "config.json").write_text("{}")
    start(service)


# ---- where it is ----

def test_in_a_directory_with_letters_of_all_kinds(service, wine, tmp_path):
    directory = tmp_path / "État hôte хост 状態"
    shutil.copytree(wine.programs, directory)
    elsewhere = ManagedService(wine, directory)
    install(elsewhere)
    start(elsewhere)
    assert elsewhere.curl("/v1/status")["backend"] == "windows"
    assert elsewhere.command("stop")[0] == DONE


def test_a_long_path_is_in_the_form_for_long_ones(service, wine, tmp_path):
    """Wine's service manager starts no program whose path is longer than MAX_PATH, in whatever form."""
    directory = tmp_path / ("d" * 120) / ("e" * 120)
    shutil.copytree(wine.programs, directory)
    elsewhere = ManagedService(wine, directory)
    install(elsewhere)
    assert elsewhere.value("ImagePath") == f'"\\\\?\\{windows_path(directory)}\\multihomed.exe" run'
