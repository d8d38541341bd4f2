"""Topologies out of network namespaces, veth pairs and bridges.

    with Network() as network:
        lan = network.segment("lan")
        host = network.host("host")
        host.attach("eth0", lan)
        host.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        router = network.router("router")
        router.attach("lan", lan)

A segment is a bridge in a namespace of its own, the fabric, so that hosts see a plain link: one end of a veth pair,
whose other end, a port of the bridge, can be taken down to make the link lose its carrier. When the block ends, background
programs are stopped, namespaces are removed, and whatever is left over fails the test.

Only for use inside the private world that tests/lab/run makes: every namespace and every process that is there when a
block ends is taken to be its own.
"""
import contextlib
import itertools
import json
import os
import signal
import subprocess
import tempfile
import time

FABRIC = "fabric"
NAMES = "/run/netns"


class Leak(AssertionError):
    """Something outlived its test."""


class CommandFailed(AssertionError):
    pass


def command(*words, stdin=None, check=True):
    """Runs a program and returns what it wrote."""
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(map(str, words))}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Segment:
    """A link to which hosts are attached: a bridge in the fabric."""

    def __init__(self, network, name):
        self.network, self.name = network, name
        self.bridge = f"s-{name}"
        # Without snooping and waiting: a frame that is sent arrives.
        network.fabric.ip("link", "add", self.bridge, "type", "bridge", "stp_state", "0", "mcast_snooping", "0")
        network.fabric.ip("link", "set", self.bridge, "up")


class Namespace:
    """A network namespace: a host, a router, the fabric."""

    def __init__(self, network, name):
        self.network, self.name = network, name
        self.ports = {}  # this side's interface: the other side's, in the fabric
        command("ip", "netns", "add", name)
        # Addresses are usable at once, and none but those that a lab wants appear by themselves.
        for setting in ("default/accept_dad", "default/dad_transmits", "default/accept_ra", "default/router_solicitations"):
            self.set(f"net/ipv6/conf/{setting}", 0)
        self.ip("link", "set", "lo", "up")

    @property
    def enter(self):
        """The command that runs a program in here."""
        return ["ip", "netns", "exec", self.name]

    # ---- run ----

    def run(self, words, stdin=None, check=True):
        return command(*self.enter, *words, stdin=stdin, check=check)

    def spawn(self, words, **options):
        """Starts a program in the background; it is stopped with the network."""
        return self.network.spawn([*self.enter, *map(str, words)], **options)

    def ip(self, *words, check=True):
        return command("ip", "-n", self.name, *words, check=check)

    def ip_json(self, *words):
        """What `ip -json -details` says, as Python values."""
        text = command("ip", "-n", self.name, "-json", "-details", *words)
        return [item for item in json.loads(text or "[]") if item]

    def ip_batch(self, lines, force=False):
        """Many `ip` commands in a row by one process: as fast as `ip` can make changes. Lines that begin with "-6" are
        a batch of their own. With `force`, failures are passed over."""
        for six, group in itertools.groupby(lines, lambda line: line.startswith("-6 ")):
            with tempfile.NamedTemporaryFile("w", suffix=".batch", dir="/run") as file:
                file.write("".join(line.removeprefix("-6 ") + "\n" for line in group))
                file.flush()
                options = (["-6"] if six else []) + (["-force"] if force else [])
                command("ip", "-n", self.name, *options, "-batch", file.name, check=not force)

    def set(self, setting, value):
        """A setting below /proc/sys."""
        self.run(["sh", "-c", f"echo {value} > '/proc/sys/{setting}'"])

    # ---- links ----

    def attach(self, interface, segment):
        """A new interface on a segment, up."""
        fabric, port = self.network.fabric, self.network.port_name()
        fabric.ip("link", "add", port, "type", "veth", "peer", "name", interface, "netns", self.name)
        fabric.ip("link", "set", port, "master", segment.bridge, "up")
        self.ports[interface] = port
        self.ip("link", "set", interface, "up")

    def carrier(self, interface, on):
        """Plugs or pulls the cable: the other side goes up or down."""
        self.network.fabric.ip("link", "set", self.ports[interface], "up" if on else "down")

    def link_local(self, *interfaces):
        """Waits until each interface has its link-local address. A busy kernel now and then gives none until the link
        changes, so the link of one that waits too long is set anew: call this before addresses are added."""
        for interface in interfaces:
            deadline = time.monotonic() + 3
            while "inet6 fe80:" not in self.ip("-6", "address", "show", "dev", interface, "scope", "link"):
                if time.monotonic() > deadline:
                    self.ip("link", "set", interface, "down")
                    self.ip("link", "set", interface, "up")
                    deadline = time.monotonic() + 3
                time.sleep(0.01)

    def settle(self):
        """Waits until no address is tentative, as new IPv6 ones are for a moment even without duplicate address detection: no
        route may prefer such a one."""
        deadline = time.monotonic() + 10
        while tentative := self.ip("-6", "-o", "address", "show", "tentative"):
            if time.monotonic() > deadline:
                raise AssertionError(f"these are still tentative: {tentative}")
            time.sleep(0.01)

    def rename(self, interface, name):
        self.ip("link", "set", interface, "name", name)
        if interface in self.ports:
            self.ports[name] = self.ports.pop(interface)

    def connect(self, interface, other, other_interface):
        """A pair between two namespaces, without a segment; both ends up."""
        self.ip("link", "add", interface, "type", "veth", "peer", "name", other_interface, "netns", other.name)
        self.ip("link", "set", interface, "up")
        other.ip("link", "set", other_interface, "up")

    def contain(self, bridge, port, box, box_interface):
        """Puts another namespace behind a bridge of this one, as containers are; all up."""
        self.ip("link", "add", bridge, "type", "bridge", "stp_state", "0")
        self.ip("link", "set", bridge, "up")
        self.connect(port, box, box_interface)
        self.ip("link", "set", port, "master", bridge)

    def traffic(self, address, port=9):
        """Sends a datagram to `address` every ten milliseconds, in the background."""
        return self.spawn(["python3", "-c", TRAFFIC, address, port])


