"""Recordings of BSD routing sockets as collect_rtmsg.py leaves them, and the figures of the systems' headers."""

import pathlib

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "bsd"
# Kernel: the layout it speaks, and the target whose headers come closest.
KERNELS = {
    "freebsd12": ("freebsd-12-amd64", "x86_64-freebsd"),
    "freebsd13": ("freebsd-13-amd64", "x86_64-freebsd"),
    "netbsd7": ("netbsd-7-amd64", "x86_64-netbsd"),
    "openbsd73-i386": ("openbsd-7-i386", "x86-openbsd"),
    "openbsd80": ("openbsd-8-amd64", "x86_64-openbsd"),
}


class Recording:
    def __init__(self, kernel, name):
        self.kernel = kernel
        self.name = name
        self.text = []
        self.digits = ""

    @property
    def bytes(self):
        return bytes.fromhex(self.digits)

    def __str__(self):
        return f"{self.kernel}: {self.name}"


def recordings(kernel):
    found = []
    for line in (FIXTURES / (kernel + ".txt")).read_text().splitlines():
        if line.startswith("capture "):
            found.append(Recording(kernel, line.split()[1]))
        elif line.startswith("| "):
            found[-1].text.append(line[2:])
        else:
            found[-1].digits += line
    return found


def figures():
    """Target -> {"sizeof rt_msghdr": 152, "offsetof rt_msghdr.rtm_index": 4, "const RTM_ADD": 1, ...}"""
    targets, current = {}, None
    for line in (FIXTURES / "layouts.txt").read_text().splitlines():
        words = line.split()
        if words[0] == "target":
            current = targets.setdefault(words[1], {})
        else:
            current[" ".join(words[:-1])] = int(words[-1])
    return targets
