#!/usr/bin/env python3
"""Compiles for the BSDs what no other system can: check_calls.py

The tables of system calls (platform/bsd/calls*.c), what reads by them, and the agent (tests/bsd/agent.c), which is linked
too. Run it with an interpreter that has ziglang (PyPI), which brings a compiler, the headers and the C libraries of FreeBSD 14, NetBSD 10 and
OpenBSD. Whether they work is not seen here: nothing is run.
"""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCES = ("calls.c", "calls_line.c", "calls_link.c", "calls_unix.c", "calls_host.c", "read.c", "setting.c", "endpoint.c",
           "endpoint_holder.c", "pcb.c", "pcb_layout.c", "pcb_socket.c")
TARGETS = ("x86_64-freebsd", "aarch64-freebsd", "x86_64-netbsd", "x86_64-openbsd")


def compile_with(target, *arguments):
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-std=gnu11", "-Wall", "-Wextra", "-Werror",
               f"-I{ROOT / 'platform'}", f"-I{ROOT / 'src'}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.stderr if done.returncode else ""


def is_program_of(path, target):
    """The ELF header's EI_OSABI, or the note that NetBSD and OpenBSD write instead of it."""
    octets = path.read_bytes()
    names = {"freebsd": b"FreeBSD\0", "netbsd": b"NetBSD\0", "openbsd": b"OpenBSD\0"}
    return octets[:4] == b"\x7fELF" and names[target.split("-")[1]] in octets


def check(target, directory):
    system = ROOT / "platform" / "bsd" / target.split("-")[1]
    program = pathlib.Path(directory) / "agent"
    wrong = [compile_with(target, "-c", source, "-o", pathlib.Path(directory) / "part.o")
             for source in [ROOT / "platform/bsd" / name for name in SOURCES] + [system / "named_sysctl.c"]]
    wrong.append(compile_with(target, ROOT / "tests/bsd/agent.c", "-o", program))
    if not any(wrong) and not is_program_of(program, target):
        wrong.append(f"the agent is no program of {target}")
    return "\n".join(filter(None, wrong))


def main():
    failed = 0
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as directory:
            wrong = check(target, directory)
        failed += wrong != ""
        print(f"{target}: " + ("table and agent are built" if not wrong else "NOT built\n" + wrong))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
