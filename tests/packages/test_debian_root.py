"""The packages' life on a clean Debian 12: installed, asked, written to, upgraded, removed, purged. No systemd runs there: the service is
started as its unit says, with the same user, capabilities and directories, by setpriv(1)."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

SOCKET = "/run/multihomed/api.sock"
CONFIG = {"version": 1, "host_model": {"receive": "strong"}, "arp": {"reply": "interface"},
          "addresses": {"second": {"interface": "eth0", "address": "192.0.2.8/24"}},
          "uplinks": {"isp": {"interface": "eth1", "gateway": {"ipv4": "198.51.100.254"}}},
          "rules": {"guests": {"from": "192.0.2.64/26", "uplink": "isp"}}}
READER = {"user": "nobody", "group": "nogroup"}

pytestmark = pytest.mark.skipif("MH_LAB_WORLD" not in os.environ, reason="this needs a world of its own: ./dev test packages")


def run(*words, check=True, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=300, **more)
    assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
    return done


# ---- the machine -----------------------------------------------------------------------------------------------------

class Machine:
    """A root directory that is thrown away, in a namespace with two interfaces."""

    def __init__(self, base, scratch):
        self.root, self.service = Path(scratch) / "root", None
        for name in ("upper", "work", "root"):
            os.makedirs(os.path.join(scratch, name))
        run("mount", "-t", "overlay", "-o", f"lowerdir={base},upperdir={scratch}/upper,workdir={scratch}/work", "overlay", self.root)
        for kind, place in (("proc", "proc"), ("tmpfs", "run"), ("tmpfs", "tmp")):
            run("mount", "-t", kind, kind, self.root / place)
        run("mount", "--rbind", "/sys", self.root / "sys")
        run("ip", "netns", "add", "outside")
        for name, address in (("eth0", "192.0.2.1/24"), ("eth1", "198.51.100.1/24")):
            run("ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", "outside")
            run("ip", "address", "add", address, "dev", name)
            run("ip", "link", "set", name, "up")
            run("ip", "-n", "outside", "link", "set", name, "up")

    def end(self):
        self.stop()
        run("ip", "netns", "delete", "outside")

    def inside(self, *words, **more):
        """As root there; the environment is a plain one."""
        return run("chroot", self.root, *words, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                                     "LC_ALL": "C.UTF-8", "HOME": "/root"}, **more)

    def apt(self, *words):
        return self.inside("apt-get", "-q", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", *words).stdout

    # -- the service, as systemd would start it

    def unit(self, name):
        """The last value of a name in [Service]; lists are not added up: the unit has none that matter here."""
        text = (self.root / "lib/systemd/system/multihomed.service").read_text(encoding="utf-8")
        return re.findall(rf"^{name}=(.*)$", text, re.M)[-1]

    def command(self):
        capabilities = ",".join("+" + name.removeprefix("CAP_").lower() for name in self.unit("AmbientCapabilities").split())
        assert self.unit("CapabilityBoundingSet") == self.unit("AmbientCapabilities") == "CAP_NET_ADMIN CAP_NET_RAW"
        assert self.unit("NoNewPrivileges") == "yes"
        return ["chroot", str(self.root), "setpriv", "--reuid", self.unit("User"), "--regid", self.unit("Group"), "--init-groups",
                "--no-new-privs", "--inh-caps", f"-all,{capabilities}", "--ambient-caps", f"-all,{capabilities}",
                "--bounding-set", f"-all,{capabilities}", *self.unit("ExecStart").split()]

    def directories(self):
        """RuntimeDirectory=, StateDirectory=: made, and given to the user; ConfigurationDirectory=: made."""
        user = self.inside("id", "-u", self.unit("User")).stdout.strip()
        group = self.inside("id", "-g", self.unit("User")).stdout.strip()
        for parent, kind in (("run", "Runtime"), ("var/lib", "State")):
            place = self.root / parent / self.unit(f"{kind}Directory")
            place.mkdir(exist_ok=True)
            os.chmod(place, int(self.unit(f"{kind}DirectoryMode"), 8))
            os.chown(place, int(user), int(group))
        (self.root / "etc" / self.unit("ConfigurationDirectory")).mkdir(exist_ok=True)

    def start(self):
        """Type=notify: it has started when it says so."""
        self.directories()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified, open(self.root / "run/log", "ab") as log:
            notified.bind(str(self.root / "run/notify"))
            os.chmod(self.root / "run/notify", 0o777)
            notified.settimeout(30)
            self.service = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, umask=int(self.unit("UMask"), 8),
                                            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "NOTIFY_SOCKET": "/run/notify"})
            try:
                assert notified.recv(100) == b"READY=1"
            except TimeoutError:
                pytest.fail((self.root / "run/log").read_text(encoding="utf-8"))
        os.unlink(self.root / "run/notify")

    def stop(self):
        """RuntimeDirectory= goes when the service ends."""
        if self.service is not None:
            self.service.send_signal(signal.SIGTERM)
            assert self.service.wait(30) == 0
            shutil.rmtree(self.root / "run/multihomed")
            self.service = None

    # -- clients

    def curl(self, path, *words, user="root", group="root"):
        """Status and body, as that user sees them, with the groups that he is a member of; 0 where the socket is not for him."""
        done = self.inside("setpriv", "--reuid", user, "--regid", group, "--init-groups", "curl", "-s", "-w", "\n%{http_code}",
                           "--unix-socket", SOCKET, *words, "http://localhost" + path, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body) if body else None

    def patch(self, document, **who):
        return self.curl("/v1/config", "-X", "PATCH", "-H", "If-Match: *", "-H", "Content-Type: application/json", "-d", json.dumps(document),
                         **who)

    def group(self):
        return int(self.inside("getent", "group", "multihomed").stdout.split(":")[2])

    # -- what there is

    def network(self):
        """What ip, nft and the settings of the interfaces say."""
        text = [run(*words.split()).stdout for words in (
            "ip -o address", "ip route show table all", "ip -6 route show table all", "ip rule", "ip -6 rule", "ip nexthop", "nft list ruleset",
            "grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf --exclude=stable_secret")]
        return re.sub(r"expires \d+sec|_lft \w+", "", "\n".join(text)).splitlines()

    def files(self):
        """Names and, of what /etc has, contents."""
        found = {}
        for path, _, names in os.walk(self.root):
            place = "/" + os.path.relpath(path, self.root)
            if place.startswith(("/proc", "/sys", "/run", "/tmp", "/packages", "/var/cache", "/var/log", "/var/lib/apt", "/var/lib/dpkg")):
                continue
            for name in [*names, "."]:
                full = os.path.join(path, name)
                has_content = place.startswith("/etc") and stat.S_ISREG(os.lstat(full).st_mode)
                found[os.path.normpath(os.path.join(place, name))] = Path(full).read_bytes() if has_content else None
        return found


def different(one, other):
    return sorted(name for name in one.keys() | other.keys() if one.get(name, 0) != other.get(name, 0))


@pytest.fixture(scope="module")
def machine(prepared, tmp_path_factory):
    del tmp_path_factory  # /run is a file system of memory, and of this world
    one = Machine(prepared / "root", "/run/debian")
    yield one
    one.end()


@pytest.fixture(scope="module")
def before(machine):
    """With all that the packages depend on, and nothing of theirs."""
    dependencies = [run("dpkg-deb", "-f", package, "Depends").stdout.strip() for package in (machine.root / "packages").glob("*.deb")]
    machine.apt("satisfy", *dependencies)
    machine.apt("install", "nftables")
    wait_for_addresses()
    return {"files": machine.files(), "network": machine.network()}


def wait_for_addresses():
    """Link-local addresses are tentative at first."""
    deadline = time.monotonic() + 20
    while "tentative" in (text := run("ip", "-6", "address").stdout) or text.count("fe80") < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)


# ---- its life: each test goes on where the one before has ended ------------------------------------------------------

def test_install(machine, before):
    machine.apt("install", *(f"/packages/{package.name}" for package in (machine.root / "packages").glob("*.deb")))
    assert machine.network() == before["network"]
    assert json.loads((machine.root / "etc/multihomed/config.json").read_text(encoding="utf-8")) == {"version": 1}
    passwd = (machine.root / "etc/passwd").read_text(encoding="utf-8")
    assert re.search(r"^multihomed:!?\*?x?:\d+:\d+:[^:]*:/var/lib/multihomed:/usr/sbin/nologin$", passwd, re.M)
    assert (machine.root / "etc/systemd/system/multi-user.target.wants/multihomed.service").is_symlink()
    assert "multihomectl" in machine.inside("bash", "-c", ". /usr/share/bash-completion/completions/multihomectl; complete -p").stdout


def test_it_runs_as_its_unit_says(machine, before):
    machine.start()
    status = Path(f"/proc/{machine.service.pid}/status").read_text(encoding="ascii")
    two = f"{1 << 12 | 1 << 13:016x}"  # CAP_NET_ADMIN, CAP_NET_RAW
    for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        assert re.search(rf"^{name}:\s+{two}$", status, re.M), status
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.M)
    assert not re.search(r"^Uid:.*\s0\b", status, re.M)
    assert machine.network() == before["network"]
    place = os.lstat(str(machine.root) + SOCKET)
    assert (stat.S_IMODE(place.st_mode), place.st_gid) == (0o660, machine.group())
    _, capabilities = machine.curl("/v1/capabilities")
    assert "CAP_NET_ADMIN" not in json.dumps(capabilities) and "not installed" not in json.dumps(capabilities)


def test_who_may_do_what(machine):
    """The reader becomes a member as README.Debian tells, and is one until the purge."""
    assert machine.curl("/v1/scenario", **READER)[0] == 0
    machine.inside("adduser", READER["user"], "multihomed")
    for who in ({}, READER):
        status, body = machine.curl("/v1/scenario", **who)
        assert status == 200 and body["ipv4"]["multihomed"] is True
    status, problem = machine.patch({"arp": {"reply": "interface"}}, **READER)
    assert status == 403 and problem["type"].endswith("/forbidden")
    assert "simple-multihoming" in machine.inside("multihomectl", "status").stdout


def test_a_reload(machine):
    """ExecReload= is SIGHUP; the file is root's after an editor has replaced it."""
    assert machine.unit("ExecReload") == "/bin/kill -HUP $MAINPID"
    file = machine.root / "etc/multihomed/config.json"
    file.unlink()
    file.write_text('{"version": 1, "interfaces": {"eth1": {"role": "internal"}}}', encoding="ascii")
    file.chmod(0o644)
    machine.service.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while machine.curl("/v1/interfaces/eth1")[1]["role"] != "internal":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_plan_is_applied(machine, before):
    status, body = machine.curl("/v1/config", "-X", "PUT", "-H", "If-Match: *", "-H", "Content-Type: application/json", "-d", json.dumps(CONFIG))
    assert status == 200, (body, (machine.root / "run/log").read_text(encoding="utf-8"))
    assert json.loads((machine.root / "etc/multihomed/config.json").read_text(encoding="utf-8")) == CONFIG
    now = "\n".join(machine.network())
    assert "192.0.2.8/24" in now and "from 192.0.2.64/26 lookup 52" in now and "/eth0/arp_ignore:1" in now and "multihomed" in run("nft", "list", "ruleset").stdout
    assert machine.network() != before["network"]


