"""What neighbours are told when an interface's hardware address changes, on kernels in memory: the frames that were written to
/dev/bpf."""

import os
import subprocess

import pytest

from kernel_layout import PERSONALITIES, packed
from kernel_scenario import NAMES, dual
from recorded_kernel import socket_path
from service import BUILD

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)
PROGRAM = os.path.join(BUILD, "tests", "set_link_address")
MAC = "02:00:00:00:00:99"
HARDWARE = bytes.fromhex(MAC.replace(":", ""))


@pytest.fixture
def make(tmp_path):
    kernels = []

    def make_one(layout):
        kernels.append(dual(layout, socket_path(tmp_path)))
        kernels[-1].path = socket_path(tmp_path)
        return kernels[-1]

    yield make_one
    for kernel in kernels:
        kernel.close()


def change(kernel, name):
    interface = kernel.interface(name)
    done = subprocess.run([PROGRAM, f"bsd:{kernel.layout.name},calls=unix:{kernel.path}", str(interface.index), MAC],
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert interface.mac == HARDWARE


def told(frame):
    """(form, address, hardware address that the neighbours learn)."""
    assert frame[6:12] == HARDWARE
    if frame[12:14] == b"\x08\x06":
        assert frame[28:32] == frame[38:42]
        return {1: "request", 2: "reply"}[frame[21]], frame[28:32], frame[22:28]
    assert frame[12:14] == b"\x86\xdd" and frame[54] == 136 and frame[58] & 0x20
    return "advertisement", frame[62:78], frame[80:86]


def frames(kernel):
    return [told(frame) for opened in kernel.devices["/dev/bpf"] for frame in opened.written]


def expected(kernel, name):
    """Each address of the interface, as far as the kernel leaves that to others."""
    forms = {"openbsd": ("request", "reply", "advertisement"), "freebsd": ("advertisement",), "netbsd": ()}[kernel.system_name]
    found = []
    for text in kernel.addresses(name):
        address = packed(text.split("/")[0].split("%")[0])
        found += [(form, address, HARDWARE) for form in forms if (form == "advertisement") == (len(address) == 16)]
    return found


@EVERY
def test_neighbours_learn_the_new_address(make, layout):
    kernel = make(layout)
    first, _ = NAMES[kernel.system_name]
    change(kernel, first)
    assert frames(kernel) == expected(kernel, first)
    for opened in kernel.devices["/dev/bpf"]:
        assert opened.closed
        (_, named), (_, complete) = opened.requests
        assert named.rstrip(b"\0").decode() == first and complete == b"\1\0\0\0"


@EVERY
def test_nobody_hears_an_interface_that_is_down(make, layout):
    kernel = make(layout)
    first, _ = NAMES[kernel.system_name]
    kernel.set_up(first, False)
    change(kernel, first)
    assert kernel.devices["/dev/bpf"] == []


@EVERY
def test_the_address_is_set_where_nothing_can_be_announced(make, layout):
    kernel = make(layout)
    kernel.fail_next("open", 1)
    change(kernel, NAMES[kernel.system_name][0])
    assert frames(kernel) == []
