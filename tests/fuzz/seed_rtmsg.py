#!/usr/bin/env python3
"""Writes the recordings of BSD kernels as seeds of fuzz_rtmsg: seed_rtmsg.py DIRECTORY

A seed is the name of its layout, a line end, and the octets.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "codec"))
import rtmsg_recordings  # noqa: E402


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for kernel, (layout, _) in rtmsg_recordings.KERNELS.items():
        for recording in rtmsg_recordings.recordings(kernel):
            (directory / f"{kernel}-{recording.name}").write_bytes(layout.encode() + b"\n" + recording.bytes)


if __name__ == "__main__":
    main()
