#!/usr/bin/env python3
"""Collects recordings of BSD routing sockets into fixtures: collect_rtmsg.py DIRECTORY

DIRECTORY holds a directory for each kernel with NAME.hex (bytes) and NAME.txt (what was done, and an independent decode of
the bytes) for each recording, and layouts/TARGET.txt (sizes, offsets, constants). Here they become one file a kernel,
fixtures/bsd/KERNEL.txt:

    capture STEP-WHAT
    | a line of the text
    hexadecimal digits, 64 to a line

and fixtures/bsd/layouts.txt, where a line "target NAME" stands before the figures of each.
"""

import pathlib
import re
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "bsd"
KERNELS = ("freebsd12", "freebsd13", "netbsd7", "openbsd73-i386", "openbsd80")
# What every text of a kernel repeats.
DROPPED = re.compile(r"kernel: |interface under test|  readback |  all of the above in place")


def text_lines(path):
    for line in path.read_bytes().decode("latin-1").split("\n"):
        line = line.rstrip()
        if line and not DROPPED.match(line):
            yield "| " + line.replace("\0", "\\0")


def collect_kernel(source, name):
    output = []
    for path in sorted(source.glob("*.hex")):
        # FreeBSD-12.2-amd64-addr4-monitor00-RTM_NEWADDR
        output.append("capture " + path.stem.split("-", 3)[3])
        output += text_lines(path.with_suffix(".txt"))
        digits = "".join(path.read_text().split())
        output += [digits[i:i + 64] for i in range(0, len(digits), 64)]
    (FIXTURES / (name + ".txt")).write_text("\n".join(output) + "\n")


def main():
    source = pathlib.Path(sys.argv[1])
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for name in KERNELS:
        collect_kernel(source / name, name)
    layouts = [f"target {path.stem}\n{path.read_text().strip()}\n" for path in sorted((source / "layouts").glob("*.txt"))]
    (FIXTURES / "layouts.txt").write_text("".join(layouts))


if __name__ == "__main__":
    main()
