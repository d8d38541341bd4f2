#!/usr/bin/python3
"""What a host with 50 interfaces and 500 addresses costs: strong send and receive, ARP, reverse path and uplinks of all.

The document through the service (PUT /v1/config: planned, journalled, applied, read again, verified, answered), and taken back by
the empty document; a plan alone where nothing is to be done; one address more and one less, until what belongs to it is there;
a page of GET /v1/host-model. Medians of rounds. Beside the document: `ip -batch` of the commands for IPv4's rules and routes in
its answer, which are two thirds of its operations.

    tests/bench/scale.py [ROUNDS]       MH_BUILD: a release build (default build/release)
"""
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ["MH_BUILD"] = os.path.abspath(os.environ.get("MH_BUILD") or os.path.join(ROOT, "build", "release"))
sys.path[0] = LAB  # instead of this directory, whose select.py is not the library's

from daemon import Daemon, wait_for  # noqa: E402
from many import document, make_many  # noqa: E402
from topology import Network, in_private_world  # noqa: E402

# Seconds.
AIMS = {"apply": 1.0, "take back": 1.0, "host model, 100 items": 0.2}


def main(rounds):
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__), str(rounds)])
    with Network() as network:
        host = make_many(network)
        daemon = Daemon("/run/bench-scale", host.enter, config={}).start()
        measured = [measure(host, daemon) for _ in range(rounds)]
        daemon.stop()
    report(measured)


def measure(host, daemon):
    """Seconds by name."""
    times = {}
    times["apply"], answer = timed(lambda: put(daemon, document()))
    times["plan, nothing to do"], plan = timed(lambda: daemon.api.get("/v1/plan"))
    assert not plan["operations"], plan["operations"][:3]
    times["host model, 100 items"], page = timed(lambda: daemon.api.get("/v1/host-model", limit=100))
    assert len(page["items"]) == 100, len(page["items"])
    rule = "from 10.7.77.1 unreachable"
    host.ip("address", "add", "10.7.77.1/24", "dev", "e7")
    times["one address more"], _ = timed(lambda: wait_for(lambda: rule in host.ip("rule"), 5, 0.001))
    host.ip("address", "delete", "10.7.77.1/24", "dev", "e7")
    times["one address less"], _ = timed(lambda: wait_for(lambda: rule not in host.ip("rule"), 5, 0.001))
    times["take back"], _ = timed(lambda: put(daemon, {}))
    times["ip -batch, IPv4 alone"] = batch(host, [op["native"] for op in answer["operations"]])
    return times


def timed(action):
    begun = time.monotonic()
    result = action()
    return time.monotonic() - begun, result


def put(daemon, wanted):
    answer = daemon.api.request("PUT", "/v1/config", wanted, {"If-Match": "*"})
    assert answer.status == 200, answer.body
    return answer.json()


def batch(host, commands):
    """Seconds that ip takes for IPv4's rules and routes; it takes them back, too."""
    lines = [command.removeprefix("ip ") for command in commands if command.startswith(("ip rule ", "ip route "))]
    with open("/run/scale.batch", "w") as file:
        file.write("\n".join(lines) + "\n")
    with open("/run/scale-back.batch", "w") as file:
        file.write("\n".join(line.replace(" add ", " delete ", 1) for line in reversed(lines)) + "\n")
    took, _ = timed(lambda: subprocess.run(["ip", "-n", host.name, "-batch", "/run/scale.batch"], check=True))
    subprocess.run(["ip", "-n", host.name, "-force", "-batch", "/run/scale-back.batch"], check=True)
    return took


def report(measured):
    print(f"  50 interfaces, 500 addresses; medians of {len(measured)} rounds")
    for name in measured[0]:
        took = statistics.median(times[name] for times in measured)
        aim = AIMS.get(name)
        note = "" if aim is None else f"aim: at most {aim * 1000:.0f} ms" + ("" if took <= aim else ": MISSED")
        print(f"  {name:<34}{took * 1000:>9.1f} ms  {note}".rstrip())
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
