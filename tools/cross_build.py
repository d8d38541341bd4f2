"""What every build for another system shares: running programs, doing things once, Debian's source packages, libraries."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ("jansson", "libuv1", "libmicrohttpd", "curl", "cmocka", "libpcap")
JOBS = "2"

JANSSON = ("-DJANSSON_BUILD_DOCS=OFF", "-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF")
MICROHTTPD = ("--disable-https", "--disable-doc", "--disable-examples", "--disable-curl", "--disable-tools",
              "--disable-postprocessor", "--disable-dauth", "--disable-bauth")
# All that multihomectl asks for is HTTP over a UNIX or TCP socket of this host.
CURL = ("-DHTTP_ONLY=ON", "-DCURL_ENABLE_SSL=OFF", "-DBUILD_CURL_EXE=OFF", "-DBUILD_TESTING=OFF", "-DENABLE_MANUAL=OFF",
        "-DCURL_ZLIB=OFF", "-DCURL_BROTLI=OFF", "-DCURL_ZSTD=OFF", "-DUSE_NGHTTP2=OFF", "-DUSE_LIBIDN2=OFF",
        "-DCURL_USE_LIBPSL=OFF", "-DCURL_USE_LIBSSH2=OFF", "-DCURL_DISABLE_NTLM=ON")


class Failed(Exception):
    """What a person is told."""


def say(text):
    print(text, flush=True)


# ---- running ---------------------------------------------------------------------------------------------------------


def run(log, *command, **options):
    """Output goes to the log; it is shown when the command fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as out:
        out.write(("\n$ " + " ".join(map(str, command)) + "\n").encode())
        out.flush()
        done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
                              timeout=1800, **options)
    if done.returncode != 0:
        tail = log.read_text(errors="replace").splitlines()[-40:]
        raise Failed("\n".join(tail) + f"\n{command[0]} ended with {done.returncode}; all it said is in {log}")


def output_of(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def fingerprint(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def once(stamp, mark, make):
    """Calls `make` unless it has succeeded with the same mark before."""
    if stamp.exists() and stamp.read_text() == mark:
        return False
    stamp.unlink(missing_ok=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)
    return True


# ---- sources ---------------------------------------------------------------------------------------------------------


class Sources:
    """Debian's source packages, by an apt that has its own lists: this machine's are left as they are. apt checks signatures."""

    def __init__(self, directory):
        self.directory = directory
        self.log = directory / "sources.log"

    def apt(self):
        lists = self.directory / "apt"
        return ("apt-get", "-q", "-o", f"Dir::Etc::SourceList={lists}/debian.sources", "-o", "Dir::Etc::SourceParts=/dev/null",
                "-o", f"Dir::State::Lists={lists}/lists", "-o", f"Dir::Cache={lists}/cache", "-o", "APT::Sandbox::User=root")

    def write_lists(self):
        """deb-src for every mirror of Debian's own that this machine has packages from."""
        told = output_of("apt-get", "indextargets", "--format",
                         "$(ORIGIN)|$(COMPONENT)|$(RELEASE)|$(REPO_URI)", "Created-By: Packages")
        rows = {tuple(line.split("|")[2:]) for line in told.splitlines() if line.startswith("Debian|main|")}
        if not rows:
            raise Failed("apt knows no packages of Debian's here: type apt-get update first, on a Debian")
        lists = self.directory / "apt"
        for name in ("lists/partial", "cache/archives/partial"):
            (lists / name).mkdir(parents=True, exist_ok=True)
        # Of equal versions apt takes the first: the release itself has them longest.
        paragraphs = [f"Types: deb-src\nURIs: {uri}\nSuites: {release}\nComponents: main\n"
                      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n" for release, uri in sorted(rows)]
        (lists / "debian.sources").write_text("\n".join(paragraphs))

    def fetch(self):
        say("fetching Debian's source packages: " + ", ".join(PACKAGES))
        self.write_lists()
        run(self.log, *self.apt(), "update")
        archives = self.directory / "archives"
        shutil.rmtree(archives, ignore_errors=True)
        archives.mkdir(parents=True)
        run(self.log, *self.apt(), "source", "--only-source", "--download-only", *PACKAGES, cwd=archives)
        for name in PACKAGES:
            shutil.rmtree(self.directory / name, ignore_errors=True)
            run(self.log, "dpkg-source", "-x", *archives.glob(f"{name}_*.dsc"), self.directory / name)

    def prepare(self):
        once(self.directory / "fetched", " ".join(PACKAGES), self.fetch)

    def version(self, name):
        found = list((self.directory / "archives").glob(f"{name}_*.dsc"))
        return found[0].stem.split("_", 1)[1]


# ---- a target --------------------------------------------------------------------------------------------------------


class Target:
    """DIRECTORY/SYSTEM-MACHINE. `toolchain` is CMake's file for it; `mark` changes when compiler or recipe do."""

    toolchain = None
    mark = None

    def __init__(self, directory, name):
        self.name = name
        self.sources = Sources(directory / "sources")
        self.directory = directory / name
        self.prefix = self.directory / "prefix"

    def library(self, name, recipe, *parts):
        log = self.directory / f"{name}.log"
        version = self.sources.version(name)

        def make():
            started = time.monotonic()
            build = self.directory / "libraries" / name
            shutil.rmtree(build, ignore_errors=True)
            build.mkdir(parents=True)
            log.unlink(missing_ok=True)
            recipe(self.sources.directory / name, build, log)
            say(f"{self.name}: {name} {version}, {time.monotonic() - started:.0f} s")

        once(self.directory / "stamps" / name, fingerprint(self.mark, version, *parts), make)

    def cmake(self, log, source, build, *options):
        run(log, "cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_TOOLCHAIN_FILE={self.toolchain}", f"-DMH_CROSS={self.directory}",
            f"-DCMAKE_INSTALL_PREFIX={self.prefix}", "-DCMAKE_INSTALL_LIBDIR=lib", "-DBUILD_SHARED_LIBS=OFF",
            "-DCMAKE_POSITION_INDEPENDENT_CODE=ON", "-Wno-dev", *options)

    def cmake_install(self, log, build):
        run(log, "cmake", "--build", build, "-j", JOBS)
        run(log, "cmake", "--install", build)

    def build_jansson(self, source, build, log):
        self.cmake(log, source, build, *JANSSON)
        self.cmake_install(log, build)

    def write_module(self, name, version, libraries):
        (self.prefix / "lib/pkgconfig").mkdir(parents=True, exist_ok=True)
        (self.prefix / f"lib/pkgconfig/{name}.pc").write_text(
            f"Name: {name}\nDescription: {name}\nVersion: {version.split('-')[0].split('+')[0]}\n"
            f"Cflags: -I{self.prefix}/include\nLibs: -L{self.prefix}/lib {libraries}\n")

    def configure_program(self, log, build, *options):
        """A build directory of another compiler is begun anew."""
        log.unlink(missing_ok=True)
        once(self.directory / "stamps" / build.name, self.mark, lambda: shutil.rmtree(build, ignore_errors=True))
        self.cmake(log, ROOT, build, "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DMH_WERROR=ON",
                   f"-DPython3_EXECUTABLE={os.environ.get('PYTHON', '/usr/bin/python3')}", *options)
