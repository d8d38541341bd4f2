"""The scenario of RFC 1122 3.3.4.1 that is named for a host, on every kind of host that the adapter knows.

Each lab builds its host while the daemon follows, waits for the expected scenario, then starts the daemon anew: what it
learns from changes and what it reads at start must be the same."""
import pytest


def single_homed(*members):
    return ("single-homed", None, None, frozenset(members))


def logical_networks(*members):
    return ("multiple-logical-networks", None, None, frozenset(members))


def logical_hosts(layout, subnet, *members):
    return ("multiple-logical-hosts", layout, subnet, frozenset(members))


def simple_multihoming(*members):
    return ("simple-multihoming", None, None, frozenset(members))


def told(host, family):
    """What the API says, in the form of the functions above."""
    return {(scenario["kind"], scenario.get("layout"), scenario.get("subnet"),
             frozenset(f"{member['interface']} {member['address']}" for member in scenario["members"]))
            for scenario in host.api.get("/v1/scenario")[family]["scenarios"]}


def expect(host, *scenarios, family="ipv4"):
    def as_expected():
        assert told(host, family) == set(scenarios)
        return True

    multihomed = {kind for kind, *_ in scenarios} != {"single-homed"}
    host.wait_for(as_expected)
    assert host.api.get("/v1/scenario")[family]["multihomed"] == multihomed
    restart(host)
    as_expected()
    assert host.api.get("/v1/scenario")[family]["multihomed"] == multihomed


def restart(host):
    complaints = host.stop_daemon()
    assert not complaints, "\n".join(complaints)
    host.start_daemon()


@pytest.fixture
def host(any_lab):
    """A host with eth0 on a segment, no address yet, the daemon running."""
    host = any_lab.host()
    host.start_daemon()
    host.add_interface("eth0", any_lab.segment("lan"))
    return host


def test_no_address_at_all(host):
    expect(host, single_homed())
    expect(host, single_homed(), family="ipv6")


def test_one_address(host):
    host.add_address("eth0", "192.0.2.1/24")
    expect(host, single_homed("eth0 192.0.2.1"))


