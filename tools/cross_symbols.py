#!/usr/bin/env python3
"""Holds a program for a BSD against that system's libraries: cross_symbols.py TRIPLE VERSION ABILISTS PROGRAM...

Every symbol that the program leaves to shared libraries must be in the list of a library that it names (DT_NEEDED). The lists
are ziglang's, from which it makes what it links with (lib/libc/SYSTEM/abilists); their format is in the README of Zig's
libc-abi-tools. VERSION is one that they know (NetBSD 10.1, OpenBSD 7.8; FreeBSD's are those of its symbols: 1.7 is FreeBSD 14). Weak symbols may be absent.
"""

import pathlib
import re
import subprocess
import sys

# What libuv asks of NetBSD's libkvm, kvm(3), which has no list.
KVM = ("kvm_open", "kvm_getproc2", "kvm_close")
KVM_LIBRARY = "libkvm.so.6"
LIBRARY_BITS, LAST = 0x1F, 0x80  # of the octet that says which library; the other bits: unversioned, weak


# ---- lists -----------------------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, octets):
        self.octets = octets
        self.at = 0

    def octet(self):
        self.at += 1
        return self.octets[self.at - 1]

    def short(self):
        return self.octet() | self.octet() << 8

    def text(self):
        end = self.octets.index(0, self.at)
        text = self.octets[self.at:end].decode()
        self.at = end + 1
        return text

    def uleb(self):
        value = shift = 0
        while True:
            octet = self.octet()
            value |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                return value

    def versions(self):
        """Indexes of versions; the last one is marked."""
        found = [self.octet()]
        while found[-1] < LAST:
            found.append(self.octet())
        return [index % LAST for index in found]


def read_rows(reader, target, newest, libraries, lists, sized):
    """The rows of one kind. A name stands before its first row only; the last one of a name is marked."""
    name = None
    for _ in range(reader.short()):
        name = name or reader.text()
        targets = reader.uleb()
        if sized:
            reader.uleb()
        library = reader.octet()
        since = min(reader.versions())
        if targets >> target & 1 and since <= newest:
            lists[libraries[library & LIBRARY_BITS]].add(name)
        if library >= LAST:
            name = None


def read_lists(path, triple, version):
    """The symbols of each library of the target in this version, by its name without lib: {"c": {"read", ...}, ...}."""
    reader = Reader(pathlib.Path(path).read_bytes())
    libraries = [reader.text() for _ in range(reader.octet())]
    versions = [(reader.octet(), reader.octet(), reader.octet())[:2] for _ in range(reader.octet())]
    targets = [reader.text().removesuffix("-none") for _ in range(reader.octet())]
    lists = {name: set() for name in libraries}
    for sized in (False, True, True):  # functions, objects, thread-local objects
        read_rows(reader, targets.index(triple), versions.index(version), libraries, lists, sized)
    if reader.at != len(reader.octets):
        raise ValueError(f"{path}: {len(reader.octets) - reader.at} octets are left over")
    return lists


# ---- programs --------------------------------------------------------------------------------------------------------


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def needed(program):
    """The shared libraries that the program names: ["libc.so.7", ...]."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", program))


def undefined(program):
    """What it leaves to them. A weak symbol may be absent."""
    rows = [line.split() for line in readelf("--dyn-syms", program).splitlines()]
    return {row[7].split("@")[0] for row in rows if len(row) > 7 and row[6] == "UND" and row[4] == "GLOBAL"}


def check(program, lists):
    """How many symbols it wants, and a sentence for each that it cannot have."""
    known, wrong = set(), []
    if re.search(r"\((RPATH|RUNPATH)\)", readelf("-d", program)):
        wrong.append(f"{program}: looks for libraries where it was built (RPATH)")
    for library in needed(program):
        name = re.fullmatch(r"lib(\w+)\.so[.0-9]*", library)
        if library == KVM_LIBRARY:
            known |= set(KVM)
        elif name and name[1] in lists:
            known |= lists[name[1]]
        else:
            wrong.append(f"{program}: {library} is no library of the system")
    wanted = undefined(program)
    if not wanted:
        wrong.append(f"{program}: no symbols are wanted of anybody")
    return len(wanted), wrong + [f"{program}: {name} is in none of its libraries" for name in sorted(wanted - known)]


def main():
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    version = tuple(int(number) for number in sys.argv[2].split("."))
    lists, failed = read_lists(sys.argv[3], sys.argv[1], version), False
    for program in sys.argv[4:]:
        count, wrong = check(program, lists)
        print("\n".join(wrong) or f"{program}: {count} symbols, all in {', '.join(needed(program))}")
        failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
