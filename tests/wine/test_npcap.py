"""The functions of Npcap's wpcap.dll, by Wine's own, which hands them to this system's libpcap: a frame goes out by a link and another
one comes in."""
import socket
import subprocess

import pytest

from real_host import index_of, ip
from windows_service import CROSS

PROGRAM = CROSS / "tests/tests/swap_frames.exe"
LINK, PEER = "wf0", "wf0p"
TYPE = 0x88B5
ANSWER = bytes.fromhex("020000000009 02000000ff01 88b5") + b"an answer".ljust(46, b".")


@pytest.fixture
def link():
    ip("link", "add", LINK, "index", index_of(LINK), "type", "veth", "peer", "name", PEER)
    ip("link", "set", PEER, "up")
    ip("link", "set", LINK, "up")
    yield
    ip("link", "delete", LINK)


@pytest.mark.wine(8)
def test_frames_go_out_and_come_in(link, wine):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(TYPE)) as wire:
        wire.bind((PEER, TYPE))
        wire.settimeout(30)
        with subprocess.Popen(wine.command(PROGRAM, index_of(LINK)), env=wine.environment, cwd=PROGRAM.parent, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            try:
                sent = wire.recv(2048)
                wire.send(ANSWER)
                said = program.communicate(timeout=30)[0].decode()
            except TimeoutError:
                program.kill()
                pytest.fail("no frame went out: " + program.communicate()[0].decode())
    assert sent[:16] == bytes.fromhex("ffffffffffff 020000000009 88b5") + b"mh" and len(sent) == 60
    assert said.strip() == "got " + ANSWER.hex()
