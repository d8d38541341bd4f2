"""multihomectl plan, apply, confirm, revert, reload, transactions and config.

The first part speaks to a stand-in that keeps a configuration and one transaction, so that it can fail, refuse and go
away at will; the second part to the real service with a simulated host."""
import errno
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import urllib.parse

import pytest
import test_ctl
from test_ctl import CONFLICT, CTL, DONE, EVIL, FAILED, UNREACHABLE, UNSUPPORTED, USAGE, problem

TOKEN = "a-token-of-41"
DOCUMENT = {"version": 1, "addresses": {"second": {"interface": "eth0", "address": "192.0.2.2/24"}}}
OPERATIONS = [
    {"kind": "address-add", "native": "ip address add 192.0.2.2/24 dev eth0", "member": "/addresses/second",
     "state": "planned", "undo": ["ip address del 192.0.2.2/24 dev eth0"]},
    {"kind": "route-delete", "native": "ip route del 10.0.0.0/8 via 192.0.2.9 dev eth0", "member": "",
     "state": "planned", "undo": []},
    {"kind": "setting-set", "native": "sysctl -w net.ipv4.conf.eth0.arp_ignore=1", "member": "/arp/reply",
     "state": "planned", "undo": []}]
NOTES = [{"kind": "pending", "member": "/uplinks/isp2", "text": "there is no interface eth7"},
         {"kind": "unsupported", "member": "/groups/a", "text": "this version does not act on it"},
         {"kind": "warning", "member": "/arp/reply", "text": "all.arp_ignore is 2"}]
EFFECT = {
    "scenario": {"changes": True, "before": {"ipv4": ["single-homed"], "ipv6": ["single-homed"]},
                 "after": {"ipv4": ["multiple-logical-hosts"], "ipv6": ["single-homed"]}},
    "addresses_lost": ["198.51.100.7"],
    "gateways_cut": [{"gateway": "198.51.100.254", "interface": "eth1", "table": "main"}],
    "gateways_gained": [{"gateway": "192.0.2.254", "interface": "eth0", "table": "main"}]}
PLAN = {"generation": 7, "operations": OPERATIONS, "pending": ["/uplinks/isp2"], "unsupported": ["/groups/a"],
        "notes": NOTES, "effect": EFFECT}
SHOWN = """\
/addresses/second
  + ip address add 192.0.2.2/24 dev eth0
not configured any more
  - ip route del 10.0.0.0/8 via 192.0.2.9 dev eth0
/arp/reply
  ~ sysctl -w net.ipv4.conf.eth0.arp_ignore=1
1 comes, 1 goes, 1 changes
pending     /uplinks/isp2: there is no interface eth7
unsupported /groups/a: this version does not act on it
warning     /arp/reply: all.arp_ignore is 2
scenario    IPv4 single-homed → multiple-logical-hosts
gains       default route by 192.0.2.254 on eth0, table main
loses       198.51.100.7: connections to it break
cuts        default route by 198.51.100.254 on eth1, table main
"""
EMPTY = {"generation": 7, "operations": [], "pending": [], "unsupported": [], "notes": [], "effect": None}


# ---- the stand-in ----

