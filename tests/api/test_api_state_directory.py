"""The state directory: killed services, full disks, damaged files. Reading works whatever is the matter."""
import contextlib
import json
import os
import signal
import subprocess

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from service import Service  # noqa: E402
from writer import HOST, SECOND, THIRD, Writer, eventually  # noqa: E402

DOCUMENT = {"addresses": {"second": SECOND}}
OTHER = {"addresses": {"third": THIRD}}


@pytest.fixture
def begin(tmp_path):
    """Starts a service in the same directory again and again."""
    running = []

    def begin_one(*arguments, **more):
        running.append(Service(tmp_path, HOST, *arguments, **more))
        return Writer(running[-1])

    yield begin_one
    for service in running:
        if service.process.poll() != -9:
            service.stop()


def kill(writer):
    writer.service.process.kill()
    writer.service.process.wait(10)


def state_file(writer, name):
    return os.path.join(writer.service.directory, "state", name)


# ---- killed ----

def test_killed_before_it_is_confirmed(begin):
    """A simulated host is born anew, so nothing is undone; the files are put right, and others may write."""
    writer = begin()
    writer.put(OTHER)
    file, tag = writer.file, writer.tag
    transaction = writer.begin(DOCUMENT)
    assert os.path.exists(writer.service.config + ".next")
    kill(writer)
    writer = begin()
    assert writer.file == file and writer.tag == tag and writer.document == OTHER
    assert not os.path.exists(writer.service.config + ".next")
    old = writer.get("/v1/transactions/" + transaction["id"]).json
    assert old["state"] == "reverted" and old["ended"] and old["problem"]["detail"]
    assert writer.confirm(transaction).status == 410 and writer.revert(transaction).status == 200
    assert writer.addresses == {"192.0.2.1", "192.0.2.3"}
    answer = writer.put(DOCUMENT)
    assert answer.status == 200 and int(answer.json["id"]) > int(transaction["id"])


@pytest.mark.parametrize("end", ["confirmed", "reverted"])
def test_the_last_transaction_is_shown_after_a_start(begin, end):
    writer = begin()
    transaction = writer.begin({"version": 1, **DOCUMENT})
    assert (writer.confirm if end == "confirmed" else writer.revert)(transaction).status == 200
    writer.service.stop()
    if end == "confirmed":  # without its address the start has nothing to do, and this stays the newest
        with open(writer.service.config, "w", encoding="utf-8") as stream:
            stream.write("{}")
    writer = begin()
    old = writer.get("/v1/transactions/" + transaction["id"])
    assert old.status == 200 and old.json["state"] == end, old.body
    assert [item["id"] for item in writer.transactions] == [transaction["id"]]


def test_killed_behind_the_confirmation(begin):
    writer = begin()
    writer.put(DOCUMENT)
    kill(writer)
    writer = begin()
    assert writer.document == DOCUMENT and writer.addresses == {"192.0.2.1", "192.0.2.2"}
    assert writer.get("/v1/plan").json["operations"] == []


# ---- symbolic links ----

@pytest.mark.parametrize("there", [True, False], ids=["file", "dangling"])
def test_the_file_is_a_link(begin, tmp_path, there):
    """It stays one: what it leads to is written, with its neighbour files beside it."""
    (tmp_path / "etc").mkdir()
    target, link = tmp_path / "etc" / "real.json", tmp_path / "config.json"
    link.symlink_to("middle.json")
    (tmp_path / "middle.json").symlink_to("etc/../etc/real.json" if there else "etc/deeper/real.json")
    if there:
        target.write_text(json.dumps(OTHER))
        target.chmod(0o640)
    else:
        target = tmp_path / "etc" / "deeper" / "real.json"
    writer = begin()
    assert writer.document == (OTHER if there else {})
    transaction = writer.begin(DOCUMENT)
    assert (target.parent / "real.json.next").exists() and not (tmp_path / "config.json.next").exists()
    assert writer.confirm(transaction).status == 200
    assert link.is_symlink() and (tmp_path / "middle.json").is_symlink() and not target.is_symlink()
    assert json.loads(target.read_text()) == DOCUMENT and sorted(os.listdir(target.parent)) == ["real.json"]
    assert not there or target.stat().st_mode & 0o777 == 0o640
    target.write_text(json.dumps(OTHER))
    writer.put({}).problem("file-edited", 409)
    assert writer.send("POST", "/v1/reload").status == 200 and writer.document == OTHER
    assert writer.put(DOCUMENT).status == 200 and json.loads(writer.file) == DOCUMENT and link.is_symlink()


