"""The RPM packages, built on Debian: without its macros, and without knowing what they depend on."""

import subprocess
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import dist as maker  # noqa: E402 (the fixture has the name)

SPEC = ROOT / "packaging/rpm/multihomed.spec"
# What rpmlint says, and why it stays.
ACCEPTED = (
    "hardcoded-library-path",  # the fall-backs for systems that lack systemd's macros
    "invalid-license",  # Debian's rpmlint has a list from before SPDX names were Fedora's
    "no-signature", "no-packager-tag", "no-group-tag", "no-buildroot-tag",  # a distribution's, or long out of use
    "no-manual-page-for-binary", "manpage-not-compressed",  # rpmbuild compresses them by macros that Debian's lacks
    "non-standard-uid", "non-standard-gid",  # the package makes the user multihomed
)


def output_of(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def packages(dist, tmp_path_factory):
    """Without optimisation, which takes the most time."""
    tarball, = dist.glob("multihomed-*.tar.gz")
    return maker.build_rpm(tmp_path_factory.mktemp("rpm"), tarball, "--define", "optflags -O0 -w")


def test_what_is_in_them(packages):
    client, service = (set(output_of("rpm", "-qpl", package).splitlines()) for package in packages)
    assert {"/usr/sbin/multihomed", "/usr/share/man/man8/multihomed.8", "/etc/multihomed/config.json", "/usr/lib/sysusers.d/multihomed.conf",
            "/usr/lib/tmpfiles.d/multihomed.conf", "/usr/lib/systemd/system/multihomed.service",
            "/usr/lib/systemd/system/multihomed-release.service"} <= {name.removesuffix(".gz") for name in service}
    assert {"/usr/bin/multihomectl", "/usr/share/man/man1/multihomectl.1", "/usr/share/bash-completion/completions/multihomectl",
            "/usr/share/zsh/site-functions/_multihomectl", "/usr/share/fish/vendor_completions.d/multihomectl.fish",
            } <= {name.removesuffix(".gz") for name in client}
    assert not {name for name in client & service if ".build-id" not in name}


def test_the_configuration_is_kept(packages):
    assert output_of("rpm", "-qpc", packages[1]).split() == ["/etc/multihomed/config.json"]
    assert "/etc/multihomed/config.json" in output_of("rpm", "-qp", "--qf", "[%{FILEFLAGS:fflags} %{FILENAMES}\n]", packages[1])


def test_the_scripts_are_shell(packages, tmp_path):
    for name in ("PREIN", "PREUN"):  # the others are macros that Debian lacks
        script = tmp_path / name
        script.write_text(output_of("rpm", "-qp", "--qf", f"%{{{name}}}", packages[1]), encoding="utf-8")
        assert script.stat().st_size > 10
        subprocess.run(["sh", "-n", script], check=True)


def test_rpmlint(packages):
    done = subprocess.run(["rpmlint", str(SPEC), *map(str, packages)], capture_output=True, text=True, check=False)
    told = [line for line in done.stdout.splitlines() if ": W: " in line or ": E: " in line]
    assert [line for line in told if line.split(": ", 2)[2].split()[0] not in ACCEPTED] == [], done.stderr
    assert "specfiles checked" in done.stdout
