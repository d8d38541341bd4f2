"""A small client of the REST API over a UNIX socket: requests, whole collections, event streams."""
import http.client
import json
import queue
import socket
import threading
import time
import urllib.parse


class ApiError(Exception):
    def __init__(self, response):
        super().__init__(f"{response.status}: {response.body[:400]!r}")
        self.response = response


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Api:
    """Keeps one connection open; `close` ends it. Not for several threads."""

    def __init__(self, path, timeout=30):
        self.path, self.timeout, self.connection = path, timeout, None

    def connect(self, timeout):
        """A new connection. Where the API is elsewhere (TCP), this is what differs."""
        return UnixConnection(self.path, timeout)

    def request(self, method, target, body=None, headers=None):
        if self.connection is None:
            self.connection = self.connect(self.timeout)
        headers = dict(headers or {})
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        try:
            self.connection.request(method, target, body, headers)
            answer = self.connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def get(self, target, **query):
        """The resource as Python values; ApiError when the status is not 200."""
        response = self.request("GET", target + encode(query))
        if response.status != 200:
            raise ApiError(response)
        return response.json()

    def items(self, collection, **query):
        """All items of a collection. Pages are not atomic: when the generation changed in between, all is read again."""
        for _ in range(20):
            items, generations, cursor = [], set(), None
            while True:
                page = self.get(collection, limit=1000, **query, **({"cursor": cursor} if cursor else {}))
                items += page["items"]
                generations.add(page["generation"])
                cursor = page["next"]
                if cursor is None:
                    break
            if len(generations) == 1:
                break
        return items

    def events(self, since=None):
        return EventStream(self.connect(None), since)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class EventStream:
    """Reads /v1/events (NDJSON) in a thread; everything that came stands in `seen`."""

    def __init__(self, connection, since=None):
        self.seen, self.incoming = [], queue.Queue()
        self.connection = connection
        self.connection.connect()
        self.socket = self.connection.sock  # http.client lets go of it when the answer has no length
        self.connection.request("GET", "/v1/events" + encode({"since": since}))
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            response = Response(self.answer.status, self.answer.headers, self.answer.read())
            self.connection.close()
            raise ApiError(response)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            for line in self.answer:
                if line.strip():
                    self.incoming.put(json.loads(line))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.incoming.put(None)

    def next(self, timeout=5):
        """The next event, or None when none came in time or the stream ended."""
        try:
            event = self.incoming.get(timeout=timeout)
        except queue.Empty:
            return None
        if event is not None:
            self.seen.append(event)
        return event

    def wait_for(self, type, subject=None, timeout=20):
        """Reads until an event of this type (about this subject) has come; fails with what came instead."""
        begun, deadline = len(self.seen), time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            event = self.next(left)
            if event is None:
                break
            if event["type"] == type and (subject is None or event["subject"] == subject):
                return event
        raise AssertionError(f"no event {type} {subject or ''} within {timeout} s, but: {self.seen[begun:]}")

    def drain(self, quiet=0.3):
        """Everything that still comes until it has been quiet for so many seconds."""
        events = []
        while (event := self.next(quiet)) is not None:
            events.append(event)
        return events

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the daemon ended it first
        self.thread.join(5)
        self.answer.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def encode(query):
    query = {name: value for name, value in query.items() if value is not None}
    return "?" + urllib.parse.urlencode(query) if query else ""
