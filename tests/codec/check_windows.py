#!/usr/bin/env python3
"""Holds the structures of Windows' IP Helper functions against ziglang's headers: check_windows.py

Compiles platform/windows/layout_check.c, which is nothing but assertions, for each machine that Windows runs on; the build for
Windows does so with the headers of its own mingw-w64. Run it with an interpreter that has ziglang (PyPI)."""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "platform/windows/layout_check.c"
TARGETS = ("x86_64-windows-gnu", "aarch64-windows-gnu", "x86-windows-gnu")
# As cmake/options.cmake has it.
WINDOWS_10 = ("-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A000004")


def compile_check(target, *options):
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-std=gnu11", "-ferror-limit=0", *WINDOWS_10, *options,
                   f"-I{ROOT / 'platform'}", f"-I{ROOT / 'src'}", "-c", str(SOURCE), "-o", directory + "/checked.o"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def assertions(target):
    """How many are compiled for that machine: of structures with pointers, those of its pointers' size."""
    other = "#ifdef _WIN64" if target.startswith("x86-") else "#ifndef _WIN64"
    text = re.sub(other + ".*?#endif", "", SOURCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    return len(re.findall(r"^(?:SIZE|OFFSET)\(", text, flags=re.MULTILINE))


def main():
    failed = 0
    for target in TARGETS:
        done = compile_check(target)
        # An assertion that cannot fail is none: with other numbers, each of them must.
        shifted = compile_check(target, "-DMH_CHECK_SHIFT=1")
        refused = shifted.stderr.count("error: static assertion failed")
        good = done.returncode == 0 and refused == assertions(target) > 0
        failed += not good
        print(f"{target}: {refused} figures, " + ("as its headers say" if good else "NOT as its headers say"))
        if not good:
            print(done.stderr, shifted.stderr, sep="\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
