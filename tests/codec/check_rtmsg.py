#!/usr/bin/env python3
"""Holds rtmsg-dump against two others who read the same recordings: check_rtmsg.py RTMSG-DUMP

- the decode that came with each recording (fixtures/bsd/KERNEL.txt), line by line;
- the decoder in rtmsg_decoder.py, field by field.

And the codec's layouts, as `rtmsg-dump --figures` tells them, against the figures of the headers of all targets
(fixtures/bsd/layouts.txt).
"""

import ipaddress
import json
import re
import subprocess
import sys
import tempfile

import rtmsg_decoder
import rtmsg_recordings

failures = []
compared = 0


def expect(where, what, got, wanted):
    global compared
    compared += 1
    if got != wanted:
        failures.append(f"{where}: {what}: {got!r}, where {wanted!r} is right")


def dump(program, layout, digits):
    with tempfile.NamedTemporaryFile("w", suffix=".hex") as file:
        file.write(digits)
        file.flush()
        done = subprocess.run([program, "--layout", layout, file.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        failures.append(f"{layout}: ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- the decode that came with the recording ------------------------------------------------------------------------


def header_line(message):
    words = [f"@{message['offset']} {message['type']}"]
    for name in ("msglen", "version", "hdrlen", "index", "what", "name", "flags", "pid", "seq", "errno", "tableid", "priority",
                 "mpls", "addrs"):
        if name not in message or (name == "pid" and "seq" not in message):
            continue
        if message["type"] in ("RTM_IFINFO", "RTM_NEWADDR", "RTM_DELADDR") and name == "tableid":
            continue
        value = message[name]
        words.append(f"{name} " + (f"0x{value:x}" if name in ("flags", "addrs") else f'"{value}"' if name == "name" else str(value)))
    return " ".join(words)


def embedded(address):
    """fe80:3::1 of fe80::1 and zone 3."""
    octets = bytearray(ipaddress.IPv6Address(address["address"]).packed)
    if address["embedded_zone"]:
        octets[2:4] = address["embedded_zone"].to_bytes(2, "big")
    return ipaddress.IPv6Address(bytes(octets))


def mask_text(address):
    octets = bytes.fromhex(address["bytes"])
    if address["family"] == "inet6":
        return f"{ipaddress.IPv6Address(octets.ljust(28, bytes(1))[8:24])}(inet6 len {len(octets)} scope_id " \
               f"{int.from_bytes(octets.ljust(28, bytes(1))[24:28], 'little')})"
    if address["family"] == "link":
        link = rtmsg_decoder.decode_link(octets)
        name = link["name"].replace("\0", "\\0")
        return f'link#{link["index"]} type {link["interface_type"]} name "{name}" lladdr ' \
               f'{link["hardware_address"] or ("-" if octets[6] == 0 else "")} (len {len(octets)})'
    return other_text(address, octets)


def other_text(address, octets):
    family = {"inet": 2}.get(address["family"], address["family"])
    if len(octets) == 0:
        return "len 0"
    return f"len {len(octets)} family {family} bytes {octets.hex()}"


def address_text(slot, address):
    if slot.endswith("MASK"):
        return mask_text(address)
    if "text" in address:
        return other_text(address, bytes([address["length"], 0]) + address["text"].encode().ljust(address["length"] - 2, b"\0"))
    if address["family"] == "inet":
        return f"{address['address']}(inet len {address['length']})"
    if address["family"] == "inet6":
        return f"{embedded(address)}(inet6 len {address['length']} scope_id {address['scope_id']})"
    if address["family"] == "link":
        return f'link#{address["index"]} type {address["interface_type"]} name "{address["name"]}" lladdr ' \
               f'{address["hardware_address"] or "-"} (len {address["length"]})'
    return f"len {address['length']}"


def as_text(message):
    yield "  " + header_line(message)
    for slot, address in message.get("addresses", {}).items():
        yield f"      {slot} {address_text(slot, address)}"
    trailing = message.get("trailing", "")
    if trailing:
        yield f"      ({len(trailing) // 2} bytes left over: {trailing[:32]})"


def as_recorded(lines):
    """Without two slips of the decoder that wrote it: it took RTM_DELMADDR for a message about routes, and a netmask for
    a link-layer address whose parts do not fit."""
    for line in lines:
        if "RTM_DELMADDR" in line:
            line = re.sub(r"index \d+", "index *", line)
        yield re.sub(r'NETMASK link#0 type 255 name "[^"]*" lladdr +\(len', "NETMASK (len", line)


def check_text(recording, messages):
    wanted = [line for line in recording.text if line.startswith("  @") or line.startswith("      ")]
    if not wanted: # long records, lists of names
        return
    got = [line for message in messages for line in as_text(message)]
    for number, (mine, theirs) in enumerate(zip(as_recorded(got), as_recorded(wanted))):
        expect(recording, f"line {number}", mine, theirs)
    expect(recording, "lines", len(got), len(wanted))


# ---- the second decoder ---------------------------------------------------------------------------------------------


def member(message, name):
    """Where rtmsg-dump shows a member of a C structure."""
    prefix, _, rest = name.partition("_")
    if prefix == "rmx":
        return message["metrics"][rest]
    return message["data"][rest] if prefix == "ifi" else message[rest]


def unsigned(value, name):
    return value & 0xffffffff if isinstance(value, int) and value < 0 and name.split("_")[1] in ("pid", "seq", "errno", "metric") else value


def check_message(recording, message, other):
    where = f"{recording} @{other['offset']}"
    for name in ("offset", "type", "msglen", "version"):
        expect(where, name, message[name], other[name])
    for name, value in other["fields"].items():
        expect(where, name, unsigned(member(message, name), name), value)
    mine = message.get("addresses", {})
    expect(where, "addresses", list(mine), list(other["addresses"]))
    for slot, address in other["addresses"].items():
        for name, value in address.items():
            expect(where, f"{slot} {name}", mine.get(slot, {}).get(name), value)
    expect(where, "trailing", message.get("trailing", ""), other["trailing"])


def check_names(recording, messages):
    data = recording.bytes
    if "table" in recording.name:
        expect(recording, "table", [(m["tableid"], m["domainid"]) for m in messages],
               [(int.from_bytes(data[0:2], "little"), int.from_bytes(data[2:4], "little"))])
        return
    records = [data[at:at + 20] for at in range(0, len(data), 20)]
    expect(recording, "names", [(m["index"], m["name"]) for m in messages],
           [(int.from_bytes(record[:4], "little"), record[4:].split(b"\0")[0].decode()) for record in records])


def check_recording(recording, system, messages):
    if "ifnames" in recording.name or "-table-" in recording.name:
        check_names(recording, messages)
        return
    others = list(rtmsg_decoder.decode(system, recording.bytes, recording.name.endswith("iflistl")))
    expect(recording, "messages", len(messages), len(others))
    for message, other in zip(messages, others):
        check_message(recording, message, other)


# ---- layouts --------------------------------------------------------------------------------------------------------

PREFIXES = {"rt_msghdr": "rtm_", "if_msghdr": "ifm_", "ifa_msghdr": "ifam_", "if_announcemsghdr": "ifan_", "if_msghdrl": "ifm_",
            "ifa_msghdrl": "ifam_"}


def told_figures(program, layout):
    """What the codec's table says, with the names of layouts.txt."""
    told = {}
    for line in subprocess.run([program, "--layout", layout, "--figures"], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        words = line.split()
        if words[0] != "offset":
            told[" ".join(words[:-1])] = words[-1]
            continue
        structure, name = words[1].split(".")
        offset = int(words[2])
        if name.startswith("rmx_"):
            told.setdefault("metrics", {})[name] = offset
        elif name.startswith("ifi_"):
            told.setdefault("data", {}).setdefault(structure, {})[name] = offset
        else:
            told[f"offsetof {structure}.{PREFIXES.get(structure, 'ifmam_')}{name}"] = offset
    return told


def figure_of(told, key):
    """A figure of layouts.txt as the table tells it; None: the table has no use for it."""
    kind, name = key.split()
    structure, _, name = name.partition(".")
    if structure == "rt_metrics" and kind == "offsetof":
        return told["metrics"][name] - told["offsetof rt_metrics"]
    if structure == "if_data" and kind == "offsetof":
        return told["data"]["if_msghdr"][name] - told["offsetof if_msghdr.ifm_data"]
    value = told.get(key)
    return None if value is None else int(value)


# Constants of the headers that the codec has no table for; those that are the same everywhere stand in the code.
UNUSED = re.compile(r"sizeof (rt_metrics|if_data|sockaddr_in6?|if_nameindex_msg|sockaddr_rtlabel)$"
                    r"|offsetof sockaddr|offsetof rt_msghdr.rtm_rmx$|const (IFAN_|AF_LINK|LINK_STATE_(UNKNOWN|HALF|FULL|KALIVE)|"
                    r"NET_RT_(STATS|NHGRP)|ROUTE_|RO_|RTF_LLDATA|RTF_LLINFO)")


def check_layout(program, layout, figures):
    told = told_figures(program, layout)
    told["offsetof rt_metrics"] = figures["offsetof rt_msghdr.rtm_rmx"]
    for key, value in figures.items():
        if not UNUSED.match(key):
            expect(layout, key, figure_of(told, key), value)
    return told["target"]


def check_layouts(program):
    figures = rtmsg_recordings.figures()
    seen = set()
    for layout in subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split():
        target = subprocess.run([program, "--layout", layout, "--figures"], capture_output=True, text=True,
                                check=True).stdout.split()[1]
        if not layout.startswith("netbsd-7-"): # whose headers are not among them
            check_layout(program, layout, figures[target])
            seen.add(target)
    expect("layouts", "targets", sorted(seen), sorted(figures))


# ---- what is wrong --------------------------------------------------------------------------------------------------

GOOD = "1000050100000000" + "00" * 8 # no message of any system: its header is longer
WRONG = [
    # layout, digits, exit status, what standard error says
    ("openbsd-8-amd64", "0500", 1, "offset 0: 2 octets are left"),
    ("freebsd-14-amd64", "0300050e", 1, "offset 0: a message cannot have a length of 3"),
    ("openbsd-8-amd64", "1a00050f1a00010000007665746865723000000000000000ffff" + "ffff", 1, "offset 26: 2 octets are left"),
    ("freebsd-14-amd64", GOOD, 1, "offset 0: RTM_ADD of 16 octets: too short for a header of 152"),
    ("freebsd-14-amd64", "0xzz", 1, ":1: not a hexadecimal digit"),
    ("freebsd-14-amd64", "000", 1, ":1: an odd number of digits"),
    ("freebsd-14-vax", "00", 2, "no such layout: freebsd-14-vax"),
    ("freebsd-14-amd64", "", 0, ""),
]


def check_wrong(program):
    for layout, digits, status, text in WRONG:
        done = subprocess.run([program, "--layout", layout, "-"], input=digits, capture_output=True, text=True, check=False)
        expect("wrong", (layout, digits), done.returncode, status)
        expect("wrong", (layout, digits, done.stderr), text in done.stderr, True)
    for arguments in ([], ["--layout"], ["--layout", "freebsd-14-amd64"], ["--layout", "freebsd-14-amd64", "--as", "x", "-"]):
        done = subprocess.run([program, *arguments], input="", capture_output=True, text=True, check=False)
        expect("wrong", arguments, (done.returncode, "usage:" in done.stderr), (2, True))
    done = subprocess.run([program, "--layout", "freebsd-14-amd64", "/nonexistent"], capture_output=True, text=True, check=False)
    expect("wrong", "no file", (done.returncode, "/nonexistent: " in done.stderr), (1, True))


def main():
    program = sys.argv[1]
    figures = rtmsg_recordings.figures()
    check_layouts(program)
    check_wrong(program)
    for kernel, (layout, target) in rtmsg_recordings.KERNELS.items():
        system = rtmsg_decoder.System(layout, figures[target])
        for recording in rtmsg_recordings.recordings(kernel):
            messages = dump(program, layout, recording.digits)
            check_text(recording, messages)
            check_recording(recording, system, messages)
    print(f"{compared} comparisons, {len(failures)} differences")
    for failure in failures[:40]:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
