"""multihomectl, black box: tables, JSON, exit codes, what it does with hostile answers and with no answer at all.

The first part speaks to a stand-in that serves canned answers on a UNIX socket, so that answers can be wrong, hostile
or cut off; the second part to the real service with a simulated host."""
import errno
import fcntl
import http.server
import json
import os
import pty
import re
import shutil
import signal
import socketserver
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.parse

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("MH_BUILD") or os.path.join(ROOT, "build", "dev")
CTL = os.path.join(BUILD, "src", "ctl", "multihomectl")
DAEMON = os.path.join(BUILD, "src", "daemon", "multihomed")

DONE, FAILED, USAGE, UNREACHABLE, CONFLICT, UNSUPPORTED = range(6)
EVIL = "e\x1b]0;title\x07\nth\u202e"
EVIL_SHOWN = r"e\x1b]0;title\x07\x0ath\u{202e}"


# ---- the stand-in ----

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "local"

    def log_message(self, *_):
        pass

    def do_GET(self):
        stub = self.server.stub
        stub.requests.append((self.path, dict(self.headers)))
        path = urllib.parse.urlsplit(self.path).path
        answer = stub.answers.get(self.path, stub.answers.get(path))
        if answer is None:
            answer = problem(404, "not-found", "No such resource")
        answer(self) if callable(answer) else self.answer(*answer)

    def answer(self, status, media_type, body):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, *chunks):
        """The chunks, and the stream's proper end."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Stub:
    """`answers`: path (with or without query) to (status, media type, body), or to a function of the handler."""

    def __init__(self, path):
        self.path, self.requests, self.answers = str(path), [], dict(ANSWERS)
        self.server = Server(self.path, Handler)
        self.server.stub = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def targets(self):
        return [target for target, _ in self.requests]


def ok(value):
    return (200, "application/json", json.dumps(value).encode() + b"\n")


def problem(status, kind, title, **members):
    value = {"type": f"https://multihomed.invalid/problems/{kind}", "title": title, "status": status, **members}
    return (status, "application/problem+json", json.dumps(value).encode())


def page(*items, cursor=None):
    return ok({"generation": 7, "items": items, "next": cursor})


def address(text, length, interface, scope="global", owner="static", flags=()):
    return {"address": text, "prefix_length": length, "family": "ipv6" if ":" in text else "ipv4",
            "interface": interface, "scope": scope, "flags": list(flags), "owner": owner}


def interface(name, index, *addresses, **members):
    return {"name": name, "index": index, "kind": "veth", "role": "external", "mac": f"02:00:00:00:00:{index:02x}",
            "mtu": 1500, "up": True, "carrier": True, "master": None, "domain": None, "addresses": list(addresses),
            **members}


def hop(gateway, name, weight=1, alive=True):
    return {"gateway": gateway, "interface": name, "weight": weight, "alive": alive}


def route(destination, *hops, **members):
    return {"destination": destination, "family": "ipv6" if ":" in destination else "ipv4", "table": "main",
            "type": "unicast", "metric": 0, "protocol": "static", "owner": "static", "preferred_source": None,
            "next_hops": list(hops), **members}


SCENARIO = {
    "generation": 7,
    "ipv4": {"multihomed": True, "scenarios": [
        {"kind": "simple-multihoming", "reference": "RFC 1122 3.3.4.1",
         "members": [{"interface": "eth0", "address": "192.0.2.1"}, {"interface": "eth1", "address": "198.51.100.1"}],
         "evidence": ["eth0 and eth1 share no subnet and no bridge joins them, so that they count as two separate "
                      "links."]}]},
    "ipv6": {"multihomed": False, "scenarios": [
        {"kind": "single-homed", "members": [{"interface": "eth0", "address": "2001:db8::1"}], "evidence": []}]}}

STATUS = {
    "hostname": "web1", "system": "Linux 6.1.0", "backend": "linux", "version": "0.1.0", "generation": 7,
    "scenario": {"ipv4": {"multihomed": True, "kinds": ["simple-multihoming"]},
                 "ipv6": {"multihomed": False, "kinds": ["single-homed"]}},
    "counts": {"interfaces": 3, "addresses": 4, "routes": {"ipv4": 12, "ipv6": 9}, "rules": 6, "neighbors": 2},
    "last_resync": {"time": "2026-01-01T00:00:00.000Z", "reason": "start", "count": 1}}

INTERFACES = [
    interface("lo", 1, address("127.0.0.1", 8, "lo", "host", "kernel"), kind="loopback", role="internal", mac=None),
    interface("eth0", 2, address("192.0.2.1", 24, "eth0"), address("fe80::1%eth0", 64, "eth0", "link", "kernel")),
    interface("eth1", 3, up=False, carrier=False), interface("eth2", 4, carrier=False)]

DEFAULT = route("0.0.0.0/0", hop("192.0.2.254", "eth0"), metric=100, owner="dhcp")

ANSWERS = {
    "/v1/status": ok(STATUS),
    "/v1/scenario": ok(SCENARIO),
    "/v1/interfaces": page(*INTERFACES),
    "/v1/interfaces/eth0": ok({"generation": 7, **INTERFACES[1]}),
    "/v1/addresses": page(*[item for one in INTERFACES for item in one["addresses"]]),
    "/v1/routes": page(DEFAULT),
    "/v1/routes?family=ipv6&table=main&limit=1": page(route("2001:db8::/64", hop(None, "eth0"))),
    "/v1/topology": lambda handler: handler.answer(200, "text/plain", handler.headers["Accept"].encode()),
}


@pytest.fixture
def stub(tmp_path):
    server = Stub(tmp_path / "api.sock")
    yield server
    server.close()


# ---- running it ----

def environment(**changes):
    """Without what would change the output, and with sanitizer reports that fail a test."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "MULTIHOMED_SOCKET", "http_proxy", "ALL_PROXY")}
    return {**kept, "ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99", "TERM": "xterm", **changes}


