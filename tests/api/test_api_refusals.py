"""What is refused, and how: malformed targets, wrong methods, hosts, origins, bodies."""
import socket

import pytest

from service import read_all, status_of


def request(target, *lines, method="GET", body=b"", version="HTTP/1.1"):
    head = ["%s %s %s" % (method, target, version)]
    if not any(line.lower().startswith("host:") for line in lines):
        head.append("Host: localhost")
    return ("\r\n".join(head + list(lines)) + "\r\n\r\n").encode("latin-1") + body


def problem_of(octets, word, status):
    assert status_of(octets) == status, octets
    head, body = octets.split(b"\r\n\r\n", 1)
    assert b"application/problem+json" in head, octets
    assert b'"https://multihomed.invalid/problems/' + word.encode() + b'"' in body, octets


# ---- paths ----

@pytest.mark.parametrize("target, word, status", [
    ("/", "not-found", 404), ("/nope", "not-found", 404), ("/v1", "not-found", 404), ("/V1/status", "not-found", 404),
    ("/v1/statu", "not-found", 404), ("/v1/status/x", "not-found", 404), ("/v1%2Fstatus", "not-found", 404),
    ("/v1/interfaces/a%2Fb", "not-found", 404), ("/v1/interfaces/..%2f..%2fetc", "not-found", 404),
    ("/v1/interfaces/eth0%2F", "not-found", 404), ("/a/b/c/d/e/f/g/h/i/j/k", "not-found", 404),
    ("/v1/interfaces/" + "x" * 3000, "not-found", 404),
    ("//", "invalid-path", 400), ("//v1/status", "invalid-path", 400), ("/v1//status", "invalid-path", 400),
    ("/v1/status/", "invalid-path", 400), ("/v1/./status", "invalid-path", 400), ("/v1/x/../status", "invalid-path", 400),
    ("/v1/%2e%2e/status", "invalid-path", 400), ("/v1/interfaces/%00", "invalid-path", 400),
    ("/v1/status%00", "invalid-path", 400), ("/v1/interfaces/eth0%00.json", "invalid-path", 400),
    ("/v1/interfaces/%", "invalid-path", 400), ("/v1/interfaces/%4", "invalid-path", 400),
    ("/v1/interfaces/%zz", "invalid-path", 400), ("/v1/interfaces/%ff", "invalid-path", 400),
    ("/v1/interfaces/%c0%af", "invalid-path", 400), ("/v1/interfaces/%ed%a0%80", "invalid-path", 400),
    ("/v1/status?%00=1", "malformed-request", 400), ("/v1/routes?owner=%00", "invalid-parameter", 400),
    ("/v1/routes?owner=%ff", "invalid-parameter", 400), ("/v1/status#x", "malformed-request", 400),
    ("v1/status", "malformed-request", 400), ("/v1/status?" + "&".join("a%d" % n for n in range(50)), "malformed-request", 400),
    ("/" + "x" * 5000, "target-too-long", 414), ("/v1/routes?owner=" + "x" * 5000, "target-too-long", 414),
])
def test_targets(service, target, word, status):
    problem_of(service.exchange(request(target, "Connection: close")), word, status)


@pytest.mark.parametrize("octets", [
    b"GET /v1/st\x00atus HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/status\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /v1/status\x00/../x HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/stat us HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /v1/status\xc3\xa4 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/status\x7f HTTP/1.1\r\nHost: localhost\r\n\r\n",
])
def test_octets_that_do_not_belong_in_a_target(service, octets):
    service.get("/v1/status")
    problem_of(service.exchange(octets), "malformed-request", 400)


@pytest.mark.parametrize("octets", [
    b"", b"\r\n\r\n", b"\x00" * 100, b"\xff" * 5000, b"GET\r\n\r\n", b"GET /version\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n",
    b"GET /version HTTP/9.9\r\nHost: localhost\r\n\r\n", b"GET /version HTTP/1.1\r\nHost\r\n\r\n",
    b"GET /version HTTP/1.1\r\n: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,
    b"GET /version HTTP/1.1\nHost: localhost\n\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"GET /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
    b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{}",
    b"A" * 100000,
], ids=lambda octets: repr(octets[:40]))
def test_malformed_requests_do_no_harm(service, octets):
    """Some are answered, some cut off, and some are waited for: the line may still end."""
    answer = b""
    with service.raw(1) as sock:
        try:
            sock.sendall(octets)
            sock.shutdown(socket.SHUT_WR)
            answer = read_all(sock)
        except OSError:
            pass
    assert status_of(answer) in (None, 200, 400, 403, 404, 405, 413, 414, 431, 501, 505), answer
    assert service.alive()


def test_oversized_head(service):
    answer = service.exchange(request("/version", "X: " + "x" * 60000))
    assert status_of(answer) in (431, 413), answer[:200]
    answer = service.exchange(request("/version", *["X%d: %s" % (n, "x" * 20) for n in range(2000)]))
    assert status_of(answer) in (431, 413), answer[:200]
    assert service.alive()


# ---- methods ----

@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get", "PROPFIND"])
def test_wrong_method(service, method):
    answer = service.request(method, "/v1/status")
    problem = answer.problem("method-not-allowed", 405)
    assert answer.headers["Allow"] == problem["expected"] == "GET, HEAD, OPTIONS"
    assert problem["got"] == method


def test_writing_resources_are_not_read(service):
    for method in ["GET", "PUT"]:
        answer = service.request(method, "/v1/resync")
        answer.problem("method-not-allowed", 405)
        assert answer.headers["Allow"] == "POST, OPTIONS"
    service.request("POST", "/nope").problem("not-found", 404)


# ---- who asks ----

