"""The daemon as a process: how it starts, sleeps, refuses and ends."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from daemon import DaemonEnded, wait_for
from kernel import assert_same
from test_world import running


@pytest.fixture
def host(lab):
    host = lab.host()
    for interface, segment, address in (("eth0", "lan", "192.0.2.1/24"), ("eth1", "wan", "198.51.100.1/24")):
        host.add_interface(interface, lab.segment(segment))
        host.add_address(interface, address)
    host.add_route("default", via="192.0.2.254")
    return host


def refused(daemon):
    """Starts a daemon that must not come up; its status and what it said."""
    with pytest.raises(DaemonEnded) as ended:
        daemon.start()
    assert not daemon.reports()
    return ended.value.status, ended.value.log


# ---- ending ----

def network_state(host):
    """All that `ip` tells, but for counters that run by themselves."""
    text = "".join(host.ip(*words) for words in (
        ("-o", "address", "show"), ("-4", "-d", "route", "show", "table", "all"), ("-6", "-d", "route", "show", "table", "all"),
        ("-4", "rule", "show"), ("-6", "rule", "show"), ("nexthop", "show")))
    settings = host.run(["sh", "-c", "grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/neigh "
                                     "--exclude=stable_secret"])
    return re.sub(r"(valid|preferred)_lft \d+sec|expires \d+sec", "", text), sorted(settings.splitlines())


def test_it_leaves_the_network_as_it_was(host):
    wait_for(lambda: host.ip("-6", "address", "show", "scope", "link").count("fe80") == 2, timeout=30)
    before = network_state(host)
    daemon = host.start_daemon()
    host.api.items("/v1/routes")
    daemon.api.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    assert network_state(host) == before
    assert not os.path.exists(daemon.socket)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_streams_and_connections_open(host, number):
    daemon = host.start_daemon()
    with host.api.events(), host.api.events():
        half_open = socket.socket(socket.AF_UNIX)
        half_open.connect(daemon.socket)
        half_open.send(b"GET /v1/sta")
        begun = time.monotonic()
        daemon.signal(number)
        assert daemon.wait() == 0
        assert time.monotonic() - begun < 5
        half_open.close()
    assert not daemon.reports()


def test_it_can_be_started_again_at_once(host):
    for _ in range(3):
        host.start_daemon()
        assert not host.stop_daemon()


# ---- one daemon only ----

def test_a_second_daemon_on_the_same_state_directory(host):
    first = host.start_daemon()
    second = host.new_daemon("second", arguments=["--state-dir", first.state])
    status, log = refused(second)
    assert status == 4
    assert first.state in log and str(first.pid) in log
    assert not os.path.exists(second.socket)
    unharmed(host)


def test_a_second_daemon_in_the_same_namespace(host):
    host.start_daemon()
    second = host.new_daemon("second")
    status, log = refused(second)
    assert status == 4
    assert "namespace" in log
    assert not os.path.exists(second.socket)
    unharmed(host)


def test_a_second_daemon_on_the_same_socket(host, lab):
    first = host.start_daemon()
    second = lab.host("other").new_daemon("second", arguments=["--socket", first.socket])
    status, log = refused(second)
    assert status == 4
    assert first.socket in log
    unharmed(host)


def unharmed(host):
    host.daemon.api.close()
    assert host.api.get("/v1/status")["counts"]
    host.add_address("eth0", "192.0.2.77/24")
    host.wait_for(lambda: any(item["address"] == "192.0.2.77" for item in host.api.items("/v1/addresses")))


def test_daemons_in_two_namespaces(host, lab):
    host.start_daemon()
    other = lab.host("other")
    other.start_daemon()
    assert {item["name"] for item in other.api.items("/v1/interfaces")} == {"lo"}
    assert {item["name"] for item in host.api.items("/v1/interfaces")} == {"lo", "eth0", "eth1"}


def test_a_stale_socket_is_replaced(host):
    host.start_daemon()
    host.daemon.kill()
    assert os.path.exists(host.daemon.socket)
    daemon = host.start_daemon()
    assert host.api.get("/v1/status")["counts"]
    assert daemon.running()


# ---- configuration ----

WRONG = {
    "a word that is none": ('{"version": 1,\n "interfaces": {"eth0": {"role": "extern"}}}', 2, 34),
    "a member that is none": ('{"version": 1,\n\n  "interface": {}}', 3, 3),
    "no JSON": ('{"version": 1,\n "interfaces": }', 2, None),
    "a newer version": ('{"version": 2}', 1, None),
    "the wrong type": ('{"version": 1, "interfaces": []}', 1, None),
    "nothing at all": ("", 1, 1),
    "a name twice": ('{"version": 1,\n "version": 1}', 2, None),
}


@pytest.mark.parametrize("title", WRONG)
def test_a_wrong_configuration_file(host, title):
    text, line, column = WRONG[title]
    daemon = host.new_daemon(config=text)
    status, log = refused(daemon)
    assert status == 2
    assert len(log.strip().splitlines()) == 1, log
    place = re.search(re.escape(daemon.config) + r":(\d+):(\d+): \S", log)
    assert place, log
    assert int(place[1]) == line
    assert column is None or int(place[2]) == column


def test_an_unreadable_host_file_of_the_simulator(tmp_path):
    from simhost import SimLab
    with SimLab(tmp_path) as lab:
        host = lab.host()
        with open(host.file, "w") as file:
            file.write('{\n "interfaces": [}')
        status, log = refused(host.new_daemon())
        assert status == 2
        assert len(log.strip().splitlines()) == 1, log
        assert re.search(re.escape(host.file) + r":2:\d+: \S", log), log


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--log-level", "loud"], ["--platform", "cpm"], ["stray"]])
def test_wrong_options(host, arguments):
    daemon = host.new_daemon(arguments=arguments)
    status, log = refused(daemon)
    assert status == 2
    assert arguments[-1] in log


def test_it_listens_on_loopback_only(host):
    daemon = host.new_daemon(arguments=["--listen", "192.0.2.1:8642"])
    status, log = refused(daemon)
    assert status != 0
    assert "192.0.2.1" in log and "loopback" in log
    assert not os.path.exists(daemon.socket)


def test_no_configuration_file_is_an_empty_one(host):
    host.start_daemon()
    assert not os.path.exists(host.daemon.config)
    assert host.api.get("/v1/scenario")["ipv4"]["multihomed"]


# ---- asleep ----

def test_idle_it_makes_no_system_call(host, full):
    seconds = 10 if full else 3
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("there is no strace")
    daemon = host.start_daemon()
    assert_same(host.namespace, host.api)
    host.api.close()
    time.sleep(1.5)  # late events of the kernel: multicast reports, carrier
    calls = traced(tracer, daemon.pid, seconds)
    assert not calls, f"{len(calls)} system calls in {seconds} s:\n" + "\n".join(calls[:20])


def traced(tracer, pid, seconds):
    """The system calls of a process within so many seconds. Attaching itself interrupts the calls that are waiting, so
    the count begins one second later."""
    done = subprocess.Popen([tracer, "-f", "-ttt", "-p", str(pid)], stderr=subprocess.PIPE, text=True)
    first = done.stderr.readline()
    if "attached" not in first:
        done.kill()
        done.wait()
        pytest.skip(f"no tracing here: {first.strip()}")
    begun = time.time() + 1
    time.sleep(1 + seconds)
    ended = time.time()
    done.send_signal(signal.SIGINT)
    lines = done.stderr.read().splitlines()
    done.wait()
    stamped = [(float(match[1]), line) for line in lines if (match := re.match(r"(?:\[pid +\d+\] )?(\d{9,}\.\d+) ", line))]
    return [line for at, line in stamped if begun < at < ended]


def test_the_tracer_sees_a_daemon_that_is_awake(host):
    """The lab above would see a system call: here it does."""
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("there is no strace")
    daemon = host.start_daemon()
    host.namespace.spawn(["sh", "-c", "sleep 1.5; ip address add 192.0.2.5/24 dev eth0"])
    assert traced(tracer, daemon.pid, 1)


def test_it_sleeps_again_after_a_stream_was_open(host):
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("there is no strace")
    daemon = host.start_daemon()
    assert_same(host.namespace, host.api)
    with host.api.events():
        host.add_address("eth0", "192.0.2.5/24")
        time.sleep(0.5)
    daemon.wake_streams()
    time.sleep(1.5)
    assert not traced(tracer, daemon.pid, 2)


# ---- service manager ----

def test_readiness_is_told_once_it_answers(host, tmp_path):
    path = str(tmp_path / "notify")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(path)
    manager.settimeout(20)
    daemon = host.new_daemon(environment={"NOTIFY_SOCKET": path})
    host.daemon = daemon
    daemon.launch()
    words = manager.recv(4096).decode().splitlines()
    assert "READY=1" in words
    assert daemon.api.request("GET", "/v1/status").status == 200
    daemon.api.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    assert "STOPPING=1" in manager.recv(4096).decode().splitlines()
    manager.close()


def test_a_daemon_that_fails_is_not_ready(host, tmp_path):
    path = str(tmp_path / "notify")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(path)
    manager.setblocking(False)
    refused(host.new_daemon(config="{", environment={"NOTIFY_SOCKET": path}))
    with pytest.raises(BlockingIOError):
        manager.recv(4096)
    manager.close()


def test_without_foreground_it_detaches_once_ready(host):
    daemon = host.new_daemon(foreground=False)
    begun = time.monotonic()
    daemon.launch()
    assert daemon.wait(30) == 0
    # The shell has its prompt back, and the service answers already.
    assert daemon.api.request("GET", "/v1/status").status == 200
    daemon.api.close()
    mark = "\0".join(["--socket", daemon.socket])
    wait_for(lambda: len(running(mark)) == 1)
    (pid,) = running(mark)
    assert os.getsid(pid) != os.getsid(0)
    assert os.readlink(f"/proc/{pid}/fd/0") == os.readlink(f"/proc/{pid}/fd/2") == "/dev/null"
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not running(mark))
    assert not os.path.exists(daemon.socket)
    assert time.monotonic() - begun < 30


def test_a_start_that_fails_is_told_to_the_shell(host):
    daemon = host.new_daemon(config="{", foreground=False)
    daemon.launch()
    assert daemon.wait(30) == 2
    assert daemon.config in daemon.log()
