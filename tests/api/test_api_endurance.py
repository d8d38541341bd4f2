"""Clients that are slow, silent, many, or gone."""
import json
import random
import socket
import struct
import threading
import time

from service import read_all, status_of

GET = b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def test_half_open_connections(service):
    """A hundred clients that begin a request and fall silent."""
    beginnings = [b"", b"G", b"GET /v1/sta", b"GET /v1/status HTTP/1.1\r\nHo", GET[:-2],
                  b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"]
    socks = [service.raw() for _ in range(100)]
    for number, sock in enumerate(socks):
        sock.sendall(beginnings[number % len(beginnings)])
    begin = time.monotonic()
    for _ in range(50):
        assert service.alive()
    assert time.monotonic() - begin < 2
    socks[4].sendall(b"Connection: close\r\n\r\n")
    assert status_of(read_all(socks[4])) == 200
    for sock in socks:
        sock.close()


def test_pipelining(service):
    with service.raw() as sock:
        sock.sendall(GET * 50 + b"GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n" +
                     b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3 + LAST)
        octets = read_all(sock)
    statuses = [piece[:3] for piece in octets.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200"] * 50 + [b"404"] + [b"200"] * 4


def test_one_octet_at_a_time(service):
    with service.raw() as sock:
        for octet in LAST:
            sock.sendall(bytes([octet]))
        assert status_of(read_all(sock)) == 200


def test_slow_reader(start):
    """A long answer that is read slowly comes whole, and others do not wait for it."""
    host = {"system": "linux", "interfaces": {"eth0": {"addresses": ["192.0.2.1/24"]}},
            "routes": [{"destination": "10.%d.%d.0/24" % (n // 256, n % 256), "via": "192.0.2.254", "interface": "eth0"}
                       for n in range(1000)]}
    service = start(host)
    with service.raw() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(LAST.replace(b"/v1/status", b"/v1/routes?limit=1000"))
        octets = b""
        while piece := sock.recv(4096):
            octets += piece
            if len(octets) < 100000:
                time.sleep(0.005)
                assert service.alive()
    assert len(json.loads(octets.split(b"\r\n\r\n", 1)[1])["items"]) == 1000


def test_clients_that_leave_at_any_moment(service):
    """Resets, ends and silences at random places of requests that are answered at once, later, or forever."""
    rng = random.Random(7)
    requests = [GET, b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /v1/routes HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    for _ in range(600):
        octets = rng.choice(requests) * rng.choice([1, 1, 3])
        with service.raw() as sock:
            if rng.random() < 0.3:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                sock.sendall(octets[:rng.randrange(len(octets) + 1)] if rng.random() < 0.5 else octets)
                if rng.random() < 0.3:
                    sock.shutdown(socket.SHUT_WR)
                if rng.random() < 0.3:
                    sock.settimeout(0.01)
                    sock.recv(10)
            except OSError:
                pass
    assert service.alive()
    assert service.request("POST", "/v1/resync").status == 200


def test_many_clients_at_once(start):
    """Readers see whole views of one generation each while the host changes under them."""
    service = start()
    base = json.loads(json.dumps(service.host))
    failures, stop = [], threading.Event()

    def read(paths):
        connection = service.connection()
        newest = 0
        while not stop.is_set():
            for path in paths:
                connection.request("GET", path)
                response = connection.getresponse()
                body = json.loads(response.read())
                if response.status != 200 or body["generation"] < newest:
                    failures.append((path, response.status, body))
                newest = max(newest, body["generation"])
                if not response.headers["ETag"].endswith('-%d"' % body["generation"]):
                    failures.append((path, response.headers["ETag"], body["generation"]))
        connection.close()

    threads = [threading.Thread(target=read, args=(paths,)) for paths in
               [["/v1/status", "/v1/scenario"], ["/v1/addresses"], ["/v1/routes"], ["/v1/interfaces/eth0", "/v1/status"]]]
    for thread in threads:
        thread.start()
    for number in range(15):
        host = json.loads(json.dumps(base))
        host["interfaces"]["eth0"]["addresses"] += ["10.0.%d.1/24" % n for n in range(number % 5)]
        service.write_host(host)
        service.request("POST", "/v1/resync")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_it_ends_while_clients_are_there(start):
    service = start()
    socks = [service.raw() for _ in range(30)]
    for number, sock in enumerate(socks):
        sock.sendall([b"", GET[:20], GET, b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
                      b"POST /v1/resync HTTP/1.1\r\nHost: localhost\r\n\r\n"][number % 5])
    service.stop()
    for sock in socks:
        read_all(sock)
        sock.close()
