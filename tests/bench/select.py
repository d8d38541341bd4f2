#!/usr/bin/python3
"""How fast source selection and forwarding are decided.

A namespace gets 1,000,000 random IPv4 routes of mixed lengths and 20 addresses. Random destinations that the routes cover
are decided by mh_select on one thread, and by the kernel (RTM_GETROUTE, one after the other); every answer is compared.

    tests/bench/select.py [ROUTES]        MH_BUILD: a release build (default build/release)
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(ROOT, "tests", "lab")
os.environ.setdefault("MH_BUILD", os.path.join(ROOT, "build", "release"))
os.environ["MH_BUILD"] = os.path.abspath(os.environ["MH_BUILD"])
sys.path[0] = LAB  # instead of this directory, whose select.py is not the library's

from topology import Network, in_private_world  # noqa: E402

SEED, QUESTIONS, ADDRESSES, AIM = 1122, 200_000, 20, 50


def main(routes):
    if not in_private_world():
        os.execv(os.path.join(LAB, "run"), ["run", "exec", sys.executable, os.path.abspath(__file__), str(routes)])
    with Network() as network:
        host, far = network.host("host"), network.host("far")
        for number in range(2):
            host.connect(f"eth{number}", far, f"eth{number}")
        host.ip_batch([f"address add 192.0.{2 + number}.1/24 dev eth{number % 2}" for number in range(ADDRESSES)])
        host.run([program("bench_fill"), "fill", routes, SEED, "eth0", "192.0.2.2"])
        report(host.run([program("bench_select"), QUESTIONS, SEED]))


def program(name):
    return os.path.join(os.environ["MH_BUILD"], "tests", "bench", name)


def report(output):
    words = output.split()
    figures = {name: float(value) for name, value in zip(words[::2], words[1::2])}
    ratio = figures["kernel"] / figures["ours"]
    line("routes in the kernel, all tables", f"{figures['routes']:.0f}")
    line("addresses of the host", f"{figures['addresses']:.0f}")
    line("questions, random covered destinations", f"{figures['questions']:.0f}", f"seed {SEED}")
    line("answers that differ from the kernel's", f"{figures['differences']:.0f}",
         verdict(figures["differences"] == 0, "aim: none"))
    line("RTM_GETROUTE, one question", f"{figures['kernel']:.0f} ns", f"{1e9 / figures['kernel']:,.0f} a second")
    line("mh_select, one decision", f"{figures['ours']:.1f} ns", f"{1e9 / figures['ours']:,.0f} a second")
    line("  so many times as fast", f"{ratio:.1f}", verdict(ratio >= AIM, f"aim: at least {AIM}"))
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def line(label, value, note=""):
    print(f"  {label:<44}{value:>12}  {note}".rstrip())


def verdict(met, aim):
    return aim if met else f"{aim}: MISSED"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
