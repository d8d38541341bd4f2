#!/usr/bin/env python3
"""Builds the whole program for a BSD: cross.py DIRECTORY SYSTEM [MACHINE]

The service, multihomectl, the agent of the tests (tests/bsd/agent.c) and the libraries they want, with ziglang's compiler from
Debian's source packages, below DIRECTORY/SYSTEM-MACHINE. Libraries are linked in; of the system only its own are used.
What was linked is then held against the lists of symbols of that system (tools/cross_symbols.py).
Run it with an interpreter that has ziglang (PyPI). What is built already, and still as it would be, is not built again.
"""

import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import time

import cross_symbols

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The oldest release that ziglang has the libraries of, as its triples and as its lists of symbols say it.
RELEASES = {"freebsd": ("14.0", (1, 7)), "netbsd": ("10.1", (10, 1)), "openbsd": ("7.8", (7, 8))}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
SYSTEMS = {"freebsd": "FreeBSD", "netbsd": "NetBSD", "openbsd": "OpenBSD"}
INTERPRETERS = {"freebsd": "/libexec/ld-elf.so.1", "netbsd": "/libexec/ld.elf_so", "openbsd": "/usr/libexec/ld.so"}
PACKAGES = ("jansson", "libuv1", "libmicrohttpd", "curl")
JOBS = "2"

JANSSON = ("-DJANSSON_BUILD_DOCS=OFF", "-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF")
MICROHTTPD = ("--disable-https", "--disable-doc", "--disable-examples", "--disable-curl", "--disable-tools", "--enable-static",
              "--disable-shared", "--disable-postprocessor", "--disable-dauth", "--disable-bauth")
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


def zig():
    return pathlib.Path(importlib.util.find_spec("ziglang").origin).parent / "zig"