def run(*arguments, socket=None, **changes):
    command = [CTL, *(["--socket", socket] if socket else []), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment(**changes), stdin=subprocess.DEVNULL)
    assert done.returncode != 99, done.stderr.decode(errors="replace")
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def on_terminal(*arguments, columns=80, **changes):
    """Runs it on a terminal of its own. Returns status and output, with line ends as they were written."""
    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([CTL, *arguments], stdin=slave, stdout=slave, stderr=subprocess.PIPE,
                               env=environment(**changes))
    os.close(slave)
    output = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError as error:
            assert error.errno == errno.EIO
            part = b""
        if not part:
            break
        output += part
    os.close(master)
    complaint = process.communicate(timeout=60)[1]
    assert process.returncode != 99, complaint.decode(errors="replace")
    return process.returncode, output.decode()


def check_table(text):
    assert text.endswith("\n")
    for line in text.splitlines():
        assert line == line.rstrip(), f"spaces at the end: {line!r}"
        assert "\x1b" not in line


def check_help(command, operands, *options):
    """The command is listed, explained and completed; returns what its own help says."""
    assert "  %s %s " % (command, operands) in run("help")[1]
    own = run("help", command)[1]
    for option in options:
        assert option in own
    assert max(map(len, own.splitlines())) <= 80
    for shell in ("bash", "zsh", "fish"):
        assert command in run("completion", shell)[1]
    return own


