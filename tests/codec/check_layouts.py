#!/usr/bin/env python3
"""Holds the layouts of routing messages against the headers of the systems: check_layouts.py RTMSG-DUMP [LAYOUT...]

Compiles layout_check.c and pcb_check.c of platform/bsd/SYSTEM, which are nothing but assertions, for every machine that a
layout is of. Run it with an interpreter that has ziglang (PyPI), which brings a compiler and the headers of FreeBSD 14, NetBSD 10 and OpenBSD.
"""

import pathlib
import subprocess
import sys
import tempfile

BSD = pathlib.Path(__file__).resolve().parent.parent.parent / "platform" / "bsd"
# Older releases, whose headers ziglang does not have; recordings of their kernels stand for them.
RECORDED = ("freebsd-12-", "freebsd-13-", "netbsd-7-", "openbsd-7-")


def figures(program, layout):
    lines = subprocess.run([program, "--layout", layout, "--figures"], capture_output=True, text=True, check=True).stdout
    return {words[0]: words[1] for words in map(str.split, lines.splitlines()) if len(words) == 2}


def compile_check(layout, told, source):
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "ziglang", "cc", "-target", told["target"], "-std=gnu11",
                   f"-DMH_CHECK_LONG={told['long']}", f"-DMH_CHECK_BIG_ENDIAN={told['big_endian']}",
                   "-c", str(BSD / layout.split("-")[0] / source), "-o", directory + "/checked.o"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    layouts = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    failed = 0
    for layout in wanted or [name for name in layouts if not name.startswith(RECORDED)]:
        told = figures(program, layout)
        done = compile_check(layout, told, "layout_check.c")
        sockets = compile_check(layout, told, "pcb_check.c")
        # An assertion that cannot fail is none: the other byte order must be refused.
        told["big_endian"] = str(1 - int(told["big_endian"]))
        turned = compile_check(layout, told, "layout_check.c")
        good = done.returncode == sockets.returncode == 0 and turned.returncode != 0 and "another order" in turned.stderr
        failed += not good
        print(f"{layout} ({told['target']}): " + ("as its headers say" if good else "NOT as its headers say"))
        if not good:
            print(done.stderr, sockets.stderr, turned.stderr, sep="\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
