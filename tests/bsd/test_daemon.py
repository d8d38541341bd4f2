"""The whole program on the answers of real kernels, recorded when all was configured: step "full" of
tests/codec/fixtures/bsd/KERNEL.txt. The commands stand there, beside the steps before it."""

import os
import socket
import struct
import subprocess
import time

import pytest

from recorded_kernel import RecordedKernel, socket_path
from rtmsg_recordings import KERNELS
from service import DAEMON
from told import eventually, interface, items, routes_to

# The interface that was configured, the loopback interface, and what else is there.
INTERFACES = {"freebsd12": ("bridge0", {"lo0", "vtnet0"}), "freebsd13": ("bridge0", {"lo0"}),
              "netbsd7": ("shmif0", {"lo0"}), "openbsd73-i386": ("vether0", {"lo0", "vio0"}),
              "openbsd80": ("vether0", {"lo0", "vio0"})}


@pytest.mark.parametrize("kernel", KERNELS)
def test_what_was_configured_is_shown(start, kernel):
    service = start(kernel)
    name, others = INTERFACES[kernel]
    status = service.get("/v1/status").json
    assert status["backend"] == "bsd"
    assert status["system"] == service.kernel.system + " 1.2-RECORDED"
    assert status["hostname"] == "recorded.example"
    assert {one["name"] for one in items(service, "/v1/interfaces")} == {name} | others

    shown = interface(service, name)
    assert shown["up"] and shown["carrier"] and shown["mtu"] == 1400
    addresses = {(one["address"], one["prefix_length"]) for one in shown["addresses"]}
    assert {("192.0.2.1", 24), ("192.0.2.77", 32), ("2001:db8:1::1", 64)} <= addresses
    assert ("127.0.0.1", 8) in {(one["address"], one["prefix_length"]) for one in interface(service, "lo0")["addresses"]}

    for destination, gateway in (("10.97.0.0/16", "192.0.2.254"), ("203.0.113.7/32", "192.0.2.254"),
                                 ("2001:db8:2::/48", "2001:db8:1::fe")):
        route, = routes_to(service, destination)
        assert [(hop["gateway"], hop["interface"]) for hop in route["next_hops"]] == [(gateway, name)]
        assert route["owner"] == "static" and route["table"] == "0"
    assert routes_to(service, "10.99.0.0/16")[0]["type"] == "blackhole"


def test_scenario_and_forwarding(start):
    assert interface(start("openbsd80"), "vether0")["role"] == "internal"
    service = start("openbsd80", config={"version": 1, "interfaces": {"vether0": {"role": "external"}}})
    ipv4 = service.get("/v1/scenario").json["ipv4"]
    assert ipv4["multihomed"]
    hosts, = [one for one in ipv4["scenarios"] if one["kind"] == "multiple-logical-hosts"]
    assert {member["address"] for member in hosts["members"]} == {"192.0.2.1", "192.0.2.77"}
    answer = service.get("/v1/select?destination=203.0.113.7").json
    assert (answer["source"], answer["interface"], answer["next_hop"]) == ("192.0.2.1", "vether0", "192.0.2.254")
    neighbors = {one["address"]: one for one in items(service, "/v1/neighbors")}
    assert neighbors["192.0.2.9"]["mac"] == "02:00:5e:10:00:09"


def test_a_pulled_cable_is_followed(start):
    service = start("openbsd80", "nic-full")
    assert interface(service, "vio0")["carrier"]
    route, = routes_to(service, "10.92.0.0/16")
    assert [hop["alive"] for hop in route["next_hops"]] == [True]
    service.kernel.take_step("nic-link-off")
    service.kernel.tell("nic-link-off-monitor00-RTM_IFINFO")  # the kernel says nothing of the routes
    eventually(lambda: not interface(service, "vio0")["carrier"], service)
    route, = routes_to(service, "10.92.0.0/16")
    assert [hop["alive"] for hop in route["next_hops"]] == [False]
    service.kernel.take_step("nic-full")
    service.kernel.tell("nic-link-on-monitor00-RTM_IFINFO")
    eventually(lambda: interface(service, "vio0")["carrier"], service)


