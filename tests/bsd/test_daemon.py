"""The whole program on the answers of real kernels, recorded when all was configured: step "full" of
tests/codec/fixtures/bsd/KERNEL.txt. The commands stand there, beside the steps before it."""

import subprocess
import time

import pytest

from recorded_kernel import RecordedKernel, socket_path
from rtmsg_recordings import KERNELS
from service import DAEMON

# The interface that was configured, the loopback interface, and what else is there.
INTERFACES = {"freebsd12": ("bridge0", {"lo0", "vtnet0"}), "freebsd13": ("bridge0", {"lo0"}),
              "netbsd7": ("shmif0", {"lo0"}), "openbsd73-i386": ("vether0", {"lo0", "vio0"}),
              "openbsd80": ("vether0", {"lo0", "vio0"})}


def items(service, path):
    answer = service.get(path)
    assert answer.status == 200, answer.body
    return answer.json["items"]


def interface(service, name):
    answer = service.get("/v1/interfaces/" + name)
    assert answer.status == 200, answer.body
    return answer.json


def eventually(condition, service, timeout=20):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, service.log_text()
        time.sleep(0.02)


def routes_to(service, destination):
    return [route for route in items(service, "/v1/routes?limit=500") if route["destination"] == destination]


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


def test_silence_is_idle(start):
    service = start("openbsd80")
    asked = len(service.kernel.asked)
    assert service.get("/v1/routes").status == 200
    time.sleep(1)
    assert service.kernel.asked[asked:] == []
    assert service.kernel.asked[-1][0] == "poll" or ("poll", "7", "1", "-1") in service.kernel.asked


def test_a_lost_connection_is_told(start):
    service = start("openbsd80")
    service.kernel.hang_up()
    eventually(lambda: "the connection to the agent is lost" in service.log_text(), service)
    assert service.alive()
    assert interface(service, "vether0")["up"]  # as it was last seen


def refused(tmp_path, spec):
    done = subprocess.run([DAEMON, "--foreground", "--platform", spec, "--socket", str(tmp_path / "s"),
                           "--config", str(tmp_path / "c"), "--state-dir", str(tmp_path / "state")],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "Sanitizer" not in done.stderr
    return done.stderr


def test_what_cannot_be_opened_says_why(tmp_path):
    kernel = RecordedKernel(socket_path(tmp_path), "openbsd80")
    spec = ",calls=unix:" + socket_path(tmp_path)
    assert 'the kernel says that it is "OpenBSD", and the layout is freebsd-14-amd64' in refused(tmp_path, "bsd:freebsd-14-amd64" + spec)
    kernel.close()
    assert 'there is no layout "plan9"' in refused(tmp_path, "bsd:plan9" + spec)
    assert "a layout is needed" in refused(tmp_path, "bsd")
    assert "expected calls=unix:PATH" in refused(tmp_path, "bsd:openbsd-8-amd64,calls=tcp:7")
    assert "cannot reach the agent" in refused(tmp_path, f"bsd:openbsd-8-amd64,calls=unix:{tmp_path}/nobody")
    assert "is no BSD" in refused(tmp_path, "bsd:openbsd-8-amd64")
