"""Transactions on kernels in memory, of all personalities: what a document asks for is in the kernel, exactly that goes away
with it, and whatever comes in between leaves the state before or the state after."""

import contextlib
import json

import pytest

from kept_memory import (MATCHES_ANY, PERSONALITIES, RTF_PROTO2, Both, Meddler, anchor, apply, assert_same, dump, eventually, file,
                         kill, ledger, names, ours, patch, plain_document, put, refusing, release, remove, start_again, whole_document)
from kernel_layout import packed
from kernel_sysctl import Policy, settings_of

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
# One of each system, for what takes long.
FEW = pytest.mark.parametrize("layout", ["openbsd-8-amd64", "freebsd-14-amd64", "netbsd-10-amd64"])
ERRORS = {1: "EPERM", 12: "ENOMEM", 17: "EEXIST", 51: "ENETUNREACH", 55: "ENOBUFS"}


# ---- the whole of a document ----

UNSUPPORTED = {
    "openbsd": {"/arp/proxy", "/address_policy/labels/2001:db8:1::~148"},
    "freebsd": {"/host_model/receive"},
    "netbsd": {"/host_model/receive", "/host_model/send", "/arp/proxy", "/source_routing", "/rules/guests"},
}
STRONG = {"freebsd-12-amd64": "net.inet.ip.check_interface", "freebsd-13-amd64": "net.inet.ip.check_interface",
          "freebsd-14-amd64": "net.inet.ip.rfc1122_strong_es", "netbsd-7-amd64": "net.inet.ip.checkinterface",
          "netbsd-10-amd64": "net.inet.ip.checkinterface"}


def check_plain(kernel):
    """Of plain_document(): what the kernel itself tells."""
    first, second = names(kernel)
    assert kernel.addresses(first)[-2:] == ["192.0.2.2/24", "2001:db8:1::2/64"], "they are last: the first stays the source"
    assert kernel.addresses(second)[-1] == "203.0.113.9/25"
    assert {("10.0.0.0/8", "192.0.2.254"), ("203.0.113.200/32", "198.51.100.254"), ("172.16.0.0/12", "203.0.113.126"),
            ("2001:db8:5::/48", "2001:db8:1::fd")} <= ours(kernel)
    by_destination = {one["destination"]: one for one in kernel.routes()}
    assert by_destination["10.0.0.0/8"]["source"] == "192.0.2.2"
    assert by_destination["203.0.113.200/32"]["interface"] == second


@EVERY
def test_all_of_it_and_none_of_it(serve, layout):
    """Applied, verified, said once, and given back; what the system cannot do is said with a reason, and the rest is done."""
    service = serve(layout)
    kernel, before = service.kernel, dump(service.kernel)
    answer = apply(service, whole_document(kernel))
    assert answer["state"] == "confirmed" and not answer["pending"]
    assert set(answer["unsupported"]) == UNSUPPORTED[kernel.system_name]
    reasons = {note["member"]: note["text"] for note in answer["notes"] if note["kind"] == "unsupported"}
    assert all(reasons[member] for member in answer["unsupported"])
    check_plain(kernel)
    if layout in STRONG:
        assert kernel.settings[STRONG[layout]] == 1
        assert kernel.sysctl.policy.shown()["2001:db8:1::/48"] == (40, 99)
    if kernel.system_name == "freebsd":
        assert kernel.settings["net.link.ether.inet.proxyall"] == 1
    assert bool(anchor(kernel)) == (kernel.system_name != "netbsd")
    after = dump(kernel)
    with Meddler(kernel) as meddler:
        assert apply(service, whole_document(kernel))["operations"] == []
    assert meddler.count == 0 and dump(kernel) == after
    apply(service, {})
    assert_same(before, kernel, "the empty document")


@EVERY
def test_members_go_one_by_one(serve, layout):
    """Each takes what is its own; the others' stays."""
    service = serve(layout)
    kernel = service.kernel
    apply(service, {})
    before, document = dump(kernel), plain_document(kernel)
    pictures = []
    for kind in ("addresses", "routes"):
        for name, value in document[kind].items():
            pictures.append((f"/{kind}/{name}", dump(kernel)))
            answer = patch(service, {kind: {name: value}})
            assert answer.status == 200, answer.body
    check_plain(kernel)
    for member, picture in reversed(pictures):
        remove(service, member)
        assert_same(picture, kernel, member + " was taken away")
    assert_same(before, kernel, "all were taken away")


