"""/v1/host-model, /v1/arp and /v1/capabilities on simulated hosts: what is wanted beside what is in effect, filters and problems.
That what is said to be in effect is true is for tests/lab/test_host_model.py, which sends packets."""
import json
import os

import pytest

from service import HOSTS, Service
from writer import eventually

HOST = "simple-multihoming"


def items(service, path, **query):
    text = "&".join("%s=%s" % pair for pair in query.items())
    return service.get(path + "?" + text).json["items"]


def one(service, path, interface="eth0", family="ipv4"):
    (item,) = items(service, path, interface=interface, family=family)
    return item


def host_with(**settings):
    """The example with settings of eth0 (NAME) and of all (all_NAME)."""
    with open(os.path.join(HOSTS, HOST + ".json"), encoding="utf-8") as stream:
        host = json.load(stream)
    for name, value in settings.items():
        if name.startswith("all_"):
            settings_of = host.setdefault("settings", {}).setdefault("all", {})
        else:
            settings_of = host["interfaces"]["eth0"].setdefault("settings", {})
        settings_of.setdefault("ipv4", {})[name.removeprefix("all_")] = value
    return host


@pytest.fixture
def start(tmp_path):
    running = []

    def start_one(config, host=HOST):
        running.append(Service(tmp_path, host, config=config))
        return running[-1]

    yield start_one
    for service in running:
        service.stop()


def test_each_interface_and_family_has_an_item(service):
    names = [(item["interface"], item["family"]) for item in items(service, "/v1/host-model")]
    assert names == [("eth0", "ipv4"), ("eth0", "ipv6"), ("eth1", "ipv4"), ("eth1", "ipv6")]
    assert [item["interface"] for item in items(service, "/v1/arp")] == ["eth0", "eth1"]
    assert items(service, "/v1/arp", family="ipv6") == []
    assert items(service, "/v1/host-model", interface="lo") == []
    assert [item["family"] for item in items(service, "/v1/host-model", interface="eth1")] == ["ipv4", "ipv6"]


@pytest.mark.parametrize("path", ["/v1/host-model", "/v1/arp", "/v1/capabilities"])
def test_wrong_questions(service, path):
    service.get(path + "?interface=nope").problem("unknown-interface", 400)
    service.get(path + "?family=ipx").problem("invalid-parameter", 400)
    service.get(path + "?nonsense=1").problem("unknown-parameter", 400)


def test_nothing_is_desired(service):
    for path in ("/v1/host-model", "/v1/arp"):
        for item in items(service, path):
            for what, aspect in item.items():
                if isinstance(aspect, dict):
                    assert aspect["desired"] is None and aspect["agrees"] is None


def test_desired_is_the_most_particular(start):
    """Interface and family go before the host's, which is for external interfaces only."""
    service = start({"host_model": {"send": "strong", "receive": "strong"}, "reverse_path": "loose", "arp": {"reply": "interface"},
                     "interfaces": {"eth0": {"ipv4": {"host_model": {"receive": "weak"}, "arp": {"reply": "subnet"}}},
                                    "eth1": {"role": "internal"}}})
    four, six, internal = one(service, "/v1/host-model"), one(service, "/v1/host-model", family="ipv6"), one(service, "/v1/host-model", "eth1")
    assert [four[what]["desired"] for what in ("receive", "send", "reverse_path")] == ["weak", "strong", "loose"]
    assert [six[what]["desired"] for what in ("receive", "send", "reverse_path")] == ["strong", "strong", "loose"]
    assert [internal[what]["desired"] for what in ("receive", "send", "reverse_path")] == [None] * 3
    assert one(service, "/v1/arp")["reply"]["desired"] == "subnet" and one(service, "/v1/arp", "eth1")["reply"]["desired"] is None


def test_strong_is_not_said_where_nothing_makes_it_so(service):
    item = one(service, "/v1/host-model")
    assert item["receive"]["effective"] == item["send"]["effective"] == "weak"
    assert "192.0.2.1" not in item["receive"]["evidence"][0] and "eth1" in item["receive"]["evidence"][0]


def test_source_routing_is_wanted_for_external_interfaces(start):
    service = start({"source_routing": True, "interfaces": {"eth0": {"ipv4": {"host_model": {"send": "strong"}}}, "eth1": {"role": "internal"}}})
    desired = [one(service, "/v1/host-model", *where)["send"]["desired"] for where in (("eth0", "ipv4"), ("eth0", "ipv6"), ("eth1", "ipv4"))]
    assert desired == ["strong", "source-routing", None]


def test_all_stands_against_it(start):
    service = start({"arp": {"announce": "any"}}, host_with(arp_announce=0, all_arp_announce=2))
    announce = one(service, "/v1/arp")["announce"]
    assert (announce["desired"], announce["effective"], announce["agrees"]) == ("any", "best", False)
    assert announce["reason"] == "net.ipv4.conf.all.arp_announce is 2, and the greater value counts"
    assert announce["native"] == [{"key": "net.ipv4.conf.eth0.arp_announce", "value": 0}, {"key": "net.ipv4.conf.all.arp_announce", "value": 2}]


@pytest.mark.parametrize("value, effective, words", [(3, "other", "scope host"), (8, "other", "nothing is answered"), (5, "any", "no meaning")])
def test_values_without_a_word(start, value, effective, words):
    reply = one(start({}, host_with(arp_ignore=value)), "/v1/arp")["reply"]
    assert reply["effective"] == effective and words in reply["evidence"][0]