class Handler(test_ctl.Handler):
    def take(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        stub = self.server.stub
        stub.requests.append((self.command, self.path, dict(self.headers), body))
        deadline = time.monotonic() + stub.pause
        while stub.pause and time.monotonic() < deadline:
            time.sleep(0.05)
        target = urllib.parse.urlsplit(self.path)
        status, media_type, text, *headers = stub.answer(self.command, target.path, dict(
            urllib.parse.parse_qsl(target.query)), self.headers, body)
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = take


def reply(status, value, *headers):
    return (status, "application/json", json.dumps(value).encode() + b"\n", *headers)


class Stub:
    """One configuration, and one transaction, 41. `refusals`: (method, path) to an answer in place of the usual."""

    def __init__(self, path):
        self.path, self.requests, self.refusals, self.pause = str(path), [], {}, 0
        self.plan, self.tag, self.state, self.end = PLAN, '"1f"', None, 0
        self.server = test_ctl.Server(self.path, Handler)
        self.server.stub = self
        self.thread = test_ctl.threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def transaction(self, **members):
        if self.state == "pending" and time.monotonic() > self.end:
            self.state = "reverted"
        state = {"pending": "applied", "confirmed": "applied"}.get(self.state, self.state)
        return {"id": "41", "state": self.state, "begun": "2026-01-01T00:00:00.000Z",
                "deadline": "2026-01-01T00:01:00.000Z" if self.end else None,
                "ended": None if self.state == "pending" else "2026-01-01T00:00:30.000Z",
                "operations": [{**operation, "state": state} for operation in OPERATIONS],
                "pending": [], "unsupported": [], "notes": [], "problem": None, **members}

    def answer(self, method, path, query, headers, body):
        if (method, path) in self.refusals:
            return self.refusals[method, path]
        if path == "/v1/plan":
            return reply(200, self.plan)
        if path.startswith("/v1/config"):
            return self.config(method, query)
        if path == "/v1/reload":
            self.state = "confirmed"
            return reply(200, self.transaction())
        if path == "/v1/transactions":
            return reply(200, {"generation": 7, "items": [self.transaction()] if self.state else [], "next": None})
        return self.one(method, path, body)

    def config(self, method, query):
        if method == "GET":
            return reply(200, DOCUMENT, ("ETag", self.tag))
        if query.get("dry_run") == "true":
            return reply(200, self.plan)
        if not self.plan["operations"]:
            return reply(200, self.plan)
        if "confirm_timeout" not in query:
            self.state = "confirmed"
            return reply(200, self.transaction())
        self.state, self.end = "pending", time.monotonic() + int(query["confirm_timeout"].rstrip("s"))
        return reply(202, self.transaction(token=TOKEN), ("Location", "/v1/transactions/41"))

    def one(self, method, path, body):
        verb = path.removeprefix("/v1/transactions/41").lstrip("/")
        now = self.transaction()
        if self.state is None or not path.startswith("/v1/transactions/41"):
            return problem(404, "not-found", "There is no such resource")
        if method == "GET":
            return reply(200, now)
        if verb == "confirm" and json.loads(body) != {"token": TOKEN}:
            return problem(403, "wrong-token", "That is not the token of this transaction")
        if verb == "confirm" and self.state == "reverted":
            return problem(410, "transaction-over", "It is too late to confirm the transaction", state="reverted")
        self.state = {"confirm": "confirmed", "revert": "reverted"}[verb]
        return reply(200, self.transaction())

    def asked(self, method=None):
        return [(what, target) for what, target, _, _ in self.requests if method in (None, what)]


@pytest.fixture
def stub(tmp_path):
    server = Stub(tmp_path / "api.sock")
    yield server
    server.close()


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(DOCUMENT, indent=2))
    return str(path)


@pytest.fixture(autouse=True)
def tokens(tmp_path, monkeypatch):
    """The directory of tokens, which is not there at first."""
    path = tmp_path / "run" / "tokens"
    monkeypatch.setenv("MULTIHOMED_TOKENS", str(path))
    return path


def run(stub, *arguments, **changes):
    return test_ctl.run(*arguments, socket=stub.path if isinstance(stub, Stub) else stub, **changes)


