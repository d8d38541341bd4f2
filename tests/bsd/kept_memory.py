"""A service on a kernel in memory whose document is changed: everything the kernel knows as one value to compare, documents of
what each system can do, and a service that is killed and started again while the kernel goes on."""

import json
import os
import subprocess
import time

from kernel_calls import octets
from kernel_ioctl import REQUESTS
from kernel_layout import Refused, shown
from service import DAEMON

PERSONALITIES = ("openbsd-8-amd64", "openbsd-7-i386", "freebsd-12-amd64", "freebsd-13-amd64", "freebsd-14-amd64", "netbsd-7-amd64",
                 "netbsd-10-amd64")
FILTERED = tuple(layout for layout in PERSONALITIES if not layout.startswith("netbsd"))
MATCHES_ANY = {"If-Match": "*"}
MERGE_PATCH = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
SECOND = 1.0  # in which what is lost comes back, where the system tells of it; more on a busy machine
RTF_PROTO2 = 0x4000


# ---- what the kernel knows ----

def dump(kernel):
    """All that a transaction may change. Addresses stand in the order that their interface has them in, for that decides which is
    used; lifetimes and FreeBSD's numbers of next hops are nobody's business."""
    cached = 0x20000 if kernel.system_name == "openbsd" else 0  # RTF_CACHED: neighbours that a gateway made the kernel look for
    with kernel.lock:
        state = kernel.system.state
        interfaces = {one.name: {"flags": one.flags, "mac": one.mac.hex(), "mtu": one.mtu, "addresses": [
            (str(address), address.flags, address.broadcast) for address in one.addresses],
            "neighbors": sorted((shown(ip), mac.hex(), flags) for ip, (mac, flags) in one.neighbors.items())}
            for one in state.interfaces}
        routes = sorted(str(kernel.told_route(one)) for one in state.routes if not one.flags & cached)
        sources = {table: str(address) for table, address in state.sources.items() if address}
        return {"interfaces": interfaces, "routes": routes, "sources": sources, "settings": dict(kernel.settings),
                "policy": kernel.sysctl.policy.shown(), "rules": list(kernel.filter.rules),
                "anchor": list(kernel.filter.anchors.get("multihomed", []))}


def differences(before, after):
    """Lines that say what is where."""
    lines = []
    for part, was in before.items():
        if was == after[part]:
            continue
        if isinstance(was, list):
            lines += [f"- {one}" for one in was if one not in after[part]] + [f"+ {one}" for one in after[part] if one not in was]
            lines += [f"other order of {part}"] if sorted(was) == sorted(after[part]) else []
        else:
            lines += [f"{name}: {was.get(name)} -> {after[part].get(name)}" for name in {**was, **after[part]}
                      if was.get(name) != after[part].get(name)]
    return lines


def assert_same(before, kernel, why, timeout=0.0):
    """Within so many seconds."""
    deadline = time.monotonic() + timeout
    while dump(kernel) != before and time.monotonic() < deadline:
        time.sleep(0.02)
    after = dump(kernel)
    assert after == before, why + ":\n" + "\n".join(differences(before, after))


