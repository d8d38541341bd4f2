"""What mh_select decides is what the kernel decides: random hosts, random questions (tests/lab/oracle)."""
import os
import subprocess

from daemon import BUILD
from topology import Network

ORACLE = os.path.join(BUILD, "tests", "lab", "oracle", "oracle_select")
QUICK, FULL = 10_000, 100_000
SMALL = 8  # lines that the smallest host has at most when all routes are forgotten


def test_every_answer_is_the_kernels(world, full, seed):
    """MH_LAB_SEED repeats a run, MH_ORACLE_QUESTIONS makes it longer; `oracle_select PEER QUESTIONS SEED HOST` repeats one
    host."""
    questions = os.environ.get("MH_ORACLE_QUESTIONS") or str(FULL if full else QUICK)
    with Network() as network:
        peer = network.host("peer")
        done = subprocess.run([ORACLE, peer.name, questions, str(seed)], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    if int(questions) >= FULL:
        assert "not reached" not in done.stdout, done.stdout


def test_it_can_fail(world):
    """An oracle that is wrong about something says so, and how little it takes: with its own table of routes emptied it must
    find a difference, on a host that a line or two of routes shows it on."""
    with Network() as network:
        peer = network.host("peer")
        done = subprocess.run([ORACLE, peer.name, "100", "1", "1"], capture_output=True, text=True,
                              env={**os.environ, "MH_ORACLE_FORGET": "1"})
    assert done.returncode == 1, done.stdout + done.stderr
    told = done.stdout.split("DISAGREEMENT: seed 1, host 1", 1)[1]
    topology, answers = told.split("ip route get", 1)
    assert "kernel: " in answers and "ours: " in answers
    assert 0 < topology.count("    ip ") <= SMALL, done.stdout