def spoiled(value):
    """A copy in which every text is a hostile one."""
    if isinstance(value, dict):
        return {name: spoiled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [spoiled(item) for item in value]
    return EVIL if isinstance(value, str) else value


# ---- the commands ----

def test_status(stub):
    status, text, complaint = run("status", socket=stub.path)
    assert (status, complaint) == (DONE, "")
    lines = text.splitlines()
    assert lines[0] == "host      web1 (Linux 6.1.0), multihomed 0.1.0"
    assert lines[1] == "IPv4      multihomed: simple-multihoming over eth0 and eth1"
    assert lines[2] == "IPv6      single-homed: 2001:db8::1 on eth0"
    assert lines[3] == "routes    12 IPv4, 9 IPv6; default by 192.0.2.254 (eth0)"
    assert re.fullmatch(r"state     generation 7, read anew \d+ (s|min|h|days) ago \(start\)", lines[4])
    assert len(lines) == 5


def test_status_with_less(stub):
    """What only adds to the picture may be missing: another version, another system."""
    stub.answers = {"/v1/status": ok(STATUS)}
    status, text, complaint = run("status", socket=stub.path)
    assert (status, complaint) == (DONE, "")
    assert "IPv4      multihomed: simple-multihoming\n" in text
    assert "routes    12 IPv4, 9 IPv6\n" in text
    stub.answers = {"/v1/status": ok({})}
    assert run("status", socket=stub.path)[0] == DONE


def test_status_without_default_route(stub):
    stub.answers["/v1/routes"] = page(route("10.0.0.0/8", hop(None, "eth0")))
    assert "routes    12 IPv4, 9 IPv6; no default\n" in run("status", socket=stub.path)[1]


def test_status_default_routes_of_both_families(stub):
    stub.answers["/v1/routes"] = page(route("0.0.0.0/0", hop("192.0.2.254", "eth0"), hop("198.51.100.254", "eth1")))
    stub.answers["/v1/routes?family=ipv6&table=main&limit=1"] = page(route("::/0", hop("fe80::9%eth0", "eth0")))
    text = run("status", socket=stub.path)[1]
    assert "; default by 192.0.2.254 (eth0) and 198.51.100.254 (eth1), IPv6 by fe80::9 (eth0)\n" in text


def test_scenario(stub):
    status, text, complaint = run("scenario", socket=stub.path)
    assert (status, complaint) == (DONE, "")
    check_table(text)
    assert "IPv4: multihomed\n  simple-multihoming\n" in text
    assert "    members   192.0.2.1 on eth0\n              198.51.100.1 on eth1\n" in text
    assert "IPv6: not multihomed\n  single-homed\n" in text
    assert "RFC 1122 3.3.4.1" in text
    evidence = re.sub(r"\s+", " ", text)
    assert SCENARIO["ipv4"]["scenarios"][0]["evidence"][0] in evidence
    assert max(map(len, text.splitlines())) <= 80


def test_interfaces(stub):
    status, text, _ = run("interfaces", socket=stub.path)
    assert status == DONE
    check_table(text)
    assert text.splitlines() == [
        "INTERFACE  KIND      ROLE      STATE       ADDRESSES",
        "lo         loopback  internal  up          127.0.0.1/8",
        "eth0       veth      external  up          192.0.2.1/24",
        "                                           fe80::1/64",
        "eth1       veth      external  down",
        "eth2       veth      external  no carrier"]


def test_one_interface(stub):
    status, text, _ = run("interfaces", "eth0", socket=stub.path)
    assert status == DONE
    check_table(text)
    for line in ("eth0", "  mac       02:00:00:00:00:02", "  mtu       1500", "  addresses 192.0.2.1/24 (global, static)"):
        assert line in text.splitlines()


@pytest.mark.parametrize("name, target", [
    ("a b", "/v1/interfaces/a%20b"), ("a/b", "/v1/interfaces/a%2Fb"), ("..", "/v1/interfaces/.."),
    ("é", "/v1/interfaces/%C3%A9"), ("index:3", "/v1/interfaces/index:3"), ("index:/", "/v1/interfaces/index:%2F"),
    ("a%b", "/v1/interfaces/a%25b"), ("x?y=1", "/v1/interfaces/x%3Fy%3D1")])
def test_names_are_encoded(stub, name, target):
    status, _, complaint = run("interfaces", name, socket=stub.path)
    assert status == FAILED and "No such resource" in complaint
    assert stub.targets() == [target]


def test_names_alone(stub):
    assert run("interfaces", "--names", socket=stub.path) == (DONE, "lo\neth0\neth1\neth2\n", "")


def test_addresses(stub):
    stub.answers["/v1/addresses"] = page(
        address("192.0.2.1", 24, "eth0"), address("fe80::1%eth0", 64, "eth0", "link", "kernel"),
        address("2001:db8::1", 64, "eth1", owner="ra", flags=["deprecated", "temporary"]))
    status, text, _ = run("addresses", socket=stub.path)
    assert status == DONE
    check_table(text)
    assert text.splitlines() == [
        "INTERFACE  ADDRESS         SCOPE   OWNER   FLAGS",
        "eth0       192.0.2.1/24    global  static",
        "eth0       fe80::1/64      link    kernel",
        "eth1       2001:db8::1/64  global  ra      deprecated,temporary"]


def test_routes(stub):
    stub.answers["/v1/routes"] = page(
        DEFAULT, route("203.0.113.0/24", hop("192.0.2.254", "eth0", 1), hop("198.51.100.254", "eth1", 3, False)),
        route("192.0.2.0/24", hop(None, "eth0"), preferred_source="192.0.2.1", owner="kernel"),
        route("198.18.0.0/15", type="blackhole"), route("192.0.2.1/32", hop(None, "eth0"), type="local", table="local"))
    status, text, _ = run("routes", socket=stub.path)
    assert status == DONE
    check_table(text)
    assert [re.split(r" {2,}", line.strip()) for line in text.splitlines()] == [
        ["DESTINATION", "NEXT HOP", "INTERFACE", "METRIC", "TABLE", "OWNER", "SOURCE"],
        ["0.0.0.0/0", "192.0.2.254", "eth0", "100", "main", "dhcp"],
        ["203.0.113.0/24", "192.0.2.254 weight 1", "eth0", "0", "main", "static"],
        ["198.51.100.254 weight 3 dead", "eth1"],
        ["192.0.2.0/24", "on-link", "eth0", "0", "main", "kernel", "192.0.2.1"],
        ["198.18.0.0/15", "blackhole", "0", "main", "static"],
        ["192.0.2.1/32", "local", "eth0", "0", "local", "static"]]


def test_filters(stub):
    run("routes", "-4", "--interface", "a b", "--table=main", "--owner", "dhcp", socket=stub.path)
    run("addresses", "--family", "6", socket=stub.path)
    queries = [urllib.parse.parse_qs(urllib.parse.urlsplit(target).query) for target in stub.targets()]
    assert [{name: value for name, [value] in query.items() if name != "limit"} for query in queries] == [
        {"interface": "a b", "family": "ipv4", "table": "main", "owner": "dhcp"}, {"family": "ipv6"}]


def serve_pages(stub, pages):
    """The n-th page is asked for with the cursor "c&n"; some may be empty."""
    def answer(handler):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
        number = int(query.get("cursor", ["c&0"])[0][2:])
        following = f"c&{number + 1}" if number + 1 < len(pages) else None
        handler.answer(*page(*pages[number], cursor=following))
    stub.answers["/v1/routes"] = answer


def test_paging(stub):
    serve_pages(stub, [[], [route(f"10.0.{i}.0/24", hop(None, "eth0")) for i in range(3)], [],
                       [route("10.200.200.0/24", hop("192.0.2.254", "a-long-interface"))]])
    status, text, _ = run("routes", socket=stub.path)
    assert status == DONE
    check_table(text)
    assert text.count("DESTINATION") == 1 and len(text.splitlines()) == 5
    status, text, _ = run("routes", "--json", socket=stub.path)
    assert status == DONE
    merged = json.loads(text)
    assert [item["destination"] for item in merged["items"]] == [
        "10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.200.200.0/24"]
    assert merged["next"] is None and merged["generation"] == 7


def test_paging_without_progress(stub):
    stub.answers["/v1/routes"] = page(DEFAULT, cursor="again")
    status, _, complaint = run("routes", socket=stub.path)
    assert status == FAILED and "same page" in complaint


def test_paging_that_breaks_off(stub):
    stub.answers["/v1/routes"] = page(DEFAULT, cursor="x")
    stub.answers["/v1/routes?limit=1000&cursor=x"] = problem(400, "invalid-parameter", "The cursor is old")
    status, text, complaint = run("routes", socket=stub.path)
    assert status == FAILED and "0.0.0.0/0" in text and complaint == "multihomectl: The cursor is old\n"


def test_nothing_to_list(stub):
    stub.answers["/v1/routes"] = page()
    assert run("routes", socket=stub.path) == (DONE, "", "multihomectl: no routes\n")


@pytest.mark.parametrize("command, target", [
    (["status"], "/v1/status"), (["scenario"], "/v1/scenario"), (["interfaces"], "/v1/interfaces"),
    (["interfaces", "eth0"], "/v1/interfaces/eth0"), (["addresses"], "/v1/addresses"), (["routes"], "/v1/routes")])
def test_json_as_it_is(stub, command, target):
    status, text, complaint = run(*command, "--json", socket=stub.path)
    assert (status, complaint) == (DONE, "")
    assert text.encode() == ANSWERS[target][2]


def test_json_on_a_terminal(stub):
    stub.answers["/v1/interfaces"] = page(interface(EVIL, 1))
    status, text = on_terminal("--socket", stub.path, "interfaces", "--json")
    assert status == DONE
    assert '\n  "items": [\n' in text
    assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text
    assert json.loads(text)["items"][0]["name"] == EVIL


@pytest.mark.parametrize("option, media_type", [
    ([], "text/plain"), (["--dot"], "text/vnd.graphviz"), (["--svg"], "image/svg+xml")])
def test_topology(stub, option, media_type):
    assert run("topology", *option, socket=stub.path) == (DONE, media_type + "\n", "")


def test_topology_on_a_terminal(stub):
    stub.answers["/v1/topology"] = (200, "text/plain", "web1\n└─ eth0 \x1b[31m\n".encode())
    assert on_terminal("--socket", stub.path, "topology") == (DONE, "web1\n└─ eth0 \\x1b[31m\n")


# ---- events ----

EVENT = {"instance": "i", "sequence": 4, "time": "2026-11-23T04:00:00.123Z", "type": "address-added",
         "subject": "192.0.2.1/24", "generation": 8, "interface": "eth0", "count": 2}


def test_events(stub):
    line = json.dumps(EVENT).encode()
    stub.answers["/v1/events"] = lambda handler: handler.stream(line[:20], line[20:] + b"\n\n" + line + b"\n", b"\n")
    status, text, complaint = run("events", socket=stub.path)
    assert status == UNREACHABLE and complaint == "multihomectl: the service has ended the stream\n"
    shown = "2026-11-23T04:00:00.123Z  address-added      192.0.2.1/24 interface=eth0 count=2"
    assert text.splitlines() == [shown, shown]
    assert stub.requests[0][1]["Accept"] == "application/x-ndjson"


@pytest.mark.parametrize("members, shown", [
    ({"culprit": {"pid": 812, "process": "NetworkManager"}}, "culprit=NetworkManager(812)"),
    ({"culprit": None, "culprit_unknown": "it had ended"}, "culprit=unknown(it had ended)"),
    ({"culprit": {"pid": 1, "process": EVIL}}, "culprit=" + EVIL_SHOWN + "(1)"),
    ({"culprit": {}}, "culprit=(0)"), ({"culprit": 7}, "culprit=unknown()")])
def test_events_with_a_culprit(stub, members, shown):
    event = {**EVENT, "type": "config-restored", "subject": "/rules/guests", **members}
    stub.answers["/v1/events"] = lambda handler: handler.stream(json.dumps(event).encode() + b"\n")
    text = run("events", socket=stub.path)[1]
    assert text == "2026-11-23T04:00:00.123Z  config-restored    /rules/guests interface=eth0 count=2 " + shown + "\n"


def test_events_as_json(stub):
    stub.answers["/v1/events?since=3"] = lambda handler: handler.stream(json.dumps(EVENT).encode() + b"\n")
    status, text, _ = run("events", "--json", "--since", "3", socket=stub.path)
    assert status == UNREACHABLE and json.loads(text) == EVENT


def test_events_refused(stub):
    stub.answers["/v1/events"] = problem(410, "events-gone", "The events are gone", detail="Ask for newer ones.")
    assert run("events", socket=stub.path) == (
        FAILED, "", "multihomectl: The events are gone: Ask for newer ones.\n")


def test_events_cut_off(stub):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"ff\r\n{")
        handler.close_connection = True
    stub.answers["/v1/events"] = answer
    status, _, complaint = run("events", socket=stub.path)
    assert status == UNREACHABLE and "the service is gone" in complaint


