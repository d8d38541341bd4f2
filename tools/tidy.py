#!/usr/bin/env python3
"""Runs clang-tidy over what a build compiled of src, platform and api, and fails on any finding that is not accepted.

    tidy.py BUILD JOBS [FILE...]

tools/tidy_accepted.txt names the findings that were looked at and are wrong: mostly because the analyzer sees one file
at a time, and so does not know that a function in another one fills a variable whenever it answers MH_OK. One file is
given to each process: clang-tidy 14 mistakes va_list in the second and following ones.
"""

import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACCEPTED = ROOT / "tools/tidy_accepted.txt"
FINDING = re.compile(r"^(/[^:]+):(\d+):\d+: (?:error|warning): (.*) \[([\w.-]+).*\]$")


def compiled(build):
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]) for command in commands}
    return sorted(file for file in files if any(ROOT / part in file.parents for part in ("src", "platform", "api")))


def accepted():
    lines = (line.split(maxsplit=2) for line in ACCEPTED.read_text().splitlines())
    return {(line[0], line[1]) for line in lines if line and not line[0].startswith("#")}


def tidy(build, file):
    """(findings, everything it said): a finding is (file, line, check, text)."""
    run = subprocess.run(["clang-tidy", "-p", build, "--quiet", file], capture_output=True, text=True, cwd=ROOT)
    findings = []
    for line in run.stdout.splitlines():
        match = FINDING.match(line)
        if match:
            path = pathlib.Path(match[1])
            inside = path.relative_to(ROOT) if ROOT in path.parents else path
            findings.append((str(inside), match[2], match[4], match[3]))
    if run.returncode != 0 and not findings:
        findings.append((str(file), "0", "clang-tidy", f"ended with {run.returncode}: {run.stderr.strip()}"))
    return findings, run.stdout


def main():
    build, jobs = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    files = [pathlib.Path(name).resolve() for name in sys.argv[3:]] or compiled(build)
    known, seen, wrong = accepted(), set(), set()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool, (build / "tidy.log").open("w") as log:
        for findings, text in pool.map(lambda file: tidy(build, file), files):
            log.write(text)
            for path, line, check, what in findings:
                seen.add((path, check))
                if (path, check) not in known:
                    wrong.add(f"{path}:{line}: {what} [{check}]")
    for finding in sorted(wrong):
        print(finding)
    if not sys.argv[3:]:
        for path, check in sorted(known - seen):
            print(f"note: tools/tidy_accepted.txt: {check} is no longer found in {path}")
    print(f"{len(files)} files, {len(wrong)} findings; {build}/tidy.log has the reasoning")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