TRAFFIC = """
import socket, sys, time
peer = (sys.argv[1], int(sys.argv[2]))
with socket.socket(socket.AF_INET6 if ":" in peer[0] else socket.AF_INET, socket.SOCK_DGRAM) as sender:
    while True:
        try:
            sender.sendto(b"x" * 64, peer)
        except OSError:
            pass  # no way there at the moment
        time.sleep(0.01)
"""


class Network:
    """Everything that a lab is made of."""

    def __init__(self):
        self.exits = contextlib.ExitStack()
        self.background = []
        self.namespaces = {}
        self.count = 0

    def __enter__(self):
        if not in_private_world():
            raise RuntimeError("not in a private world: use tests/lab/run")
        leave_nothing()  # of an interrupted predecessor
        self.fabric = Namespace(self, FABRIC)
        return self

    def segment(self, name):
        return Segment(self, name)

    def host(self, name):
        self.namespaces[name] = Namespace(self, name)
        return self.namespaces[name]

    def router(self, name):
        """A host that forwards."""
        router = self.host(name)
        router.set("net/ipv4/conf/all/forwarding", 1)
        router.set("net/ipv6/conf/all/forwarding", 1)
        return router

    def port_name(self):
        self.count += 1
        return f"p{self.count}"

    def spawn(self, words, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        process = subprocess.Popen(words, **options)
        self.background.append(process)
        return process

    def stop_background(self):
        for process in self.background:
            process.kill()
            process.wait()
        self.background.clear()

    def __exit__(self, kind, _error, _trace):
        self.stop_background()
        left = left_processes()
        for namespace in [*self.namespaces.values(), self.fabric]:
            command("ip", "netns", "delete", namespace.name, check=False)
        left += leave_nothing()
        if left and kind is None:
            raise Leak("left behind: " + "; ".join(left))


def in_private_world():
    """Whether this is the program that tests/lab/run started there, the child of process 1."""
    with open("/proc/1/cmdline") as cmdline:
        first = cmdline.read().split("\0")
    return os.environ.get("MH_LAB_WORLD") == "1" and os.getppid() == 1 and "--inside" in first


def left_processes():
    """Processes of the world other than its first and this one; given a moment to be taken in by process 1."""
    deadline = time.monotonic() + 1
    while True:
        left = {pid: describe(pid) for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                if pid not in (1, os.getpid())}
        left = {pid: text for pid, text in left.items() if text}
        if not left or time.monotonic() > deadline:
            return [f"process {pid} ({text})" for pid, text in left.items()]
        time.sleep(0.01)


def describe(pid):
    """A process in words, '' when it is gone; zombies are marked."""
    try:
        with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/cmdline") as cmdline:
            name, state = stat.read().rsplit(")", 1)
            words = cmdline.read().replace("\0", " ").strip() or name.split("(", 1)[1]
            return f"zombie: {words}" if state.split()[0] == "Z" else words
    except (FileNotFoundError, ProcessLookupError):
        return ""


def leave_nothing():
    """Ends every left process, removes every left namespace; says which there were."""
    left = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        if pid not in (1, os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for name in os.listdir(NAMES) if os.path.isdir(NAMES) else []:
        left.append(f"namespace {name}")
        command("ip", "netns", "delete", name, check=False)
    return left
