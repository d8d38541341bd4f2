"""The sockets of a BSD's kernel and who holds them, asked for over the protocol of docs/bsd-calls.md. The lists are made
(made_sockets.py), by the systems' headers."""

import json
import os
import subprocess

import pytest

import made_sockets
from recorded_kernel import RecordedKernel, socket_path
from rtmsg_recordings import KERNELS
from service import BUILD

INTERFACES = {"freebsd12": "bridge0", "freebsd13": "bridge0", "netbsd7": "shmif0", "openbsd73-i386": "vether0", "openbsd80": "vether0"}
PROGRAM = os.path.join(BUILD, "tests", "list_endpoints")


@pytest.fixture(params=KERNELS)
def kernel(request, tmp_path):
    one = RecordedKernel(socket_path(tmp_path), request.param)
    one.path = socket_path(tmp_path)
    yield one
    one.close()


def run(kernel, *pid):
    return subprocess.run([PROGRAM, f"bsd:{kernel.layout},calls=unix:{kernel.path}", *map(str, pid)], capture_output=True, text=True,
                          timeout=60, check=False)


def listed(kernel, *pid):
    """The sockets by their ends: who holds each, and whether it is of the process that asks."""
    done = run(kernel, *pid)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split("|") for line in done.stdout.splitlines()]
    return {(row[0], row[2], int(row[3]), row[4], int(row[5])): (int(row[6]), row[7], row[8] == "yours") for row in rows}


def expected(kernel):
    """What made_sockets says of itself, as the test of the codec does."""
    words = [line.split(" ") for line in kernel.sockets.expected().splitlines()]
    return {(word[0], word[2], int(word[3]), word[4], int(word[5])) for word in words}


SSH = ("tcp", "192.0.2.1", 22, "10.97.0.9", 50000)
NEAR = ("tcp", "fe80::1", 22, "fe80::9", 50002)
WEB = ("tcp", "2001:db8:1::1", 443, "2001:db8:2::9", 50001)
NAMES = ("udp", "192.0.2.1", 4000, "10.97.0.53", 53)
WAITING = ("tcp", "::", 22, "", 0)


def test_sockets_and_their_processes(kernel):
    found = listed(kernel)
    assert set(found) == expected(kernel)
    assert found[SSH] == found[NEAR] == (made_sockets.SSHD, "sshd-session", False)
    assert found[WEB] == (made_sockets.HTTPD, "httpd?", False)
    assert found[WAITING] == (640, "sshd", False)
    assert found[NAMES] == (0, "no process that can be seen has it open", False)


def test_the_sessions_of_who_asks(kernel, monkeypatch):
    monkeypatch.setitem(made_sockets.PROCESSES, 4000, (made_sockets.SSHD, "sh"))
    found = listed(kernel, 4000)
    assert {one for one, (_, _, yours) in found.items() if yours} == {SSH, NEAR, WAITING}
    assert found[SSH] == (made_sockets.SSHD, "sshd-session", True) and found[WAITING] == (640, "sshd", True)


def test_an_ancestry_without_end(kernel, monkeypatch):
    monkeypatch.setitem(made_sockets.PROCESSES, made_sockets.SSHD, (made_sockets.SSHD, "loop"))
    found = listed(kernel, made_sockets.SSHD)
    assert {one for one, (_, _, yours) in found.items() if yours} == {SSH, NEAR}


def test_holders_are_told_to_root_only(kernel, monkeypatch):
    """OpenBSD hides the addresses behind -1, the others behind 0."""
    hidden = (1 << 64) - 1 if kernel.system == "OpenBSD" else 0
    for one in made_sockets.SOCKETS:
        monkeypatch.setattr(one, "key", hidden)
    assert set(listed(kernel, made_sockets.SSHD).values()) == {(0, "the kernel tells who has it open to root only", False)}


def without(kernel, monkeypatch, numbers):
    """A kernel that does not know what begins with these numbers."""
    whole = kernel.sockets.answer
    monkeypatch.setattr(kernel.sockets, "answer", lambda asked, value: None if asked[:len(numbers)] == numbers else whole(asked, value))


def test_open_files_that_are_not_told(kernel, monkeypatch):
    without(kernel, monkeypatch, {"FreeBSD": [1, 15], "NetBSD": [1, 77], "OpenBSD": [1, 73, 2]}[kernel.system])
    assert set(listed(kernel).values()) == {(0, "the kernel did not tell which files the processes have open", False)}


def test_processes_that_have_ended(kernel, monkeypatch):
    """OpenBSD tells the name with the file."""
    without(kernel, monkeypatch, {"FreeBSD": [1, 14], "NetBSD": [1, 47], "OpenBSD": [1, 66]}[kernel.system])
    assert listed(kernel)[SSH] == (made_sockets.SSHD, "sshd-session" if kernel.system == "OpenBSD" else "", False)


def test_sockets_that_are_not_told(kernel, monkeypatch):
    without(kernel, monkeypatch, [1, 73] if kernel.system == "OpenBSD" else [4])
    done = run(kernel)
    assert done.returncode == 1 and done.stdout == "" and "Sanitizer" not in done.stderr
    assert "No such file or directory" in done.stderr


def test_a_netbsd_without_ipv6(kernel, monkeypatch):
    if kernel.system != "NetBSD":
        pytest.skip("the others list both at once")
    without(kernel, monkeypatch, [4, 24])
    assert set(listed(kernel)) == {one for one in expected(kernel) if ":" not in one[1] and one[2] != 80}


def test_a_netbsd_without_lists(kernel, monkeypatch):
    if kernel.system != "NetBSD":
        pytest.skip("the lists of the others have fixed numbers")
    monkeypatch.setattr(kernel.sockets, "nodes", lambda: b"")
    done = run(kernel)
    assert (done.returncode, done.stderr) == (1, "this kernel does not list its sockets\n")


def test_lists_that_are_cut(kernel, monkeypatch):
    whole = kernel.sockets.answer
    monkeypatch.setattr(kernel.sockets, "answer", lambda *asked: (whole(*asked) or b"")[:-3] if asked[0][-1] != -2 else whole(*asked))
    done = run(kernel)
    assert (done.returncode, done.stderr) == (1, "the kernel's list of sockets is cut, or of another layout\n")


@pytest.mark.parametrize("name", KERNELS)
def test_a_plan_looks_at_the_sessions(start, name):
    service = start(name)
    config = {"version": 1, "addresses": {"a": {"interface": INTERFACES[name], "address": "192.0.2.5/24"}}}
    answer = service.request("PUT", "/v1/config?dry_run=true", json.dumps(config), {"Content-Type": "application/json", "If-Match": "*"})
    assert answer.status == 200, answer.body
    assert answer.json["operations"] and answer.json["effect"]["sessions"]["unavailable"] is None
    lists = {"FreeBSD": "4.2.6.11", "NetBSD": "4.2.6.1042.0.0.640.2147483647", "OpenBSD": "1.73.1.2."}[service.kernel.system]
    assert any(call == "sysctl" and numbers.startswith(lists) for call, numbers, *_ in service.kernel.asked)
