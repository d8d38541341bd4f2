"""What cannot be, or only with consent, is said before anything is changed: by a plan that is only looked at, by the refusal of
?strict=true, and by the answer to a write, which does the rest."""
import os
import shutil

import pytest

from kept import Kept, make_host
from picture import assert_same, differences, picture
from topology import Network

GATEWAY = {"eth0": "192.0.2.254", "eth1": "198.51.100.254"}
ADDRESSES = ["address add 192.0.2.1/24 dev eth0", "address add 198.51.100.1/24 dev eth1", "address add 172.17.0.1/16 dev br0",
             "-6 address add 2001:db8:1::1/64 dev eth0 nodad", "-6 address add 2001:db8:2::1/64 dev eth1 nodad"]


class Lab(Kept):
    def __init__(self, network, directory):
        super().__init__(make_host(network, "host"), directory)
        self.namespace.ip_batch(ADDRESSES)

    def put(self, document, query=""):
        return self.api.request("PUT", f"/v1/config{query}", document, {"If-Match": "*"})

    def setting(self, name):
        return self.namespace.run(["cat", f"/proc/sys/net/{name}"]).strip()

    def refused(self, document, member, *words, kind):
        """A look says it and ?strict=true refuses it; neither changes anything. Then it is written, which says it as well."""
        before, kept = picture(self.namespace), self.api.get("/v1/config")
        look = self.put(document, "?dry_run=true")
        assert look.status == 200, look.body
        assert_said(look.json(), member, words, kind)
        strict = self.put(document, "?strict=true")
        assert strict.status == 422, strict.body
        assert strict.json()["pointer"] == member, strict.body
        for word in words:
            assert word in strict.json()["detail"], (word, strict.body)
        assert_same(before, self.namespace, "it was looked at, and refused")
        assert self.api.get("/v1/config") == kept
        done = self.put(document)
        assert done.status == 200 and done.json()["state"] == "confirmed", done.body
        assert_said(done.json(), member, words, kind)
        assert [op["native"] for op in done.json()["operations"]] == [op["native"] for op in look.json()["operations"]]
        return done.json()


def assert_said(answer, member, words, kind):
    """One note tells it all; it is the only one of its kind that strict refuses."""
    texts = [note["text"] for note in answer["notes"] if note["member"] == member and note["kind"] == kind]
    assert any(all(word in text for word in words) for text in texts), answer["notes"]
    for list_of in ("pending", "unsupported"):
        assert (member in answer[list_of]) == (kind == list_of), answer


@pytest.fixture
def lab(world, built, tmp_path):
    with Network() as network:
        lab = Lab(network, tmp_path)
        lab.start()
        yield lab
        before = getattr(lab, "before", None)
        if before is not None:
            assert lab.put({}).status == 200
            assert_same(before, lab.namespace, "everything was taken away")
        assert not lab.daemon.stop()


def uplinks(**more):
    return {f"isp{number}": {"interface": link, "gateway": {"ipv4": GATEWAY[link]}, "priority": number + 1, **more}
            for number, link in enumerate(GATEWAY)}


# ---- strong receive on a router ----

@pytest.mark.parametrize("family", [4, 6])
def test_strong_receive_on_a_router(lab, family):
    lab.namespace.set(f"net/ipv{family}/conf/all/forwarding", 1)
    lab.before = picture(lab.namespace)
    done = lab.refused({"host_model": {"receive": "strong"}}, "/host_model/receive", f"This host forwards IPv{family}", "eth0, eth1",
                       "cut from this host's other addresses", kind="warning")
    assert "br0" not in str(done["notes"]) and not done["unsupported"]
    covered = lab.namespace.run(["nft", "list", "set", "inet", "multihomed", f"strong_receive_ipv{family}"])
    assert '"eth0"' in covered and '"eth1"' in covered and "br0" not in covered


def test_strong_receive_on_a_host(lab):
    """Nothing to be warned of."""
    lab.before = picture(lab.namespace)
    answer = lab.put({"host_model": {"receive": "strong"}}, "?strict=true")
    assert answer.status == 200 and not answer.json()["notes"], answer.body


# ---- what concerns the whole host, without consent ----

