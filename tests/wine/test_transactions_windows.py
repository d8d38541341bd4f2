"""multihomed.exe and multihomectl.exe that change a simulated host. A machine has one service: each test ends its own."""
import json

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from windows_service import BUSY, DONE, PORT, UNREACHABLE, windows_path  # noqa: E402
from writer import Writer, eventually  # noqa: E402

HOST = {
    "system": "windows", "release": "Server 2022", "hostname": "GLASS",
    "interfaces": {"eth0": {"index": 4, "mac": "02-00-00-00-00-01", "addresses": ["192.0.2.1/24"]},
                   "eth1": {"index": 7, "mac": "02-00-00-00-00-02", "addresses": ["198.51.100.7/24"]}},
    "routes": [{"destination": "default", "via": "192.0.2.254", "interface": "eth0"}]}
DOCUMENT = {"addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}}
OTHER = {"addresses": {"third": {"interface": "eth0", "address": "192.0.2.3/24"}}}


# ---- writing ----

def test_put_confirm_and_revert(start):
    writer = Writer(start(HOST))
    transaction = writer.begin(DOCUMENT)
    assert writer.addresses == {"192.0.2.1", "192.0.2.2"} and writer.file is None
    assert writer.confirm(transaction).status == 200
    assert json.loads(writer.file) == DOCUMENT
    transaction = writer.begin(OTHER)
    assert writer.addresses == {"192.0.2.1", "192.0.2.3"}
    assert writer.revert(transaction).status == 200
    assert writer.addresses == {"192.0.2.1", "192.0.2.2"} and writer.document == DOCUMENT


def test_what_is_not_confirmed_is_reverted(start):
    writer = Writer(start(HOST))
    transaction = writer.begin(DOCUMENT, timeout="1s")
    eventually(lambda: writer.state(transaction) == "reverted")
    assert writer.addresses == {"192.0.2.1"} and writer.file is None


def test_a_plan_changes_nothing(start):
    writer = Writer(start(HOST))
    answer = writer.put(DOCUMENT, "?dry_run=true")
    assert answer.status == 200, answer.body
    assert "192.0.2.2" in answer.body.decode() and writer.addresses == {"192.0.2.1"}


def test_killed_in_the_middle_and_started_again(start):
    service = start(HOST)
    writer = Writer(service)
    assert writer.put(OTHER).status == 200
    transaction = writer.begin(DOCUMENT)
    token = service.token_file.read_text()
    service.kill()
    service.start()
    assert service.token_file.read_text() == token
    assert writer.document == OTHER and writer.state(transaction) == "reverted"
    assert writer.put(DOCUMENT).status == 200 and json.loads(writer.file) == DOCUMENT


# ---- one service ----

def test_a_second_one_is_refused(start):
    service = start(HOST)
    arguments = list(service.arguments())
    arguments[-1] = "127.0.0.1:8643"
    done = service.wine.daemon(*arguments)
    assert done.returncode == BUSY, (done.returncode, done.stderr)
    assert b"another multihomed" in done.stderr + done.stdout
    assert service.alive()


def test_a_port_in_use_is_refused(start, tmp_path):
    service = start(HOST)
    arguments = list(service.arguments())
    arguments[arguments.index("--state-dir") + 1] = windows_path(tmp_path / "another")
    done = service.wine.daemon(*arguments)
    said = done.stderr + done.stdout
    assert done.returncode != 0 and (str(service.port).encode() in said or b"another multihomed" in said), (done.returncode, said)
    assert service.alive()


# ---- names ----

def test_directories_with_letters_of_all_kinds(start):
    service = start(HOST, name="État hôte хост 状態")
    assert service.alive() and service.token_file.exists()
    assert Writer(service).put(DOCUMENT).status == 200
    status, out, err = service.ctl("status")
    assert status == DONE and "GLASS" in out, err


# ---- multihomectl ----

def test_ctl_plans_and_applies(start, tmp_path):
    service = start(HOST)
    wanted = tmp_path / "wanted.json"
    wanted.write_text(json.dumps(DOCUMENT))
    status, out, err = service.ctl("plan", windows_path(wanted))
    assert status == DONE and "192.0.2.2" in out, (out, err)
    assert Writer(service).addresses == {"192.0.2.1"}
    status, out, err = service.ctl("apply", "--yes", windows_path(wanted))
    assert status == DONE, (out, err)
    assert Writer(service).addresses == {"192.0.2.1", "192.0.2.2"}


def test_ctl_finds_the_service_by_itself(start, wine):
    """Both with their defaults: %ProgramData%, port 8642."""
    service = start(HOST)
    service.kill()
    arguments = list(service.arguments())
    arguments[-1] = f"127.0.0.1:{PORT}"
    place = arguments.index("--state-dir")
    del arguments[place:place + 2]
    service.arguments = lambda: arguments
    service.start(port=PORT)
    status, out, err = wine.ctl("status")
    assert status == DONE and "GLASS" in out, (out, err)
    service.kill()
    status, out, err = wine.ctl("status")
    assert status == UNREACHABLE and "127.0.0.1:8642" in err, (out, err)
