"""What the tests of packages need from outside: the packages, and a Debian 12 root to install them in.

    tests/packages/prepare.py DIRECTORY          below it: dist/, root/

The root is what debootstrap makes (minbase), with systemd, which is never started, and curl, which asks the service. It is kept from run to
run; the packages that ours depend on are fetched into it, so that the tests themselves need no network. Where Debian's packages come from
is what apt says on this machine. Only root can make it.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SUITE = "bookworm"
BASE = "systemd,curl,ca-certificates"
RECIPE = f"{SUITE} minbase {BASE} 1"
# What the tests install besides the dependencies: strong receive is nft's.
WANTED = ("nftables",)


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def mirror():
    """Where apt gets this Debian from; any other site has the suite too, but that is not ours to choose."""
    for line in output_of("apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(COMPONENT)", "Created-By: Packages").splitlines():
        site, codename, component = (line.split() + ["", ""])[:3]
        if (codename, component) == (SUITE, "main"):
            return site
    raise SystemExit(f"apt knows no site of Debian {SUITE} here")


def environment():
    """debootstrap asks wget, which knows nothing of apt's proxy."""
    proxy = re.search(r'^Acquire::http::Proxy "(.+)";', output_of("apt-config", "dump"), re.M)
    return {**os.environ, **({"http_proxy": proxy[1]} if proxy else {}), "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def unmounted(*command):
    """Runs it with mounts of its own: whatever it mounts in the root is gone when it ends."""
    subprocess.run(["unshare", "--mount", *map(str, command)], check=True, env=environment(), stdin=subprocess.DEVNULL)


def make_root(root):
    mark = root.with_suffix(".recipe")
    if mark.exists() and mark.read_text(encoding="ascii") == RECIPE:
        return
    shutil.rmtree(root, ignore_errors=True)
    unmounted("debootstrap", "--variant=minbase", f"--include={BASE}", SUITE, root, mirror())
    # As the installer's image of a server has it: no service is started while packages are installed.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    policy.chmod(0o755)
    mark.write_text(RECIPE, encoding="ascii")


def fetch_dependencies(root, packages):
    """Into the root's own cache of apt."""
    place = root / "packages"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for package in packages:
        shutil.copy(package, place)
    names = [f"/packages/{package.name}" for package in packages]
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    unmounted("chroot", root, "apt-get", "-q", "update")
    unmounted("chroot", root, "apt-get", "-q", "-y", "--no-install-recommends", "--download-only", "install", *names, *WANTED)


def main(directory):
    if os.geteuid() != 0:
        raise SystemExit("only root can make a root directory of Debian")
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    root, failures = directory / "root", []

    def attempt():
        try:
            make_root(root)
        except (SystemExit, subprocess.CalledProcessError, OSError) as error:
            failures.append(str(error))

    fetching = threading.Thread(target=attempt)  # which mostly waits for the network
    fetching.start()
    built = subprocess.run([sys.executable, ROOT / "tools/dist.py", directory / "dist", "deb"], check=False).returncode
    fetching.join()
    if built != 0 or failures:
        raise SystemExit("; ".join(failures) or "the packages cannot be built")
    fetch_dependencies(root, sorted((directory / "dist").glob("*.deb")))


if __name__ == "__main__":
    main(*sys.argv[1:])