def test_balance(lab):
    """The best uplink carries all; nothing of sharing is done."""
    lab.before = picture(lab.namespace)
    document = {"sharing": "balance", "uplinks": uplinks(weight=1)}
    lab.refused(document, "/sharing", "needs \"host_wide\": true", "fib_multipath_hash_policy", kind="unsupported")
    failover = picture(lab.namespace)
    assert not any("nexthop via" in line or "nhid" in line for line in failover), failover
    assert lab.setting("ipv4/fib_multipath_hash_policy") == lab.setting("ipv6/fib_multipath_hash_policy") == "0"
    assert "52" not in lab.namespace.ip("rule").replace("5299", "")
    # It is what the same uplinks without sharing come to.
    assert lab.put({"uplinks": uplinks(weight=1)}).json()["operations"] == []
    assert_same(failover, lab.namespace, "sharing is not asked for")
    allowed = lab.put({**document, "host_wide": True, "uplinks": uplinks(weight=1, priority=1)}, "?strict=true")
    assert allowed.status == 200 and lab.setting("ipv4/fib_multipath_hash_policy") == "1", allowed.body


@pytest.mark.parametrize("setting, document, member", [
    ("arp_ignore", {"arp": {"reply": "any"}}, "/arp/reply"),
    ("arp_announce", {"arp": {"announce": "any"}}, "/arp/announce"),
    ("rp_filter", {"reverse_path": "off"}, "/reverse_path"),
    ("arp_filter", {"arp": {"filter": False}}, "/arp/filter"),
    ("proxy_arp", {"arp": {"proxy": False}}, "/arp/proxy")])
def test_all_against_the_intent(lab, setting, document, member):
    """`all` outvotes an interface: without consent it is said, with consent changed and given back."""
    lab.namespace.set(f"net/ipv4/conf/all/{setting}", 1)
    lab.namespace.set(f"net/ipv4/conf/eth0/{setting}", 0)
    lab.before = picture(lab.namespace)
    lab.refused(document, member, f"net.ipv4.conf.all.{setting} is 1", "host_wide", kind="pending")
    assert lab.setting(f"ipv4/conf/all/{setting}") == "1"
    look = lab.put({**document, "host_wide": True}, "?dry_run=true").json()
    assert f"sysctl -w net.ipv4.conf.all.{setting}=0" in [op["native"] for op in look["operations"]], look
    assert lab.setting(f"ipv4/conf/all/{setting}") == "1"
    answer = lab.put({**document, "host_wide": True}, "?strict=true")
    assert answer.status == 200 and not answer.json()["pending"], answer.body
    assert lab.setting(f"ipv4/conf/all/{setting}") == "0"
    lab.daemon.kill()
    lab.daemon.start()  # the earlier value is not forgotten with the process
    assert lab.put({}).status == 200
    assert lab.setting(f"ipv4/conf/all/{setting}") == "1"


# ---- without nft ----

@pytest.fixture
def without_nft(world, built, tmp_path):
    with Network() as network:
        lab = Lab(network, tmp_path)
        # The service looks at fixed places only: nothing that can be run stands there, in a view of the files of its own.
        hide = f'mount --bind /dev/null "{os.path.realpath(shutil.which("nft"))}" && exec "$@"'
        lab.daemon.command[:0] = ["unshare", "--mount", "sh", "-c", hide, "sh"]
        lab.start()
        yield lab
        assert not lab.daemon.stop()


def test_nft_is_missing(without_nft):
    lab = without_nft
    before = picture(lab.namespace)
    document = {"host_model": {"receive": "strong", "send": "strong"}, "reverse_path": "loose", "arp": {"reply": "interface"}}
    done = lab.refused(document, "/host_model/receive", "strong-receive: the nft program is not installed", kind="unsupported")
    assert sorted(set(done["unsupported"])) == ["/host_model/receive", "/reverse_path"], done["unsupported"]
    # The rest acts, and so does the reverse path of IPv4, which is the kernel's own.
    for link in GATEWAY:
        assert lab.setting(f"ipv4/conf/{link}/arp_ignore") == "1" and lab.setting(f"ipv4/conf/{link}/rp_filter") == "2"
    assert "from 192.0.2.1 unreachable" in lab.namespace.ip("rule")
    assert not lab.namespace.run(["nft", "list", "ruleset"])
    assert not [line for line in differences(before, picture(lab.namespace)) if "firewall" in line]
    check_capabilities(lab.api.items("/v1/capabilities"))
    assert lab.put({}).status == 200
    assert_same(before, lab.namespace, "everything was taken away")


def check_capabilities(items):
    for item in [item for item in items if item["interface"] in (None, "eth0", "eth1")]:
        if item["intent"] == "host_model.receive" or (item["intent"] == "reverse_path" and item["family"] == "ipv6"):
            assert item["support"] == "unsupported" and "nft program is not installed" in item["reason"], item
        if item["intent"] in ("host_model.send", "source_routing", "arp.reply"):
            assert item["support"] != "unsupported", item
    assert sum("nft program" in (item["reason"] or "") for item in items) == 2, items
