"""The Wines that programs run under: that of this system's packages, and a newer one in a directory of its own.

A prefix is made by one version and stays with it; so does a wineserver, which shows the network namespace it was started in."""
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEWER = pathlib.Path(os.environ.get("MH_WINE10_ROOT") or ROOT / "build/wine10/root")


class Wine8:
    """Debian 12's, as installed."""
    version = 8
    prefix = pathlib.Path(os.environ.get("MH_WINE_PREFIX") or ROOT / "build/wine/prefix")
    loader, server = "/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64"

    def prepare(self, *_directories):
        pass

    def words(self, program):
        """What stands before a program's arguments."""
        return [program]


class Wine10(Wine8):
    """Debian 13's, in a directory that tools/wine10.sh fills. It becomes the root directory of its programs, where they find
    this system's processes, devices and temporary files, and this repository, below the names that they have here."""
    version = 10
    prefix = pathlib.Path(os.environ.get("MH_WINE10_PREFIX") or ROOT / "build/wine10/prefix")

    def prepare(self, *directories):
        """Mounts, in the mount namespace of the tests, with which they end."""
        assert os.environ.get("MH_LAB_WORLD"), "mounts are made in a private namespace only: use ./dev test wine"
        mounted = []
        for path in map(pathlib.Path, ("/proc", "/dev", "/sys", tempfile.gettempdir(), ROOT, *directories)):
            if not any(path == one or one in path.parents for one in mounted):
                there = NEWER / path.relative_to("/")
                there.mkdir(parents=True, exist_ok=True)
                subprocess.run(["mount", "--rbind", str(path), str(there)], check=True, timeout=20)
                mounted.append(path)

    def words(self, program):
        """A new root directory is the current one, too: env goes back to that of before. All is one process."""
        return ["sh", "-c", 'exec chroot "$0" env -C "$(pwd -P)" "$@"', str(NEWER), program]


LOADERS = {str(loader.version): loader for loader in (Wine8, Wine10)}


def chosen():
    """That of MH_WINE, 8 or 10."""
    return LOADERS[os.environ.get("MH_WINE") or "8"]()