def test_other_users_processes_have_no_name(machine):
    """A session that the plan would cut off: whose it is cannot be seen without CAP_SYS_PTRACE, and that is said."""
    run("ip", "-n", "outside", "address", "add", "192.0.2.99/24", "dev", "eth0")
    with socket.create_server(("192.0.2.8", 7000)) as listener:
        listener.settimeout(20)
        client = subprocess.Popen(["ip", "netns", "exec", "outside", "curl", "-s", "-m", "30", "http://192.0.2.8:7000/"])
        accepted, _ = listener.accept()
        with accepted:
            less = {key: value for key, value in CONFIG.items() if key not in ("addresses", "rules")}
            status, plan = machine.curl("/v1/config?dry_run=true", "-X", "PUT", "-H", "If-Match: *", "-H", "Content-Type: application/json",
                                        "-d", json.dumps(less))
        client.kill()
        client.wait()
    assert status == 200
    sessions = [session for session in found(plan, "process_unknown") if "7000" in json.dumps(session)]
    assert sessions and all(session["process"] is None for session in sessions)
    assert all("privileges" in session["process_unknown"] for session in sessions)


def found(value, name):
    """All objects in a document that have that member."""
    if isinstance(value, list):
        return [one for item in value for one in found(item, name)]
    if not isinstance(value, dict):
        return []
    return ([value] if name in value else []) + [one for item in value.values() for one in found(item, name)]


