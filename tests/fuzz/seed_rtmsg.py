#!/usr/bin/env python3
"""Writes the recordings of BSD kernels as seeds of fuzz_rtmsg: seed_rtmsg.py DIRECTORY

A seed is the name of its layout, a line end, and the octets. Of machines that were not recorded, a message of each type
of the nearest kernel stands under the name of their layout.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "codec"))
import rtmsg_recordings  # noqa: E402

BIG_ENDIAN = ("powerpc64", "sparc64", "mips", "octeon", "macppc")
OPENBSD = ("amd64", "arm64", "armv7", "i386", "octeon", "macppc", "riscv64", "sparc64")
UNRECORDED = {
    "freebsd13": [f"freebsd-14-{machine}" for machine in ("amd64", "arm64", "armv7", "i386", "powerpc64")],
    "netbsd7": [f"netbsd-10-{machine}" for machine in ("amd64", "arm64", "arm", "i386", "mips", "sparc64")],
    "openbsd73-i386": ["openbsd-8-i386"],
    "openbsd80": [f"openbsd-{release}-{machine}" for release in (7, 8) for machine in OPENBSD],
}


def one_of_each_type(kernel):
    """The type is the fourth octet, on all systems."""
    found = {}
    for recording in rtmsg_recordings.recordings(kernel):
        found.setdefault(recording.bytes[3:4], recording)
    return found.values()


def as_of(layout, octets):
    """The length of the first message, so that it is found in the other byte order too."""
    return octets[1::-1] + octets[2:] if layout.endswith(BIG_ENDIAN) else octets


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for kernel, (own, _) in rtmsg_recordings.KERNELS.items():
        for recording in rtmsg_recordings.recordings(kernel):
            (directory / f"{kernel}-{recording.name}").write_bytes(own.encode() + b"\n" + recording.bytes)
        for layout in UNRECORDED.get(kernel, ()):
            for recording in one_of_each_type(kernel) if layout != own else ():
                seed = layout.encode() + b"\n" + as_of(layout, recording.bytes)
                (directory / f"{layout}-{recording.name}").write_bytes(seed)


if __name__ == "__main__":
    main()
