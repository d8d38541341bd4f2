"""The configuration is written over the API: what is taken, what is refused, and that a refusal changes nothing."""
import json
import os
import stat

import pytest

pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
from service import Service  # noqa: E402
from test_api_rights import as_nobody  # noqa: E402
from writer import HOST, JSON, PATCH, SECOND, THIRD, Writer, host_with  # noqa: E402

DOCUMENT = {"addresses": {"second": SECOND}}
MISSING = {"addresses": {"far": {"interface": "eth7", "address": "203.0.113.1/24"}}}


@pytest.fixture
def writer(start):
    return Writer(start(HOST))


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """One with a configuration, for all tests that are refused."""
    running = Service(tmp_path_factory.mktemp("refusing"), HOST, config={"arp": {"reply": "interface"}, "addresses": {"second": SECOND}})
    yield Writer(running)
    running.stop()


@pytest.fixture
def unchanged(refusing):
    """Whatever the test does, everything is as before."""
    before = refusing.everything()
    yield refusing
    assert refusing.everything() == before
    assert refusing.get("/v1/plan").json["operations"] == []


# ---- 200 and 202 ----

def test_confirmed_at_once(writer):
    old = writer.tag
    answer = writer.put(DOCUMENT, match=old)
    transaction = answer.json
    assert answer.status == 200 and transaction["state"] == "confirmed" and "token" not in transaction
    assert transaction["deadline"] is None and transaction["ended"] and transaction["problem"] is None
    assert [(step["native"], step["member"], step["state"]) for step in transaction["operations"]] == [
        ("ip address add 192.0.2.2/24 dev eth0", "/addresses/second", "applied")]
    assert answer.headers["Location"] == "/v1/transactions/" + transaction["id"]
    assert transaction.pop("sessions")["cut"] == []  # told once
    assert writer.get(answer.headers["Location"]).json == transaction
    assert answer.headers["ETag"] == writer.tag != old
    assert "192.0.2.2" in writer.addresses and writer.document == DOCUMENT == json.loads(writer.file)
    assert stat.S_IMODE(os.stat(writer.service.config).st_mode) == 0o644
    assert writer.get("/v1/plan").json["operations"] == []


def test_nothing_to_do(writer):
    first = writer.put(DOCUMENT)
    before = writer.everything()
    for answer in (writer.put(DOCUMENT), writer.patch({}), writer.patch(DOCUMENT), writer.put(SECOND, member="/addresses/second"),
                   writer.put(DOCUMENT, "?confirm_timeout=60s")):
        assert answer.status == 200 and answer.json["operations"] == [] and "state" not in answer.json
        assert answer.headers["ETag"] == first.headers["ETag"] and "Location" not in answer.headers
    assert writer.everything() == before


def test_a_document_that_changes_nothing_on_the_host(writer):
    """It is another document all the same, and is written; there is nothing to be confirmed."""
    answer = writer.put({"version": 1}, "?confirm_timeout=60s")
    assert answer.status == 200 and answer.json["operations"] == [] and answer.json["state"] == "confirmed"
    assert writer.document == json.loads(writer.file) == {"version": 1}


def test_dry_run(unchanged):
    answers = [unchanged.put({}, "?dry_run=true"), unchanged.patch({"addresses": {"second": None}}, "?dry_run=true"),
               unchanged.delete("/addresses", "?dry_run=true&confirm_timeout=60s"),
               unchanged.put(THIRD, "?dry_run=true", member="/addresses/third")]
    for answer in answers:
        assert answer.status == 200 and "Location" not in answer.headers and answer.headers["ETag"] == unchanged.tag
        assert {step["state"] for step in answer.json["operations"]} == {"planned"}
    assert answers[1].json["operations"] == answers[2].json["operations"]
    assert answers[1].json["effect"]["addresses_lost"] == ["192.0.2.2"]
    assert answers[3].json["operations"][0]["undo"] == ["ip address delete 192.0.2.3/24 dev eth0"]
    assert unchanged.put({}, "?dry_run=false&strict=false", match='"0"').status == 412


