#!/usr/bin/python3
"""How fast and how small a large routing table is taken in.

A namespace gets 1,000,000 random IPv4 routes of mixed lengths. Printed side by side: the time from the daemon's start
until /v1/status counts them all, a bare netlink dump that keeps nothing, and `ip -j route`; the daemon's memory for each
route; and what one change costs it afterwards.

    tests/bench/ingest.py [ROUTES]        MH_BUILD: a release build (default build/release)
"""
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ.setdefault("MH_BUILD", os.path.join(ROOT, "build", "release"))
os.environ["MH_BUILD"] = os.path.abspath(os.environ["MH_BUILD"])
sys.path.insert(0, LAB)

from daemon import Daemon, sanitized, wait_for  # noqa: E402
from topology import Network, in_private_world  # noqa: E402

SEED, ROUNDS, CHANGES, PAUSE = 1122, 3, 1000, 1000
SCRATCH = "/run/mh-bench"


def main(routes):
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__), str(routes)])
    if sanitized():
        sys.exit("ingest.py: this is a build with sanitizers; MH_BUILD must name a release build")
    with Network() as network:
        host, far = network.host("host"), network.host("far")
        host.connect("eth0", far, "eth0")
        host.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        empty = measure_empty(host)
        begun = time.monotonic()
        host.run([program("bench_fill"), "fill", routes, SEED, "eth0", "192.0.2.2"])
        print(f"{routes} random IPv4 routes, seed {SEED}, made in {time.monotonic() - begun:.1f} s; "
              f"medians of {ROUNDS} rounds\n")
        report(*measure(host), empty)
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def program(name):
    return os.path.join(os.environ["MH_BUILD"], "tests", "bench", name)


def measure_empty(host):
    """The daemon's memory without the routes."""
    daemon = Daemon(SCRATCH, host.enter).start()
    try:
        return daemon.memory()
    finally:
        stop(daemon)


def measure(host):
    """Rounds are interleaved, so that all see the same machine."""
    total = int(host.run([program("bench_dump")]))
    bare, ip, ours = [], [], []
    for round in range(ROUNDS):
        bare.append(seconds(host, [program("bench_dump")]))
        ip.append(seconds(host, ["ip", "-j", "route"]))
        daemon, taken = start(host, total)
        ours.append(taken)
        memory = daemon.memory()
        change = change_cost(host, daemon) if round == ROUNDS - 1 else None
        stop(daemon)
    return total, *map(statistics.median, (bare, ip, ours)), memory, change


def seconds(host, words):
    begun = time.monotonic()
    subprocess.run([*host.enter, *words], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def start(host, total):
    """Starts the daemon; the time until its status counts every route."""
    daemon = Daemon(SCRATCH, host.enter)
    begun = time.monotonic()
    daemon.launch()
    wait_for(lambda: daemon.answers() and count(daemon) == total, 120, 0.002)
    return daemon, time.monotonic() - begun


def count(daemon):
    routes = daemon.api.get("/v1/status")["counts"]["routes"]
    return routes if isinstance(routes, int) else sum(routes.values())


def change_cost(host, daemon):
    """Processor seconds of the daemon for one change out of many, each of them alone."""
    resyncs = daemon.api.get("/v1/status")["last_resync"]["count"]
    daemon.api.close()
    before = daemon.cpu_seconds()
    host.run([program("bench_fill"), "change", CHANGES, PAUSE, "eth0", "192.0.2.2"])
    time.sleep(0.1)
    spent = daemon.cpu_seconds() - before
    if daemon.api.get("/v1/status")["last_resync"]["count"] != resyncs:
        sys.exit("ingest.py: a single change made the daemon read everything anew")
    return spent / CHANGES


def stop(daemon):
    complaints = daemon.stop()
    if complaints:
        sys.exit("\n".join(complaints))


def report(total, bare, ip, ours, memory, change, empty):
    def line(label, value, note=""):
        print(f"  {label:<44}{value:>12}  {note}".rstrip())

    line("routes in the kernel, all tables", total)
    line("bare netlink dump, start to end", f"{bare:.3f} s")
    line("ip -j route > /dev/null", f"{ip:.3f} s")
    line("multihomed, start until /v1/status has all", f"{ours:.3f} s")
    line("  beside the bare dump", f"{ours / bare:.2f}", verdict(ours / bare <= 1.3, "aim: at most 1.3"))
    line("resident memory with and without the routes", f"{memory / 2**20:.1f} MiB", f"{empty / 2**20:.1f} MiB")
    line("  octets a route", f"{(memory - empty) / total:.1f}", verdict((memory - empty) / total <= 64, "aim: at most 64"))
    line("processor time of one change afterwards", f"{change * 1e6:.1f} µs", f"over {CHANGES} single changes")


def verdict(met, aim):
    return aim if met else f"{aim}: MISSED"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
