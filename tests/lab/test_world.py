"""The labs' own ground: topologies work as their names say, and nothing outlives them."""
import os
import signal
import subprocess
import sys

import pytest

from daemon import wait_for
from topology import Leak, Network

HERE = os.path.dirname(os.path.abspath(__file__))

LISTEN = """
import socket, sys
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("", 9))
receiver.settimeout(10)
print("ready", flush=True)
print(receiver.recvfrom(2048)[1][0], flush=True)
"""


def test_hosts_on_a_segment_and_behind_a_router_hear_each_other(world):
    with Network() as network:
        lan, wan = network.segment("lan"), network.segment("wan")
        near, router, far = network.host("near"), network.router("router"), network.host("far")
        near.attach("eth0", lan)
        router.attach("lan", lan)
        router.attach("wan", wan)
        far.attach("eth0", wan)
        near.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        router.ip("address", "add", "192.0.2.254/24", "dev", "lan")
        router.ip("address", "add", "198.51.100.254/24", "dev", "wan")
        far.ip("address", "add", "198.51.100.1/24", "dev", "eth0")
        near.ip("route", "add", "default", "via", "192.0.2.254")
        far.ip("route", "add", "default", "via", "198.51.100.254")
        listener = far.spawn([sys.executable, "-c", LISTEN], stdout=subprocess.PIPE, text=True)
        assert listener.stdout.readline() == "ready\n"
        near.traffic("198.51.100.1")
        assert listener.stdout.readline() == "192.0.2.1\n"


def test_carrier_is_the_other_side(world):
    with Network() as network:
        host = network.host("host")
        host.attach("eth0", network.segment("lan"))

        def flags():
            return host.ip_json("link", "show", "eth0")[0]["flags"]

        wait_for(lambda: "LOWER_UP" in flags())
        host.carrier("eth0", False)
        wait_for(lambda: "NO-CARRIER" in flags())
        assert "UP" in flags()
        host.carrier("eth0", True)
        wait_for(lambda: "LOWER_UP" in flags())


def test_what_is_left_behind_is_told_and_removed(world):
    left = None
    with pytest.raises(Leak) as leak:
        with Network() as network:
            network.host("host")
            subprocess.run(["ip", "netns", "add", "forgotten"], check=True)
            left = subprocess.Popen(["sleep", "1000"])
    assert "namespace forgotten" in str(leak.value)
    assert f"process {left.pid} (sleep 1000)" in str(leak.value)
    assert left.wait(5) == -signal.SIGKILL
    assert not os.listdir("/run/netns")


def test_a_failure_inside_is_not_hidden_and_takes_everything_down(world):
    with pytest.raises(ZeroDivisionError):
        with Network() as network:
            process = network.host("host").traffic("192.0.2.1")
            1 / 0
    assert process.poll() is not None
    assert not os.listdir("/run/netns")


ENDLESS = """
import sys, time
from topology import Network

with Network() as network:
    network.host("host").spawn(["sleep", sys.argv[1]])
    print("reached", flush=True)
    time.sleep(1000)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_when_the_runner_dies_its_world_dies_with_it(world, number):
    mark = f"{1000 + number}.{os.getpid()}"
    runner = subprocess.Popen([os.path.join(HERE, "run"), "exec", sys.executable, "-c", ENDLESS, mark],
                              stdout=subprocess.PIPE, text=True, env=dict(os.environ, PYTHONPATH=HERE))
    assert runner.stdout.readline() == "reached\n"
    wait_for(lambda: running(f"sleep\0{mark}"))
    runner.send_signal(number)
    runner.stdout.close()
    assert runner.wait(5) != 0
    wait_for(lambda: not running(mark), 5)


def running(words):
    """Processes whose command line contains these words; worlds within this one are seen from here."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            with open(f"/proc/{pid}/cmdline") as cmdline:
                if words in cmdline.read():
                    found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def test_without_namespaces_every_lab_is_skipped_with_the_reason(tmp_path):
    """As where unshare is missing: skipped, and under CI a failure."""
    for ci, status in (("", 0), ("true", 1)):
        done = subprocess.run([sys.executable, os.path.join(HERE, "run"), "quick", "test_world.py", "-k", "carrier"],
                              env=dict(os.environ, PATH=str(tmp_path), CI=ci), capture_output=True, text=True)
        assert "1 skipped" in done.stdout, done.stdout + done.stderr
        assert "unshare" in done.stdout
        assert done.returncode == status
