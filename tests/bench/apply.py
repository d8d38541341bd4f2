#!/usr/bin/python3
"""How fast ops are carried out, beside `ip -batch`.

1,000 addresses, 1,000 routes and 1,000 rules are added and removed by mh_platform_apply_all in one namespace, and by
`ip -batch` in its twin, which is given the commands that describe the very same ops. Medians of interleaved rounds; the time
of ip contains its start. Then the same number of each as a document through the service (PUT /v1/config: planned, journalled,
applied, read again, verified, answered), and taken back by the empty document, beside `ip -batch` of the commands in its answers.
At last what plans alone cost: on a host without any of it, on one that has all of it (which is asked after each change of the
kernel), and to take all back.

    tests/bench/apply.py [COUNT]        MH_BUILD: a release build (default build/release)
"""
import json
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ.setdefault("MH_BUILD", os.path.join(ROOT, "build", "release"))
os.environ["MH_BUILD"] = os.path.abspath(os.environ["MH_BUILD"])
sys.path[0] = LAB  # instead of this directory, whose select.py is not the library's

from daemon import Daemon  # noqa: E402
from topology import Network, in_private_world  # noqa: E402

ROUNDS, AIM = 7, 1.2
PROGRAM = os.path.join(os.environ["MH_BUILD"], "tests", "bench", "bench_apply")
PLANS = os.path.join(os.environ["MH_BUILD"], "tests", "bench", "bench_plan")
UNCHANGED_AIM = 0.010


def main(count):
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__), str(count)])
    with Network() as network:
        ours, theirs = twin(network, "ours"), twin(network, "theirs")
        batches = commands(theirs, count)
        rounds = [(run_ours(ours, count), run_ip(theirs, batches)) for _ in range(ROUNDS)]
        assert ours.ip("rule") == theirs.ip("rule"), "something is left"
        served = through_service(network, count)
    report(count, rounds)
    report_service(served)
    report_plans(count)
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def twin(network, name):
    host, far = network.host(name), network.host(f"far-{name}")
    host.connect("eth0", far, "eth0")
    host.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
    return host


def commands(host, count):
    """Batch files by name, in their order."""
    batches = {}
    for line in host.run([PROGRAM, "eth0", count, "print"]).splitlines():
        if line.startswith("# "):
            batch = batches.setdefault(line[2:], [])
        else:
            batch.append(re.sub(r"dev if\d+", "dev eth0", line.removeprefix("ip ")))
    for name, lines in batches.items():
        with open(f"/run/{name}.batch", "w") as file:
            file.write("\n".join(lines) + "\n")
    return list(batches)


def run_ours(host, count):
    words = host.run([PROGRAM, "eth0", count, "run"]).split()
    return {name: float(seconds) for name, seconds in zip(words[::2], words[1::2])}


def run_ip(host, batches):
    times = {}
    for name in batches:
        begun = time.monotonic()
        subprocess.run(["ip", "-n", host.name, "-batch", f"/run/{name}.batch"], check=True)
        times[name] = time.monotonic() - begun
    return times


def document(count):
    return {"addresses": {f"a{i}": {"interface": "eth0", "address": f"10.{i >> 10}.{i >> 2 & 255}.{1 + i % 4}/24"}
                          for i in range(count)},
            "routes": {f"r{i}": {"to": f"172.{16 + (i >> 8)}.{i & 255}.0/24", "via": "192.0.2.254", "metric": 100}
                       for i in range(count)},
            "uplinks": {"isp": {"interface": "eth0", "gateway": {"ipv4": "192.0.2.253"}}},
            "rules": {f"g{i}": {"from": f"10.{i >> 10}.{i >> 2 & 255}.{1 + i % 4}/32", "uplink": "isp"} for i in range(count)}}


def through_service(network, count):
    """Seconds of the service and of ip, for applying and taking back, of each round."""
    host, other = twin(network, "served"), twin(network, "batched")
    daemon = Daemon("/run/bench-apply", host.enter, config={}).start()
    rounds = [[change(daemon, other, wanted) for wanted in (document(count), {})] for _ in range(ROUNDS)]
    daemon.stop()
    return rounds


def processor_time(pid):
    """Seconds that all of its threads have run (schedstat, in nanoseconds)."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def change(daemon, other, wanted):
    """Seconds, and seconds of processor time, of ours and of ip. On a busy machine the latter say more."""
    body = json.dumps(wanted).encode()  # it is there before, as ip's file is
    pid = daemon.process.pid
    begun, worked = time.monotonic(), processor_time(pid)
    answer = daemon.api.request("PUT", "/v1/config", body, {"If-Match": "*"})
    ours = time.monotonic() - begun, processor_time(pid) - worked
    assert answer.status == 200, answer.body
    with open("/run/served.batch", "w") as file:
        file.write("".join(op["native"].removeprefix("ip ") + "\n" for op in answer.json()["operations"]))
    begun = time.monotonic()
    ip = subprocess.Popen(["ip", "-n", other.name, "-batch", "/run/served.batch"])
    _, ip.returncode, used = os.wait4(ip.pid, 0)
    assert ip.returncode == 0, ip.returncode
    return ours, (time.monotonic() - begun, used.ru_utime + used.ru_stime)


def report_service(rounds):
    for place, label in enumerate(("service: apply", "service: take back")):
        ours, theirs = (statistics.median(times[place][side][0] for times in rounds) for side in (0, 1))
        line(label, ours, theirs, f"aim: at most {AIM}" + ("" if ours <= AIM * theirs else ": MISSED"))
        line(label + ", processor", *(statistics.median(times[place][side][1] for times in rounds) for side in (0, 1)))


def report_plans(count):
    words = subprocess.run([PLANS, str(count)], check=True, capture_output=True, text=True).stdout.split()
    for name, seconds in zip(words[::2], map(float, words[1::2])):
        missed = name == "unchanged" and seconds > UNCHANGED_AIM
        aim = f"aim: at most {UNCHANGED_AIM * 1000:.0f} ms" + (": MISSED" if missed else "")
        print(f"  {'plan alone: ' + name:<34}{seconds * 1000:>11.1f} ms  {aim if name == 'unchanged' else ''}".rstrip())


def report(count, rounds):
    print(f"  {count} each; medians of {ROUNDS} rounds{'ours':>20}{'ip -batch':>12}{'ratio':>8}")
    totals = {}
    for name in rounds[0][0]:
        ours, theirs = (statistics.median(times[side][name] for times in rounds) for side in (0, 1))
        line(name.replace("-", " "), ours, theirs)
        verb = name.split("-")[0]
        totals[verb] = [a + b for a, b in zip(totals.get(verb, (0, 0)), (ours, theirs))]
    for verb, (ours, theirs) in totals.items():
        met = ours <= AIM * theirs
        line(f"{verb}, all", ours, theirs, f"aim: at most {AIM}" + ("" if met else ": MISSED"))


def line(label, ours, theirs, note=""):
    print(f"  {label:<34}{ours * 1000:>11.1f} ms{theirs * 1000:>9.1f} ms{ours / theirs:>8.2f}  {note}".rstrip())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
