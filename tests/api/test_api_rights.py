"""Who may read and write: by peer credentials on the UNIX socket, by token over TCP."""
import http.client
import json
import os
import re
import socket
import stat

import pytest

from service import Answer

NOBODY = 65534


def tcp_port(service):
    return int(re.search(r"listening on \S+ port (\d+)", service.log_text())[1])


def token_of(service, path=None):
    with open(path or os.path.join(service.directory, "state", "token"), encoding="ascii") as stream:
        return stream.read().strip()


def ask(port, method="GET", target="/v1/status", host=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest(method, target, skip_host=True)
        connection.putheader("Host", host or "127.0.0.1:%d" % port)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()


def test_socket_is_not_for_everyone(service):
    mode = os.stat(service.socket).st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) in (0o600, 0o660)


def as_nobody(path, octets):
    """What another user gets; in a child, which gives its rights up."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(10)
                sock.connect(path)
                sock.sendall(octets)
                while piece := sock.recv(65536):
                    theirs.sendall(piece)
        finally:
            os._exit(0)
    theirs.close()
    answer = b""
    while piece := ours.recv(65536):
        answer += piece
    ours.close()
    os.waitpid(child, 0)
    return answer


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
def test_members_read_and_root_writes(start, tmp_path):
    service = start()
    os.chmod(service.socket, 0o666)  # as a group would: who gets in may read
    directory = service.socket
    while (directory := os.path.dirname(directory)) != "/":
        os.chmod(directory, os.stat(directory).st_mode | 0o011)
    read = as_nobody(service.socket, b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert read.startswith(b"HTTP/1.1 200 ")
    for body in [b"\r\n", b"Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"]:
        write = as_nobody(service.socket, b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + body)
        assert write.startswith(b"HTTP/1.1 403 ") and b"/problems/forbidden" in write
    assert service.request("POST", "/v1/resync").status == 200


def test_token(start):
    service = start("single-homed", "--listen", "127.0.0.1:0")
    port, token = tcp_port(service), token_of(service)
    for value in [None, "Bearer", "Bearer ", "Bearer x", "Bearer " + token[:-1], "Bearer " + token + "x", "Basic " + token, token,
                  "Bearer " + token[:-1] + chr(ord(token[-1]) ^ 1)]:
        for target in ["/v1/status", "/healthz", "/nope", "/version", "/v1//x"]:
            answer = ask(port, target=target, **({"Authorization": value} if value is not None else {}))
            answer.problem("unauthorized", 401)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for value in ["Bearer " + token, "bearer " + token]:
        assert ask(port, Authorization=value).status == 200
        assert ask(port, "POST", "/v1/resync", Authorization=value).status == 200
    ask(port, target="/nope", Authorization="Bearer " + token).problem("not-found", 404)


def test_the_token_is_its_owners(start):
    service = start("single-homed", "--listen", "127.0.0.1:0")
    assert stat.S_IMODE(os.stat(os.path.join(service.directory, "state", "token")).st_mode) == 0o600


def test_hosts_over_tcp(start):
    service = start("single-homed", "--listen", "127.0.0.1:0")
    port, bearer = tcp_port(service), "Bearer " + token_of(service)
    for host in ["localhost", "127.0.0.1", "[::1]", "localhost:%d" % port, "127.0.0.1:%d" % port, "[::1]:%d" % port, "LocalHost"]:
        assert ask(port, host=host, Authorization=bearer).status == 200, host
    for host in ["evil.example", "localhost:%d" % (port - 1), "127.0.0.1.evil.example", "0.0.0.0", "evil.example:%d" % port]:
        ask(port, host=host, Authorization=bearer).problem("host-not-allowed", 403)
        ask(port, host=host).problem("host-not-allowed", 403)
    ask(port, Origin="http://localhost", Authorization=bearer).problem("origin-not-allowed", 403)


def test_own_token_file(start, tmp_path):
    path = tmp_path / "token"
    path.write_text("correct-horse-battery-staple-0123456789\n")
    path.chmod(0o600)
    service = start("single-homed", "--listen", "127.0.0.1:0", "--token-file", str(path))
    port = tcp_port(service)
    assert ask(port, Authorization="Bearer correct-horse-battery-staple-0123456789").status == 200
    assert ask(port, Authorization="Bearer wrong").status == 401


def test_quota_of_streams_is_over_all_listeners(start):
    service = start("single-homed", "--listen", "127.0.0.1:0")
    port, bearer = tcp_port(service), "Bearer " + token_of(service)
    connections = []
    for _ in range(64):
        connection = service.connection()
        connection.request("GET", "/v1/events")
        assert connection.getresponse().status == 200
        connections.append(connection)
    ask(port, target="/v1/events", Authorization=bearer).problem("too-many-streams", 429)
    assert json.loads(ask(port, Authorization=bearer).body)["generation"] >= 1
