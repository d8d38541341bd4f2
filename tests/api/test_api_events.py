"""/v1/events: formats, resuming, quota, heartbeats."""
import json
import time

import pytest

from service import read_head


class Stream:
    """An open stream; reads lines with a deadline."""

    def __init__(self, service, target="/v1/events", **headers):
        self.connection = service.connection(timeout=20)
        self.connection.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.response = self.connection.getresponse()

    def line(self):
        return self.response.readline().decode().rstrip("\n")

    def event(self):
        """Of NDJSON, past heartbeats."""
        while True:
            line = self.line()
            if line:
                return json.loads(line)

    def block(self):
        """Of server-sent events."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def close(self):
        self.connection.close()


def resync(service):
    assert service.request("POST", "/v1/resync").status == 200


def test_ndjson(start):
    service = start()
    stream = Stream(service)
    assert stream.response.status == 200
    assert stream.response.headers["Content-Type"] == "application/x-ndjson"
    assert stream.response.headers["Vary"] == "Accept"
    instance = service.get("/v1/status").json["instance"]
    resync(service)
    first = stream.event()
    assert first["type"] == "resync" and first["instance"] == instance
    resync(service)
    assert stream.event()["sequence"] == first["sequence"] + 1
    stream.close()


def test_changes_are_told(start):
    service = start()
    stream = Stream(service)
    host = json.loads(json.dumps(service.host))
    host["interfaces"]["eth0"]["addresses"].append("192.0.2.77/24")
    service.change_host(host)
    events = []
    while not events or events[-1]["type"] != "address-added":
        events.append(stream.event())
    assert "192.0.2.77" in json.dumps(events[-1])
    sequences = [event["sequence"] for event in events]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    stream.close()


def test_server_sent_events(start):
    service = start()
    stream = Stream(service, Accept="text/event-stream")
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    instance = service.get("/v1/status").json["instance"]
    resync(service)
    block = stream.block()
    fields = dict(line.split(": ", 1) for line in block)
    data = json.loads(fields["data"])
    assert fields["id"] == "%s-%d" % (instance, data["sequence"])
    assert fields["event"] == data["type"] == "resync"
    stream.close()


@pytest.mark.parametrize("accept, kind", [
    ("*/*", "application/x-ndjson"), ("application/x-ndjson", "application/x-ndjson"), ("text/*", "text/event-stream"),
    ("text/event-stream, */*;q=0.1", "text/event-stream"), ("application/x-ndjson;q=0.5, text/event-stream", "text/event-stream")])
def test_negotiation(service, accept, kind):
    stream = Stream(service, Accept=accept)
    assert stream.response.headers["Content-Type"] == kind
    stream.close()


def test_not_acceptable(service):
    service.get("/v1/events", Accept="application/json").problem("not-acceptable", 406)


def test_resuming(start):
    service = start()
    resync(service)
    resync(service)
    instance = service.get("/v1/status").json["instance"]
    stream = Stream(service, "/v1/events?since=0")
    all_events = [stream.event() for _ in range(3)]
    stream.close()
    assert [event["sequence"] for event in all_events] == [1, 2, 3]
    for target, headers in [("/v1/events?since=1", {}), ("/v1/events?since=%s-1" % instance, {}),
                            ("/v1/events", {"Last-Event-ID": "%s-1" % instance}), ("/v1/events", {"Last-Event-ID": "1"}),
                            ("/v1/events?since=0", {"Last-Event-ID": "%s-1" % instance})]:
        stream = Stream(service, target, **headers)
        assert [stream.event(), stream.event()] == all_events[1:]
        stream.close()


def test_resuming_at_the_newest_waits(start):
    service = start()
    stream = Stream(service, "/v1/events?since=1")
    resync(service)
    assert stream.event()["sequence"] == 2
    stream.close()


def test_gone(service):
    for place in ["ffffffffffffffff-1", "x-1", "18446744073709551615", "1000000", "--1"]:
        service.get("/v1/events?since=" + place).problem("events-gone", 410)
        service.get("/v1/events", Last_Event_ID=place).problem("events-gone", 410)


def test_wrong_place(service):
    for place in ["x", "", "-", "1-", "01", "1 ", "18446744073709551616", "0x1"]:
        problem = service.get("/v1/events?since=" + place.replace(" ", "%20")).problem("invalid-parameter", 400)
        assert problem["parameter"] == "since" and problem["got"] == place
    service.get("/v1/events", Last_Event_ID="x").problem("malformed-request", 400)


def test_fallen_out(start):
    """The log keeps 4096 events; a simulated address that comes and goes makes them."""
    service = start()
    base = json.loads(json.dumps(service.host))
    many = json.loads(json.dumps(base))
    many["interfaces"]["eth0"]["addresses"] += ["10.%d.%d.1/32" % (n // 256, n % 256) for n in range(1500)]
    for host in [many, base, many, base]:
        service.change_host(host, 40)
    service.get("/v1/events?since=0").problem("events-gone", 410)
    instance = service.get("/v1/status").json["instance"]
    service.get("/v1/events", Last_Event_ID=instance + "-1").problem("events-gone", 410)


def test_http_1_0_gets_a_stream_that_ends_with_the_connection(service):
    with service.raw() as sock:
        sock.sendall(b"GET /v1/events?since=0 HTTP/1.0\r\n\r\n")
        head, rest = read_head(sock)
        assert "chunked" not in head
        while b"\n" not in rest:
            rest += sock.recv(1000)
        assert json.loads(rest.split(b"\n")[0])["sequence"] == 1


def test_head_opens_no_stream(service):
    for _ in range(100):
        answer = service.request("HEAD", "/v1/events")
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/x-ndjson"


def test_quota_and_heartbeat(start):
    """64 streams live, the others are refused, and everybody else is served."""
    service = start()
    streams = [Stream(service, Accept="text/event-stream" if n % 2 else "*/*") for n in range(100)]
    statuses = [stream.response.status for stream in streams]
    assert statuses == [200] * 64 + [429] * 36
    for stream in streams[64:]:
        document = json.loads(stream.response.read())
        assert document["type"].endswith("/too-many-streams")
        assert stream.response.headers["Retry-After"]
        stream.close()
    assert service.alive() and service.get("/v1/routes").status == 200
    # A refused stream gave the others a heartbeat.
    assert streams[0].line() == ""
    assert streams[1].block() == [": heartbeat"]
    resync(service)
    for number, stream in enumerate(streams[:64]):
        if number % 2 == 0:
            assert stream.event()["type"] == "resync"
        else:
            while (block := stream.block())[0] == ": heartbeat":
                pass
            assert "event: resync" in block
    for stream in streams[:64]:
        stream.close()


def test_streams_whose_clients_left_make_room(start):
    service = start()
    for _ in range(64):
        Stream(service).close()
    deadline = time.monotonic() + 5
    while True:
        stream = Stream(service)
        if stream.response.status == 200:
            break
        stream.close()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    resync(service)
    assert stream.event()["type"] == "resync"
    stream.close()


def test_a_client_that_does_not_read_holds_up_nobody(start):
    service = start()
    deaf = [Stream(service) for _ in range(5)]
    stream = Stream(service)
    base = json.loads(json.dumps(service.host))
    many = json.loads(json.dumps(base))
    many["interfaces"]["eth0"]["addresses"] += ["10.%d.%d.1/32" % (n // 256, n % 256) for n in range(1000)]
    for host in [many, base, many]:
        service.change_host(host, 40)
    for _ in range(2000):
        stream.event()
    assert service.alive()
    for one in deaf + [stream]:
        one.close()


def test_the_service_ends_with_streams_open(start):
    service = start()
    streams = [Stream(service) for _ in range(20)]
    begin = time.monotonic()
    service.stop()
    assert time.monotonic() - begin < 5
    for stream in streams:
        stream.close()
