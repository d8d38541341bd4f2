"""A host with many links: each a pair into one namespace far away, with ten addresses, of which two are IPv6. Ten are uplinks of
the document; DHCP gave some of the others their gateways."""

LINKS, FOUR, SIX, UPLINKS, LEASES = 50, 8, 2, 10, 15


def four(link, number):
    return f"10.{link}.{number}.1"


def six(link, number):
    return f"2001:db8:{link:x}:{number:x}::1"


def make_many(network):
    """Names what is there e0, e1 … on both sides."""
    host, far = network.host("host"), network.host("far")
    for link in range(LINKS):
        host.connect(f"e{link}", far, f"e{link}")
    host.ip_batch([f"address add {four(link, number)}/24 dev e{link}" for link in range(LINKS) for number in range(FOUR)])
    host.ip_batch([f"-6 address add {six(link, number)}/64 dev e{link} nodad" for link in range(LINKS) for number in range(SIX)])
    host.ip_batch([f"route add default via 10.{link}.0.254 dev e{link} metric {link + 1} protocol dhcp"
                   for link in range(UPLINKS, UPLINKS + LEASES)])
    return host


def document():
    """All that follows addresses."""
    uplinks = {f"isp{link}": {"interface": f"e{link}", "priority": link,
                              "gateway": {"ipv4": f"10.{link}.0.254", "ipv6": f"2001:db8:{link:x}::fe"}}
               for link in range(UPLINKS)}
    return {"source_routing": True, "host_model": {"send": "strong", "receive": "strong"}, "uplinks": uplinks,
            "arp": {"reply": "interface", "announce": "best"}, "reverse_path": "loose"}
