"""Probes by Wine's IcmpSendEcho2Ex, from a source of the caller's, to a neighbour behind each of two links.

Wine sends them by raw sockets, or ping sockets where it may not. Wine 8 takes no notice of the source, so that it does not show that
one is bound; its Icmp6SendEcho2 is a stub."""
import os
import re
import subprocess

import pytest

from windows_service import CROSS

PROGRAM = CROSS / "tests/tests/send_probe.exe"
LINKS = {"wp0": ("192.0.2.1", "192.0.2.2"), "wp1": ("198.51.100.1", "198.51.100.2")}


def run(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=20)


@pytest.fixture(scope="module", autouse=True)
def neighbour():
    """A namespace at the other end of both links."""
    name = f"wp-{os.getpid()}"
    run("ip", "netns", "add", name)
    run("ip", "link", "set", "lo", "up")
    for link, (own, other) in LINKS.items():
        run("ip", "link", "add", link, "type", "veth", "peer", "name", link, "netns", name)
        run("ip", "address", "add", own + "/24", "dev", link)
        run("ip", "link", "set", link, "up")
        run("ip", "-n", name, "address", "add", other + "/24", "dev", link)
        run("ip", "-n", name, "link", "set", link, "up")
    yield
    for link in LINKS:
        run("ip", "link", "delete", link)
    run("ip", "netns", "delete", name)


def probe(wine, source, target, timeout=2000):
    done = wine.run(PROGRAM, source, target, timeout, cwd=PROGRAM.parent)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("source, target", [("127.0.0.1", "127.0.0.1"), *LINKS.values()])
def test_reached(wine, source, target):
    said = probe(wine, source, target)
    match = re.fullmatch(r"reached (\S+) (\d+)", said)
    assert match and match[1] == target and int(match[2]) < 2_000_000, said


def test_nobody_there(wine):
    """Silence, or the host's own word that ARP had no answer."""
    assert probe(wine, "192.0.2.1", "192.0.2.99", 500).split()[0] in ("silent", "unreachable", "failed")


def test_ipv6_says_what_is_lacking(wine):
    said = probe(wine, "::1", "::1", 500)
    assert said.split()[0] in ("failed", "refused") and "Icmp6" in said, said