@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1", "", "localhost:x", "[::1]", "local host"])
def test_wrong_host(service, host):
    problem_of(service.exchange(request("/v1/status", "Host: " + host)), "host-not-allowed", 403)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost:80"])
def test_right_host(service, host):
    assert status_of(service.exchange(request("/v1/status", "Host: " + host, "Connection: close"))) == 200


def test_no_host(service):
    problem_of(service.exchange(b"GET /v1/status HTTP/1.1\r\n\r\n"), "malformed-request", 400)
    assert status_of(service.exchange(b"GET /v1/status HTTP/1.0\r\n\r\n")) == 200
    assert status_of(service.exchange(b"GET /v1/status HTTP/1.0\r\nHost:\r\n\r\n")) == 200
    problem_of(service.exchange(b"GET /v1/status HTTP/1.0\r\nHost: evil.example\r\n\r\n"), "host-not-allowed", 403)


def test_headers_that_must_come_once(service):
    for lines in [("Host: localhost", "Host: localhost"), ("Host: localhost", "Host: evil.example"),
                  ("Content-Length: 0", "Content-Length: 0"), ("Origin: a", "Origin: b")]:
        problem_of(service.exchange(request("/v1/status", *lines)), "malformed-request", 400)


@pytest.mark.parametrize("origin", ["http://localhost", "https://evil.example", "null", ""])
@pytest.mark.parametrize("method, target", [("GET", "/v1/status"), ("POST", "/v1/resync"), ("OPTIONS", "/v1/resync"), ("GET", "/nope")])
def test_origin(service, origin, method, target):
    octets = service.exchange(request(target, "Origin: " + origin, method=method))
    problem_of(octets, "origin-not-allowed", 403)
    assert b"access-control" not in octets.lower()


def test_no_cors(service):
    octets = service.exchange(request("/v1/status", "Access-Control-Request-Method: GET", "Connection: close", method="OPTIONS"))
    assert b"access-control" not in octets.lower()


# ---- bodies ----

@pytest.mark.parametrize("method, target", [("GET", "/v1/status"), ("HEAD", "/v1/status"), ("OPTIONS", "/v1/status"),
                                            ("GET", "/v1/events"), ("GET", "/v1/openapi.json")])
def test_bodies_where_none_belong(service, method, target):
    for lines, body in [(("Content-Length: 5",), b"hello"), (("Transfer-Encoding: chunked",), b"5\r\nhello\r\n0\r\n\r\n"),
                        (("Transfer-Encoding: chunked",), b"0\r\n\r\n")]:
        octets = service.exchange(request(target, *lines, method=method, body=body))
        assert status_of(octets) == 400
        assert method == "HEAD" or b"unexpected-body" in octets
    problem_of(service.exchange(request("/v1/status", "Content-Length: 1000000", body=b"x" * 1000)), "body-too-large", 413)
    assert status_of(service.exchange(request("/v1/status", "Content-Length: 0", "Connection: close"))) == 200


def test_body_of_a_resync(service):
    def post(body, *lines):
        return service.exchange(request("/v1/resync", "Content-Length: %d" % len(body), "Connection: close", *lines, method="POST",
                                        body=body))
    json_type = "Content-Type: application/json"
    assert status_of(post(b"")) == 200
    assert status_of(post(b"{}", json_type)) == 200
    problem_of(post(b"{}"), "unsupported-media-type", 415)
    problem_of(post(b"{}", "Content-Type: text/plain"), "unsupported-media-type", 415)
    problem_of(post(b"a=b", "Content-Type: application/x-www-form-urlencoded"), "unsupported-media-type", 415)
    problem_of(post(b"{}", "Content-Type: application/jsonx"), "unsupported-media-type", 415)
    for wrong in [b"{", b"[]", b"null", b'{"a": 1}', b"{}x", b"\xff", b'{"a": 1, "a": 2}']:
        problem_of(post(wrong, json_type), "invalid-body", 400)
    problem_of(post(b" " * 70000, json_type), "body-too-large", 413)


def test_chunked_bodies(service):
    def post(chunks, *lines):
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        return service.exchange(request("/v1/resync", "Transfer-Encoding: chunked", "Connection: close", *lines, method="POST",
                                        body=body))
    json_type = "Content-Type: application/json"
    assert status_of(post([])) == 200
    assert status_of(post([b"{", b"}"], json_type)) == 200
    problem_of(post([b"{}"]), "unsupported-media-type", 415)
    problem_of(post([b" " * 10000] * 8, json_type), "body-too-large", 413)
    assert status_of(post([b" " * 100000] * 30, json_type)) in (None, 413)
    for lines in [("Transfer-Encoding: gzip",), ("Transfer-Encoding: chunked", "Content-Length: 3")]:
        octets = service.exchange(request("/v1/resync", *lines, method="POST", body=b"0\r\n\r\n"))
        problem_of(octets, "malformed-request", 400)
    assert service.alive()


def test_expect_continue(service):
    with service.raw() as sock:
        sock.sendall(request("/v1/resync", "Content-Length: 2", "Content-Type: application/json", "Expect: 100-continue",
                             "Connection: close", method="POST"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(b"{}")
        assert status_of(read_all(sock)) == 200
    with service.raw() as sock:
        sock.sendall(request("/v1/resync", "Content-Length: 200000", "Expect: 100-continue", method="POST"))
        problem_of(read_all(sock), "body-too-large", 413)


def test_a_body_that_does_not_come(service):
    with service.raw() as sock:
        sock.sendall(request("/v1/resync", "Content-Length: 10", "Content-Type: application/json", method="POST", body=b"{"))
        assert service.alive()
        sock.settimeout(0.2)
        with pytest.raises(socket.timeout):
            sock.recv(1)
    assert service.alive()