class Terminal:
    """The program with standard input, output and error on one terminal."""

    def __init__(self, socket, *arguments, columns=100, **changes):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[1] &= ~termios.OPOST
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.text = ""
        self.process = subprocess.Popen([CTL, "--socket", socket, *arguments], stdin=slave, stdout=slave, stderr=slave,
                                        env=test_ctl.environment(**{"NO_COLOR": "1", **changes}))
        os.close(slave)

    def read(self, seconds):
        """What comes within that time; False at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.master, 65536)
        except OSError as error:
            assert error.errno == errno.EIO
            part = b""
        self.text += part.decode()
        return part != b""

    def expect(self, pattern, timeout=30):
        deadline = time.monotonic() + timeout
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, self.text
            if not self.read(0.1):
                assert re.search(pattern, self.text), self.text
        return self

    def type(self, text):
        os.write(self.master, text.encode())
        return self

    def end(self):
        while self.read(30):
            pass
        os.close(self.master)
        status = self.process.wait(timeout=30)
        assert status != 99, self.text
        return status


# ---- plan ----

def test_plan_of_now(stub):
    assert run(stub, "plan") == (DONE, SHOWN, "")
    assert stub.asked() == [("GET", "/v1/plan")]


def test_plan_of_a_file(stub, document):
    assert run(stub, "plan", document) == (DONE, SHOWN, "")
    [(method, target, headers, body)] = stub.requests
    assert (method, target) == ("PUT", "/v1/config?dry_run=true")
    assert headers["If-Match"] == "*" and headers["Content-Type"] == "application/json"
    assert json.loads(body) == DOCUMENT and stub.state is None


def test_plan_of_standard_input(stub):
    done = subprocess.run([CTL, "--socket", stub.path, "plan", "-", "--strict"], input=b"{}", capture_output=True,
                          timeout=60, env=test_ctl.environment())
    assert (done.returncode, done.stdout.decode(), done.stderr) == (DONE, SHOWN, b"")
    assert stub.requests[0][1] == "/v1/config?dry_run=true&strict=true" and stub.requests[0][3] == b"{}"


def test_plan_json_is_unchanged(stub, document):
    expected = json.dumps(PLAN) + "\n"
    assert run(stub, "plan", "--json") == (DONE, expected, "")
    assert run(stub, "plan", document, "--json") == (DONE, expected, "")


def test_nothing_to_do(stub, document):
    stub.plan = EMPTY
    assert run(stub, "plan") == (DONE, "nothing to do\n", "")
    assert run(stub, "apply", document) == (DONE, "nothing to do\n", "")


def test_plan_colours(stub):
    plain = test_ctl.on_terminal("--socket", stub.path, "plan", NO_COLOR="1", columns=100)
    assert plain == (DONE, SHOWN)
    status, text = test_ctl.on_terminal("--socket", stub.path, "plan", columns=100)
    assert status == DONE and re.sub(r"\x1b\[\d*m", "", text) == SHOWN
    assert "\x1b[32m+ ip address add 192.0.2.2/24 dev eth0\x1b[0m\n" in text
    assert "\x1b[31m- ip route del" in text and "\x1b[33m~ sysctl" in text


def test_hostile_plan(stub):
    stub.plan = {**PLAN, "operations": [{**OPERATIONS[0], "native": EVIL, "member": EVIL}],
                 "notes": [{"kind": EVIL, "member": EVIL, "text": EVIL}],
                 "effect": {**EFFECT, "addresses_lost": [EVIL, 7, None]}}
    status, text, _ = run(stub, "plan")
    assert status == DONE and not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


@pytest.mark.parametrize("plan", [{}, {"operations": 7, "notes": {}, "effect": []}, {"operations": [7, None, {}]}])
def test_odd_plans(stub, plan):
    stub.plan = plan
    assert run(stub, "plan")[0] == DONE


# ---- apply ----

def test_apply(stub, document, tokens):
    status, text, complaint = run(stub, "apply", document)
    assert (status, complaint) == (DONE, "")
    assert text.startswith("/addresses/second\n  + ip address add") and text.endswith("transaction 41 is confirmed\n")
    assert stub.asked() == [("GET", "/v1/config"), ("PUT", "/v1/config")]
    assert stub.requests[1][2]["If-Match"] == stub.tag and json.loads(stub.requests[1][3]) == DOCUMENT
    assert not tokens.exists()


def test_apply_json(stub, document):
    status, text, complaint = run(stub, "apply", document, "--json", "--confirm", "60s")
    assert (status, complaint) == (DONE, "") and json.loads(text)["token"] == TOKEN


def test_apply_and_confirm(stub, document, tokens):
    status, text, complaint = run(stub, "apply", document, "--confirm", "60s", "--strict")
    assert (status, complaint) == (DONE, "")
    assert text.endswith("transaction 41 is waiting to be confirmed\n"
                         "  It is reverted at 2026-01-01T00:01:00.000Z, unless `multihomectl confirm` keeps it before.\n")
    assert stub.asked("PUT") == [("PUT", "/v1/config?confirm_timeout=60s&strict=true")]
    [kept] = tokens.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600 and tokens.stat().st_mode & 0o777 == 0o700
    assert TOKEN not in text
    assert run(stub, "confirm") == (DONE, "transaction 41 is confirmed\n", "")
    assert stub.state == "confirmed" and list(tokens.iterdir()) == []
    status, _, complaint = run(stub, "confirm")
    assert status == FAILED and "no token is kept" in complaint


def test_confirm_names_the_transaction(stub, document):
    run(stub, "apply", document, "--confirm", "60s")
    status, _, complaint = run(stub, "confirm", "42")
    assert status == FAILED and "transaction 42" in complaint and stub.state == "pending"
    assert run(stub, "confirm", "41", "--json")[0] == DONE and stub.state == "confirmed"


def test_tokens_of_another_service(stub, document, tmp_path):
    """The token of one service is never sent to another."""
    run(stub, "apply", document, "--confirm", "60s")
    other = Stub(tmp_path / "other.sock")
    assert run(other, "confirm")[0] == FAILED and other.requests == []
    other.close()


def test_one_socket_has_many_names(stub, document, tmp_path):
    run(stub, "apply", document, "--confirm", "60s")
    (tmp_path / "link").symlink_to(stub.path)
    assert test_ctl.run("confirm", socket=str(tmp_path / "link"))[0] == DONE and stub.state == "confirmed"


def test_wrong_token(stub, document, tokens):
    run(stub, "apply", document, "--confirm", "60s")
    [kept] = tokens.iterdir()
    kept.write_text(kept.read_text().replace(TOKEN, "another"))
    status, _, complaint = run(stub, "confirm")
    assert status == FAILED and "not the token" in complaint and stub.state == "pending"


def test_confirm_too_late(stub, document, tokens):
    run(stub, "apply", document, "--confirm", "60s")
    stub.end = 0
    status, _, complaint = run(stub, "confirm")
    assert status == FAILED and "too late" in complaint and "as it was before" in complaint
    assert list(tokens.iterdir()) == []


def test_revert(stub, document, tokens):
    status, _, complaint = run(stub, "revert")
    assert status == FAILED and "no transaction waits" in complaint
    run(stub, "apply", document, "--confirm", "60s")
    assert run(stub, "revert") == (DONE, "transaction 41 is reverted\n", "")
    assert list(tokens.iterdir()) == [] and stub.state == "reverted"
    assert run(stub, "revert", "7")[0] == FAILED


def test_reload(stub):
    status, text, _ = run(stub, "reload")
    assert status == DONE and text.endswith("transaction 41 is confirmed\n")
    assert stub.asked() == [("POST", "/v1/reload")]


def test_transactions(stub, document):
    assert run(stub, "transactions") == (DONE, "", "multihomectl: no transactions\n")
    run(stub, "apply", document)
    text = run(stub, "transactions")[1]
    test_ctl.check_table(text)
    assert [re.split(r" {2,}", line.strip()) for line in text.splitlines()] == [
        ["ID", "STATE", "OPERATIONS", "BEGUN", "ENDED"],
        ["41", "confirmed", "3", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:30.000Z"]]
    stub.state = "reverted"
    status, text, _ = run(stub, "transactions", "41")
    assert status == DONE and "dev eth0  (reverted)\n" in text and text.endswith("transaction 41 is reverted\n")


SSH = {"protocol": "tcp", "local": "192.0.2.5", "local_port": 22, "remote": "198.51.100.9", "remote_port": 50000,
       "reason": "address-lost", "process": {"pid": 812, "name": "sshd"}, "yours": True, "api_client": False}
OTHERS = [{**SSH, "yours": False, "remote": EVIL, "process": {"pid": 8, "name": EVIL}},
          {**SSH, "yours": False, "local": "2001:db8::5", "remote": "2001:db8::9", "reason": "no-route", "process": None},
          {**SSH, "yours": False, "api_client": True, "reason": "remote-is-own"}]
MOVED = {**SSH, "yours": False, "protocol": "udp", "reason": "moved", "before": {"interface": "eth0", "next_hop": "192.0.2.254"},
         "after": {"interface": "eth1", "next_hop": None}}
SESSIONS = {"cut": [SSH, *OTHERS], "moved": [MOVED], "cut_count": 7, "moved_count": 1, "undecided_count": 2, "truncated": False,
            "unavailable": None}


def unwrapped(text):
    return text.replace("\n            ", " ").splitlines()


def test_sessions(stub, document):
    """The own one first, and a way back; nothing of it for who has asked for that already."""
    stub.plan = {**PLAN, "effect": {**EFFECT, "sessions": SESSIONS}}
    status, text, _ = run(stub, "plan", document)
    assert status == DONE and "\x1b" not in text
    lines = unwrapped(text[text.index("warning     this"):])
    assert lines[0] == "warning     this cuts your own session from 198.51.100.9:50000: its address 192.0.2.5 goes away"
    assert lines[1].startswith("cuts        tcp 192.0.2.5:22 - ")
    assert "cuts        tcp [2001:db8::5]:22 - [2001:db8::9]:50000: there is no route to 2001:db8::9 any more" in lines
    assert "cuts        tcp 192.0.2.5:22 - 198.51.100.9:50000 (client of the API): 198.51.100.9 becomes an address of this host" in lines
    assert "cuts        3 more sessions" in lines
    assert "moves       udp 192.0.2.5:22 - 198.51.100.9:50000 (sshd): from 192.0.2.254 on eth0 to eth1" in lines
    assert "sessions    of 2 it is not known whether their way changes" in lines
    assert lines[-1] == "warning     with --confirm 60s it comes back by itself, unless you confirm it"
    assert "warning     with --confirm" not in run(stub, "apply", document, "--confirm", "60s")[1]
    stub.plan = {**PLAN, "effect": {**EFFECT, "sessions": {**SESSIONS, "cut": [], "moved": [{**MOVED, "yours": True}], "cut_count": 0}}}
    text = run(stub, "plan", document)[1]
    assert "warning     this moves your own session from 198.51.100.9:50000: from 192.0.2.254 on eth0 to eth1" in unwrapped(text)
    assert "--confirm" not in text


def test_sessions_that_are_not_known(stub, document):
    stub.plan = {**PLAN, "effect": {**EFFECT, "sessions": {**SESSIONS, "cut": [], "moved": [], "cut_count": 0, "moved_count": 0,
                                                           "unavailable": "this kernel cannot list TCP sockets"}}}
    assert run(stub, "plan", document)[1] == SHOWN + "sessions    not known: this kernel cannot list TCP sockets\n"


def test_tokens_that_cannot_be_kept(stub, document, tokens):
    """It is known before anything is applied."""
    tokens.parent.write_text("a file")
    status, text, complaint = run(stub, "apply", document, "--confirm", "60s")
    assert (status, text) == (FAILED, "") and complaint.startswith("multihomectl: nothing is applied")
    assert stub.asked("PUT") == [] and stub.state is None


# ---- refusals ----

def test_file_with_a_mistake(stub, document, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{\n  "version": 1,\n  "arp": {\n    "reply": "some"\n  }\n}\n')
    stub.refusals["PUT", "/v1/config"] = problem(
        422, "invalid-config", "The configuration is not valid", detail="/arp/reply: unknown value.",
        pointer="/arp/reply", expected='"any" or "subnet"', got='"some"')
    for command in ("plan", "apply"):
        status, text, complaint = run(stub, command, str(path))
        assert (status, text) == (FAILED, "")
        assert complaint == (f"multihomectl: {path}:4:14: The configuration is not valid: /arp/reply: unknown value. ("
                             'expected "any" or "subnet"; got "some")\n')


def test_file_without_a_member(stub, tmp_path):
    """What is missing is shown where it should be."""
    path = tmp_path / "bad.json"
    path.write_text('{"routes":\n {"corp": {}}}')
    stub.refusals["PUT", "/v1/config"] = problem(422, "invalid-config", "Not valid", pointer="/routes/corp/to")
    assert f"{path}:2:11: Not valid" in run(stub, "plan", str(path))[2]


def test_file_that_is_no_json(stub, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{\n nonsense")
    stub.refusals["PUT", "/v1/config"] = problem(400, "invalid-body", "The body is not valid",
                                                 detail="The document: invalid token (line 2, column 2).")
    status, _, complaint = run(stub, "plan", str(path))
    assert status == FAILED and complaint.startswith(f"multihomectl: {path}:2:2: The body is not valid")


@pytest.mark.parametrize("answer, status, words", [
    (problem(409, "transaction-pending", "Another transaction is in the way", transaction="40"), CONFLICT, "confirm"),
    (problem(409, "file-edited", "The file was edited meanwhile"), CONFLICT, "multihomectl reload"),
    (problem(412, "precondition-failed", "It is another one by now"), CONFLICT, "try again"),
    (problem(428, "precondition-required", "If-Match is needed"), CONFLICT, "If-Match"),
    (problem(403, "forbidden", "The caller may not do that"), FAILED, "may not"),
    (problem(422, "member-unsupported", "Not supported here", pointer="/groups"), UNSUPPORTED, "Without --strict"),
    (problem(422, "member-pending", "It is not there", pointer="/groups"), UNSUPPORTED, "Without --strict"),
    (problem(500, "operation-failed", "The system refused", state="reverted", transaction="41",
             native={"system": "linux", "code": 28, "text": "ENOSPC"}), FAILED, "as it was before"),
    (problem(500, "operation-failed", "The system refused", state="failed"), FAILED, "could not be taken back whole"),
    ((500, "text/html", b"<html>"), FAILED, "HTTP status 500"),
    (reply(200, [1]), FAILED, "not a JSON object")])
def test_refusals(stub, document, tokens, answer, status, words):
    stub.refusals["PUT", "/v1/config"] = answer
    done, text, complaint = run(stub, "apply", document, "--confirm", "60s")
    assert (done, text) == (status, "") and words in complaint, complaint
    assert not tokens.exists() or list(tokens.iterdir()) == []


def test_usage(stub, document):
    for arguments in (["apply"], ["apply", document, "x"], ["apply", document, "--confirm", "soon"], ["plan", "--strict"],
                      ["apply", document, "--confirm", "0s"], ["config", "set", "arp"], ["config", "unset"],
                      ["config", "a", "b"], ["config", "--strict"], ["confirm", "1", "2"], ["plan", "--yes"]):
        assert run(stub, *arguments)[0] == USAGE, arguments
    assert stub.requests == []


def test_missing_file_and_service(stub, tmp_path, document):
    status, _, complaint = run(stub, "apply", str(tmp_path / "no.json"))
    assert status == FAILED and "no.json" in complaint and stub.requests == []
    assert test_ctl.run("apply", document, socket=str(tmp_path / "nobody"))[0] == UNREACHABLE


# ---- config ----

@pytest.mark.parametrize("member, target", [
    ([], "/v1/config"), (["arp/reply"], "/v1/config/arp/reply"), (["/arp/reply"], "/v1/config/arp/reply"),
    (["address_policy/labels/2001:db8::~132"], "/v1/config/address_policy/labels/2001%3Adb8%3A%3A%2F32"),
    (["interfaces/a b/~01"], "/v1/config/interfaces/a%20b/~1")])
def test_config(stub, member, target):
    status, text, complaint = run(stub, "config", *member)
    assert (status, complaint) == (DONE, "") and json.loads(text) == DOCUMENT
    assert stub.asked() == [("GET", target)]


def test_config_of_any_type(stub):
    stub.refusals["GET", "/v1/config/arp/reply"] = reply(200, "subnet")
    assert run(stub, "config", "arp/reply") == (DONE, '"subnet"\n', "")
    assert test_ctl.on_terminal("--socket", stub.path, "config", "arp/reply") == (DONE, '"subnet"\n')


def test_config_set_and_unset(stub):
    status, text, _ = run(stub, "config", "set", "arp/reply", '"subnet"', "--confirm", "60s")
    assert status == DONE and "waiting to be confirmed" in text
    assert stub.requests[0][:2] == ("PUT", "/v1/config/arp/reply?confirm_timeout=60s")
    assert stub.requests[0][2]["If-Match"] == "*" and stub.requests[0][3] == b'"subnet"'
    assert run(stub, "config", "unset", "arp")[0] == DONE
    assert stub.requests[1][:2] == ("DELETE", "/v1/config/arp") and stub.requests[1][3] == b""
    status, _, complaint = run(stub, "config", "set", "arp/reply", "subnet")
    assert status == USAGE and "quotes" in complaint and len(stub.requests) == 2


# ---- a person at a terminal ----

def test_asks_first(stub, document):
    terminal = Terminal(stub.path, "apply", document).expect(r"\[y/N\] ")
    assert terminal.text.startswith(SHOWN) and "--confirm 60s" in terminal.text
    assert stub.state is None and stub.asked("PUT") == [("PUT", "/v1/config?dry_run=true")]
    assert terminal.type("n\n").end() == FAILED
    assert terminal.text.endswith("multihomectl: nothing is changed\n") and stub.state is None
    terminal = Terminal(stub.path, "apply", document).expect(r"\[y/N\] ").type("y\n")
    assert terminal.end() == DONE and terminal.text.endswith("transaction 41 is confirmed\n")
    assert terminal.text.count("ip address add") == 1
    assert [headers["If-Match"] for method, _, headers, _ in stub.requests if method == "PUT"] == [stub.tag] * 3


def test_asks_nobody_in_vain(stub, document):
    assert Terminal(stub.path, "apply", document, "--yes").end() == DONE
    assert stub.asked("PUT") == [("PUT", "/v1/config")]
    assert Terminal(stub.path, "apply", document, "--json").end() == DONE
    stub.plan = EMPTY
    terminal = Terminal(stub.path, "apply", document)
    assert terminal.end() == DONE and terminal.text == "nothing to do\n"


def test_countdown_and_enter(stub, document, tokens):
    terminal = Terminal(stub.path, "apply", document, "--confirm", "60s").expect(r"\[y/N\] ").type("y\n")
    terminal.expect(r"\r  60 s left: Enter keeps it").expect(r"\r  5[89] s left")
    assert stub.state == "pending"
    assert terminal.type("\n").end() == DONE
    assert terminal.text.endswith("transaction 41 is confirmed\n") and stub.state == "confirmed"
    assert list(tokens.iterdir()) == []


def test_enter_typed_ahead_is_no_confirmation(stub, document):
    terminal = Terminal(stub.path, "apply", document, "--confirm", "60s").expect(r"\[y/N\] ").type("y\n\n")
    terminal.expect("58 s left")
    assert stub.state == "pending"
    assert terminal.type("\n").end() == DONE and stub.state == "confirmed"


def test_countdown_and_confirm_elsewhere(stub, document, tokens):
    terminal = Terminal(stub.path, "apply", document, "--yes", "--confirm", "60s").expect("s left")
    assert run(stub, "confirm")[0] == DONE
    assert terminal.end() == DONE and terminal.text.endswith("\ntransaction 41 is confirmed\n")


def test_countdown_to_the_end(stub, document, tokens):
    terminal = Terminal(stub.path, "apply", document, "--yes", "--confirm", "2s")
    assert terminal.end() == FAILED
    seconds = [int(number) for number in re.findall(r"\r +(\d+) s left", terminal.text)]
    assert seconds == sorted(seconds, reverse=True) and seconds[0] == 2 and seconds[-1] == 0
    assert terminal.text.endswith("\ntransaction 41 is reverted\n") and list(tokens.iterdir()) == []


def test_interrupt_leaves_it(stub, document, tokens):
    terminal = Terminal(stub.path, "apply", document, "--yes", "--confirm", "60s").expect("s left")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == FAILED
    assert re.search(r"\n  Left alone: it is reverted in \d+ s, unless `multihomectl confirm` keeps it before.\n$",
                     terminal.text)
    assert stub.state == "pending" and run(stub, "confirm")[0] == DONE and stub.state == "confirmed"


def test_countdown_goes_on_without_answers(stub, document):
    """While the network is changed the service may not answer."""
    terminal = Terminal(stub.path, "apply", document, "--yes", "--confirm", "60s").expect("60 s left")
    stub.refusals["GET", "/v1/transactions/41"] = (500, "text/html", b"<html>")
    terminal.expect("58 s left")
    stub.refusals["GET", "/v1/transactions/41"] = reply(200, [1])
    terminal.expect("57 s left")
    stub.pause = 10
    terminal.expect("5[0-4] s left")
    stub.pause = 0
    del stub.refusals["GET", "/v1/transactions/41"]
    assert terminal.type("\n").end() == DONE


def test_document_on_standard_input_is_not_the_answer(stub):
    """Standard input is the document: nobody is asked, and nothing is read from it as Enter."""
    done = subprocess.run([CTL, "--socket", stub.path, "apply", "-"], input=json.dumps(DOCUMENT).encode() + b"\n",
                          capture_output=True, timeout=60, env=test_ctl.environment())
    assert done.returncode == DONE and stub.state == "confirmed"


# ---- the real service ----

HOST = {
    "system": "linux", "hostname": "web1",
    "interfaces": {"eth0": {"mac": "02:00:00:00:00:01", "addresses": ["192.0.2.1/24"]},
                   "eth1": {"mac": "02:00:00:00:00:02", "addresses": ["198.51.100.7/24"]}},
    "routes": [{"destination": "default", "via": "192.0.2.254"}]}


@pytest.fixture
def service(start):
    running = start(HOST)
    if "PUT" not in running.request("OPTIONS", "/v1/config").headers["Allow"]:
        pytest.skip("this build of the service takes no PUT /v1/config")
    return running


def addresses(service):
    return {item["address"] for item in service.get("/v1/addresses?interface=eth0").json["items"]}


def test_real_session(service, document, tokens):
    socket = service.socket
    assert run(socket, "plan") == (DONE, "nothing to do\n", "")
    status, text, _ = run(socket, "plan", document)
    assert status == DONE and text.startswith("/addresses/second\n  + ip address add 192.0.2.2/24 dev eth0\n1 comes\n")
    assert "scenario    IPv4 simple-multihoming → " in text and "192.0.2.2" not in addresses(service)
    status, text, _ = run(socket, "apply", document, "--confirm", "60s")
    assert status == DONE and "is waiting to be confirmed\n" in text and "192.0.2.2" in addresses(service)
    assert json.loads(run(socket, "config")[1]) == {}
    status, _, complaint = run(socket, "apply", document)
    assert status == CONFLICT and "multihomectl revert" in complaint
    assert "pending" in run(socket, "transactions")[1]
    status, text, _ = run(socket, "confirm")
    assert status == DONE and re.match(r"transaction \d+ is confirmed", text)
    assert json.loads(run(socket, "config", "addresses/second")[1])["address"] == "192.0.2.2/24"
    assert run(socket, "apply", document) == (DONE, "nothing to do\n", "")
    status, text, _ = run(socket, "config", "unset", "addresses/second")
    assert status == DONE and "  - ip address del" in text and "192.0.2.2" not in addresses(service)
    assert list(tokens.iterdir()) == []


def test_real_revert(service, document):
    run(service.socket, "apply", document, "--confirm", "60s")
    status, text, _ = run(service.socket, "revert")
    assert status == DONE and " is reverted" in text and "192.0.2.2" not in addresses(service)
    assert json.loads(run(service.socket, "config")[1]) == {}


def test_real_countdown(service, document, tokens):
    """Nobody confirms: the host is as it was, and the person is told."""
    terminal = Terminal(service.socket, "apply", document, "--confirm", "2s").expect(r"\[y/N\] ").type("y\n")
    terminal.expect("1 s left")
    assert "192.0.2.2" in addresses(service)
    assert terminal.end() == FAILED and re.search(r"\ntransaction \d+ is reverted", terminal.text)
    assert "192.0.2.2" not in addresses(service) and list(tokens.iterdir()) == []


def test_real_enter(service, document):
    terminal = Terminal(service.socket, "apply", document, "--yes", "--confirm", "60s").expect("59 s left")
    assert terminal.type("\n").end() == DONE
    assert "192.0.2.2" in addresses(service)


def test_real_refusals(service, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{\n  "arp": {\n    "reply": "some"\n  }\n}\n')
    status, _, complaint = run(service.socket, "apply", str(path))
    assert status == FAILED and complaint.startswith(f"multihomectl: {path}:3:14: ") and '"interface"' in complaint
    path.write_text('{"addresses": {"a": {"interface": "eth7", "address": "192.0.2.2/24"}}}')
    assert run(service.socket, "plan", str(path), "--strict")[0] == UNSUPPORTED
    status, text, _ = run(service.socket, "apply", str(path))
    assert status == DONE and re.search(r"^pending     /addresses/a: ", text, re.M)


def test_real_reload(service, document):
    service.write_config(DOCUMENT)
    status, text, _ = run(service.socket, "reload")
    assert status == DONE and "+ ip address add 192.0.2.2/24 dev eth0" in text and "192.0.2.2" in addresses(service)