# ---- a confirmed file that is not in place yet ----

@pytest.mark.parametrize("way", ["request", "signal"])
def test_reload_before_the_file_is_in_place(begin, way):
    """The old document is still in the file: it is not what was confirmed, and is not applied."""
    writer = begin()
    writer.put(OTHER)
    transaction = writer.begin(DOCUMENT)
    beside = writer.service.config + ".next"
    os.rename(beside, beside + ".kept")
    os.mkdir(beside)
    answer = writer.confirm(transaction)
    assert answer.json["state"] == "confirmed" and writer.service.is_a_directory in answer.json["problem"]["detail"]
    assert json.loads(writer.file) == OTHER and writer.document == DOCUMENT

    def reload():
        if way == "request":
            return writer.send("POST", "/v1/reload").status
        reloads = writer.service.log_text().count("not reloaded")
        writer.service.process.send_signal(signal.SIGHUP)
        return eventually(lambda: 500 if writer.service.log_text().count("not reloaded") > reloads else
                          200 if json.loads(writer.file) == DOCUMENT else None)

    assert reload() == 500
    assert writer.document == DOCUMENT and "192.0.2.2" in writer.addresses and "192.0.2.3" not in writer.addresses
    os.rmdir(beside)
    os.rename(beside + ".kept", beside)
    assert reload() == 200
    assert writer.service.request("POST", "/v1/resync").status == 200  # the loop has ended what it was at
    assert json.loads(writer.file) == writer.document == DOCUMENT and not os.path.exists(beside)
    assert writer.addresses == {"192.0.2.1", "192.0.2.2"} and writer.get("/v1/plan").json["operations"] == []


# ---- disks ----

@contextlib.contextmanager
def mounted(path, options):
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("no tmpfs can be mounted: " + done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def test_read_only_state_directory(begin):
    writer = begin()
    writer.put(DOCUMENT)
    before = writer.everything()
    with mounted(state_file(writer, ""), "ro"):
        for answer in (writer.put(OTHER), writer.put(OTHER, "?confirm_timeout=60s"), writer.delete("/addresses")):
            problem = answer.problem("operation-failed", 500)
            assert problem["native"]["text"] == writer.service.read_only and "state" not in problem and "journal" in problem["detail"], problem
        assert writer.everything() == before and writer.put(OTHER, "?dry_run=true").status == 200
    assert writer.put(OTHER).status == 200


def fill(directory):
    """Writes until nothing fits; returns the file."""
    path = os.path.join(directory, "ballast")
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)
    return path


def test_full_state_directory(begin, tmp_path):
    (tmp_path / "state").mkdir()
    with mounted(tmp_path / "state", "size=256k"):
        writer = begin()
        writer.put(DOCUMENT)
        before = writer.everything()
        ballast = fill(tmp_path / "state")
        problem = writer.put(OTHER).problem("operation-failed", 500)
        assert problem["native"]["text"] == writer.service.full and "state" not in problem
        assert writer.everything() == before
        os.remove(ballast)
        assert writer.put(OTHER).status == 200
        writer.service.stop()


def test_full_directory_of_the_configuration(begin, tmp_path):
    """It is met before anything is applied: the new file does not fit beside the old."""
    (tmp_path / "etc").mkdir()
    with mounted(tmp_path / "etc", "size=256k"):
        writer = begin("--config", str(tmp_path / "etc" / "config.json"))
        writer.service.config = str(tmp_path / "etc" / "config.json")
        writer.put(DOCUMENT)
        before = writer.everything()
        ballast = fill(tmp_path / "etc")
        problem = writer.put(OTHER).problem("operation-failed", 500)
        assert problem["native"]["text"] == writer.service.full and problem["state"] == "reverted"
        after = writer.everything()
        assert after[:5] == before[:5] and after[6:] == before[6:]
        assert {step["state"] for step in writer.transactions[0]["operations"]} == {"planned"}
        os.remove(ballast)
        assert writer.put(OTHER).status == 200
        writer.service.stop()


