"""What mh_platform_apply does is what the command that describes it does, and what the simulator does (tests/lab/act)."""
import os
import subprocess

from daemon import BUILD
from topology import Network

ORACLE = os.path.join(BUILD, "tests", "lab", "act", "act_oracle")
QUICK, FULL = 300, 3000


def twin(network, name):
    """A host with two interfaces that have no addresses; all are alike, also in what is at the other ends. One name has a
    dot, which is not sysctl's."""
    host, far = network.host(name), network.host(f"far-{name}")
    for number, interface in enumerate(("eth0", "eth.1")):
        host.ip("link", "add", interface, "address", f"02:00:00:00:01:0{number}", "type", "veth",
                "peer", "name", interface, "netns", far.name)
        host.ip("link", "set", interface, "addrgenmode", "none", "up")
        far.ip("link", "set", interface, "addrgenmode", "none", "up")
    return host


def run_oracle(tmp_path, seed, ops, **environment):
    with Network() as network:
        by_op, by_command = twin(network, "by-op"), twin(network, "by-command")
        done = subprocess.run([*by_op.enter, ORACLE, by_command.name, str(tmp_path / "host.json"), str(ops), str(seed)],
                              capture_output=True, text=True, env={**os.environ, **environment})
    print(done.stdout + done.stderr)
    return done


def test_ops_commands_and_simulator_are_alike(world, full, seed, tmp_path):
    """MH_LAB_SEED repeats a run, MH_ACT_OPS makes it longer."""
    done = run_oracle(tmp_path, seed, os.environ.get("MH_ACT_OPS") or (FULL if full else QUICK))
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_can_fail(world, tmp_path):
    """A command that is left out shows."""
    done = run_oracle(tmp_path, 1, 40, MH_ACT_SPOIL="3")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DIFFERENCE at op" in done.stdout