class Target:
    def __init__(self, directory, system, machine):
        self.system = system
        self.name = f"{system}-{machine}"
        self.machine = MACHINES[machine]
        self.triple = f"{self.machine}-{system}"
        self.sources = Sources(directory / "sources")
        self.directory = directory / self.name
        self.prefix = self.directory / "prefix"
        recipes = [ROOT / "cmake/zig-bsd.cmake", *sorted((ROOT / "cmake/netbsd-10").rglob("*.h"))]
        self.mark = fingerprint(output_of(zig(), "version"), self.triple, RELEASES, *(path.read_text() for path in recipes))

    # -- the compiler

    def write_tools(self):
        """Programs of one name each, as configure and CMake want them."""
        tools = self.directory / "bin"
        tools.mkdir(parents=True, exist_ok=True)
        # libtool wants ranlib -t for OpenBSD, to set a time in an archive that has its table already.
        compiler = f"cc -target {self.triple}.{RELEASES[self.system][0]}"
        if self.system == "netbsd":
            compiler += f' -I"{ROOT}/cmake/netbsd-10"'
        for name, words in {"cc": compiler, "ar": "ar", "ranlib": "ranlib"}.items():
            (tools / name).write_text(f'#!/bin/sh\n[ "$1" != -t ] || exit 0\nexec "{zig()}" {words} "$@"\n')
            (tools / name).chmod(0o755)

    def cc(self, log, *arguments):
        run(log, self.directory / "bin/cc", *arguments)

    # -- libraries

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
            f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/zig-bsd.cmake", f"-DMH_CROSS={self.directory}",
            f"-DCMAKE_INSTALL_PREFIX={self.prefix}", "-DCMAKE_INSTALL_LIBDIR=lib", "-DBUILD_SHARED_LIBS=OFF",
            "-DCMAKE_POSITION_INDEPENDENT_CODE=ON", "-Wno-dev",
            *options)

    def cmake_install(self, log, build):
        run(log, "cmake", "--build", build, "-j", JOBS)
        run(log, "cmake", "--install", build)

    def build_libraries(self):
        (self.prefix / "lib/pkgconfig").mkdir(parents=True, exist_ok=True)
        if self.system == "netbsd":
            once(self.directory / "stamps/kvm", self.mark, self.build_kvm)
        self.library("jansson", self.build_jansson, *JANSSON)
        self.library("libuv1", self.build_uv)
        self.library("libmicrohttpd", self.build_microhttpd, *MICROHTTPD)
        self.library("curl", self.build_curl, *CURL)

    def build_jansson(self, source, build, log):
        self.cmake(log, source, build, *JANSSON)
        self.cmake_install(log, build)

    def build_uv(self, source, build, log):
        """The archive only: the shared library wants NetBSD's libkvm."""
        self.cmake(log, source, build, "-DLIBUV_BUILD_TESTS=OFF")
        run(log, "cmake", "--build", build, "-j", JOBS, "--target", "uv_a")
        shutil.copytree(source / "include", self.prefix / "include", dirs_exist_ok=True)
        shutil.copy(build / "libuv_a.a", self.prefix / "lib/libuv.a")
        self.write_module("libuv", self.sources.version("libuv1"), "-luv" + (" -lkvm" if self.system == "netbsd" else ""))

    def build_microhttpd(self, source, build, log):
        tools = {name: str(self.directory / "bin" / name.lower()) for name in ("CC", "AR", "RANLIB")}
        environment = os.environ | tools | {"CFLAGS": "-O2 -fPIC"}
        run(log, source / "configure", f"--host={self.machine}-unknown-{self.system}", f"--prefix={self.prefix}", *MICROHTTPD,
            cwd=build, env=environment)
        run(log, "make", "-j", JOBS, cwd=build, env=environment)
        run(log, "make", "install", cwd=build, env=environment)

    def build_curl(self, source, build, log):
        self.cmake(log, source, build, *CURL)
        self.cmake_install(log, build)

    def write_module(self, name, version, libraries):
        (self.prefix / f"lib/pkgconfig/{name}.pc").write_text(
            f"Name: {name}\nDescription: {name}\nVersion: {version.split('-')[0].split('+')[0]}\n"
            f"Cflags: -I{self.prefix}/include\nLibs: -L{self.prefix}/lib {libraries}\n")

    def build_kvm(self):
        """libuv reads a process's size by NetBSD's libkvm, which ziglang lacks: its name and what libuv calls, to link with."""
        source = self.directory / "libraries/kvm.c"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("".join(f"void {name}(void);\nvoid {name}(void)\n{{\n}}\n" for name in cross_symbols.KVM))
        self.cc(self.directory / "kvm.log", "-shared", "-fPIC", f"-Wl,-soname,{cross_symbols.KVM_LIBRARY}", source, "-o",
                self.prefix / "lib/libkvm.so")

    # -- the program

    def build_program(self):
        log, build = self.directory / "multihomed.log", self.directory / "multihomed"
        log.unlink(missing_ok=True)
        once(self.directory / "stamps/multihomed", self.mark, lambda: shutil.rmtree(build, ignore_errors=True))
        self.cmake(log, ROOT, build, "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DMH_HARDEN=ON", "-DMH_WERROR=ON", "-DMH_TESTS=OFF",
                   f"-DPython3_EXECUTABLE={os.environ.get('PYTHON', '/usr/bin/python3')}")
        run(log, "cmake", "--build", build, "-j", JOBS)
        self.cc(log, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", ROOT / "tests/bsd/agent.c", "-o", self.directory / "agent")

    def programs(self):
        return [self.directory / "multihomed/src/daemon/multihomed", self.directory / "multihomed/src/ctl/multihomectl",
                self.directory / "agent"]

    def check(self):
        lists = cross_symbols.read_lists(zig().parent / f"lib/libc/{self.system}/abilists", self.triple, RELEASES[self.system][1])
        wrong = []
        for program in self.programs():
            told = output_of("file", "-b", program)
            if f"for {SYSTEMS[self.system]}" not in told or f"interpreter {INTERPRETERS[self.system]}" not in told:
                wrong.append(f"{program.name}: file says {told.strip()}")
            count, unknown = cross_symbols.check(program, lists)
            wrong += unknown
            if not cross_symbols.check(program, lists | {"c": set()})[1]:
                wrong.append(f"{program.name}: nothing of libc was missed without its list")
            say(f"{self.name}: {program.relative_to(self.directory.parent)}, {program.stat().st_size // 1024} KiB, "
                f"{count} symbols of {', '.join(cross_symbols.needed(program))}")
            say(f"    {told.strip()}")
        if wrong:
            raise Failed("\n".join(wrong))

    def build(self):
        started = time.monotonic()
        self.write_tools()
        self.build_libraries()
        self.build_program()
        self.check()
        say(f"{self.name}: built and checked, {time.monotonic() - started:.0f} s")


def main():
    if not 3 <= len(sys.argv) <= 4 or sys.argv[2] not in SYSTEMS or (sys.argv[3:] or ["amd64"])[0] not in MACHINES:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    target = Target(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], (sys.argv[3:] or ["amd64"])[0])
    try:
        target.sources.prepare()
        target.build()
    except (Failed, subprocess.TimeoutExpired) as error:
        print(f"{target.name}: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
