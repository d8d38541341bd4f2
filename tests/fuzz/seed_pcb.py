#!/usr/bin/env python3
"""Writes the seeds of fuzz_pcb into a directory: each made table behind the name of its layout."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bsd"))

from made_sockets import LAYOUTS, SSHD, Tables  # noqa: E402


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for layout in LAYOUTS:
        tables = Tables(layout)
        seeds = [table for _, table in tables.lists()] + [b"".join(tables.files()), tables.process(SSHD)]
        seeds += [tables.nodes()] if layout.startswith("netbsd") else []
        for number, seed in enumerate(seeds):
            (directory / f"{layout}-{number}").write_bytes(layout.encode() + b"\n" + seed)


if __name__ == "__main__":
    main()
