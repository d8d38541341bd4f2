"""The Debian packages as files: what lintian says, whether they can be made again, and how far the unit's sandbox goes."""

import subprocess
import sys

import pytest

from conftest import ROOT

UNITS = ("multihomed.service", "multihomed-release.service")


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)


def test_lintian_has_nothing_to_say(dist):
    changes, = dist.glob("*.changes")
    done = run("lintian", "--allow-root", "--fail-on", "error,warning", changes)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_override_is_explained():
    for path in (ROOT / "packaging/debian").glob("*.lintian-overrides"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert all(before.startswith("#") for before, line in zip([""] + lines, lines) if not line.startswith("#")), path


def test_two_builds_are_the_same(dist, tmp_path):
    """In another directory, at another time."""
    other = tmp_path / "elsewhere"
    done = run(sys.executable, ROOT / "tools/dist.py", other, "deb")
    assert done.returncode == 0, done.stdout + done.stderr
    first = {path.name: path.read_bytes() for path in dist.glob("*") if path.suffix in (".deb", ".gz", ".xz")}
    assert len([name for name in first if name.endswith(".deb")]) == 2 and any(name.endswith(".tar.gz") for name in first)
    assert sorted(first) == sorted(path.name for path in other.glob("*") if path.suffix in (".deb", ".gz", ".xz"))
    assert [name for name in first if first[name] != (other / name).read_bytes()] == []


def listed(package):
    return [line.split()[5] for line in run("dpkg-deb", "-c", package).stdout.splitlines() if not line.endswith("/")]


def test_what_is_in_them(dist):
    service, = dist.glob("multihomed_*.deb")
    client, = dist.glob("multihomectl_*.deb")
    names = {name for name in listed(service) if not name.startswith(("./usr/share/doc", "./usr/share/lintian"))}
    assert names == {"./usr/sbin/multihomed", "./usr/share/man/man8/multihomed.8.gz", "./etc/multihomed/config.json",
                     "./usr/lib/sysusers.d/multihomed.conf", "./usr/lib/tmpfiles.d/multihomed.conf",
                     *(f"./lib/systemd/system/{unit}" for unit in UNITS)}
    names = {name for name in listed(client) if not name.startswith(("./usr/share/doc", "./usr/share/lintian"))}
    assert names == {"./usr/bin/multihomectl", "./usr/share/man/man1/multihomectl.1.gz",
                     "./usr/share/bash-completion/completions/multihomectl", "./usr/share/zsh/vendor-completions/_multihomectl",
                     "./usr/share/fish/vendor_completions.d/multihomectl.fish"}


@pytest.mark.parametrize("unit", UNITS)
def test_exposure(unit):
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=25", ROOT / "packaging/systemd" / unit)
    assert done.returncode == 0 and "Overall exposure level" in done.stdout, done.stdout + done.stderr


def test_both_units_have_the_same_sandbox():
    def sandbox(unit):
        lines = (ROOT / "packaging/systemd" / unit).read_text(encoding="utf-8").splitlines()
        own = ("Type", "Exec", "Restart", "RuntimeDirectory", "#", "[", "Description", "After", "Wants", "WantedBy", "Conflicts")
        return [line for line in lines if line and not line.startswith(own)]
    assert sandbox(UNITS[0]) == sandbox(UNITS[1])


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_the_unit(unit, tmp_path):
    """But for the program and its manual page, which are not on this machine."""
    text = (ROOT / "packaging/systemd" / unit).read_text(encoding="utf-8")
    (tmp_path / unit).write_text(text.replace("/usr/sbin/multihomed ", "/bin/true ").replace("Documentation=", "#"), encoding="utf-8")
    done = run("systemd-analyze", "verify", "--man=no", tmp_path / unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