def test_lost_messages_mean_a_fresh_reading(start):
    service = start("openbsd80", "nic-full")
    before = service.get("/v1/status").json
    service.kernel.take_step("nic-link-off")
    service.kernel.tell("overflow-monitor08-RTM_DESYNC")
    eventually(lambda: not interface(service, "vio0")["carrier"], service)
    assert service.get("/v1/status").json["last_resync"] != before["last_resync"]


def messages(kernel, *steps):
    """What a listener was told during these steps."""
    return [name for name in kernel.recordings if "-monitor" in name and name.split("-monitor")[0] in steps]


@pytest.mark.parametrize("kernel", KERNELS)
def test_messages_lead_to_what_is_there(start, kernel):
    service = start(kernel, "lo0up")
    name, _ = INTERFACES[kernel]
    assert not routes_to(service, "198.51.100.0/24")
    resync = service.get("/v1/status").json["last_resync"]
    service.kernel.take_step("full")
    told = messages(service.kernel, "create", "up", "addr4", "addr6", "radd-net")
    assert len(told) > 4
    service.kernel.tell(*told)
    # Before it is told anything, the service may look again at what was tentative, and see the routes then.
    eventually(lambda: service.get("/v1/interfaces/" + name).status == 200, service)
    eventually(lambda: routes_to(service, "198.51.100.0/24"), service)
    assert {"192.0.2.1", "2001:db8:1::1"} <= {one["address"] for one in interface(service, name)["addresses"]}
    assert service.get("/v1/status").json["last_resync"] == resync


