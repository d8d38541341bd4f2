#!/usr/bin/env python3
"""Holds src/core to its promise: pure C11, no operating system, no state.

    check_core.py             the sources: only include guards, only headers that every system has
    check_core.py LIBRARY     also the compiled archive: no writable data, and calls to nothing but a short list

And src/ and api/, which stand above platform.h, to theirs: no operating system's header.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Headers of C11 that neither do input or output nor ask a clock; stdio.h is for snprintf.
CORE_HEADERS = set("""assert.h ctype.h inttypes.h limits.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h
stdio.h stdlib.h string.h jansson.h""".split())
# Above the boundary the rest of C11 is allowed too, and the libraries that hide the system. strings.h is for strcasecmp,
# which is POSIX's, but every system here has it.
UPPER_HEADERS = CORE_HEADERS | set("""errno.h float.h locale.h math.h signal.h strings.h threads.h time.h wchar.h uv.h microhttpd.h
curl/curl.h""".split())

# What the core may call. Compilers turn some of it into other names (memcpy into __memcpy_chk).
ALLOWED_CALLS = re.compile(
    r"^_*(mem(cpy|move|set|cmp|chr)|str(n?cmp|n?cpy|n?cat|len|nlen|chr|rchr|str|spn|cspn|pbrk|dup|ndup|tou?ll?|toumax|toimax)|"
    r"vsn?printf|sn?printf|malloc|calloc|realloc|free|qsort|bsearch|abort|assert_fail|ctype_b_loc|"
    r"json_\w+|stack_chk_\w+|isoc\d+_strtou?ll?)(_chk)?$")
OWN = re.compile(r"^mh_\w+$")
# Position-independent code asks for these by itself.
LINKER = {"_GLOBAL_OFFSET_TABLE_"}


def guard_of(lines):
    """The line numbers of an include guard, as indices; empty when there is none."""
    directives = [i for i, line in enumerate(lines) if re.match(r"\s*#", line)]
    if len(directives) < 3:
        return set()
    first = re.match(r"#ifndef (MH_\w+_H)$", lines[directives[0]])
    if first and lines[directives[1]] == f"#define {first[1]}" and lines[directives[-1]].startswith("#endif"):
        return {directives[0], directives[-1]}
    return set()


def conditionals(path, lines):
    guard = guard_of(lines) if path.suffix == ".h" else set()
    if path.suffix == ".h" and not guard:
        yield path, 1, "has no include guard"
    for i, line in enumerate(lines):
        if i not in guard and re.match(r"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b", line):
            yield path, i + 1, "a conditional other than the include guard: " + line.strip()


def foreign_headers(path, lines, allowed):
    for i, line in enumerate(lines):
        header = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
        if header and header[1] not in allowed:
            yield path, i + 1, f"<{header[1]}> belongs below platform.h"


def check_sources():
    for path in sorted((ROOT / "src/core").glob("**/*.[ch]")):
        lines = path.read_text().splitlines()
        yield from conditionals(path, lines)
        yield from foreign_headers(path, lines, CORE_HEADERS)
    for directory in ("src", "api"):
        for path in sorted((ROOT / directory).glob("**/*.[ch]")):
            if ROOT / "src/core" not in path.parents:
                yield from foreign_headers(path, path.read_text().splitlines(), UPPER_HEADERS)


def symbols(archive):
    """(member, name, section) of every symbol; the section is *UND* for what is called and not there."""
    member = ""
    for line in subprocess.run(["objdump", "-t", archive], capture_output=True, text=True, check=True).stdout.splitlines():
        if ":     file format " in line:
            member = line.split(":")[0]
        entry = re.match(r"[0-9a-f]{8,16} .{7} (\S+)\s+[0-9a-f]{8,16}\s+(?:\.hidden )?(\S+)$", line)
        if entry:
            yield member, entry[2], entry[1]


def writable(section):
    """Constant tables of pointers are in .data.rel.ro: the loader writes them once, nobody else."""
    return section == "*COM*" or re.match(r"\.t?(data|bss)\b(?!\.rel\.ro)", section)


def check_archive(archive):
    for member, name, section in symbols(archive):
        if writable(section) and not name.startswith("."):
            yield member, 0, f"{name}: writable data with static storage"
        if section == "*UND*" and name not in LINKER and not OWN.match(name) and not ALLOWED_CALLS.match(name):
            yield member, 0, f"calls {name}"


def main():
    problems = list(check_sources())
    for archive in sys.argv[1:]:
        problems += check_archive(archive)
    for where, line, text in problems:
        print(f"{where}:{line}: {text}" if line else f"{where} {text}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