def test_one_interface_two_subnets(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth0", "198.51.100.1/24")
    expect(host, logical_networks("eth0 192.0.2.1", "eth0 198.51.100.1"))


def test_one_interface_two_addresses_of_one_subnet(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth0", "192.0.2.2/24")
    expect(host, logical_hosts("same-interface", "192.0.2.0/24", "eth0 192.0.2.1", "eth0 192.0.2.2"))


def test_a_host_address_belongs_to_the_subnet_that_covers_it(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth0", "192.0.2.9/32")
    expect(host, logical_hosts("same-interface", "192.0.2.0/24", "eth0 192.0.2.1", "eth0 192.0.2.9"))


def test_two_interfaces_on_one_link(any_lab):
    lan, host = any_lab.segment("lan"), any_lab.host()
    host.start_daemon()
    host.add_interface("eth0", lan)
    host.add_interface("eth1", lan)
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth1", "192.0.2.3/24")
    expect(host, logical_hosts("different-interfaces", "192.0.2.0/24", "eth0 192.0.2.1", "eth1 192.0.2.3"))


def test_two_interfaces_two_subnets(host, any_lab):
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth1", "198.51.100.1/24")
    expect(host, simple_multihoming("eth0 192.0.2.1", "eth1 198.51.100.1"))


def test_all_kinds_at_once(host, any_lab):
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth0", "192.0.2.2/24")
    host.add_address("eth0", "198.51.100.1/24")
    host.add_address("eth1", "203.0.113.1/24")
    on_eth0 = ("eth0 192.0.2.1", "eth0 192.0.2.2", "eth0 198.51.100.1")
    expect(host, logical_hosts("same-interface", "192.0.2.0/24", "eth0 192.0.2.1", "eth0 192.0.2.2"),
           logical_networks(*on_eth0), simple_multihoming(*on_eth0, "eth1 203.0.113.1"))


def test_two_interfaces_on_one_link_and_a_third_elsewhere(host, any_lab):
    host.add_interface("eth1", any_lab.segment("lan2"))
    host.add_interface("eth2", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth1", "192.0.2.3/24")
    host.add_address("eth2", "198.51.100.1/24")
    expect(host,
           logical_hosts("different-interfaces", "192.0.2.0/24", "eth0 192.0.2.1", "eth1 192.0.2.3"),
           simple_multihoming("eth0 192.0.2.1", "eth1 192.0.2.3", "eth2 198.51.100.1"))


def test_what_ipv4_shows_of_links_holds_for_ipv6(any_lab):
    lan, host = any_lab.segment("lan"), any_lab.host()
    host.start_daemon()
    for interface, last in (("eth0", 1), ("eth1", 3)):
        host.add_interface(interface, lan)
        host.add_address(interface, f"192.0.2.{last}/24")
    host.add_address("eth0", "2001:db8:1::1/64")
    host.add_address("eth1", "2001:db8:2::3/64")
    expect(host, logical_networks("eth0 2001:db8:1::1", "eth1 2001:db8:2::3"), family="ipv6")


# ---- what does not count ----

def test_an_address_on_loopback_does_not_count(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("lo", "198.51.100.1/32")
    host.add_address("lo", "2001:db8::1/128")
    expect(host, single_homed("eth0 192.0.2.1"))
    expect(host, single_homed(), family="ipv6")


def test_bridges_of_containers_and_virtual_machines_do_not_count(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_bridge("docker0")
    host.add_port("veth1", "docker0", "container")
    host.add_address("docker0", "172.17.0.1/16")
    host.add_bridge("virbr0")
    host.add_port("vnet0", "virbr0", "tap")
    host.add_address("virbr0", "192.168.122.1/24")
    expect(host, single_homed("eth0 192.0.2.1"))
    assert role(host, "docker0") == role(host, "virbr0") == "internal"
    assert role(host, "eth0") == "external"


def role(host, interface):
    return host.api.get(f"/v1/interfaces/{interface}")["role"]


def test_a_port_does_not_count_its_bridge_does(any_lab):
    host = any_lab.host()
    # A bridge with none but virtual ports is internal unless the configuration knows better.
    host.start_daemon(config={"version": 1, "interfaces": {"br0": {"role": "external"}}})
    host.add_interface("eth0", any_lab.segment("lan"))
    host.add_address("eth0", "198.51.100.1/24")
    host.add_bridge("br0")
    host.enslave("eth0", "br0")
    host.add_address("br0", "192.0.2.1/24")
    expect(host, single_homed("br0 192.0.2.1"))


def test_an_interface_that_is_down_does_not_count(host, any_lab):
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth1", "198.51.100.1/24")
    host.wait_for(lambda: told(host, "ipv4") == {simple_multihoming("eth0 192.0.2.1", "eth1 198.51.100.1")})
    host.set_link("eth1", up=False)
    expect(host, single_homed("eth0 192.0.2.1"))


def test_an_interface_without_carrier_counts(host, any_lab):
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/24")
    host.add_address("eth1", "198.51.100.1/24")
    host.set_carrier("eth1", False)
    host.wait_for(lambda: not host.api.get("/v1/interfaces/eth1")["carrier"])
    assert host.api.get("/v1/interfaces/eth1")["up"]
    expect(host, simple_multihoming("eth0 192.0.2.1", "eth1 198.51.100.1"))


def test_ipv6_link_local_addresses_do_not_count(host, any_lab):
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "fe80::1/64")
    host.add_address("eth1", "fe80::2/64")
    host.wait_for(lambda: "fe80::1%eth0" in addresses(host, "eth0"))
    expect(host, single_homed(), family="ipv6")


def addresses(host, interface):
    return [address["address"] for address in host.api.items("/v1/addresses", interface=interface)]


def test_a_temporary_address_does_not_count(host):
    host.add_address("eth0", "2001:db8:1::1/64", temporary=True)

    def made():
        flags = [address["flags"] for address in host.api.items("/v1/addresses", interface="eth0", family="ipv6")]
        return any("temporary" in words for words in flags)

    host.wait_for(made)
    expect(host, single_homed("eth0 2001:db8:1::1"), family="ipv6")


# ---- forms of addresses ----

def test_several_global_ipv6_addresses(host):
    host.add_address("eth0", "2001:db8:1::1/64")
    host.add_address("eth0", "2001:db8:1::2/64")
    host.add_address("eth0", "2001:db8:2::1/64")
    members = ("eth0 2001:db8:1::1", "eth0 2001:db8:1::2")
    expect(host, logical_hosts("same-interface", "2001:db8:1::/64", *members),
           logical_networks(*members, "eth0 2001:db8:2::1"), family="ipv6")


def test_both_ends_of_a_31_are_two_hosts(host, any_lab):
    """RFC 3021: two /31 links are two links, each address the only one of its subnet."""
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.0/31")
    host.add_address("eth1", "192.0.2.2/31")
    expect(host, simple_multihoming("eth0 192.0.2.0", "eth1 192.0.2.2"))


def test_point_to_point_addresses(host, any_lab):
    """One own address on two point-to-point links (unnumbered links) is on two links still."""
    host.add_interface("eth1", any_lab.segment("wan"))
    host.add_address("eth0", "192.0.2.1/32", peer="198.51.100.1/32")
    expect(host, single_homed("eth0 192.0.2.1"))
    host.add_address("eth1", "192.0.2.1/32", peer="203.0.113.1/32")
    expect(host, simple_multihoming("eth0 192.0.2.1", "eth1 192.0.2.1"))


def test_a_macvlan_is_on_the_link_of_its_parent(host):
    host.add_address("eth0", "192.0.2.1/24")
    host.add_child("macvlan0", "eth0")
    host.add_address("macvlan0", "198.51.100.1/24")
    expect(host, logical_networks("eth0 192.0.2.1", "macvlan0 198.51.100.1"))
    host.add_address("macvlan0", "192.0.2.3/24")
    expect(host, logical_networks("eth0 192.0.2.1", "macvlan0 192.0.2.3", "macvlan0 198.51.100.1"),
           logical_hosts("different-interfaces", "192.0.2.0/24", "eth0 192.0.2.1", "macvlan0 192.0.2.3"))


# ---- roles ----

def test_the_configuration_overrides_a_role(any_lab):
    host = any_lab.host()
    config = {"version": 1, "interfaces": {"eth1": {"role": "internal"}, "docker0": {"role": "external"}}}
    host.start_daemon(config=config)
    for interface, segment, address in (("eth0", "lan", "192.0.2.1/24"), ("eth1", "wan", "198.51.100.1/24")):
        host.add_interface(interface, any_lab.segment(segment))
        host.add_address(interface, address)
    host.add_bridge("docker0")
    host.add_address("docker0", "172.17.0.1/16")
    expect(host, simple_multihoming("eth0 192.0.2.1", "docker0 172.17.0.1"))
    assert (role(host, "eth1"), role(host, "docker0")) == ("internal", "external")


def test_a_reload_applies_changed_roles(any_lab):
    host = any_lab.host()
    host.start_daemon()
    for interface, segment, address in (("eth0", "lan", "192.0.2.1/24"), ("eth1", "wan", "198.51.100.1/24")):
        host.add_interface(interface, any_lab.segment(segment))
        host.add_address(interface, address)
    expect(host, simple_multihoming("eth0 192.0.2.1", "eth1 198.51.100.1"))
    host.daemon.write_config({"version": 1, "interfaces": {"eth1": {"role": "internal"}}})
    host.daemon.reload()
    expect(host, single_homed("eth0 192.0.2.1"))


def test_a_wrong_file_at_reload_changes_nothing(any_lab):
    host = any_lab.host()
    host.start_daemon(config={"version": 1, "interfaces": {"eth0": {"role": "internal"}}})
    host.add_interface("eth0", any_lab.segment("lan"))
    host.wait_for(lambda: role(host, "eth0") == "internal")
    host.daemon.write_config('{"version": 1,\n "interfaces": {"eth0": {"role": "extern"}}}')
    host.daemon.reload()
    host.wait_for(lambda: "config.json:2:" in host.daemon.log())
    assert role(host, "eth0") == "internal"