def next_version(machine):
    """The same files under the next version."""
    package, = (machine.root / "packages").glob("multihomed_*.deb")
    tree = machine.root / "tmp/next"
    run("dpkg-deb", "-R", package, tree)
    control = tree / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    control.write_text(re.sub(r"^(Version: .*)$", r"\1+next", text, flags=re.M), encoding="utf-8")
    run("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, machine.root / "packages/next.deb")


def test_an_upgrade_keeps_configuration_and_network(machine):
    next_version(machine)
    applied = machine.network()
    machine.inside("dpkg", "-i", "/packages/next.deb")
    assert machine.inside("dpkg-query", "-W", "-f", "${Version}", "multihomed").stdout.endswith("+next")
    assert machine.network() == applied
    machine.stop()  # what the maintainer script asks of systemd: a restart
    assert machine.network() == applied
    machine.start()
    assert machine.network() == applied
    status, config = machine.curl("/v1/config")
    assert status == 200 and config == CONFIG
    assert machine.curl("/v1/plan")[1]["operations"] == []


def test_remove_gives_back_and_keeps_the_configuration(machine, before):
    machine.stop()  # as the maintainer script asks systemd to
    text = machine.apt("remove", "multihomed", "multihomectl")
    assert "stays as it is" not in text
    assert machine.network() == before["network"]
    assert json.loads((machine.root / "etc/multihomed/config.json").read_text(encoding="utf-8")) == CONFIG
    assert not (machine.root / "usr/sbin/multihomed").exists()


def test_installed_again_it_goes_on(machine, before):
    """State and configuration are still the user's, whoever has released the network."""
    machine.inside("dpkg", "-i", "/packages/next.deb")
    machine.start()
    assert machine.curl("/v1/config")[1] == CONFIG and "192.0.2.8/24" in "\n".join(machine.network())
    machine.stop()
    machine.apt("remove", "multihomed")
    assert machine.network() == before["network"]


def test_purge_leaves_nothing(machine, before):
    """Not even the group, which still has a member."""
    assert machine.inside("getent", "group", "multihomed").stdout.strip().endswith(f":{READER['user']}")
    machine.apt("purge", "multihomed", "multihomectl")
    assert machine.network() == before["network"]
    for kind in ("passwd", "group"):
        assert machine.inside("getent", kind, "multihomed", check=False).returncode == 2
    now = machine.files()
    backups = {"/etc/passwd-", "/etc/shadow-", "/etc/group-", "/etc/gshadow-"}
    assert [name for name in different(before["files"], now) if name not in backups] == []