@EVERY
def test_release(serve, layout):
    """--release gives everything back after the service has ended, which itself leaves all as it is; also twice."""
    service = serve(layout)
    before = dump(service.kernel)
    apply(service, whole_document(service.kernel))
    after = dump(service.kernel)
    service.stop()
    assert_same(after, service.kernel, "a service that ends leaves the network as it is")
    for _ in range(2):
        release(service)
        assert_same(before, service.kernel, "everything is given back")
    start_again(service)
    assert_same(after, service.kernel, "it is started again", 5)


@EVERY
def test_earlier_values_come_back(serve, layout):
    """Settings and a label that had a value, an address that somebody else has made: as they were."""
    service = serve(layout)
    kernel = service.kernel
    first, _ = names(kernel)
    kernel.add_address(first, "192.0.2.2/24")
    for name in (STRONG.get(layout), "net.link.ether.inet.proxyall"):
        if name in kernel.settings:
            kernel.settings[name] = 1
    assert service.request("POST", "/v1/resync").status in (200, 202, 204)
    before = dump(kernel)
    document = {**plain_document(kernel), "host_model": {"receive": "weak"}, "arp": {"proxy": False}, "host_wide": True,
                "address_policy": {"labels": {"2002::/16": 77}}}
    apply(service, document)
    if layout in STRONG:
        assert kernel.settings[STRONG[layout]] == 0 and kernel.sysctl.policy.shown()["2002::/16"][1] == 77
    apply(service, {})
    assert_same(before, kernel, "the empty document")


# ---- confirming ----

@EVERY
def test_confirmed_reverted_and_forgotten(serve, layout):
    service = serve(layout)
    kernel, before = service.kernel, dump(service.kernel)
    answer = put(service, whole_document(kernel), confirm_timeout="30s")
    assert answer.status == 202, answer.body
    change = answer.json
    after = dump(kernel)
    check_plain(kernel)
    assert service.request("POST", f"/v1/transactions/{change['id']}/revert").status == 200
    assert_same(before, kernel, "reverted")
    assert put(service, whole_document(kernel), confirm_timeout="1s").status == 202
    assert_same(after, kernel, "once more")
    assert_same(before, kernel, "nobody confirmed", 10)
    change = put(service, whole_document(kernel), confirm_timeout="30s").json
    answer = service.request("POST", f"/v1/transactions/{change['id']}/confirm", '{"token": "%s"}' % change["token"],
                             {"Content-Type": "application/json"})
    assert answer.status == 200, answer.body
    assert_same(after, kernel, "confirmed")


# ---- killed ----

def states(service):
    apply(service, {"host_wide": False})
    before = Both(service)
    with Meddler(service.kernel) as meddler:
        apply(service, whole_document(service.kernel))
    after = Both(service)
    return before, after, meddler.count


@contextlib.contextmanager
def killed(service):
    """What is asked meanwhile may get no answer."""
    with contextlib.suppress(OSError):
        yield
    service.process.wait(20)


@EVERY
def test_killed_at_any_call(serve, layout):
    """SIGKILL before or behind one of the calls that change something: the next start finds all of the one or of the other."""
    service = serve(layout)
    kernel = service.kernel
    before, after, count = states(service)
    apply(service, {"host_wide": False})
    assert count >= 9, count
    for point in range(1, count + 1, 2 if count > 12 else 1):
        how = {"before": service.process.kill} if point % 2 else {"after": service.process.kill}
        with Meddler(kernel, point, **how) as meddler:
            with killed(service):
                put(service, whole_document(kernel), **({"confirm_timeout": "30s"} if point % 3 else {}))
        assert meddler.count >= point
        start_again(service)
        before.check(service, f"killed at call {point} of {count}")