@pytest.mark.parametrize("kernel, lossy", [("freebsd12", 500), ("netbsd7", 60)])
def test_a_queue_that_may_have_overflowed_is_a_loss(start, kernel, lossy):
    """These say nothing when they drop messages. Here they speak of a route only, and an interface is there too."""
    service = start(kernel, "lo0up")
    name, _ = INTERFACES[kernel]
    assert service.get("/v1/interfaces/" + name).json.get("mtu") != 1400
    route = messages(service.kernel, "radd-net")[:1]
    service.kernel.take_step("full")
    service.kernel.tell(*route * (lossy // 3))
    eventually(lambda: routes_to(service, "198.51.100.0/24"), service)
    assert service.get("/v1/interfaces/" + name).json.get("mtu") != 1400
    service.kernel.tell(*route * lossy)
    eventually(lambda: service.get("/v1/interfaces/" + name).json.get("mtu") == 1400, service)


def test_a_small_buffer_will_do(start):
    service = start("netbsd7", "lo0up", room=20000)
    asked = [arguments for call, *arguments in service.kernel.asked if call == "setsockopt"]
    assert [int.from_bytes(bytes.fromhex(value), "little") for *_, value in asked] == [229376, 114688, 57344, 28672, 14336]
    service.kernel.take_step("full")
    service.kernel.tell(*messages(service.kernel, "radd-net")[:1])
    eventually(lambda: routes_to(service, "198.51.100.0/24"), service)


def test_rtables_are_read(start):
    """Of OpenBSD: those that the kernel says are there."""
    def prepare(kernel):
        kernel.dumps[1] = kernel.recordings["radd-rtable1-dump-inet-rtable1"]
    service = start("openbsd80", prepare=prepare)
    route, = routes_to(service, "10.93.0.0/16")
    assert route["table"] == "1" and route["type"] == "blackhole"
    assert routes_to(service, "198.51.100.0/24")[0]["table"] == "0"


def test_fibs_are_read(start):
    """The same routes in each; an interface is in one."""
    def prepare(kernel):
        kernel.names["net.fibs"] = 3
        kernel.dumps.update({1: kernel.recordings["full-dump-inet"], 2: b""})
        for number, name in ((0, "lo0"), (0, "vtnet0"), (1, "bridge0")):
            kernel.ioctls[0xc020695c, name, b""] = struct.pack("<I", number)
    service = start("freebsd12", prepare=prepare)
    assert {route["table"] for route in routes_to(service, "198.51.100.0/24")} == {"0", "1"}
    assert {route["table"] for route in routes_to(service, "2001:db8:2::/48")} == {"0"}
    assert interface(service, "bridge0")["domain"] == "1" and interface(service, "lo0").get("domain") in (None, "0")


@pytest.mark.parametrize("kernel, lifetime", [("freebsd12", 0xc1206951), ("netbsd7", 0xc120696a), ("openbsd80", 0xc1206951)])
def test_the_state_of_ipv6_addresses(start, kernel, lifetime):
    name, _ = INTERFACES[kernel]
    octets = socket.inet_pton(socket.AF_INET6, "2001:db8:1::1")
    now = int(time.time()) - (1700000000 if kernel == "freebsd12" else 0)

    def prepare(far):
        far.ioctls[0xc1206949, name, octets] = struct.pack("<I", 0x40 | 0x80 | 0x10)
        far.ioctls[lifetime, name, octets] = struct.pack("<qqII", now + 1000, now - 5, 3600, 1800)
    service = start(kernel, prepare=prepare)
    address, = [one for one in interface(service, name)["addresses"] if one["address"] == "2001:db8:1::1"]
    assert set(address["flags"]) == {"deprecated", "temporary", "dynamic"} and address["owner"] == "ra"
    assert address["preferred_lifetime"] == "0s" and address["valid_lifetime"] in [f"{seconds}s" for seconds in range(970, 1001)]


def test_an_address_does_not_stay_tentative(start):
    """Nobody tells that detection has ended."""
    octets = socket.inet_pton(socket.AF_INET6, "2001:db8:1::1")
    key = 0xc1206949, "bridge0", octets
    service = start("freebsd12", prepare=lambda far: far.ioctls.update({
        key: struct.pack("<I", 2), (0xc1206951, "bridge0", octets): struct.pack("<qqII", 0, 0, 0xffffffff, 0xffffffff)}))

    def flags():
        return [one["flags"] for one in interface(service, "bridge0")["addresses"] if one["address"] == "2001:db8:1::1"]
    assert flags() == [["tentative"]]
    service.kernel.ioctls[key] = struct.pack("<I", 0)
    eventually(lambda: flags() == [[]], service)
    asked = len(service.kernel.asked)
    time.sleep(2.5)
    assert len(service.kernel.asked) == asked


def test_all_rtables_are_heard(start):
    service = start("openbsd80")
    assert ("setsockopt", "7", "17", "2", "ffffffff") in service.kernel.asked


def dumps(kernel):
    """How often all routes were read; the first time of every reading asks for their size."""
    return sum(call == "sysctl" and arguments[0].startswith(f"4.{kernel.pf_route}.0.0.1.") and arguments[1] != "0"
               for call, *arguments in kernel.asked)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("step, destination", [("radd-net20", "10.32.16.0/20"), ("radd-host", "203.0.113.7/32"),
                                               ("radd-inet6", "2001:db8:2::/48"), ("radd-blackhole", "10.99.0.0/16")])
def test_one_route_is_read_alone(start, kernel, step, destination):
    """It goes and comes back as all routes are read once, and is the same as it was then."""
    service = start(kernel)
    far = service.kernel
    before, read = routes_to(service, destination), dumps(far)
    assert len(before) == 1
    told = [name for name in messages(far, step) if name.endswith("-RTM_ADD")][-1]
    far.recordings["gone"] = far.recordings[told][:3] + b"\2" + far.recordings[told][4:]
    far.tell("gone")
    eventually(lambda: not routes_to(service, destination), service)
    far.tell(told)
    eventually(lambda: routes_to(service, destination), service)
    assert routes_to(service, destination) == before
    assert dumps(far) == read


@pytest.mark.parametrize("kernel", ["freebsd12", "netbsd7"])
def test_a_route_that_has_gone_again_is_not_made_up(start, kernel):
    """The kernel is asked, and has it no more."""
    service = start(kernel, "lo0up")
    read = dumps(service.kernel)
    service.kernel.recorded = lambda name, parts=(): b""
    service.kernel.tell(*messages(service.kernel, "radd-net20"))
    eventually(lambda: any(call == "write" for call, *_ in service.kernel.asked), service)
    time.sleep(0.1)
    assert not routes_to(service, "10.32.16.0/20") and dumps(service.kernel) == read


def test_paths_of_one_destination_are_read_whole(start):
    service = start("openbsd80")
    read = dumps(service.kernel)
    service.kernel.tell(*messages(service.kernel, "radd-mpath"))
    eventually(lambda: dumps(service.kernel) > read, service)


def test_silence_is_idle(start):
    service = start("openbsd80")

    def asks_nothing():
        asked = len(service.kernel.asked)
        assert service.get("/v1/routes").status == 200
        time.sleep(1)
        return service.kernel.asked[asked:] == []

    eventually(asks_nothing, service)  # on a busy machine its first questions take a while
    assert service.kernel.asked[-1][0] == "poll" or ("poll", "7", "1", "-1") in service.kernel.asked


def test_a_lost_connection_is_told(start):
    service = start("openbsd80")
    service.kernel.hang_up()
    eventually(lambda: "the connection to the agent is lost" in service.log_text(), service)
    assert service.alive()
    assert interface(service, "vether0")["up"]  # as it was last seen


def test_a_connection_is_made_again(start):
    """What happened meanwhile is read, and what happens then is followed."""
    service = start("openbsd80", "nic-full")
    service.kernel.take_step("nic-link-off")
    service.kernel.hang_up()
    eventually(lambda: not interface(service, "vio0")["carrier"], service)
    assert service.log_text().count("cannot read the host") <= 2
    service.kernel.take_step("nic-full")
    eventually(lambda: service.kernel.polls, service)
    service.kernel.tell("nic-link-on-monitor00-RTM_IFINFO")
    eventually(lambda: interface(service, "vio0")["carrier"], service)


def test_an_agent_that_comes_back_late(start):
    service = start("openbsd80", "nic-full")
    path = service.spec.split("unix:")[1]
    service.kernel.listener.close()
    os.unlink(path)
    service.kernel.hang_up()
    eventually(lambda: service.log_text().count("cannot reach the agent") >= 3, service)
    assert interface(service, "vio0")["carrier"]  # as it was last seen
    asleep = service.log_text().count("cannot reach the agent")
    service.kernel = RecordedKernel(path, "openbsd80", "nic-link-off")
    eventually(lambda: not interface(service, "vio0")["carrier"], service)
    assert service.log_text().count("cannot reach the agent") <= asleep + 1


def refused(tmp_path, spec):
    done = subprocess.run([DAEMON, "--foreground", "--platform", spec, "--socket", str(tmp_path / "s"),
                           "--config", str(tmp_path / "c"), "--state-dir", str(tmp_path / "state")],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "Sanitizer" not in done.stderr
    return done.stderr


def test_what_cannot_be_opened_says_why(tmp_path):
    kernel = RecordedKernel(socket_path(tmp_path), "openbsd80")
    assert "no layout of messages is known for OpenBSD 1.2-RECORDED on ?" in refused(tmp_path, "bsd:calls=unix:" + socket_path(tmp_path))
    kernel.close()
    os.unlink(socket_path(tmp_path))
    kernel = RecordedKernel(socket_path(tmp_path), "openbsd80")
    spec = ",calls=unix:" + socket_path(tmp_path)
    assert 'the kernel says that it is "OpenBSD", and the layout is freebsd-14-amd64' in refused(tmp_path, "bsd:freebsd-14-amd64" + spec)
    kernel.close()
    assert 'there is no layout "plan9"' in refused(tmp_path, "bsd:plan9" + spec)
    assert "is no BSD" in refused(tmp_path, "bsd")
    assert "expected calls=unix:PATH" in refused(tmp_path, "bsd:openbsd-8-amd64,calls=tcp:7")
    assert "cannot reach the agent" in refused(tmp_path, f"bsd:openbsd-8-amd64,calls=unix:{tmp_path}/nobody")
    assert "is no BSD" in refused(tmp_path, "bsd:openbsd-8-amd64")
