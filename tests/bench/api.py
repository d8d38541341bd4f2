#!/usr/bin/python3
"""Requests per second for /v1/scenario, beside a bare libmicrohttpd program that returns as many octets, head and body.

Both run at the same time on the same machine and are asked in turn, several rounds; medians are printed.

    tests/bench/api.py        MH_BUILD: a release build (default build/release)
"""
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ.setdefault("MH_BUILD", os.path.join(ROOT, "build", "release"))
os.environ["MH_BUILD"] = os.path.abspath(os.environ["MH_BUILD"])
sys.path.insert(0, LAB)

from daemon import Daemon, sanitized, wait_for  # noqa: E402
from topology import Network, in_private_world  # noqa: E402

ROUNDS, RESOURCE = 15, "/v1/scenario"
REQUESTS = {1: 20_000, 8: 40_000, 32: 60_000}  # by number of connections: a quarter of a second or so each
SCRATCH = "/run/mh-bench"


def main():
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__)])
    if sanitized():
        sys.exit("api.py: this is a build with sanitizers; MH_BUILD must name a release build")
    with Network() as network:
        host = network.host("host")
        lan, wan = network.segment("lan"), network.segment("wan")
        for interface, segment, address in (("eth0", lan, "192.0.2.1/24"), ("eth1", wan, "198.51.100.1/24")):
            host.attach(interface, segment)
            host.ip("address", "add", address, "dev", interface)
        daemon = Daemon(SCRATCH, host.enter).start()
        try:
            compare(network, daemon)
        finally:
            complaints = daemon.stop()
    if complaints:
        sys.exit("\n".join(complaints))


def compare(network, daemon):
    size = answer_size(daemon.socket)
    socket = os.path.join(SCRATCH, "bare.sock")
    bare = start_bare(network, socket, size)
    print(f"GET {RESOURCE}, answers of {size} octets, head and body; medians of {ROUNDS} rounds\n")
    print(f"  {'connections':>11} {'multihomed':>14} {'bare':>14} {'ratio':>8}")
    for connections in REQUESTS:
        rounds = [both(daemon.socket, socket, connections, round % 2) for round in range(ROUNDS)]
        ours, theirs = (statistics.median(column) for column in zip(*rounds))
        ratio = statistics.median(a / b for a, b in rounds)
        aim = "aim: at least 0.9" + ("" if ratio >= 0.9 else ": MISSED")
        print(f"  {connections:>11} {ours:>12.0f}/s {theirs:>12.0f}/s {ratio:>8.2f}  {aim}")
    bare.terminate()
    busy_machine()


def start_bare(network, socket, size):
    """The bare program, whose body makes up for the smaller head."""
    length = size
    for _ in range(3):
        bare = network.spawn([program("bench_http"), socket, str(length)])
        wait_for(lambda: listening(socket), 5)
        off = answer_size(socket) - size
        if off == 0:
            return bare
        length -= off
        bare.terminate()
        bare.wait()
    sys.exit("api.py: the bare program does not answer with as many octets")


def listening(path):
    try:
        return load_once(path)
    except subprocess.CalledProcessError:
        return None


def answer_size(socket):
    return int(load_once(socket)[1])


def load_once(socket):
    words = [program("bench_load"), socket, RESOURCE, "1", "1"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


def both(ours, theirs, connections, theirs_first):
    """One round: the two in turn, so that neither is always the one that finds the machine warm."""
    if theirs_first:
        second, first = load(theirs, connections), load(ours, connections)
        return first, second
    return load(ours, connections), load(theirs, connections)


def busy_machine():
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def program(name):
    return os.path.join(os.environ["MH_BUILD"], "tests", "bench", name)


def load(socket, connections):
    """Requests per second."""
    words = [program("bench_load"), socket, RESOURCE, str(connections), str(REQUESTS[connections])]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    return float(done.stdout.split()[0])


if __name__ == "__main__":
    main()
