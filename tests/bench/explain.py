#!/usr/bin/python3
"""How long one explanation takes over HTTP: GET /v1/select, one after the other on one connection of the UNIX socket.

Random questions to a running daemon: on a normal host (20 addresses, 50 routes), to a route of it that is spread over 250 next hops, to
32 destinations at once, and with 1,000,000 routes besides. The kernel is asked about each of them, and has to agree. Beside them stands
/healthz, which decides nothing: what is left is the explanation's.

    tests/bench/explain.py [ROUTES]        MH_BUILD: a release build (default build/release)
"""
import itertools
import json
import os
import random
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ.setdefault("MH_BUILD", os.path.join(ROOT, "build", "release"))
os.environ["MH_BUILD"] = os.path.abspath(os.environ["MH_BUILD"])
sys.path[0] = LAB  # instead of this directory, whose select.py is not the library's

from daemon import Daemon, sanitized, wait_for  # noqa: E402
from topology import Network, in_private_world  # noqa: E402

SEED, QUESTIONS, SCRATCH = 1122, 4000, "/run/mh-bench"
AIM_NORMAL, AIM_LARGE = 1, 10  # milliseconds at p99
LIST = 32
HOPS = 250  # what ip(8) can write into one message


def main(routes):
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__), str(routes)])
    if sanitized():
        sys.exit("explain.py: this is a build with sanitizers; MH_BUILD must name a release build")
    print(f"GET /v1/select, one at a time, {QUESTIONS} random questions (seed {SEED}); milliseconds\n")
    print(f"  {'':<34}{'p50':>8}{'p99':>8}{'max':>8}")
    with Network() as network:
        host, far = network.host("host"), network.host("far")
        build(host, far)
        measure(host, f"a normal host: {count(host, 'address')} addresses, {count(host, 'route')} routes", AIM_NORMAL)
        hops = [["nexthop", "via", f"192.0.{2 + number % 10}.{2 + number // 10}"] for number in range(HOPS)]
        host.ip("route", "add", "10.0.0.0/8", *itertools.chain(*hops))
        measure(host, f"to a route with {HOPS} next hops, each told", None, lambda source: "10." + dotted(source, 3))
        host.ip("route", "delete", "10.0.0.0/8")
        measure(host, f"{LIST} destinations, put in order", None, lambda source: ",".join(anywhere(source) for _ in range(LIST)))
        host.run([os.path.join(os.environ["MH_BUILD"], "tests", "bench", "bench_fill"), "fill", routes, SEED, "eth0", "192.0.2.2"])
        measure(host, f"{routes:,} routes more", AIM_LARGE)
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def build(host, far):
    for number in range(2):
        host.connect(f"eth{number}", far, f"eth{number}")
    host.ip_batch([f"address add 192.0.{2 + number}.1/24 dev eth{number % 2}" for number in range(10)])
    host.ip_batch([f"-6 address add 2001:db8:{number}::1/64 dev eth{number % 2} nodad" for number in range(1, 7)])
    host.ip_batch(["route add default via 192.0.2.254", "-6 route add default via 2001:db8:2::fe", "rule add priority 100 from 192.0.3.1 table 100",
                   "route add default via 192.0.3.254 table 100"])
    host.ip_batch([f"route add 172.{number}.0.0/16 via 192.0.{2 + number % 10}.254 metric 50" for number in range(16, 32)])
    host.ip_batch([f"-6 route add 2001:db8:{number:x}00::/40 via 2001:db8:{1 + number % 6}::fe" for number in range(1, 15)])


def count(host, kind):
    """What people count: addresses with those of lo, routes without the table `local`."""
    return sum(len(host.ip_json(f"-{family}", kind)) for family in "46") if kind == "route" else sum(
        len(link["addr_info"]) for link in host.ip_json(kind))


def dotted(source, octets):
    return ".".join(str(source.randrange(1, 255)) for _ in range(octets))


def anywhere(source):
    if source.random() < 0.3:
        return f"2001:db8:{source.randrange(1 << 16):x}::{source.randrange(1 << 16):x}"
    return f"{source.choice([*range(1, 127), *range(128, 224)])}.{dotted(source, 3)}"


def target(source, destination):
    question = "/v1/select?destination=" + destination(source) + "&uid=0"
    kind = source.random()
    if kind < 0.1:
        question += f"&interface=eth{source.randrange(2)}"
    elif kind < 0.2:
        question += "&mark=0x10"
    return question


def measure(host, label, aim, destination=anywhere):
    daemon = Daemon(SCRATCH, host.enter).start(timeout=120)
    try:
        wait_for(lambda: daemon.api.get("/v1/select?destination=8.8.8.8")["interface"] == "eth0", 60)
        source = random.Random(SEED)
        client = Client(daemon.socket)
        targets = [target(source, destination) for _ in range(QUESTIONS)]
        times = sorted(client.seconds(each) for each in targets)
        line(label, times, aim)
        line("  of that, a request that decides nothing", sorted(client.seconds("/healthz") for _ in range(QUESTIONS)))
        wrong = [each for each in targets[:500] if any(answer["agrees"] is False for answer in client.answers(each))]
    finally:
        daemon.stop()
    if wrong:
        print(f"    the kernel disagrees: {wrong[:3]}")


def line(label, times, aim=None):
    p99 = times[int(0.99 * len(times))] * 1000
    verdict = "" if aim is None else f"  aim: at most {aim} at p99" + ("" if p99 <= aim else ": MISSED")
    print(f"  {label:<42}{times[len(times) // 2] * 1000:>8.3f}{p99:>8.3f}{times[-1] * 1000:>8.3f}{verdict}")


class Client:
    """One connection; as little as can be between the socket and the clock."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.body = b""

    def seconds(self, target):
        request = b"GET " + target.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
        begun = time.perf_counter()
        self.socket.sendall(request)
        answer = self.socket.recv(1 << 20)
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(1 << 20)
        head, _, self.body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(self.body) < length:
            self.body += self.socket.recv(1 << 20)
        elapsed = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"{target}: {head.splitlines()[0].decode()}: {self.body.decode()}")
        return elapsed

    def answers(self, target):
        """The answer, or that for each of several destinations."""
        self.seconds(target)
        answer = json.loads(self.body)
        return answer.get("destinations", [answer])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
