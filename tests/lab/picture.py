"""All that a namespace has, as the system's own programs tell it, to be compared as text: addresses without their
lifetimes, rules, routes of every table, next-hop objects, the firewall, and settings."""
import re
import time

from daemon import wait_for

COMMANDS = {
    "address": "ip -o address show",
    "rule": "ip -4 rule show; ip -6 rule show",
    "route": "ip -4 route show table all; ip -6 route show table all",
    "nexthop": "ip nexthop show",
    "label": "ip addrlabel show",
    "firewall": "nft list ruleset",
    # Settings that have no value at the moment complain.
    "setting": "sysctl net.ipv4.conf net.ipv6.conf net.ipv4.fib_multipath_hash_policy net.ipv6.fib_multipath_hash_policy 2>/dev/null",
}
SCRIPT = "; ".join(f"echo '# {what}'; {command}" for what, command in COMMANDS.items())

# What runs down by itself.
LIFETIMES = re.compile(r"\\ +valid_lft \S+ preferred_lft \S+| expires \d+sec")


def picture(namespace):
    """Sorted lines, each with what it is about: "rule 0: from all lookup local". Lines of the firewall are numbered, as
    their order counts."""
    lines, what = [], None
    for line in namespace.run(["sh", "-c", SCRIPT]).splitlines():
        if line.startswith("# "):
            what, number = line[2:], 0
        elif what == "firewall":
            number += 1
            lines.append(f"firewall {number:04} {line}")
        else:
            lines.append(f"{what} {LIFETIMES.sub('', line).strip()}")
    return sorted(lines)


def settled(namespace, quiet=0.3, timeout=5):
    """The picture when nothing has changed for a while: what waited for something has come."""
    seen = [picture(namespace), time.monotonic()]

    def same():
        now = picture(namespace)
        if now != seen[0]:
            seen[:] = now, time.monotonic()
        return time.monotonic() - seen[1] > quiet
    wait_for(same, timeout, 0.05)
    return seen[0]


def differences(expected, found):
    """Lines that only one of two pictures has."""
    left, right = list(expected), []
    for line in found:
        if line in left:
            left.remove(line)
        else:
            right.append(line)
    return [f"missing: {line}" for line in left] + [f"too much: {line}" for line in right]


def assert_same(expected, namespace, when, timeout=3):
    """Fails when the namespace does not come to look as expected; what waits for something needs a moment."""
    def same():
        found = differences(expected, picture(namespace))
        assert not found, "\n".join([f"{namespace.name}, {when}:", *found[:40]])
        return True
    wait_for(same, timeout, 0.05)


def assert_twins(one, other, when, timeout=3):
    """Fails when two namespaces do not come to look alike; of both it is waited for."""
    def same():
        found = differences(picture(one), picture(other))
        assert not found, "\n".join([f"{other.name} compared with {one.name}, {when}:", *found[:40]])
        return True
    wait_for(same, timeout, 0.05)
