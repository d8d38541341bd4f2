"""What is installed on a BSD: the rc.d scripts, run by stubs of each system's rc.subr(8) with the real service on a simulated
host, and the lists of files. No BSD is at hand here; the stubs do what the manual pages say."""

import json
import os
import re
import shutil
import subprocess
import time

import pytest

from service import BUILD, DAEMON, HOSTS, ROOT, LocalConnection

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGING = os.path.join(ROOT, "packaging")
SYSTEMS = ("freebsd", "netbsd", "openbsd")
SCRIPTS = {"freebsd": "etc/rc.d/multihomed", "netbsd": "share/examples/rc.d/multihomed", "openbsd": "/etc/rc.d/multihomed"}
SUBR = {"freebsd": "/etc/rc.subr", "netbsd": "/etc/rc.subr", "openbsd": "/etc/rc.d/rc.subr"}
SHELLS = [shell for shell in (["dash"], ["bash", "--posix"]) if shutil.which(shell[0])]


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, check=False, **more)


def read(*path):
    with open(os.path.join(*map(str, path)), encoding="ascii") as stream:
        return stream.read()


class Installed:
    """What cmake --install puts below a directory, without the programs and their manual pages."""

    def __init__(self, system, directory, *options):
        self.system, self.directory = system, str(directory)
        self.prefix = os.path.join(self.directory, "prefix")
        build = os.path.join(self.directory, "build")
        done = run("cmake", "-S", HERE, "-B", build, "-G", "Ninja", f"-DMH_PACKAGING={system}", f"-DCMAKE_INSTALL_PREFIX={self.prefix}", *options)
        assert done.returncode == 0, done.stderr
        self.root = os.path.join(self.directory, "root")
        done = run("cmake", "--install", build, "--component", "packaging", env={**os.environ, "DESTDIR": self.root})
        assert done.returncode == 0, done.stderr

    def script(self):
        name = SCRIPTS[self.system]
        return self.root + (name if name.startswith("/") else f"{self.prefix}/{name}")

    def files(self):
        base = self.root + self.prefix
        return {os.path.relpath(os.path.join(path, name), base) for path, _, names in os.walk(base) for name in names}


@pytest.fixture(scope="module", params=SYSTEMS)
def installed(request, tmp_path_factory):
    return Installed(request.param, tmp_path_factory.mktemp(request.param))


# ---- the scripts as texts --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_syntax(installed, shell):
    done = run(*shell, "-n", installed.script())
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck(installed):
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    kind = "ksh" if installed.system == "openbsd" else "sh"
    done = run("shellcheck", "-s", kind, "-e", "SC1091,SC2034,SC2154", installed.script())
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_left_to_be_replaced(installed):
    text = read(installed.script())
    assert not re.search(r"%%|@[A-Z_]+@|TRUEPREFIX|\$\{SYSCONFDIR", text)
    assert installed.prefix + "/sbin/multihomed" in text
    assert os.access(installed.script(), os.X_OK)


def test_rcorder(installed):
    text = read(installed.script())
    if installed.system != "openbsd":
        assert re.findall(r"^# (PROVIDE|REQUIRE|KEYWORD): (.*)$", text, re.M) == [
            ("PROVIDE", "multihomed"), ("REQUIRE", "NETWORKING syslogd"), ("KEYWORD", "shutdown")]


# ---- the scripts at work ---------------------------------------------------------------------------------------------

