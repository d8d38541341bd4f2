#!/usr/bin/env python3
"""Builds the whole program for another system: cross.py DIRECTORY SYSTEM [MACHINE]

    cross.py build/cross openbsd arm64      with ziglang's compiler (tools/cross_bsd.py); an interpreter that has ziglang
    cross.py build/cross windows            with mingw-w64 (tools/cross_windows.py)

The libraries come from Debian's source packages. All is below DIRECTORY/SYSTEM-MACHINE. What is built already, and still as
it would be, is not built again.
"""

import pathlib
import subprocess
import sys

from cross_bsd import MACHINES, SYSTEMS, BsdTarget
from cross_build import Failed
from cross_windows import WindowsTarget


def target_of(directory, system, machine="amd64"):
    if system in SYSTEMS and machine in MACHINES:
        return BsdTarget(directory, system, machine)
    if (system, machine) == ("windows", "amd64"):
        return WindowsTarget(directory)
    return None


def main():
    target = target_of(pathlib.Path(sys.argv[1]).resolve(), *sys.argv[2:]) if 3 <= len(sys.argv) <= 4 else None
    if target is None:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        target.sources.prepare()
        target.build()
    except (Failed, subprocess.TimeoutExpired) as error:
        print(f"{target.name}: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
