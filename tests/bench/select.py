#!/usr/bin/python3
"""How fast source selection and forwarding are decided.

A namespace gets 20 addresses, and 1,000,000 random IPv4 routes of mixed lengths by 20 gateways, one in each address's
subnet. Random destinations that the routes cover are decided on one thread by a decider (in batches, and one by one) and by
mh_select, and by the kernel (RTM_GETROUTE, one after the other); every answer is compared.

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
        gateways = [word for number in range(ADDRESSES) for word in (f"eth{number % 2}", f"192.0.{2 + number}.2")]
        host.run([program("bench_fill"), "fill", routes, SEED, *gateways])
        report(host.run([program("bench_select"), QUESTIONS, SEED]))


def program(name):
    return os.path.join(os.environ["MH_BUILD"], "tests", "bench", name)


def report(output):
    words = output.split()
    figures = {name: float(value) for name, value in zip(words[::2], words[1::2])}
    ratio = figures["kernel"] / figures["batch"]
    line("routes in the kernel, all tables", f"{figures['routes']:.0f}")
    line("addresses of the host", f"{figures['addresses']:.0f}")
    line("questions, random covered destinations", f"{figures['questions']:.0f}", f"seed {SEED}")
    line("answers that differ from the kernel's", f"{figures['differences']:.0f}",
         verdict(figures["differences"] == 0, "aim: none"))
    line("RTM_GETROUTE, one question", *speed(figures["kernel"]))
    line("mh_decider_ask_batch, one decision", *speed(figures["batch"]))
    line("  so many times as fast", f"{ratio:.1f}", verdict(ratio >= AIM, f"aim: at least {AIM}"))
    line("mh_decider_ask, one by one", *speed(figures["alone"]))
    line("mh_select", *speed(figures["select"]))
    line("preparing the decider for all destinations", f"{figures['preparation'] / 1e6:.0f} ms",
         f"{figures['memory'] / 2**20:.1f} MiB, {figures['memory'] / figures['routes']:.1f} octets a route")
    line("the same unprepared, the first time", *speed(figures["unprepared"]))
    if os.getloadavg()[0] > 1.5 * os.cpu_count():
        print("\nThe machine was busy with other things: the figures say little.")


def speed(nanoseconds):
    return f"{nanoseconds:.1f} ns", f"{1e9 / nanoseconds:,.0f} a second"


def line(label, value, note=""):
    print(f"  {label:<44}{value:>12}  {note}".rstrip())


def verdict(met, aim):
    return aim if met else f"{aim}: MISSED"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