class Machine:
    """The service below a prefix of its own, so that its processes are told from others by their command."""

    def __init__(self, installed, directory, shell):
        self.system, self.shell, self.directory = installed.system, shell, str(directory)
        for place, program in (("sbin/multihomed", DAEMON), ("bin/multihomectl", os.path.join(BUILD, "src", "ctl", "multihomectl"))):
            os.makedirs(os.path.dirname(self.path("prefix", place)), exist_ok=True)
            os.symlink(program, self.path("prefix", place))
        stub = os.path.join(HERE, "openbsd.subr" if self.system == "openbsd" else "rc.subr")
        text = read(installed.script()).replace(installed.prefix, self.path("prefix")).replace(SUBR[self.system], stub)
        text = text.replace("/etc/multihomed/config.json", self.config())  # OpenBSD's
        self.write("multihomed", text)
        self.write("record", "")
        self.write("config.json", '{"version": 1}')
        shutil.copy(os.path.join(HOSTS, "simple-multihoming.json"), self.path("host.json"))
        self.configure()

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def config(self):
        return self.path("config.json")

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def configure(self, switch="YES", more=""):
        flags = f"--socket {self.path('s')} --state-dir {self.path('state')} --platform sim:{self.path('host.json')}"
        name = {"freebsd": "multihomed_enable", "netbsd": "multihomed", "openbsd": "unused"}[self.system]
        if self.system == "openbsd" and switch == "NO":
            flags = "NO"
        self.write("rc.conf", f'{name}="{switch}"\nmultihomed_config="{self.config()}"\nmultihomed_flags="{flags}"\n{more}')

    def service(self, action):
        """service(8), rcctl(8): nothing that the service holds open may keep the caller waiting."""
        with open(self.path("output"), "w+", encoding="utf-8") as output:
            status = subprocess.run([*self.shell, self.path("multihomed"), action], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    timeout=120, check=False, cwd="/",
                                    env={"PATH": os.environ["PATH"], "RC_CONF": self.path("rc.conf"), "RC_RECORD": self.path("record"),
                                         "MULTIHOMED_SOCKET": self.path("s"), "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}).returncode
            output.seek(0)
            return status, output.read()

    def status(self):
        return self.service("check" if self.system == "openbsd" else "status")[0]

    def ask(self, path):
        connection = LocalConnection(self.path("s"))
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def machine(installed, tmp_path, request):
    one = Machine(installed, tmp_path, request.param)
    yield one
    one.configure()
    if one.status() == 0:
        one.service("stop")


def test_start_reload_and_stop(machine):
    assert machine.status() != 0
    status, text = machine.service("start")
    assert status == 0, text
    assert machine.status() == 0
    assert machine.ask("/v1/status")["backend"] == "sim"
    assert machine.ask("/v1/interfaces/eth1")["role"] != "internal"

    machine.write("config.json", '{"version": 1, "interfaces": {"eth1": {"role": "internal"}}}')
    assert machine.service("reload") == (0, "")
    deadline = time.monotonic() + 20
    while machine.ask("/v1/interfaces/eth1")["role"] != "internal":
        assert time.monotonic() < deadline
        time.sleep(0.02)

    assert machine.service("stop")[0] == 0
    assert machine.status() != 0
    assert not os.path.exists(machine.path("s"))


def test_restart(machine):
    assert machine.service("start")[0] == 0
    before = machine.ask("/v1/status")["instance"]
    assert machine.service("restart")[0] == 0
    assert machine.status() == 0 and machine.ask("/v1/status")["instance"] != before


def test_a_second_start_does_no_harm(machine):
    assert machine.service("start")[0] == 0
    machine.service("start")
    assert machine.status() == 0 and machine.ask("/v1/status")


def test_a_wrong_configuration_fails_the_start(machine):
    machine.write("config.json", '{"version": 1, "nonsense": true}')
    status, text = machine.service("start")
    assert status != 0 and "nonsense" in text
    assert machine.status() != 0


def test_without_being_enabled_it_does_not_start(machine):
    machine.configure("NO")
    machine.service("start")
    assert machine.status() != 0


def test_a_running_service_is_stopped_though_not_enabled(machine):
    if machine.system == "openbsd":
        pytest.skip("flags are a part of how its rc.subr knows the service")
    machine.service("start")
    machine.configure("NO")
    assert machine.service("stop")[0] == 0 and machine.status() != 0


def test_reload_needs_a_service(machine):
    assert machine.service("reload")[0] != 0


def test_the_way_is_that_of_the_system(machine):
    machine.service("bogus")
    asked = read(machine.path("record")).splitlines()
    assert asked == (["rc_cmd bogus"] if machine.system == "openbsd" else ["load_rc_config multihomed", "run_rc_command bogus"])


@pytest.mark.parametrize("more, modules", [("", []), ('pf_enable="NO"\n', []), ('pf_enable="YES"\n', ["load_kld pf"])],
                         ids=["unsaid", "off", "on"])
def test_pf_is_loaded_where_it_is_enabled(machine, more, modules):
    """FreeBSD: required_modules, which its rc.subr loads by load_kld when the service starts, and for nothing else."""
    if machine.system != "freebsd":
        pytest.skip("only FreeBSD's pf is a module")
    machine.configure(more=more)
    machine.status()
    assert not [line for line in read(machine.path("record")).splitlines() if line.startswith("load_kld")]
    assert machine.service("start")[0] == 0
    assert [line for line in read(machine.path("record")).splitlines() if line.startswith("load_kld")] == modules


def test_configuration_is_tried_and_given_back(machine):
    if machine.system == "openbsd":
        pytest.skip("rc_cmd knows no actions of a script's own")
    machine.service("start")
    assert machine.service("configtest")[0] == 0
    machine.write("config.json", '{"version": 1, "nonsense": true}')
    status, text = machine.service("configtest")
    assert status != 0 and "nonsense" in text
    machine.write("config.json", '{"version": 1}')
    status, text = machine.service("release")
    assert status != 0 and "another" in text
    machine.service("stop")
    assert machine.service("release")[0] == 0


# ---- lists of files --------------------------------------------------------------------------------------------------

def listed(system):
    """The files that the packing list names, without keywords and variables of the ports tree."""
    path = {"freebsd": "freebsd/pkg-plist", "netbsd": "netbsd/PLIST", "openbsd": "openbsd/pkg/PLIST"}[system]
    names = set()
    for line in read(PACKAGING, path).splitlines():
        word, _, rest = line.partition(" ")
        if word in ("@bin", "@man") or (word == "@sample" and system == "freebsd"):
            names.add(rest)
        elif not word.startswith("@") and not line.endswith("/"):
            names.add(line)
    return {name.removesuffix(".gz") for name in names}


def test_packing_list(installed):
    own = {"bin/multihomectl", "sbin/multihomed"}
    manual = {"man1/multihomectl.1", "man8/multihomed.8"}
    names = listed(installed.system)
    assert {name for name in names if "man/" in name} == {("share/man/" if installed.system == "freebsd" else "man/") + name for name in manual}
    script = set() if installed.system == "openbsd" else {SCRIPTS[installed.system]}
    assert {name for name in names - own if "man/" not in name} == installed.files() - script


def test_a_port_brings_the_script_itself(tmp_path):
    installed = Installed("freebsd", tmp_path, "-DMH_PACKAGING_RC=OFF")
    assert not os.path.exists(installed.script()) and installed.files()


def test_linux_installs_nothing_of_it(tmp_path):
    assert not Installed("linux", tmp_path).files()


def test_what_is_installed_changes_nothing(installed):
    name = "etc/multihomed/config.json.sample" if installed.system == "freebsd" else "share/examples/multihomed/config.json.sample"
    assert json.loads(read(installed.root + installed.prefix, name)) == {"version": 1}


def test_versions_agree():
    version = re.search(r"project\(multihomed VERSION ([0-9.]+)", read(ROOT, "CMakeLists.txt")).group(1)
    for makefile in ("freebsd", "netbsd", "openbsd"):
        assert re.search(r"(DISTVERSION=\s+|multihomed-)" + re.escape(version) + "$", read(PACKAGING, makefile, "Makefile"), re.M), makefile