def test_waits_to_be_confirmed(writer):
    tag = writer.tag
    answer = writer.put(DOCUMENT, "?confirm_timeout=60s", tag)
    transaction = answer.json
    assert answer.status == 202 and transaction["state"] == "pending" and transaction["ended"] is None
    assert len(transaction["token"]) == 64 and transaction["begun"] < transaction["deadline"]
    assert answer.headers["Location"] == "/v1/transactions/" + transaction["id"]
    # The confirmed document is shown, and the file is the old one; the host is as the other one says.
    assert answer.headers["ETag"] == writer.tag == tag and writer.document == {} and writer.file is None
    assert "192.0.2.2" in writer.addresses
    shown = writer.get(answer.headers["Location"]).json
    assert "token" not in shown and shown == {name: value for name, value in transaction.items() if name not in ("token", "sessions")}
    done = writer.confirm(transaction)
    assert done.status == 200 and done.json["state"] == "confirmed" and done.json["deadline"] == transaction["deadline"]
    assert done.headers["ETag"] == writer.tag != tag and writer.document == json.loads(writer.file) == DOCUMENT


# ---- 400 ----

@pytest.mark.parametrize("method, target, body, word, pointer", [
    ("PUT", "/v1/config", b"", "invalid-body", None),
    ("PATCH", "/v1/config", b"", "invalid-body", None),
    ("PUT", "/v1/config/arp/reply", b"", "invalid-body", None),
    ("PUT", "/v1/config", b"{", "invalid-body", None),
    ("PUT", "/v1/config", b"{} {}", "invalid-body", None),
    ("PUT", "/v1/config", b"\xff", "invalid-body", None),
    ("PUT", "/v1/config", b'{"arp": {"reply": "any"}, "arp": {}}', "invalid-body", None),
    ("PATCH", "/v1/config", b'{"arp": null, "arp": {}}', "invalid-body", None),
    ("PUT", "/v1/config", b'{"arp": {"reply": "a\\u0000b"}}', "invalid-body", None),
    ("PUT", "/v1/config/arp/reply", b"subnet", "invalid-body", None),
    ("PUT", "/v1/config", b"[" * 100000, "invalid-body", None),
    ("PUT", "/v1/config?force=true", b"{}", "unknown-parameter", "force"),
    ("PUT", "/v1/config?dry_run=true&dry_run=true", b"{}", "repeated-parameter", "dry_run"),
    ("PUT", "/v1/config?dry_run=yes", b"{}", "invalid-parameter", "dry_run"),
    ("PUT", "/v1/config?strict=", b"{}", "invalid-parameter", "strict"),
    ("PUT", "/v1/config?strict=TRUE", b"{}", "invalid-parameter", "strict"),
    *[("PUT", "/v1/config?confirm_timeout=" + text, b"{}", "invalid-parameter", "confirm_timeout")
      for text in ("", "0s", "999ms", "60", "-1s", "1.5m", "25h", "86401s", "99999999999999999999s", "60s%20")],
    ("GET", "/v1/plan?strict=true", None, "unknown-parameter", "strict"),
    ("DELETE", "/v1/config/arp?limit=1", None, "unknown-parameter", "limit"),
    ("DELETE", "/v1/config//arp", None, "invalid-path", None),
    ("DELETE", "/v1/config/arp", b"{}", "unexpected-body", None),
    ("PUT", "/v1/config/arp/", b"{}", "invalid-path", None),
    ("POST", "/v1/transactions/1/confirm?x=1", b'{"token": "x"}', "unknown-parameter", "x"),
])
def test_malformed(unchanged, method, target, body, word, pointer):
    problem = unchanged.send(method, target, body).problem(word, 400)
    assert pointer is None or problem["parameter"] == pointer


def test_syntax_has_its_place(unchanged):
    for method in ("PUT", "PATCH"):
        assert "(line 2, column " in unchanged.send(method, "/v1/config", b'{"arp":\n nonsense}').problem("invalid-body", 400)["detail"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"token": 1}', b'{"token": null}', b'{"token": "x", "force": true}',
                                  b'{"token": "x", "token": "y"}', b"nonsense", b'{"token": "x"} x'])
def test_confirming_names_a_token(unchanged, body):
    newest = unchanged.transactions[0]["id"]
    unchanged.send("POST", "/v1/transactions/%s/confirm" % newest, body).problem("invalid-body", 400)