def eventually(condition, service, timeout=20.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, service.log_text()
        time.sleep(0.02)


def ours(kernel):
    """(destination, gateway) of the routes that bear our mark."""
    return {(one["destination"], one["gateway"]) for one in kernel.routes() if one["flags"] & RTF_PROTO2}


def anchor(kernel):
    return kernel.filter.anchors.get("multihomed", [])


# ---- in the middle of changes ----

def changes(kernel, call, arguments):
    """Is it one that changes something?"""
    if call == "write":
        return kernel.layout.types.get(octets(arguments[1])[3]) in ("RTM_ADD", "RTM_DELETE", "RTM_CHANGE", "RTM_SOURCE")
    if call == "ioctl":
        return not REQUESTS[kernel.system_name].get(int(arguments[1]) & 0xffffffff, "get").startswith("get")
    if call == "sysctl":  # NetBSD's questions about nodes have a value, too
        return len(arguments) > 2 and tuple(map(int, arguments[0].split("."))) in kernel.settings
    if call == "sysctlbyname":
        return len(arguments) > 2
    return call == "run" and any(octets(word) in (b"-f", b"-F") for word in arguments[3:])


class Meddler:
    """Counts the calls that change something. Before the one of number `at` is carried out `before` is called, and afterwards
    `after`, which may return True: then nobody hears the answer."""

    def __init__(self, kernel, at=0, before=None, after=None):
        self.kernel, self.at, self.count, self.seen = kernel, at, 0, []
        self.act_before, self.act_after = before, after

    def before(self, call, arguments):
        if changes(self.kernel, call, arguments):
            self.count += 1
            self.seen.append(call)
            if self.count == self.at and self.act_before:
                self.act_before()

    def after(self, call, arguments):
        return bool(changes(self.kernel, call, arguments) and self.count == self.at and self.act_after and self.act_after())

    def __enter__(self):
        self.kernel.meddler = self
        return self

    def __exit__(self, *_):
        self.kernel.meddler = None


def refusing(kernel, at, errno):
    def refuse():
        raise Refused(errno)
    return Meddler(kernel, at, refuse)


# ---- the service ----

def put(service, document, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return service.request("PUT", "/v1/config" + (f"?{words}" if words else ""), json.dumps(document),
                           {**MATCHES_ANY, "Content-Type": "application/json"})


def patch(service, document, **query):
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return service.request("PATCH", "/v1/config" + (f"?{words}" if words else ""), json.dumps(document), MERGE_PATCH)


def apply(service, document):
    """Confirmed at once; the answer."""
    answer = put(service, document)
    assert answer.status == 200, (answer.body, service.log_text())
    return answer.json


def remove(service, member):
    answer = service.request("DELETE", "/v1/config" + member, headers=MATCHES_ANY)
    assert answer.status == 200, (answer.body, service.log_text())
    return answer.json


def notes(service, kind):
    return [note for note in service.get("/v1/plan").json["notes"] if note["kind"] == kind]


def ledger(service):
    """What the service would give back, in no order."""
    try:
        with open(os.path.join(service.directory, "state", "ledger"), encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        text = ""
    kept = json.loads(text.split("\n", 1)[1])["ledger"] if text else {}
    return sorted(json.dumps(entry, sort_keys=True) for entries in kept.values() for entry in entries)


def file(service):
    try:
        with open(service.config, encoding="utf-8") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def kill(service):
    service.process.kill()
    service.process.wait()


def start_again(service):
    """After its end; the kernel goes on."""
    with open(service.log, "wb") as log:
        service.process = subprocess.Popen(command(service), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    service.wait_ready()


def release(service):
    """The service has ended; everything is given back."""
    done = subprocess.run([*command(service), "--release"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def command(service):
    return [DAEMON, "--foreground", "--config", service.config, "--platform", service.platform(), "--socket", service.socket,
            "--state-dir", os.path.join(service.directory, "state")]


class Both:
    """The states before and after a change: of the kernel, the ledger and the file."""

    def __init__(self, service):
        self.dump, self.ledger, self.file = dump(service.kernel), ledger(service), file(service)

    def check(self, service, why):
        assert_same(self.dump, service.kernel, why)
        assert (ledger(service), file(service)) == (self.ledger, self.file), why


# ---- documents ----

def names(kernel):
    """Of the two interfaces of kernel_scenario.dual()."""
    return [one.name for one in kernel.system.state.interfaces if not one.loopback][:2]


def plain_document(kernel):
    """Addresses and routes, which every system has."""
    first, second = names(kernel)
    return {
        "addresses": {"alias": {"interface": first, "address": "192.0.2.2/24"},
                      "other": {"interface": second, "address": "203.0.113.9/25"},
                      "six": {"interface": first, "address": "2001:db8:1::2/64"}},
        "routes": {"net": {"to": "10.0.0.0/8", "via": "192.0.2.254", "source": "192.0.2.2"},
                   "host": {"to": "203.0.113.200/32", "via": "198.51.100.254"},
                   "behind": {"to": "172.16.0.0/12", "via": "203.0.113.126"},
                   "six": {"to": "2001:db8:5::/48", "via": "2001:db8:1::fd"}},
    }


def whole_document(kernel):
    """And what only some can do."""
    first, second = names(kernel)
    preferences = {"four": {"to": "0.0.0.0/0", "source": "203.0.113.9"}, "six": {"to": "::/0", "source": "2001:db8:2::1"}}
    return {
        **plain_document(kernel),
        **({"source_preferences": preferences} if kernel.system_name == "openbsd" else {}),
        "uplinks": {"isp1": {"interface": first, "gateway": {"ipv4": "192.0.2.253"}, "priority": 100},
                    "isp2": {"interface": second, "gateway": {"ipv4": "198.51.100.254"}, "priority": 200}},
        "host_model": {"send": "strong", "receive": "strong"}, "host_wide": True,
        "arp": {"proxy": True},
        "source_routing": True,
        "rules": {"guests": {"from": "192.0.2.64/26", "uplink": "isp2", "priority": 10}},
        "address_policy": {"labels": {"2001:db8:1::/48": 99}},
    }
