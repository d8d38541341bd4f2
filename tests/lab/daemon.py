"""A multihomed process under test: started, asked, stopped, and checked for what it leaves behind."""
import json
import os
import signal
import subprocess
import time

from client import Api, ApiError

BUILD = os.environ.get("MH_BUILD") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "build", "dev")
BINARY = os.path.join(BUILD, "src", "daemon", "multihomed")
SANITIZER_REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:")


class DaemonEnded(Exception):
    """It ended before it was ready."""

    def __init__(self, status, log):
        super().__init__(f"multihomed ended with {status}: {log.strip()}")
        self.status, self.log = status, log


def sanitized():
    """Whether the binary was built with AddressSanitizer: times then mean little."""
    with open(BINARY, "rb") as binary:
        return b"__asan_init" in binary.read()


def wait_for(predicate, timeout=30, interval=0.01):
    """Calls `predicate` until it answers something true, which is returned; fails with its last answer. An assertion
    or a lookup that fails inside, and an answer of the API that is none, count as not yet."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            answer = predicate()
            if answer:
                return answer
        except (AssertionError, LookupError, ApiError) as error:
            answer = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s; at last: {answer}")
        time.sleep(interval)


class Daemon:
    """`prefix` is the command that enters the namespace; `directory` takes socket, state, configuration and log."""

    def __init__(self, directory, prefix=(), arguments=(), config=None, environment=None, foreground=True):
        self.directory = str(directory)
        os.makedirs(self.directory, exist_ok=True)
        self.socket = os.path.join(self.directory, "api.sock")
        self.state = os.path.join(self.directory, "state")
        self.config = os.path.join(self.directory, "config.json")
        self.log_path = os.path.join(self.directory, "log")
        if config is not None:
            self.write_config(config)
        self.command = [*prefix, BINARY, "--socket", self.socket, "--state-dir", self.state, "--config", self.config,
                        *(["--foreground"] if foreground else []), *arguments]
        self.environment = dict(os.environ, UBSAN_OPTIONS="print_stacktrace=1", **(environment or {}))
        self.environment.pop("NOTIFY_SOCKET", None)
        self.environment.update(environment or {})
        self.process = None
        self.api = Api(self.socket)
        self.descriptors_at_start = None

    def write_config(self, config):
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        with open(self.config, "w") as file:
            file.write(text)

    # ---- life ----

    def start(self, timeout=30):
        """Starts it and waits until it answers."""
        self.launch()
        wait_for(self.answers, timeout, 0.005)
        self.descriptors_at_start = self.settled_descriptors()
        return self

    def launch(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment)

    def answers(self):
        if self.process.poll() is not None:
            raise DaemonEnded(self.process.returncode, self.log())
        try:
            return self.api.request("GET", "/healthz").status == 200
        except OSError:
            return False

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """Has it read its configuration file anew."""
        self.signal(signal.SIGHUP)

    def wait(self, timeout=20):
        return self.process.wait(timeout)

    def kill(self):
        """As a crash would end it."""
        self.process.kill()
        self.process.wait()
        self.api.close()

    def stop(self):
        """SIGTERM. Returns what was not as it should be: descriptors left, a wrong exit status, sanitizer reports."""
        complaints = []
        self.api.close()
        if self.running():
            complaints += self.leaked_descriptors()
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                complaints.append("did not end within 20 s of SIGTERM")
                self.kill()
            if os.path.exists(self.socket):
                complaints.append("left its socket behind")
            if self.process.returncode != 0:
                complaints.append(f"exit status {self.process.returncode}")
        return [f"multihomed: {complaint}" for complaint in complaints] + self.reports()

    def release(self):
        """Of one that has ended: what it owns is given back."""
        done = subprocess.run([*self.command, "--release"], stdin=subprocess.DEVNULL, capture_output=True, env=self.environment,
                              timeout=60, check=False)
        assert done.returncode == 0, (done.returncode, done.stderr.decode(errors="replace"))

    # ---- what it says and holds ----

    def log(self):
        try:
            with open(self.log_path, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def reports(self):
        log = self.log()
        return [f"sanitizer report in {self.log_path}:\n{log}"] if any(mark in log for mark in SANITIZER_REPORTS) else []

    def descriptors(self):
        """What its open descriptors are: {number: target}."""
        directory, targets = f"/proc/{self.pid}/fd", {}
        for number in os.listdir(directory):
            try:
                targets[number] = os.readlink(os.path.join(directory, number))
            except FileNotFoundError:
                pass  # closed meanwhile
        return targets

    def settled_descriptors(self):
        """Their number once connections that were just closed are gone from it."""
        self.api.close()
        last, same = None, 0
        while same < 3:
            count = len(self.descriptors())
            same = same + 1 if count == last else 0
            last = count
            time.sleep(0.01)
        return last

    def leaked_descriptors(self):
        """Complains when it has more than at the start. A stream whose client has gone is noticed when something is sent
        to it: a resync is an event for all of them."""
        if self.descriptors_at_start is None or len(self.descriptors()) <= self.descriptors_at_start:
            return []
        self.wake_streams()
        try:
            wait_for(lambda: len(self.descriptors()) <= self.descriptors_at_start, 3, 0.02)
        except AssertionError:
            return [f"{self.descriptors_at_start} descriptors at the start, at the end {self.descriptors()}"]
        return []

    def wake_streams(self):
        self.api.request("POST", "/v1/resync")
        self.api.close()

    def cpu_seconds(self):
        """Processor time that it has used, all threads, in seconds."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def memory(self):
        """Resident octets."""
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS:"))
