"""Builds the whole program for a BSD with ziglang's compiler.

The service, multihomectl, the agent of the tests (tests/bsd/agent.c) and the libraries they want, from Debian's source
packages. Libraries are linked in; of the system only its own are used. What was linked is then held against the lists of
symbols of that system (tools/cross_symbols.py).
"""

import importlib.util
import os
import pathlib
import shutil
import time

import cross_build
import cross_symbols
from cross_build import CURL, JANSSON, JOBS, ROOT, Failed, fingerprint, once, output_of, run, say

# The oldest release that ziglang has the libraries of, as its triples and as its lists of symbols say it.
RELEASES = {"freebsd": ("14.0", (1, 7)), "netbsd": ("10.1", (10, 1)), "openbsd": ("7.8", (7, 8))}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
SYSTEMS = {"freebsd": "FreeBSD", "netbsd": "NetBSD", "openbsd": "OpenBSD"}
INTERPRETERS = {"freebsd": "/libexec/ld-elf.so.1", "netbsd": "/libexec/ld.elf_so", "openbsd": "/usr/libexec/ld.so"}
MICROHTTPD = (*cross_build.MICROHTTPD, "--enable-static", "--disable-shared")
# Capture from interfaces is all that is wanted of it.
PCAP = ("-DDISABLE_BLUETOOTH=ON", "-DDISABLE_DBUS=ON", "-DDISABLE_NETMAP=ON", "-DDISABLE_RDMA=ON")
PCAP_PROGRAM = "capturetest"  # one of its tests, which shows that what it wants is to be had: nothing of ours links it yet


def zig():
    return pathlib.Path(importlib.util.find_spec("ziglang").origin).parent / "zig"


class BsdTarget(cross_build.Target):
    toolchain = ROOT / "cmake/zig-bsd.cmake"

    def __init__(self, directory, system, machine):
        super().__init__(directory, f"{system}-{machine}")
        self.system = system
        self.machine = MACHINES[machine]
        self.triple = f"{self.machine}-{system}"
        recipes = [self.toolchain, *sorted((ROOT / "cmake/netbsd-10").rglob("*.h"))]
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

    def build_libraries(self):
        (self.prefix / "lib/pkgconfig").mkdir(parents=True, exist_ok=True)
        if self.system == "netbsd":
            once(self.directory / "stamps/kvm", self.mark, self.build_kvm)
        self.library("jansson", self.build_jansson, *JANSSON)
        self.library("libuv1", self.build_uv)
        self.library("libmicrohttpd", self.build_microhttpd, *MICROHTTPD)
        self.library("curl", self.build_curl, *CURL)
        self.library("libpcap", self.build_pcap, *PCAP)

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

    def build_pcap(self, source, build, log):
        """Debian's patch for its own FreeBSD has pcap-bpf.c want a header of that kernel's, where others have <sys/time.h>."""
        header = build / "include/sys/kern/time.h"
        header.parent.mkdir(parents=True)
        header.write_text("#include <sys/time.h>\n")
        self.cmake(log, source, build, f"-DCMAKE_C_FLAGS=-I{build}/include", *PCAP)
        self.cmake_install(log, build)
        run(log, "cmake", "--build", build, "-j", JOBS, "--target", PCAP_PROGRAM)

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
        self.configure_program(log, build, "-DMH_HARDEN=ON", "-DMH_TESTS=OFF")
        run(log, "cmake", "--build", build, "-j", JOBS)
        self.cc(log, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", ROOT / "tests/bsd/agent.c", "-o", self.directory / "agent")

    def programs(self):
        return [self.directory / "multihomed/src/daemon/multihomed", self.directory / "multihomed/src/ctl/multihomectl",
                self.directory / "agent", self.directory / "libraries/libpcap/run" / PCAP_PROGRAM]

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
