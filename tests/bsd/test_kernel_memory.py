"""The kernel in memory against the recordings: it is given the commands and requests of each recorded session, in their
order, and must answer and tell what the real kernel did, but for the octets that are not compared.

Not compared (`masked`): what is no part of the behaviour.
- times: rmx_expire, ifi_lastchange, ifi_epoch
- counters: rmx_pksent, rmx_refcnt, the statistics of if_data and ifa_data; what a driver can offload (ifi_hwassist,
  ifi_capabilities)
- rtm_pid: who wrote; the numbers of FreeBSD's next hops (rmx_nhidx)
- the octets behind a socket address up to the next word, and behind the members of netbsd7's ifa_msghdr, which are whatever
  was in memory (freebsd12 addr6-monitor00, netbsd7 full-iflist)

What differs nevertheless is listed in KNOWN with the reason. `python3 tests/bsd/test_kernel_memory.py` prints the table.
"""

import os
import struct
import sys

if __name__ == "__main__":
    HERE = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "codec")]

import pytest  # noqa: E402

from kernel_replay import DUMPS, Replay  # noqa: E402
from rtmsg_decoder import decode_header, structure_of  # noqa: E402
from rtmsg_recordings import KERNELS  # noqa: E402

# kernel -> {message: why it differs}
KNOWN = {
    "netbsd7": {
        "lo0up-dump-all 0": "rtm_inits is ffffffffffffffff there, and 0 in full-dump-all 7",
        "lo0up-dump-inet 0": "the same message",
        "up-more00": "the end of duplicate address detection of fe80::, which addr6-monitor-late00 shows, came unread",
    },
}
# Octets of rt_metrics and if_data that are times, counters and numbers of the kernel's own: (from, to).
METRICS = {"freebsd": [(24, 32), (72, 80), (88, 96)], "netbsd": [(64, 80)], "openbsd": [(0, 16), (24, 28)]}
DATA = {"freebsd": [(24, 152)], "netbsd": [(32, 136)], "openbsd": [(24, 144)]}


def masked(layout, data, long=False):
    """A message without what is not compared."""
    data = bytearray(data)
    kind = layout.types.get(data[3])
    if kind is None:  # of another release
        return bytes(data)
    structure = structure_of(layout.reader, kind, long)
    spans = []
    if structure == "rt_msghdr":
        base = layout.figures["offsetof rt_msghdr.rtm_rmx"]
        spans += [(base + start, base + end) for start, end in METRICS[layout.system]]
        start = layout.figures["offsetof rt_msghdr.rtm_pid"]
        spans.append((start, start + 4))
    elif structure in ("if_msghdr", "if_msghdrl", "ifa_msghdrl"):
        base = 24 if long else layout.figures["offsetof if_msghdr.ifm_data"]
        size = layout.size("if_data")
        spans += [(base + start, base + min(end, size)) for start, end in DATA[layout.system]]
    elif structure == "ifa_msghdr" and layout.reader.old_netbsd:
        spans.append((18, 24))
    spans += padding(layout, data, kind, long)
    for start, end in spans:
        data[start:end] = bytes(len(data[start:end]))
    return bytes(data)


def padding(layout, data, kind, long):
    """Between a socket address and the next."""
    fields, at = decode_header(layout.reader, bytes(data), kind, long)
    listed = next((value for name, value in fields.items() if name.endswith("_addrs")), 0)
    for number in range(15):
        if listed & 1 << number and at < len(data):
            end = at + max(layout.unit, -(-data[at] // layout.unit) * layout.unit)
            inside = 24 if data[at:at + 2] == bytes([28, layout.inet6]) and layout.name == "freebsd-12-amd64" else data[at]
            yield at + (data[at] if inside == 24 else inside), end
            at = end


def messages(data):
    at = 0
    while at < len(data):
        length, = struct.unpack_from("<H", data, at)
        yield data[at:at + max(length, 4)]
        at += max(length, 4)


def differences(name, layout=None):
    """(messages compared, {name: (recorded, told)})"""
    compared, found, replay = 0, {}, Replay(name, layout)
    for what, recorded, told in replay.run():
        replay.used.add(what)
        short = what.split("-", 1)[1]
        if "ifnames" in short or "table-" in short:
            compared += 1
            if recorded != told:
                found[what] = (recorded, told)
            continue
        is_dump = any(DUMPS.match(what[start:]) for start in range(len(what)))
        theirs = list(messages(recorded)) if is_dump else [recorded]
        mine = list(messages(told)) if is_dump else [told]
        long = what.endswith("iflistl")
        for number in range(max(len(theirs), len(mine))):
            one = theirs[number] if number < len(theirs) else b""
            other = mine[number] if number < len(mine) else b""
            compared += 1
            if not one or not other or masked(replay.layout, one, long) != masked(replay.layout, other, long):
                found[f"{what} {number}" if is_dump else what] = (one, other)
    left = {one for one in replay.recordings if "request" not in one} - replay.used
    assert not left, left
    return compared, found


@pytest.mark.parametrize("kernel", KERNELS)
def test_sessions(kernel):
    """Each recording is compared or written."""
    compared, found = differences(kernel)
    assert compared > 150
    assert sorted(found) == sorted(KNOWN.get(kernel, {}))


def speaks_of_addresses(message):
    """NetBSD's RTM_NEWADDR and RTM_DELADDR have other numbers since 8."""
    return len(message) > 3 and message[3] in (12, 13, 22, 23)


@pytest.mark.parametrize("kernel, layout", [("freebsd13", "freebsd-14-amd64"), ("netbsd7", "netbsd-10-amd64")])
def test_what_was_not_recorded_speaks_like_its_predecessor(kernel, layout):
    """FreeBSD 14 in all; NetBSD 10 in all but the messages about addresses."""
    compared, found = differences(kernel, layout)
    assert compared > 150
    left = {what for what, (one, other) in found.items() if not speaks_of_addresses(one or other)}
    assert sorted(left) == sorted(set(KNOWN.get(kernel, {})) & set(left))
    assert layout != "freebsd-14-amd64" or not found


def main():
    show = sys.argv[2:] or None
    for kernel in sys.argv[1:2] or KERNELS:
        compared, found = differences(kernel)
        print(f"{kernel}: {compared - len(found)} of {compared} messages agree")
        layout = Replay(kernel).layout
        for what, (recorded, told) in found.items():
            known = KNOWN.get(kernel, {}).get(what)
            print(f"  {what}: {known or '???'}")
            if show and any(one in what for one in show):
                long = what.split()[0].endswith("iflistl")
                for one in (recorded, told):
                    print("     ", masked(layout, one, long).hex(" ", 4) if one else "-")


if __name__ == "__main__":
    main()
