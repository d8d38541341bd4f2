"""A running service with a simulated host, and two ways to speak to it: http.client, and raw octets."""
import http.client
import json
import os
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("MH_BUILD") or os.path.join(ROOT, "build", "dev")
DAEMON = os.path.join(BUILD, "src", "daemon", "multihomed")
HOSTS = os.path.join(ROOT, "platform", "sim", "hosts")
CTL = os.path.join(BUILD, "src", "ctl", "multihomectl")
PROBLEMS = "https://multihomed.invalid/problems/"


class LocalConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path, timeout=10):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def problem(self, word, status):
        """Checks that this is the problem document of that type and status, and returns it."""
        assert self.status == status, (self.status, self.body)
        assert self.headers["Content-Type"] == "application/problem+json"
        document = self.json
        assert document["type"] == PROBLEMS + word, document
        assert document["status"] == status
        assert document["title"]
        return document


class Service:
    """The program, its socket and the file that the simulated host is read from."""

    # The system's words for what its file systems refuse.
    full, read_only, is_a_directory = "ENOSPC", "EROFS", "a directory"

    def __init__(self, directory, host, *arguments, config=None):
        """`config` is the configuration, as a value or as a file's text; without it there is no file."""
        self.place(directory)
        if config is not None:
            self.write_config(config)
        self.write_host(host)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait_ready()

    def place(self, directory):
        self.directory = str(directory)
        self.socket = os.path.join(self.directory, "s")
        self.file = os.path.join(self.directory, "host.json")
        self.log = os.path.join(self.directory, "log")
        self.config = os.path.join(self.directory, "config.json")

    def command(self, *arguments):
        return [DAEMON, "--foreground", "--config", self.config, "--platform", self.platform(), "--socket", self.socket,
                "--state-dir", os.path.join(self.directory, "state"), *arguments]

    @classmethod
    def attempt(cls, directory, *arguments):
        """The program with the files of a directory, when it is expected to end by itself; all that it says is in `stdout`."""
        service = cls.__new__(cls)
        service.place(directory)
        return subprocess.run(service.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30, check=False)

    def ctl(self, *arguments):
        """multihomectl: its exit status, output and messages."""
        done = subprocess.run([CTL, "--socket", self.socket, *arguments], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def platform(self):
        return "sim:" + self.file

    def wait_ready(self):
        deadline = time.monotonic() + 60
        while "ready" not in self.log_text():
            assert self.process.poll() is None, self.log_text()
            assert time.monotonic() < deadline, self.log_text()
            time.sleep(0.01)

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def write_config(self, config):
        with open(self.config, "w", encoding="utf-8") as stream:
            stream.write(config if isinstance(config, str) else json.dumps(config))

    def write_host(self, host):
        """Replaces the simulated host's file, which the service follows. A name is one of the examples."""
        if isinstance(host, str):
            with open(os.path.join(HOSTS, host + ".json"), encoding="utf-8") as stream:
                host = json.load(stream)
        self.host = host
        with open(self.file + ".new", "w", encoding="utf-8") as stream:
            json.dump(host, stream)
        os.replace(self.file + ".new", self.file)

    def change_host(self, host, timeout=20):
        """The same, and waits for the view that shows it."""
        before = self.get("/v1/status").json["generation"]
        self.write_host(host)
        deadline = time.monotonic() + timeout
        while self.get("/v1/status").json["generation"] == before:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def connection(self, timeout=10):
        return LocalConnection(self.socket, timeout)

    def request(self, method, target, body=None, headers=None, **more):
        connection = self.connection()
        try:
            connection.request(method, target, body, headers or {}, **more)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, target, **headers):
        return self.request("GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, timeout=10):
        """A connected socket."""
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        sock.connect(self.socket)
        return sock

    def exchange(self, octets, timeout=10):
        """Sends octets, ends the sending direction, and returns everything that comes back."""
        with self.raw(timeout) as sock:
            try:
                sock.sendall(octets)
                sock.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_all(sock)

    def alive(self):
        answer = self.get("/healthz")
        return answer.status == 200 and answer.json == {"status": "ok"}

    def stop(self):
        """Ends it and checks that it ended well: no sanitizer has anything to say."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(30)
        assert status == 0, (status, self.log_text())
        assert "Sanitizer" not in self.log_text() and "runtime error" not in self.log_text(), self.log_text()


def read_all(sock):
    octets = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        octets += piece
    return octets


def read_head(sock):
    """The head of a response; what follows it is returned too."""
    octets = b""
    while b"\r\n\r\n" not in octets:
        piece = sock.recv(65536)
        assert piece, octets
        octets += piece
    head, rest = octets.split(b"\r\n\r\n", 1)
    return head.decode("latin-1"), rest


def status_of(octets):
    return int(octets.split(b" ", 2)[1]) if octets.startswith(b"HTTP/1.1 ") else None


def all_items(service, path, limit=1, **parameters):
    """Follows `next` to the end."""
    items, cursor, pages = [], None, 0
    while True:
        query = "&".join("%s=%s" % pair for pair in {"limit": limit, **parameters}.items())
        answer = service.get(path + "?" + query + ("&cursor=" + cursor if cursor else ""))
        assert answer.status == 200, answer.body
        assert len(answer.json["items"]) <= limit
        items += answer.json["items"]
        cursor = answer.json["next"]
        pages += 1
        assert pages < 5000
        if cursor is None:
            return items
