"""The source tarball, and the ports that belong to it."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile

import pytest

from service import ROOT

PACKAGING = os.path.join(ROOT, "packaging")
PORTS = ("freebsd", "netbsd", "openbsd")


def make(directory, tree=ROOT, **environment):
    done = subprocess.run([sys.executable, os.path.join(tree, "tools", "dist.py"), str(directory)], capture_output=True, text=True,
                          check=False, timeout=300, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    name, = (name for name in os.listdir(directory) if name.endswith(".tar.gz"))
    return os.path.join(str(directory), name)


def content(path):
    with open(path, "rb") as stream:
        return stream.read()


@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    return make(tmp_path_factory.mktemp("dist"))


def test_two_are_the_same(tarball, tmp_path):
    assert content(make(tmp_path / "other", TZ="Pacific/Auckland", LC_ALL="C")) == content(tarball)


def test_it_makes_itself_again(tarball, tmp_path):
    """Where no git is, and files have other times in their directories."""
    with tarfile.open(tarball) as archive:
        archive.extractall(tmp_path)
    tree, = os.listdir(tmp_path)
    os.makedirs(tmp_path / tree / "build")
    (tmp_path / tree / "build" / "rest").write_text("left by a build", encoding="ascii")
    assert content(make(tmp_path / "again", str(tmp_path / tree))) == content(tarball)


def test_what_is_in_it(tarball):
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
    names = [one.name for one in members]
    top = os.path.basename(tarball).removesuffix(".tar.gz")
    assert names == sorted(names) and all(name.startswith(top + "/") for name in names)
    assert {f"{top}/{name}" for name in ("dev", "LICENSE", "CMakeLists.txt", "packaging/debian/control")} <= set(names)
    assert not [name for name in names if "/build/" in name or "__pycache__" in name or "/.git/" in name]
    assert {(one.uid, one.gid, one.uname, one.gname) for one in members} == {(0, 0, "", "")}
    assert len({one.mtime for one in members}) == 1 and {one.mode for one in members} <= {0o644, 0o755}
    assert next(one for one in members if one.name == f"{top}/dev").mode == 0o755


def test_the_time_can_be_given(tmp_path):
    with tarfile.open(make(tmp_path / "dist", SOURCE_DATE_EPOCH="1000000000")) as archive:
        assert archive.next().mtime == 1000000000


# ---- ports -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("system", PORTS)
def test_distinfo_is_of_this_tarball(tarball, system):
    name, data = os.path.basename(tarball), content(tarball)
    with open(os.path.join(os.path.dirname(tarball), "ports", system, "distinfo"), encoding="ascii") as stream:
        told = dict(re.findall(r"^(\w+) \(" + re.escape(name) + r"\) = (.*)$", stream.read(), re.M))
    sha256 = hashlib.sha256(data)
    assert told == {
        "freebsd": {"SHA256": sha256.hexdigest(), "SIZE": str(len(data))},
        "netbsd": {"BLAKE2s": hashlib.blake2s(data).hexdigest(), "SHA512": hashlib.sha512(data).hexdigest(), "Size": f"{len(data)} bytes"},
        "openbsd": {"SHA256": base64.b64encode(sha256.digest()).decode(), "SIZE": str(len(data))},
    }[system]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not here")
def test_another_program_counts_the_same(tarball):
    done = subprocess.run(["sha256sum", tarball], capture_output=True, text=True, check=True)
    with open(os.path.join(os.path.dirname(tarball), "ports", "freebsd", "distinfo"), encoding="ascii") as stream:
        assert done.stdout.split()[0] in stream.read()


@pytest.mark.parametrize("system", PORTS)
def test_a_port_is_complete(tarball, system):
    port = os.path.join(os.path.dirname(tarball), "ports", system)
    had = {os.path.relpath(os.path.join(path, name), os.path.join(PACKAGING, system))
           for path, _, names in os.walk(os.path.join(PACKAGING, system)) for name in names}
    has = {os.path.relpath(os.path.join(path, name), port) for path, _, names in os.walk(port) for name in names}
    assert has == had | {"distinfo"} and "distinfo" not in had
    with open(os.path.join(port, "Makefile"), encoding="ascii") as stream:
        text = stream.read()
    # Each ports tree takes NAME-VERSION.tar.gz unless told otherwise; the name is that of test_rc.py's test_versions_agree.
    assert not re.search(r"EXTRACT_SUFX|USES=.*\btar:", text)


def test_versions_agree():
    """Of the changelogs and the spec with CMake's."""
    def read(*path):
        with open(os.path.join(ROOT, *path), encoding="utf-8") as stream:
            return stream.read()
    version = re.search(r"project\(multihomed VERSION ([0-9.]+)", read("CMakeLists.txt")).group(1)
    assert re.match(rf"multihomed \({re.escape(version)}-\d+\) ", read("packaging", "debian", "changelog"))
    assert re.search(rf"^Version: +{re.escape(version)}$", read("packaging", "rpm", "multihomed.spec"), re.M)
    assert re.search(rf"^\* .* - {re.escape(version)}-\d+$", read("packaging", "rpm", "multihomed.spec"), re.M)
