"""What mh_select decides is what the kernel decides: random hosts, random questions (tests/lab/oracle)."""
import os
import subprocess

from daemon import BUILD
from topology import Network

ORACLE = os.path.join(BUILD, "tests", "lab", "oracle", "oracle_select")
QUICK, FULL = 10_000, 100_000


def test_every_answer_is_the_kernels(world, full, seed):
    """MH_LAB_SEED repeats a run, MH_ORACLE_QUESTIONS makes it longer; `oracle_select PEER QUESTIONS SEED HOST` repeats one
    host."""
    questions = os.environ.get("MH_ORACLE_QUESTIONS") or str(FULL if full else QUICK)
    with Network() as network:
        peer = network.host("peer")
        done = subprocess.run([ORACLE, peer.name, questions, str(seed)], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_can_fail(world):
    """An oracle that is wrong about something says so: with its own table of routes emptied it must find a difference."""
    with Network() as network:
        peer = network.host("peer")
        done = subprocess.run([ORACLE, peer.name, "300", "1"], capture_output=True, text=True,
                              env={**os.environ, "MH_ORACLE_FORGET": "1", "MH_ORACLE_WHOLE": "1"})
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DISAGREEMENT: seed 1, host" in done.stdout and "ip route get" in done.stdout