@pytest.mark.parametrize("target", ["/v1/transactions/1/revert", "/v1/reload"])
def test_bodies_of_what_takes_none(unchanged, target):
    unchanged.send("POST", target, b'{"token": "x"}').problem("invalid-body", 400)
    unchanged.send("POST", target, b"{}", kind="text/plain").problem("unsupported-media-type", 415)


# ---- 403, 404, 405 ----

@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_a_plain_user_does_not_write(start):
    writer = Writer(start(HOST))
    directory = path = writer.service.socket
    os.chmod(path, 0o666)
    while (directory := os.path.dirname(directory)) != "/":
        os.chmod(directory, os.stat(directory).st_mode | 0o011)
    transaction = writer.begin(DOCUMENT)
    before = writer.everything()
    head = "Host: localhost\r\nConnection: close\r\nIf-Match: *\r\nContent-Type: application/json\r\n"
    token = json.dumps({"token": transaction["token"]})
    for method, target, body in [("PUT", "/v1/config", "{}"), ("PATCH", "/v1/config", "{}"), ("PUT", "/v1/config/arp/reply", '"any"'),
                                 ("PUT", "/v1/config?dry_run=true", "{}"), ("DELETE", "/v1/config/addresses", ""),
                                 ("POST", "/v1/reload", ""), ("POST", "/v1/transactions/%s/confirm" % transaction["id"], token),
                                 ("POST", "/v1/transactions/%s/revert" % transaction["id"], "")]:
        answer = as_nobody(path, ("%s %s HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (method, target, head, len(body), body)).encode())
        assert answer.startswith(b"HTTP/1.1 403 ") and b"/problems/forbidden" in answer, (method, target, answer)
    for target in ("/v1/config", "/v1/plan", "/v1/transactions", "/v1/transactions/" + transaction["id"]):
        answer = as_nobody(path, ("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target).encode())
        assert answer.startswith(b"HTTP/1.1 200 ") and transaction["token"].encode() not in answer
    assert writer.everything() == before


@pytest.mark.parametrize("member, pointer", [
    ("/nothing", "/nothing"), ("/arp/announce", "/arp/announce"), ("/arp/reply/x", "/arp/reply/x"), ("/addresses/third", "/addresses/third"),
    ("/interfaces/a%2Fb%7Ec", "/interfaces/a~1b~0c")])
def test_members_that_are_not_there_do_not_go(unchanged, member, pointer):
    assert unchanged.delete(member).problem("not-found", 404)["pointer"] == pointer
    assert unchanged.delete(member, "?dry_run=true").status == 404


@pytest.mark.parametrize("name", ["0", "abc", "-1", "9999", "01x", "99999999999999999999", "%20", "1%00"])
def test_transactions_that_are_not_there(unchanged, name):
    for method, end, body in [("GET", "", None), ("POST", "/confirm", {"token": "x"}), ("POST", "/revert", None)]:
        assert unchanged.send(method, "/v1/transactions/" + name + end, body).status == (400 if "%00" in name else 404)


@pytest.mark.parametrize("target, allowed", [
    ("/v1/config", "GET, HEAD, PUT, PATCH, OPTIONS"), ("/v1/config/arp", "GET, HEAD, PUT, DELETE, OPTIONS"),
    ("/v1/plan", "GET, HEAD, OPTIONS"), ("/v1/transactions", "GET, HEAD, OPTIONS"), ("/v1/transactions/1", "GET, HEAD, OPTIONS"),
    ("/v1/transactions/1/confirm", "POST, OPTIONS"), ("/v1/transactions/1/revert", "POST, OPTIONS"), ("/v1/reload", "POST, OPTIONS")])
def test_methods(unchanged, target, allowed):
    assert unchanged.service.request("OPTIONS", target).headers["Allow"] == allowed
    for method in {"GET", "PUT", "PATCH", "DELETE", "POST"} - set(allowed.split(", ")):
        answer = unchanged.send(method, target, check=False)
        answer.problem("method-not-allowed", 405)
        assert answer.headers["Allow"] == allowed


# ---- 412, 428 ----

@pytest.mark.parametrize("match, status", [
    ("*", 200), (" * ", 200), ("TAG", 200), ('"0", TAG', 200), ('TAG, "0"', 200), (',, "x" ,,TAG,', 200), ('W/"x",TAG', 200),
    ('"0"', 412), ("W/TAG", 412), ('"x", W/TAG', 412), ('""', 412), ('"0123456789abcdef"', 412), ('"TAG"', 400), ("UPPER", 412),
    ("0123456789abcdef", 400), ("", 400), (",", 400), ("*, TAG", 400), ("TAG, *", 400), ('TAG "0"', 400), ('"unended', 400),
    ("w/TAG", 400), ("* *", 400),
    (", ".join('"%016x"' % number for number in range(7)) + ", TAG", 200), (", ".join('"%016x"' % number for number in range(8)) + ", TAG", 400)])
def test_revisions(unchanged, match, status):
    tag = unchanged.tag
    text = match.replace("TAG", tag).replace("UPPER", tag.upper())
    if "UPPER" in match and tag == tag.upper():
        pytest.skip("this revision has no letters")
    word = {412: "precondition-failed", 400: "malformed-request"}.get(status)
    for answer in (unchanged.put({}, "?dry_run=true", text), unchanged.patch({}, "?dry_run=true", text),
                   unchanged.delete("/arp", "?dry_run=true", text)):
        assert answer.status == status, answer.body
        assert word is None or answer.problem(word, status)


def test_revision_is_needed(unchanged):
    for answer in (unchanged.put({}, match=None), unchanged.patch({}, match=None), unchanged.delete("/arp", match=None),
                   unchanged.put({}, "?dry_run=true", None), unchanged.put("any", match=None, member="/arp/reply")):
        answer.problem("precondition-required", 428)


def test_revision_comes_once(unchanged):
    octets = b"PUT /v1/config HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n"
    answer = unchanged.service.exchange(octets + b'If-Match: "0"\r\nIf-Match: *\r\n\r\n{}')
    assert answer.startswith(b"HTTP/1.1 4"), answer


def test_read_change_write(writer):
    """Two who read the same: the second to write is told."""
    tag = writer.tag
    tags = [tag]
    for number in range(3):
        answer = writer.put({"addresses": {"second": SECOND}, "version": 1} if number % 2 else DOCUMENT, match=tags[-1])
        assert answer.status == 200
        tags.append(answer.headers["ETag"])
        writer.put({}, match=tag).problem("precondition-failed", 412)
    assert tags[1] == tags[3] != tags[2], "a revision is of the content"


# ---- 413, 415 ----

def test_size_of_documents(unchanged):
    limit, canonical = 4 << 20, 1 << 20
    document = json.dumps(unchanged.document)
    assert unchanged.send("PUT", "/v1/config", document + " " * (limit - len(document))).status == 200
    for kind in ("PUT", "PATCH"):
        unchanged.send(kind, "/v1/config", document + " " * (limit + 1 - len(document))).problem("body-too-large", 413)
    long_names = {"interfaces": {"mac:02:00:00:00:%02x:%02x" % divmod(number, 256): {"role": "internal", "ipv4": {"arp": {
        "reply": "interface", "announce": "best", "filter": False, "proxy": False}, "reverse_path": "loose"},
        "ipv6": {"host_model": {"send": "strong", "receive": "strong"}}} for number in range(7000)}}
    assert canonical < len(json.dumps(long_names, separators=(",", ":"))) < limit
    unchanged.put(long_names).problem("invalid-config", 422)
    unchanged.send("POST", "/v1/transactions/1/confirm", b'{"token": "%s"}' % (b"x" * 70000)).problem("body-too-large", 413)


@pytest.mark.parametrize("kind, put, patch", [
    (JSON, 200, 200), ("application/json; charset=utf-8", 200, 200), ("Application/JSON ;x", 200, 200), (PATCH, 415, 200),
    (PATCH + "; charset=utf-8", 415, 200), (None, 415, 415), ("", 415, 415), ("text/plain", 415, 415), ("application/jsonx", 415, 415),
    ("application/json-patch+json", 415, 415), ("application", 415, 415), ("text/json, application/json", 415, 415)])
def test_media_types(unchanged, kind, put, patch):
    for method, status in (("PUT", put), ("PATCH", patch)):
        answer = unchanged.send(method, "/v1/config?dry_run=true", b"{}", kind=kind)
        assert answer.status == status, (method, answer.body)
        if status == 415:
            assert "application/json" in answer.problem("unsupported-media-type", 415)["expected"]


# ---- 422 ----

ISPS = {"isp1": {"interface": "eth0", "gateway": {"ipv4": "192.0.2.254"}}, "isp2": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.1"}}}
WRONG = [
    ("no object", [], "", "[]"),
    ("unknown", {"arps": {}}, "/arps", None),
    ("unknown inside", {"arp": {"repyl": "any"}}, "/arp/repyl", None),
    ("word", {"arp": {"reply": "some"}}, "/arp/reply", '"some"'),
    ("type", {"arp": {"reply": 1}}, "/arp/reply", "1"),
    ("null", {"arp": {"reply": None}}, "/arp/reply", "null"),
    ("boolean", {"arp": {"filter": "yes"}}, "/arp/filter", '"yes"'),
    ("object", {"arp": "any"}, "/arp", '"any"'),
    ("version", {"version": 2}, "/version", "2"),
    ("fraction", {"version": 1.0}, "/version", "1.0"),
    ("range", {"rules": {"r": {"from": "192.0.2.0/26", "uplink": "isp1", "priority": -1}}, "uplinks": ISPS}, "/rules/r/priority", "-1"),
    ("address", {"uplinks": {"isp1": {"interface": "eth0", "gateway": {"ipv4": "198.51.100"}}}}, "/uplinks/isp1/gateway/ipv4", '"198.51.100"'),
    ("family", {"uplinks": {"isp1": {"interface": "eth0", "gateway": {"ipv4": "2001:db8::1"}}}}, "/uplinks/isp1/gateway/ipv4", '"2001:db8::1"'),
    ("prefix", {"routes": {"r": {"to": "10.0.0.1/8", "via": "192.0.2.254"}}}, "/routes/r/to", '"10.0.0.1/8"'),
    ("required", {"addresses": {"a": {"interface": "eth0"}}}, "/addresses/a", None),
    ("twice", {"addresses": {"a": SECOND, "b": SECOND}}, "/addresses/b/address", None),
    ("overlap", {"rules": {"r": {"from": "192.0.2.0/24", "uplink": "isp1"}, "s": {"from": "192.0.2.0/24", "uplink": "isp2"}}, "uplinks": ISPS},
     "/rules/s", None),
    ("reference", {"rules": {"r": {"from": "192.0.2.0/24", "uplink": "none"}}}, "/rules/r/uplink", None),
    ("two groups", {"groups": {name: {"interfaces": ["eth0", "eth1"], "addresses": ["192.0.2.10/24"]} for name in "ab"}},
     "/groups/b/addresses/0", None),
    ("source that contradicts", {"source_preferences": {"p": {"to": "203.0.113.0/24", "source": "2001:db8::7"}}},
     "/source_preferences/p/source", None),
    ("name", {"addresses": {"a b": SECOND}}, "/addresses/a b", None),
]


@pytest.mark.parametrize("document, pointer, got", [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_documents(unchanged, document, pointer, got):
    for query in ("", "?dry_run=true", "?confirm_timeout=60s"):
        problem = unchanged.put(document, query).problem("invalid-config", 422)
        assert problem["pointer"].startswith(pointer) if pointer else problem["pointer"] == "", problem
        assert problem["detail"] and (got is None or problem["expected"])
        assert got is None or got in problem["got"], problem


def test_wrong_members(unchanged):
    for member, value, pointer in [("/arp/reply", "some", "/arp/reply"), ("/arp", {"reply": 1}, "/arp/reply"), ("/nothing/at/all", 1, "/nothing"),
                                   ("/arp/reply/x", 1, "/arp/reply"), ("/addresses/third", SECOND, "/addresses/third"),
                                   ("/interfaces/a%2Fb/role", "x", "/interfaces/a~1b/role")]:
        assert unchanged.put(value, member=member).problem("invalid-config", 422)["pointer"].startswith(pointer)
    unchanged.patch([1]).problem("invalid-config", 422)
    unchanged.patch({"arp": {"reply": 1}}).problem("invalid-config", 422)
    assert unchanged.delete("/addresses/second/address").problem("invalid-config", 422)["pointer"] == "/addresses/second"


def test_strict(unchanged):
    problem = unchanged.put(MISSING, "?strict=true").problem("member-pending", 422)
    assert problem["pointer"] == "/addresses/far" and "eth7" in problem["detail"]
    problem = unchanged.patch({"sharing": "balance"}, "?strict=true").problem("member-unsupported", 422)
    assert problem["pointer"] == "/sharing"
    assert unchanged.put(MISSING, "?strict=true&dry_run=true").status == 422
    assert unchanged.patch({}, "?strict=true").status == 200


def test_pending_and_unsupported_are_taken(writer):
    answer = writer.put({**MISSING, "sharing": "balance"})
    assert answer.status == 200 and answer.json["pending"] == ["/addresses/far"] and answer.json["unsupported"] == ["/sharing"]
    assert {note["kind"] for note in answer.json["notes"]} >= {"pending", "unsupported"}
    assert writer.get("/v1/plan").json["pending"] == ["/addresses/far"]


# ---- 500 ----

def test_an_operation_that_fails(start):
    writer = Writer(start(host_with({"op": "address-add", "at": 2, "error": "ENOBUFS"})))
    before = writer.everything()
    problem = writer.put({"addresses": {"second": SECOND, "third": THIRD}}).problem("operation-failed", 500)
    assert problem["state"] == "reverted" and problem["native"] == {"system": "sim", "code": 105, "text": "ENOBUFS"}
    after = writer.everything()
    assert after[:5] == before[:5] and after[6:] == before[6:]
    transaction, = writer.transactions
    assert transaction["id"] == problem["transaction"] and transaction["state"] == "reverted"
    assert [step["state"] for step in transaction["operations"]] == ["reverted", "failed"]
    assert transaction["problem"]["native"]["text"] == "ENOBUFS"
    assert writer.put({"addresses": {"second": SECOND, "third": THIRD}}).status == 200, "it is the second that fails, once"


@pytest.mark.parametrize("times", [1, 4])
def test_taking_back_is_insisted_on(start, times):
    faults = [{"op": "address-add", "at": 2, "error": "ENOBUFS"}]
    faults += [{"op": "address-delete", "at": number, "error": "EIO"} for number in range(1, times + 1)]
    writer = Writer(start(host_with(*faults)))
    problem = writer.put({"addresses": {"second": SECOND, "third": THIRD}}).problem("operation-failed", 500)
    assert problem["state"] == "reverted" and problem["native"]["text"] == "ENOBUFS"
    assert writer.addresses == {"192.0.2.1"} and writer.file is None


# ---- documents and members ----

def test_merge_patch(writer):
    writer.put({"addresses": {"second": SECOND}, "interfaces": {"eth0": {"role": "external", "metric": 100}},
                "groups": {"g": {"interfaces": ["eth0", "eth1"], "addresses": ["192.0.2.10/24", "192.0.2.11/24"]}}})
    answer = writer.patch({"addresses": {"third": THIRD, "none": None}, "interfaces": {"eth0": {"metric": None, "role": "internal"}},
                           "groups": {"g": {"addresses": ["192.0.2.12/24"]}}})
    assert answer.status == 200
    assert writer.document == {"addresses": {"second": SECOND, "third": THIRD}, "interfaces": {"eth0": {"role": "internal"}},
                               "groups": {"g": {"interfaces": ["eth0", "eth1"], "addresses": ["192.0.2.12/24"]}}}
    assert writer.send("PATCH", "/v1/config", {"addresses": {"second": None}}).status == 200
    assert writer.patch({"interfaces": None, "groups": None}).status == 200
    assert writer.document == {"addresses": {"third": THIRD}} == json.loads(writer.file)
    assert writer.addresses & {"192.0.2.2", "192.0.2.3"} == {"192.0.2.3"}


def test_members_by_their_path(writer):
    assert writer.put("subnet", member="/arp/reply").status == 200
    assert writer.put(SECOND, member="/addresses/second").status == 200
    assert writer.put("external", member="/interfaces/eth%200%2F1/role").status == 200
    assert writer.put("internal", member="/interfaces/100%25/role").status == 200
    assert writer.document == {"arp": {"reply": "subnet"}, "addresses": {"second": SECOND},
                               "interfaces": {"eth 0/1": {"role": "external"}, "100%": {"role": "internal"}}}
    assert writer.put("internal", member="/interfaces/eth%200%2F1/role").status == 200
    assert writer.service.get("/v1/config/interfaces/eth%200%2F1").json == {"role": "internal"}
    tag = writer.tag
    answer = writer.delete("/interfaces/eth%200%2F1", match=tag)
    assert answer.status == 200 and answer.headers["ETag"] == writer.tag != tag
    assert writer.delete("/interfaces").status == writer.delete("/arp/reply").status == 200
    assert writer.delete("/addresses/second").json["operations"][0]["native"].startswith("ip address del")
    assert "192.0.2.2" not in writer.addresses


def test_the_whole_document_is_replaced(writer):
    assert writer.put({"arp": {"reply": "subnet"}, "addresses": {"second": SECOND}}).status == 200
    assert writer.put({"addresses": {"third": THIRD}}).status == 200
    assert writer.document == {"addresses": {"third": THIRD}} and "192.0.2.2" not in writer.addresses
    assert writer.put({}).status == 200
    assert writer.document == {} == json.loads(writer.file) and writer.addresses == {"192.0.2.1"}


# ---- the file ----

def test_mode_and_place_of_the_file(start):
    writer = Writer(start(HOST))
    writer.put(DOCUMENT)
    os.chmod(writer.service.config, 0o640)
    assert writer.put({}).status == 200
    assert stat.S_IMODE(os.stat(writer.service.config).st_mode) == 0o640
    assert [name for name in os.listdir(writer.service.directory) if name.startswith("config")] == ["config.json"]


def test_a_file_that_was_edited_meanwhile(writer):
    writer.put(DOCUMENT)
    writer.service.write_config({"addresses": {"third": THIRD}})
    before = writer.everything()
    for answer in (writer.put({}), writer.patch({"version": 1}), writer.delete("/addresses"), writer.put({}, "?confirm_timeout=60s")):
        answer.problem("file-edited", 409)
    assert writer.everything() == before and writer.document == DOCUMENT
    assert writer.send("POST", "/v1/reload").status == 200
    assert writer.document == {"addresses": {"third": THIRD}} and "192.0.2.3" in writer.addresses
    assert writer.put({}).status == 200
    os.remove(writer.service.config)
    writer.put(DOCUMENT).problem("file-edited", 409)
    writer.send("POST", "/v1/reload")
    assert writer.put(DOCUMENT).status == 200


def test_reload(writer):
    writer.put(DOCUMENT)
    before = writer.everything()[:2] + writer.everything()[4:]
    writer.service.write_config('{\n "arp": {\n  "reply": "some"}}')
    problem = writer.send("POST", "/v1/reload").problem("invalid-config", 422)
    assert ":3:12: " in problem["detail"] and "/arp/reply" in problem["detail"]
    writer.service.write_config("{\n nonsense")
    assert ":2:9: " in writer.send("POST", "/v1/reload").problem("invalid-config", 422)["detail"]
    assert writer.everything()[:2] + writer.everything()[4:] == before
    writer.service.write_config({"addresses": {"third": THIRD}})
    answer = writer.send("POST", "/v1/reload")
    assert answer.status == 200 and answer.json["state"] == "confirmed" and len(answer.json["operations"]) == 2
    assert answer.headers["ETag"] == writer.tag
    answer = writer.send("POST", "/v1/reload", {})
    assert answer.status == 200 and answer.json["operations"] == []


def test_reload_of_a_file_that_cannot_be_applied(start):
    writer = Writer(start(host_with({"op": "address-add", "at": 1, "error": "ENOBUFS"})))
    tag = writer.tag
    writer.service.write_config(DOCUMENT)
    problem = writer.send("POST", "/v1/reload").problem("operation-failed", 500)
    assert problem["native"]["text"] == "ENOBUFS" and problem["state"] == "reverted"
    assert writer.tag == tag and writer.document == {} and json.loads(writer.file) == DOCUMENT
    writer.put({"version": 1}).problem("file-edited", 409)
    assert writer.send("POST", "/v1/reload").status == 200 and writer.document == DOCUMENT