# ---- damage ----

def cut(octets):
    return octets[:-20]


def turn(octets):
    middle = len(octets) // 2
    return octets[:middle] + bytes([octets[middle] ^ 1]) + octets[middle + 1:]


def damage(writer, name, how):
    path = state_file(writer, name)
    with open(path, "rb") as stream:
        octets = stream.read()
    with open(path, "wb") as stream:
        stream.write(how(octets))
    return path


def check_blocked(writer, path):
    """Nothing is written, and it is said why; everything can be read."""
    assert "nothing is changed until this is settled: " + path in writer.service.log_text()
    before = writer.everything()
    for answer in (writer.put(OTHER), writer.put(OTHER, "?confirm_timeout=60s"), writer.patch({"version": 1})):
        problem = answer.problem("journal-damaged", 500)
        assert path in problem["detail"] and "native" not in problem
    writer.service.write_config(OTHER)
    assert path in writer.send("POST", "/v1/reload").problem("journal-damaged", 500)["detail"]
    writer.service.write_config(before[1])
    assert writer.everything()[:2] == before[:2] and writer.everything()[4:] == before[4:]
    for target in ("/v1/config", "/v1/plan", "/v1/transactions", "/v1/status", "/v1/addresses", "/v1/scenario"):
        assert writer.service.get(target).status == 200
    assert writer.put(OTHER, "?dry_run=true").status == 200 and writer.service.alive()


@pytest.mark.parametrize("how", [cut, turn, lambda octets: b"", lambda octets: b"nonsense\n", lambda octets: octets + b"x"],
                         ids=["cut", "turned", "empty", "nonsense", "longer"])
def test_damaged_journal(begin, how):
    writer = begin()
    writer.put(DOCUMENT)
    kill(writer)
    path = damage(writer, "journal", how)
    writer = begin()
    assert writer.document == DOCUMENT
    check_blocked(writer, path)
    writer.service.stop()
    os.remove(path)
    writer = begin()
    assert writer.put(OTHER).status == 200, "whoever looked at the host removes the file"


def test_damaged_outcome(begin):
    writer = begin()
    writer.put(DOCUMENT)
    kill(writer)
    path = damage(writer, "outcome", turn)
    writer = begin()
    check_blocked(writer, path)
    shown, = writer.transactions
    assert shown["state"] == "failed" and path in shown["problem"]["detail"]


def test_outcome_that_was_not_written_to_its_end(begin):
    """Then there is none: it is taken back."""
    writer = begin()
    writer.put(DOCUMENT)
    kill(writer)
    damage(writer, "outcome", cut)
    writer = begin()
    assert writer.get("/v1/transactions/1").json["state"] == "reverted"
    assert writer.put(OTHER).status == 200


def test_damaged_ledger(begin):
    writer = begin()
    writer.put({"arp": {"reply": "interface"}})
    kill(writer)
    path = damage(writer, "ledger", turn)
    os.remove(state_file(writer, "journal"))
    writer = begin()
    check_blocked(writer, path)


def test_damaged_ledger_of_a_host_that_is_gone(begin):
    """What it speaks of is gone with the boot, and the journal shows that."""
    writer = begin()
    writer.put({"arp": {"reply": "interface"}})
    kill(writer)
    damage(writer, "ledger", turn)
    writer = begin()
    assert writer.put(OTHER).status == 200


# ---- --release ----

def release(writer):
    return type(writer.service).attempt(writer.service.directory, "--release")


def test_release(begin):
    writer = begin()
    writer.put(DOCUMENT)
    tag = writer.tag
    done = release(writer)
    assert done.returncode == 4, done.stdout
    assert writer.tag == tag and "192.0.2.2" in writer.addresses
    writer.service.stop()
    done = release(writer)
    assert done.returncode == 0 and "Sanitizer" not in done.stdout, done.stdout
    assert json.loads(writer.file) == DOCUMENT
    writer = begin()
    eventually(lambda: "192.0.2.2" in writer.addresses)