def follow(stub, *arguments, stdout=subprocess.PIPE):
    """Starts `events` with a stream that goes on, and waits for its first line."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        line = json.dumps(EVENT).encode() + b"\n"
        while True:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            handler.wfile.flush()
            time.sleep(0.05)
    stub.answers["/v1/events"] = answer
    return subprocess.Popen([CTL, "--socket", stub.path, "events", *arguments], stdout=stdout, stderr=subprocess.PIPE,
                            env=environment())


def test_events_until_interrupted(stub):
    process = follow(stub)
    assert process.stdout.readline().startswith(b"2026-11-23T04:00:00.123Z")
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=5)
    assert (process.returncode, complaint) == (DONE, b"")


def test_events_into_a_closed_pipe(stub):
    process = follow(stub)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=5) == FAILED
    assert process.stderr.read() == b""
    process.stderr.close()


# ---- hostile answers ----

@pytest.mark.parametrize("command", [["interfaces"], ["interfaces", "eth0"], ["interfaces", "--names"], ["addresses"],
                                     ["routes"], ["status"], ["scenario"], ["events"]])
def test_hostile_strings(stub, command):
    """Every text that the service gives, in every command, shown on a terminal."""
    def poison(value):
        if isinstance(value, dict):
            return {key: poison(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return EVIL if isinstance(value, str) and "next" not in value else value
    for target, answer in list(stub.answers.items()):
        if not callable(answer):
            stub.answers[target] = ok(poison(json.loads(answer[2])))
    line = json.dumps(poison(EVENT)).encode() + b"\n"
    stub.answers["/v1/events"] = lambda handler: handler.stream(line)
    status, text = on_terminal("--socket", stub.path, *command, NO_COLOR="1")
    assert status == (UNREACHABLE if command == ["events"] else DONE)
    assert EVIL_SHOWN in text
    assert not set(text) & set("\x1b\x07\u202e\r")


def test_hostile_problem(stub):
    stub.answers["/v1/scenario"] = problem(400, "x", "Bad " + EVIL, detail=EVIL, pointer="/" + EVIL)
    status, _, complaint = run("scenario", socket=stub.path)
    assert status == FAILED
    assert complaint == f"multihomectl: Bad {EVIL_SHOWN}: {EVIL_SHOWN} (at /{EVIL_SHOWN})\n"


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{", b'"x"', b'{"a":"\xff"}', b"[" * 100000])
def test_answers_that_are_no_json(stub, body):
    stub.answers["/v1/scenario"] = (200, "application/json", body)
    for option in ([], ["--json"]):
        status, text, complaint = run("scenario", *option, socket=stub.path)
        assert status == FAILED and text == "" and "not what this program understands" in complaint


@pytest.mark.parametrize("items", [None, {}, "x"])
def test_lists_that_are_none(stub, items):
    stub.answers["/v1/routes"] = ok({"generation": 1, "items": items, "next": None})
    status, text, complaint = run("routes", socket=stub.path)
    assert status == FAILED and text == "" and "no items" in complaint


@pytest.mark.parametrize("command", ["interfaces", "addresses", "routes"])
def test_items_of_other_types(stub, command):
    stub.answers[f"/v1/{command}"] = page(
        None, 5, [], {}, "text", {"next_hops": 5, "addresses": "x", "flags": {"a": 1}, "metric": "x", "name": []},
        {"next_hops": [None, 5], "addresses": [7], "flags": [1, None], "prefix_length": 1e300})
    assert run(command, socket=stub.path)[0] == DONE


# ---- errors ----

@pytest.mark.parametrize("http_status, kind, expected", [
    (400, "invalid", FAILED), (403, "forbidden", FAILED), (404, "not-found", FAILED), (409, "conflict", CONFLICT),
    (412, "stale", CONFLICT), (428, "precondition-required", CONFLICT), (500, "internal", FAILED),
    (501, "unsupported", UNSUPPORTED), (422, "unsupported", UNSUPPORTED), (503, "busy", FAILED)])
def test_exit_codes(stub, http_status, kind, expected):
    stub.answers["/v1/scenario"] = problem(http_status, kind, "Title", detail="Detail.")
    assert run("scenario", socket=stub.path) == (expected, "", "multihomectl: Title: Detail.\n")


def test_problem_with_everything(stub):
    stub.answers["/v1/scenario"] = problem(
        422, "invalid-config", "The document is wrong", detail="It is no address.", pointer="/uplinks/isp1",
        expected="IPv4 address", got="198.51.100", native={"system": "linux", "code": 22, "text": "EINVAL"})
    assert run("scenario", socket=stub.path)[2] == (
        "multihomectl: The document is wrong: It is no address. (at /uplinks/isp1; expected IPv4 address; got 198.51.100; "
        "linux EINVAL 22)\n")


def test_error_that_is_no_problem_document(stub):
    stub.answers["/v1/scenario"] = (502, "text/html", b"<h1>Bad Gateway</h1>")
    assert run("scenario", socket=stub.path) == (
        FAILED, "", "multihomectl: the service refused with HTTP status 502\n")


def test_redirects_are_not_followed(stub):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", "/v1/status")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    stub.answers["/v1/scenario"] = answer
    assert run("scenario", socket=stub.path)[0] == FAILED
    assert stub.targets() == ["/v1/scenario"]


def test_unreachable(tmp_path):
    path = str(tmp_path / "none.sock")
    status, text, complaint = run("status", socket=path)
    assert (status, text) == (UNREACHABLE, "")
    assert path in complaint and "systemctl start multihomed" in complaint and "--socket" in complaint
    assert run("status", MULTIHOMED_SOCKET=path) == (UNREACHABLE, "", complaint)


def test_stale_socket(stub):
    stub.close()
    status, _, complaint = run("status", socket=stub.path)
    assert status == UNREACHABLE and "refused" in complaint


def test_socket_path_too_long():
    status, _, complaint = run("status", socket="/tmp/" + "x" * 200)
    assert status == UNREACHABLE and complaint.startswith("multihomectl: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may do everything, which is the point of the test")
def test_forbidden_socket(stub):
    os.chmod(stub.path, 0o600)
    program = os.path.join("/tmp", f"multihomectl-{os.getpid()}")
    shutil.copy(CTL, program)
    os.chmod(program, 0o755)
    for directory in (os.path.dirname(stub.path), os.path.dirname(os.path.dirname(stub.path)),
                      os.path.dirname(os.path.dirname(os.path.dirname(stub.path)))):
        os.chmod(directory, 0o755)
    try:
        done = subprocess.run([program, "--socket", stub.path, "status"], capture_output=True, timeout=60, user=65534,
                              group=65534, extra_groups=[], env=environment())
    finally:
        os.unlink(program)
    assert done.returncode == UNREACHABLE
    assert b"you may not use the service" in done.stderr and b"group multihomed" in done.stderr


def test_server_that_hangs_up(stub):
    def answer(handler):
        handler.close_connection = True
    stub.answers["/v1/scenario"] = answer
    assert run("scenario", socket=stub.path)[0] == UNREACHABLE


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["--nonsense"], ["status", "x"], ["status", "--table", "main"], ["completion"],
    ["completion", "tcsh"], ["help", "nonsense"], ["routes", "--family", "ipx"], ["events", "--since", "x"],
    ["topology", "--dot", "--svg"], ["--socket"], ["--socket", "a", "--url", "http://b", "status"],
    ["--url", "ftp://x", "status"], ["--token-file", "x", "status"], ["interfaces", "--names", "eth0"],
    ["interfaces", "a", "b"]])
def test_usage_errors(arguments):
    status, text, complaint = run(*arguments)
    assert (status, text) == (USAGE, "")
    assert complaint.startswith("multihomectl: ")


# ---- TCP and the token ----

@pytest.fixture
def tcp_stub():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.stub = type("Record", (), {"requests": [], "answers": dict(ANSWERS)})()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_url_and_token(tcp_stub, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret-token\n")
    url = f"http://127.0.0.1:{tcp_stub.server_port}/"
    status, text, complaint = run("--url", url, "--token-file", str(token), "scenario", http_proxy="http://127.0.0.1:9")
    assert (status, complaint) == (DONE, "") and "IPv4: multihomed" in text
    target, headers = tcp_stub.stub.requests[0]
    assert target == "/v1/scenario" and headers["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("content", ["", "\n", "a b", "a\r\nX-Injected: 1", "é"])
def test_bad_tokens(tmp_path, content):
    token = tmp_path / "token"
    token.write_text(content)
    status, _, complaint = run("--url", "http://127.0.0.1:9", "--token-file", str(token), "status")
    assert status == FAILED and "holds no token" in complaint


def test_missing_token_file(tmp_path):
    status, _, complaint = run("--url", "http://127.0.0.1:9", "--token-file", str(tmp_path / "no"), "status")
    assert status == FAILED and "No such file" in complaint


def test_unreachable_url():
    status, _, complaint = run("--url", "http://127.0.0.1:9", "status")
    assert status == UNREACHABLE and "http://127.0.0.1:9" in complaint and "--listen" in complaint


# ---- the terminal ----

def test_colour(stub):
    plain = run("interfaces", socket=stub.path)[1]
    assert "\x1b" not in plain
    arguments = ("--socket", stub.path, "interfaces")
    status, coloured = on_terminal(*arguments)
    assert status == DONE and "\x1b[32mup\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert on_terminal(*arguments, NO_COLOR="1") == (DONE, plain)
    assert on_terminal(*arguments, TERM="dumb") == (DONE, plain)
    assert "\x1b[" in on_terminal(*arguments, NO_COLOR="")[1]  # no-color.org: empty is not set


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_narrow_terminals(stub, columns):
    stub.answers["/v1/routes"] = page(
        route("2001:db8:1111:2222::/64", hop("fe80::1111:2222:3333:4444%eth0", "eth0"), metric=1024, owner="kernel",
              preferred_source="2001:db8:1111:2222::1"))
    for command in ("status", "scenario", "interfaces", "addresses", "routes"):
        status, text = on_terminal("--socket", stub.path, command, columns=columns, NO_COLOR="1")
        assert status == DONE
        check_table(text)
        assert max(map(len, text.splitlines())) <= max(columns, 50 if command == "routes" else columns), text
    assert "2001:db8:1111:2222::1" in text


def test_wide_characters_line_up(stub):
    stub.answers["/v1/interfaces"] = page(interface("網路", 1), interface("e\u0301", 2), interface("eth0", 3))
    rows = run("interfaces", socket=stub.path)[1].splitlines()[1:]
    assert rows == ["網路       veth  external  up", "e\u0301          veth  external  up", "eth0       veth  external  up"]


# ---- output that fails ----

def test_full_disk(stub):
    with open("/dev/full", "w") as full:
        done = subprocess.run([CTL, "--socket", stub.path, "routes"], stdout=full, stderr=subprocess.PIPE, timeout=60,
                              env=environment())
    assert done.returncode == FAILED and b"No space left" in done.stderr


def test_closed_pipe(stub):
    serve_pages(stub, [[route(f"10.{i}.{j}.0/24", hop(None, "eth0")) for j in range(256)] for i in range(20)])
    process = subprocess.Popen([CTL, "--socket", stub.path, "routes"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment())
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == FAILED
    assert process.stderr.read() == b""
    process.stderr.close()
    assert len(stub.requests) < 20  # it did not go on asking


# ---- help, version, completion ----

def test_version():
    assert re.fullmatch(r"multihomectl \d+\.\d+\.\d+\n", run("--version")[1])


def test_help():
    status, text, _ = run("help")
    assert status == DONE and run("--help") == (DONE, text, "")
    check_table(text)
    commands = re.findall(r"^  ([a-z-]+)", text.split("commands:\n")[1].split("\n\n")[0], re.M)
    assert set(commands) >= {"status", "scenario", "interfaces", "addresses", "routes", "events", "topology",
                             "completion", "help"}
    for command in commands:
        status, one, _ = run("help", command)
        assert status == DONE and one.startswith(f"usage: multihomectl {command}")
        assert run(command, "--help") == (DONE, one, "")
        assert max(map(len, one.splitlines())) <= 80


def complete_bash(directory, words, interfaces="eth0\neth1\nwlan0\n"):
    """What bash offers for the last word; `multihomectl` is played by a script that lists interfaces."""
    script = directory / "multihomectl"
    listing = directory / "names"
    listing.write_text(interfaces)
    script.write_text(f"#!/bin/sh\n[ \"$*\" = 'interfaces --names' ] && cat {listing}\n")
    script.chmod(0o755)
    completion = run("completion", "bash")[1]
    quoted = " ".join("'" + word + "'" for word in words)
    program = (f"{completion}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _multihomectl\n"
               "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", program], capture_output=True, timeout=60, cwd=directory,
                          env=environment(PATH=f"{directory}:{os.environ['PATH']}"))
    assert done.stderr == b"", done.stderr
    return done.stdout.decode().split("\n")[:-1]


def test_bash_completion(tmp_path):
    assert complete_bash(tmp_path, ["multihomectl", "s"]) == ["status", "scenario"]
    assert complete_bash(tmp_path, ["multihomectl", "--socket", "x", "sc"]) == ["scenario"]
    assert complete_bash(tmp_path, ["multihomectl", "routes", "--t"]) == ["--table", "--token-file"]
    assert complete_bash(tmp_path, ["multihomectl", "routes", "--interface", "eth"]) == ["eth0", "eth1"]
    assert complete_bash(tmp_path, ["multihomectl", "interfaces", "w"]) == ["wlan0"]
    assert complete_bash(tmp_path, ["multihomectl", "routes", "--family", ""]) == ["ipv4", "ipv6"]
    assert complete_bash(tmp_path, ["multihomectl", "completion", ""]) == ["bash", "zsh", "fish"]
    assert complete_bash(tmp_path, ["multihomectl", "config", ""]) == ["set", "unset"]
    assert complete_bash(tmp_path, ["multihomectl", "apply", "x", "--conf"]) == ["--confirm"]
    assert "@file" not in run("completion", "bash")[1]
    assert complete_bash(tmp_path, ["multihomectl", "status", ""])[0] == "--json"
    assert "--socket" in complete_bash(tmp_path, ["multihomectl", "-"])
    assert "status" in complete_bash(tmp_path, ["multihomectl", "help", ""])


def test_bash_completion_of_hostile_names(tmp_path):
    """An interface may be called anything: its name is never expanded, and comes back quoted."""
    offered = complete_bash(tmp_path, ["multihomectl", "interfaces", "$"], "$(touch${IFS}hit)\n$HOME\n")
    assert not (tmp_path / "hit").exists()
    assert offered == ["\\$\\(touch\\$\\{IFS\\}hit\\)", "\\$HOME"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_well_formed(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(run("completion", shell)[1])
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


# ---- the real service ----

@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The service with a simulated host that ships with it."""
    hosts = os.path.join(ROOT, "platform", "sim", "hosts")
    if not os.path.exists(DAEMON):
        pytest.skip("the service is not built")
    directory = tmp_path_factory.mktemp("service")
    host = os.path.join(hosts, "simple-multihoming.json")
    path = str(directory / "api.sock")
    process = subprocess.Popen([DAEMON, "--foreground", "--socket", path, "--state-dir", str(directory / "state"),
                                "--config", str(directory / "config.json"), "--platform", f"sim:{host}"],
                               stderr=subprocess.PIPE, env=environment())
    deadline = time.monotonic() + 30
    while not os.path.exists(path) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.poll() is None, process.stderr.read().decode()
    yield path
    process.terminate()
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log.decode()