def test_proxy_needs_forwarding(start):
    service = start({"arp": {"proxy": True}}, host_with(proxy_arp=1, forwarding=0))
    proxy = one(service, "/v1/arp")["proxy"]
    assert (proxy["desired"], proxy["effective"], proxy["agrees"]) == (True, False, False)
    assert proxy["reason"] == "net.ipv4.conf.eth0.forwarding is 0"
    service.change_host(host_with(proxy_arp_pvlan=1, proxy_arp=1, forwarding=1))
    assert one(service, "/v1/arp")["proxy"]["effective"] is True


@pytest.mark.parametrize("own, all_, effective", [(0, 0, "off"), (1, 0, "strict"), (1, 2, "loose"), (0, 1, "strict"), (2, 1, "loose")])
def test_the_greater_reverse_path_counts(start, own, all_, effective):
    service = start({"reverse_path": effective}, host_with(rp_filter=own, all_rp_filter=all_))
    item = one(service, "/v1/host-model")["reverse_path"]
    assert item["effective"] == effective and item["agrees"] is True and item["reason"] is None


# ---- capabilities ----

def capability(service, intent, **query):
    return [item for item in items(service, "/v1/capabilities", limit=1000, **query) if item["intent"] == intent]


def test_all_makes_an_intent_host_wide(start):
    service = start({}, host_with(all_arp_ignore=1))
    (reply, *_), (announce, *_) = capability(service, "arp.reply"), capability(service, "arp.announce")
    assert reply["support"] == "host-wide" and "net.ipv4.conf.all.arp_ignore is 1" in reply["reason"]
    assert announce["support"] == "supported"


def test_interfaces_that_cannot(start):
    host = host_with()
    host["interfaces"]["eth1"].setdefault("settings", {}).setdefault("ipv6", {})["disable_ipv6"] = 1
    service = start({}, host)
    of_eth1 = [item for item in items(service, "/v1/capabilities", limit=1000, interface="eth1") if item["interface"]]
    assert of_eth1 and all(item["support"] == "unsupported" and item["family"] == "ipv6" and "switched off" in item["reason"] for item in of_eth1)
    assert {item["interface"] for item in capability(service, "arp.reply")} == {None, "lo"}


def test_what_does_not_act_is_unsupported(service):
    for item in items(service, "/v1/capabilities", limit=1000):
        assert item["acts"] or item["support"] == "unsupported", item
    for intent in ("interfaces.metric", "addresses", "routes", "uplinks", "rules"):
        (row, *_) = capability(service, intent)
        assert row["acts"] is True and row["support"] == "supported", row


# ---- what is applied is in effect ----

TO_THE_OTHER = ("2001:db8:2::1", "eth0", "2001:db8:1::9")  # local, interface, remote
NO_WAY_BACK = ("2001:db8:2::1", "eth1", "2001:db8:ffff::9")


def dropped_by(service, local, interface, remote):
    query = f"remote={remote}&local={local}&interface={interface}&protocol=tcp"
    return [verdict["by"] for verdict in service.get("/v1/path?" + query).json["verdicts"] if verdict["drops"] == "request"]


def host_of_two_families():
    return {"system": "linux", "interfaces": {"eth0": {"addresses": ["192.0.2.1/24", "2001:db8:1::1/64"]},
                                              "eth1": {"addresses": ["198.51.100.1/24", "2001:db8:2::1/64"]}},
            "routes": [{"destination": "default", "via": "2001:db8:1::fe", "interface": "eth0"}]}


def test_strong_receive_and_the_reverse_path_are_in_the_filter(start):
    service = start({"host_model": {"receive": "strong"}, "reverse_path": "strict"}, host_of_two_families())
    eventually(lambda: all(item["receive"]["agrees"] for item in items(service, "/v1/host-model")))
    for item in items(service, "/v1/host-model"):
        assert item["receive"]["effective"] == "strong" and item["receive"]["native"][0]["key"] == "nft inet multihomed input", item
    assert dropped_by(service, *TO_THE_OTHER) == ["strong-host"]
    assert dropped_by(service, *NO_WAY_BACK) == ["reverse-path-filter"]


def test_loose_is_content_with_any_way_back(start):
    service = start({"reverse_path": "loose"}, host_of_two_families())
    eventually(lambda: one(service, "/v1/host-model", "eth1", "ipv6")["reverse_path"]["effective"] == "loose")
    assert dropped_by(service, *TO_THE_OTHER) == dropped_by(service, *NO_WAY_BACK) == []


def test_without_them_nothing_is_dropped(start):
    service = start({}, host_of_two_families())
    assert one(service, "/v1/host-model", "eth0", "ipv6")["receive"]["effective"] == "weak"
    assert dropped_by(service, *TO_THE_OTHER) == dropped_by(service, *NO_WAY_BACK) == []


# ---- multihomectl ----

def test_tables(start):
    service = start({"arp": {"reply": "interface"}, "host_model": {"receive": "strong"}})
    for command, words in (("host-model", ["receive", "send", "reverse path", "strong", "weak"]), ("arp", ["reply", "announce", "filter", "proxy"])):
        status, out, err = service.ctl(command, "--interface", "eth0")
        assert status == 0 and out.startswith("INTERFACE"), (out, err)
        assert all(word in out for word in words)
        assert "eth1  " not in out
        assert json.loads(service.ctl(command, "--json")[1])