@EVERY
def test_killed_while_waiting_reverting_and_after_confirming(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    before, after, count = states(service)
    apply(service, {"host_wide": False})
    assert put(service, whole_document(kernel), confirm_timeout="30s").status == 202
    kill(service)
    start_again(service)
    before.check(service, "killed while waiting")
    for point in (2, count - 1):
        change = put(service, whole_document(kernel), confirm_timeout="30s").json
        with Meddler(kernel, point, after=service.process.kill):
            with killed(service):
                service.request("POST", f"/v1/transactions/{change['id']}/revert")
        start_again(service)
        before.check(service, f"killed at call {point} of reverting")
    apply(service, whole_document(kernel))
    kill(service)
    start_again(service)
    after.check(service, "killed when it was confirmed")


# ---- the system was started again ----

def reboot(service):
    """Killed, and another boot: a kernel with its addresses and default routes as before, and settings of its own that the
    ledger's of the boot before are not."""
    kernel = service.kernel
    kill(service)
    with kernel.changing() as system:
        kernel.booted += 1000
        for route in [one for one in system.state.routes if one.flags & RTF_PROTO2]:
            system.drop(route)
        for interface, address in (("alias", "192.0.2.2"), ("other", "203.0.113.9"), ("six", "2001:db8:1::2")):
            name = plain_document(kernel)["addresses"][interface]["interface"]
            if any(one.startswith(address + "/") for one in kernel.addresses(name)):
                kernel.delete_address(name, address)
        system.state.sources.clear()
        kernel.filter.anchors.pop("multihomed", None)
        kernel.settings.update(settings_of(kernel.layout))
        kernel.sysctl.policy = Policy(kernel.layout)


def of_this_boot(service):
    """Settings, labels and a table's source that differ from what the service had noted as earlier ones."""
    kernel, layout = service.kernel, service.spec.split(":")[1].split(",")[0]
    if layout in STRONG:
        kernel.settings[STRONG[layout]] = 1
        kernel.sysctl.policy.rows[packed("2001:db8:1::"), 48] = (7, 5)
    if "net.link.ether.inet.proxyall" in kernel.settings:
        kernel.settings["net.link.ether.inet.proxyall"] = 1
    if kernel.system_name == "openbsd":  # what the document asks for, too
        kernel.route_sourceaddr("2001:db8:2::1")


@EVERY
def test_reboot_restores_nothing_stale(serve, layout):
    """The ledger's earlier values are of another kernel."""
    service = serve(layout)
    apply(service, whole_document(service.kernel))
    assert ledger(service)
    reboot(service)
    of_this_boot(service)
    service.write_config({})
    fresh = dump(service.kernel)
    start_again(service)
    assert_same(fresh, service.kernel, "the service is there after a reboot")
    apply(service, whole_document(service.kernel))
    apply(service, {})
    assert_same(fresh, service.kernel, "what this boot had is given back")


@EVERY
def test_reboot_while_applying(serve, layout):
    """A journal without an outcome, whose ops speak of what has other values in this boot."""
    service = serve(layout)
    kernel = service.kernel
    _, _, count = states(service)
    apply(service, {"host_wide": False})
    for point in (1, count // 2, count - 3):  # settings that are as they should be need no call
        with Meddler(kernel, point, after=service.process.kill):
            with killed(service):
                put(service, whole_document(kernel))
        reboot(service)
        of_this_boot(service)
        service.write_config({})
        fresh = dump(kernel)
        start_again(service)
        assert_same(fresh, kernel, f"rebooted at call {point} of {count}")
        assert not ledger(service)


@EVERY
def test_reboot_while_waiting(serve, layout):
    """What was never confirmed is not in the file, and its ops are not undone in a kernel that never had them."""
    service = serve(layout)
    kernel = service.kernel
    document = {"routes": {"net": {"to": "10.0.0.0/8", "via": "192.0.2.254"}}}
    apply(service, document)
    kept = file(service)
    assert put(service, whole_document(kernel), confirm_timeout="30s").status == 202
    reboot(service)
    of_this_boot(service)
    fresh = dump(kernel)
    start_again(service)
    assert file(service) == kept
    eventually(lambda: ours(kernel) == {("10.0.0.0/8", "192.0.2.254")}, service)
    apply(service, {})
    assert_same(fresh, kernel, "what this boot had is given back")


# ---- refused ----

@EVERY
def test_a_refused_call_reverts_all(serve, layout):
    """Each of the calls in turn: the answer names the system's error, and nothing has changed."""
    service = serve(layout)
    kernel = service.kernel
    before, _, count = states(service)
    apply(service, {"host_wide": False})
    for point in range(1, count + 1):
        errno = list(ERRORS)[point % len(ERRORS)]
        with refusing(kernel, point, errno) as meddler:
            answer = put(service, whole_document(kernel))
        assert answer.status == 500, (point, answer.body)
        problem = answer.json
        if meddler.seen[point - 1] != "run":
            assert problem["native"]["code"] == errno and problem["native"]["text"] == ERRORS[errno], (point, problem)
        before.check(service, f"call {point} of {count} ({meddler.seen[point - 1]}): {ERRORS[errno]}")


@EVERY
def test_an_answer_that_is_lost(serve, layout):
    """The call was carried out, but the connection ended: what it came to is read again."""
    service = serve(layout)
    kernel = service.kernel
    before, after, count = states(service)
    apply(service, {"host_wide": False})
    for point in (1, count // 2, count):
        with Meddler(kernel, point, after=lambda: kernel.hang_up() or True):
            answer = put(service, whole_document(kernel))
        expected = after if answer.status == 200 else before
        assert answer.status in (200, 500), answer.body
        assert_same(expected.dump, kernel, f"the answer to call {point} of {count} was lost: {answer.status}", 20)
        eventually(lambda: put(service, {"host_wide": False}).status == 200, service)
        assert_same(before.dump, kernel, "the document before", 20)


def test_an_answer_that_never_comes(serve):
    """The call was carried out and the connection stands, but nothing is said for ten seconds."""
    service = serve("freebsd-14-amd64")
    kernel = service.kernel
    before, after, count = states(service)
    apply(service, {"host_wide": False})
    connection = service.connection(40)
    with Meddler(kernel, count // 2, after=lambda: True):
        connection.request("PUT", "/v1/config", json.dumps(whole_document(kernel)),
                           {**MATCHES_ANY, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    assert answer.status in (200, 500)
    assert_same((after if answer.status == 200 else before).dump, kernel, "it was read again", 20)


# ---- another route ----

@EVERY
def test_another_gateway_without_a_gap(serve, layout):
    """One message exchanges it, and it stays marked; going back is the same."""
    service = serve(layout)
    kernel = service.kernel
    document = plain_document(kernel)
    apply(service, document)
    before = dump(kernel)
    kernel.told()
    document["routes"]["net"]["via"] = "192.0.2.9"
    document["routes"]["six"]["via"] = "2001:db8:1::9"
    change = put(service, document, confirm_timeout="30s").json
    assert {("10.0.0.0/8", "192.0.2.9"), ("2001:db8:5::/48", "2001:db8:1::9")} <= ours(kernel)
    kinds = [kernel.layout.types.get(message[3]) for message in kernel.told() if message[3] != 4 and is_ours(kernel, message)]
    assert kinds == ["RTM_CHANGE", "RTM_CHANGE"], kinds
    assert service.request("POST", f"/v1/transactions/{change['id']}/revert").status == 200
    assert_same(before, kernel, "reverted")


def is_ours(kernel, message):
    """A message that is no question."""
    kind = kernel.layout.types.get(message[3])
    flags = kernel.layout.reader.fields("rt_msghdr", message)["rtm_flags"] if kind in ("RTM_ADD", "RTM_CHANGE", "RTM_DELETE") else 0
    return bool(flags & RTF_PROTO2)


@pytest.mark.parametrize("layout", ["freebsd-13-amd64", "freebsd-14-amd64"])
def test_a_foreign_path_beside_ours(serve, layout):
    """FreeBSD has several routes to a destination: another program's joins ours, which is then not altered without it."""
    service = serve(layout)
    kernel = service.kernel
    kernel.settings["net.route.multipath"] = 1
    document = {"routes": {"r": {"to": "10.0.0.0/8", "via": "192.0.2.254"}}}
    apply(service, document)
    kernel.route_add("10.0.0.0/8", "192.0.2.8")
    foreign = [one for one in kernel.routes() if one["gateway"] == "192.0.2.8"]
    document["routes"]["r"]["via"] = "192.0.2.9"
    put(service, document)
    assert [one for one in kernel.routes() if one["gateway"] == "192.0.2.8"] == foreign
    put(service, {})
    assert [one for one in kernel.routes() if one["gateway"] == "192.0.2.8"] == foreign


@EVERY
def test_another_prefix_length(serve, layout):
    """Of an address that is ours: it goes and comes, with the routes that need it."""
    service = serve(layout)
    kernel = service.kernel
    before = dump(kernel)
    document = plain_document(kernel)
    apply(service, document)
    first_state = dump(kernel)
    document["addresses"]["other"]["address"] = "203.0.113.9/24"
    apply(service, document)
    assert kernel.addresses(names(kernel)[1])[-1] == "203.0.113.9/24"
    assert ("172.16.0.0/12", "203.0.113.126") in ours(kernel)
    document["addresses"]["other"]["address"] = "203.0.113.9/25"
    apply(service, document)
    assert_same(first_state, kernel, "back again", 5)
    apply(service, {})
    assert_same(before, kernel, "the empty document")


# ---- many ----

@FEW
def test_many_routes(serve, layout):
    """In seconds, with sanitizers and a kernel in Python: whether they are added, altered or taken away, none reads the table."""
    service = serve(layout)
    kernel, before = service.kernel, dump(service.kernel)
    reads, usual = [], kernel.sysctl.table_dump

    def counted(*arguments):
        reads.append(arguments)
        return usual(*arguments)

    kernel.sysctl.table_dump = counted
    for via in ("192.0.2.254", "192.0.2.9", None):
        document = {"routes": {f"r{i}": {"to": f"10.{i // 250}.{i % 250}.0/24", "via": via} for i in range(400)}} if via else {}
        reads.clear()
        answer = apply(service, document)
        assert len(answer["operations"]) == 400 and len(reads) < 50, len(reads)
        assert len(ours(kernel)) == (400 if via else 0)
    assert_same(before, kernel, "all were taken away")