def test_with_the_service(service):
    status, text, complaint = run("status", socket=service)
    assert (status, complaint) == (DONE, "")
    assert "simple-multihoming" in text and len(text.splitlines()) == 5
    names = run("interfaces", "--names", socket=service)[1].split()
    assert "lo" in names
    for command in ("scenario", "interfaces", "addresses", "routes", "topology"):
        status, text, complaint = run(command, socket=service)
        assert (status, complaint) == (DONE, ""), command
        assert text.endswith("\n")
    for command in ("status", "scenario", "interfaces", "addresses", "routes", "topology"):
        status, text, _ = run(command, "--json", socket=service)
        assert status == DONE
        assert json.loads(text)["generation"] >= 1, command
    for name in names:
        assert run("interfaces", name, socket=service)[1].startswith(name + "\n")


def test_filters_with_the_service(service):
    def items(*arguments):
        status, text, complaint = run(*arguments, "--json", socket=service)
        assert (status, complaint) == (DONE, "")
        return json.loads(text)["items"]
    assert {item["family"] for item in items("addresses", "-4")} == {"ipv4"}
    assert {item["interface"] for item in items("addresses", "--interface", "lo")} == {"lo"}
    assert {item["table"] for item in items("routes", "--table", "main")} == {"main"}
    assert run("addresses", "--interface", "no-such", socket=service)[0] in (DONE, FAILED)


