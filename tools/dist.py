"""Makes what is given away, below build/dist: the source tarball, the ports of the BSDs that belong to it, packages.

    tools/dist.py DIRECTORY [tarball] [deb] [rpm]       the tarball comes with every other word, and with none

The same files give the same bytes: the tarball has sorted names, the owner 0 and one time, SOURCE_DATE_EPOCH or else the last commit's;
a tarball that is unpacked somewhere makes itself again. It holds the files that git knows as they stand in the tree, committed or not;
what git does not know is left out. Packages are built from the tarball, not from the tree.

ports/SYSTEM is the directory of a port as its ports tree wants it: packaging/SYSTEM with a distinfo of this tarball. That file cannot be
inside the tarball that it speaks of.
"""

import base64
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {"build", ".git", "__pycache__", ".pytest_cache", ".cache"}  # where git cannot be asked: .gitignore
PORTS = ("freebsd", "netbsd", "openbsd")


class Failed(Exception):
    """A step that did not work; what is known of it stands in the text."""


def say(text):
    print(text, flush=True)


def version():
    return re.search(r"project\(multihomed VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]


# ---- which files, and from when --------------------------------------------------------------------------------------

def git(*words):
    """What git says, or None where it has nothing to say: no git, or a tree that it does not know."""
    if not (ROOT / ".git").exists():
        return None
    trusted = ("git", "-c", f"safe.directory={ROOT}", "-C", ROOT)
    done = subprocess.run([*trusted, *words], capture_output=True, check=False) if shutil.which("git") else None
    return done.stdout.decode() if done is not None and done.returncode == 0 else None


def files():
    listed = git("ls-files", "-z")
    if listed is not None:
        names = [name for name in listed.split("\0") if name and os.path.lexists(ROOT / name)]
    else:
        names = [str(path.relative_to(ROOT)) for path in walk(ROOT)]
    return sorted(names)


def walk(directory):
    for path in directory.iterdir():
        if path.name in LEFT_OUT or path.name.startswith("build-"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)
        else:
            yield path


def epoch(names):
    """SOURCE_DATE_EPOCH, the last commit's time, or the newest file's: in a tarball all have the same."""
    given = os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct")
    return int(given) if given else max(int((ROOT / name).lstat().st_mtime) for name in names)


# ---- the tarball -----------------------------------------------------------------------------------------------------

def member(path, name, time):
    info = tarfile.TarInfo(name)
    info.mtime = time
    info.mode = 0o755 if os.access(path, os.X_OK) else 0o644
    if path.is_symlink():
        info.type, info.linkname, info.mode = tarfile.SYMTYPE, os.readlink(path), 0o777
    else:
        info.size = path.stat().st_size
    return info


def make_tarball(directory):
    name = f"multihomed-{version()}"
    names = files()
    time = epoch(names)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for one in names:
            path = ROOT / one
            info = member(path, f"{name}/{one}", time)
            if info.isfile():
                with open(path, "rb") as stream:
                    archive.addfile(info, stream)
            else:
                archive.addfile(info)
    target = directory / f"{name}.tar.gz"
    target.write_bytes(gzip.compress(packed.getvalue(), compresslevel=9, mtime=0))
    os.utime(target, (time, time))
    return target


# ---- ports -----------------------------------------------------------------------------------------------------------

def distinfo(system, tarball):
    """What the ports tree's own `make makesum` would write."""
    name, content = tarball.name, tarball.read_bytes()
    sha256 = hashlib.sha256(content)
    if system == "freebsd":
        lines = [f"TIMESTAMP = {int(tarball.stat().st_mtime)}", f"SHA256 ({name}) = {sha256.hexdigest()}", f"SIZE ({name}) = {len(content)}"]
    elif system == "netbsd":
        lines = ["$NetBSD$", "", f"BLAKE2s ({name}) = {hashlib.blake2s(content).hexdigest()}",
                 f"SHA512 ({name}) = {hashlib.sha512(content).hexdigest()}", f"Size ({name}) = {len(content)} bytes"]
    else:
        lines = [f"SHA256 ({name}) = {base64.b64encode(sha256.digest()).decode()}", f"SIZE ({name}) = {len(content)}"]
    return "".join(line + "\n" for line in lines)


def make_ports(directory, tarball):
    for system in PORTS:
        port = directory / "ports" / system
        shutil.rmtree(port, ignore_errors=True)
        shutil.copytree(ROOT / "packaging" / system, port)
        (port / "distinfo").write_text(distinfo(system, tarball), encoding="ascii")


# ---- packages --------------------------------------------------------------------------------------------------------

def run(log, *command, **more):
    with open(log, "ab") as output:
        status = subprocess.run([str(word) for word in command], stdout=output, stderr=output, check=False, **more).returncode
    if status != 0:
        ending = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
        raise Failed("\n".join([*ending, f"{command[0]} failed; all of it is in {log}"]))


def fresh(directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def unpacked(tarball, directory):
    with tarfile.open(tarball) as archive:
        archive.extractall(fresh(directory))
    return directory / tarball.name.removesuffix(".tar.gz")


def build_deb(directory, tarball):
    """dpkg-buildpackage in a tree of its own; debian/ is packaging/debian. The changelog has the time."""
    work = directory / "work-deb"
    tree = unpacked(tarball, work)
    shutil.copytree(tree / "packaging" / "debian", tree / "debian")
    shutil.copy(tarball, work / f"multihomed_{version()}.orig.tar.gz")
    environment = {**os.environ, "DEB_BUILD_OPTIONS": f"noautodbgsym parallel={os.cpu_count()}", "LC_ALL": "C.UTF-8"}
    environment.pop("SOURCE_DATE_EPOCH", None)
    run(fresh(directory / "log") / "deb.log", "dpkg-buildpackage", "-us", "-uc", cwd=tree, env=environment)
    made = collect(work, directory, r"\.deb$|\.dsc$|\.debian\.tar\.\w+$|\.orig\.tar\.gz$|\.changes$|\.buildinfo$")
    shutil.rmtree(work)
    return made


def build_rpm(directory, tarball, *options):
    """rpmbuild; on a system whose packages it does not know (Debian) nothing is said about what it needs."""
    work = fresh(directory / "work-rpm")
    spec = unpacked(tarball, directory / "work-spec") / "packaging" / "rpm" / "multihomed.spec"
    foreign = [] if Path("/etc/redhat-release").exists() else ["--nodeps"]
    run(fresh(directory / "log") / "rpm.log", "rpmbuild", "-bb", *foreign, "--define", f"_topdir {work}", "--define",
        f"_sourcedir {tarball.parent}", "--define", "use_source_date_epoch_as_buildtime 1", "--define", "_buildhost multihomed",
        "--define", "clamp_mtime_to_source_date_epoch 1", *options, spec, env={**os.environ, "SOURCE_DATE_EPOCH": str(int(tarball.stat().st_mtime))})
    made = collect(work / "RPMS", directory, r"\.rpm$")
    shutil.rmtree(work)
    shutil.rmtree(directory / "work-spec")
    return made


def collect(work, directory, pattern):
    made = []
    for path in sorted(work.rglob("*")):
        if path.is_file() and re.search(pattern, path.name):
            made.append(Path(shutil.copy(path, directory / path.name)))
    return made


BUILDERS = {"deb": build_deb, "rpm": build_rpm}


def main(directory, *wanted):
    unknown = set(wanted) - set(BUILDERS) - {"tarball"}
    if unknown:
        say(f"what is {', '.join(sorted(unknown))}? {', '.join(['tarball', *BUILDERS])} are there")
        return 2
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    made = [make_tarball(directory)]
    make_ports(directory, made[0])
    say(f"{made[0]}\n{directory / 'ports'}")
    for name, builder in BUILDERS.items():
        if name in wanted:
            for path in builder(directory, made[0]):
                say(str(path))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Failed as error:
        sys.exit(str(error))