def test_topology_forms_with_the_service(service):
    assert run("topology", "--dot", socket=service)[1].lstrip().startswith(("graph", "digraph", "strict"))
    assert "<svg" in run("topology", "--svg", socket=service)[1][:400]


def test_problems_of_the_service(service):
    status, text, complaint = run("interfaces", "no-such-interface", socket=service)
    assert (status, text) == (FAILED, "") and "no-such-interface" in complaint
    status, _, complaint = run("routes", "--table", "no-such-table", socket=service)
    assert status == FAILED and complaint.startswith("multihomectl: ")


def test_end_of_the_service(tmp_path):
    """`events` says that the service has gone, and ends with 3."""
    host = os.path.join(ROOT, "platform", "sim", "hosts", "simple-multihoming.json")
    if not os.path.exists(DAEMON):
        pytest.skip("the service is not built")
    path = str(tmp_path / "api.sock")
    process = subprocess.Popen([DAEMON, "--foreground", "--socket", path, "--state-dir", str(tmp_path / "state"),
                                "--config", str(tmp_path / "config.json"), "--platform", f"sim:{host}"],
                               stderr=subprocess.DEVNULL, env=environment())
    while not os.path.exists(path) and process.poll() is None:
        time.sleep(0.02)
    follower = subprocess.Popen([CTL, "--socket", path, "events"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=environment())
    time.sleep(0.5)
    process.terminate()
    process.wait(timeout=30)
    _, complaint = follower.communicate(timeout=10)
    assert follower.returncode == UNREACHABLE and complaint.startswith(b"multihomectl: the service ")
