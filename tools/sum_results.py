#!/usr/bin/env python3
"""Adds up what ./dev test ran: prints failures, skips with their reasons, and the plain line `N passed, N failed, N skipped`.

    sum_results.py DIRECTORY

DIRECTORY/steps.tsv has a line for each step: `step NAME EXIT SECONDS [JUNIT]`. A step with a JUnit file counts as its
cases; another counts as one. Exits 1 when anything failed or nothing ran.
"""

import os
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

# A skip that ./dev could have prevented by installing something is a failure where nobody looks (CI).
INSTALLABLE = re.compile(r"\b(not installed|not found|missing|no such program)\b", re.IGNORECASE)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def cmocka_cases(name, output):
    """(name, outcome, reason) of each case in a CMocka program's output."""
    reason = []
    for line in output.splitlines():
        case = re.match(r"\[\s+(RUN|OK|FAILED|SKIPPED)\s+\] (\w+)$", line)
        if case is None:
            reason.append(line.strip())
        elif case[1] == "RUN":
            reason = []
        else:
            yield f"{name}: {case[2]}", case[1], " ".join(filter(None, reason))


def add_ctest(tally, case):
    """A CMocka program: its cases are counted; another program is one case."""
    name = case.get("name")
    output = case.findtext("system-out") or ""
    before = len(tally.failed)
    seen = {}
    for key, outcome, reason in cmocka_cases(name, output):
        seen.setdefault(key, (outcome, reason))
    for key, (outcome, reason) in seen.items():
        if outcome == "OK":
            tally.passed += 1
        elif outcome == "FAILED":
            tally.failed.append(key)
        else:
            tally.skipped.append((key, reason or "no reason given"))
    ended_well = case.get("status") == "run"
    if not ended_well and len(tally.failed) == before:
        tally.failed.append(name)
    elif ended_well and not seen:
        tally.passed += 1


def add_pytest(tally, case):
    name = f"{case.get('classname')}: {case.get('name')}"
    skipped = case.find("skipped")
    if skipped is not None:
        tally.skipped.append((name, skipped.get("message") or "no reason given"))
    elif case.find("failure") is not None or case.find("error") is not None:
        tally.failed.append(name)
    else:
        tally.passed += 1


def read_junit(path):
    tally = Tally()
    for case in xml.parse(path).iter("testcase"):
        # ctest writes a status; pytest does not.
        (add_ctest if case.get("status") else add_pytest)(tally, case)
    return tally


def read_step(line):
    name, status, _seconds, *junit = line.rstrip("\n").split("\t")
    tally = Tally()
    if junit and os.path.exists(junit[0]):
        tally = read_junit(junit[0])
    elif status == "0":
        tally.passed = 1
    elif status == "skip":
        tally.skipped.append((name, junit[0]))
    if status not in ("0", "skip") and not tally.failed:
        tally.failed.append(f"{name} (exit {status})")
    return tally


def main():
    total = Tally()
    for line in (pathlib.Path(sys.argv[1]) / "steps.tsv").read_text().splitlines():
        total.add(read_step(line))
    for name, reason in total.skipped:
        print(f"skipped: {name}: {reason}")
        if os.environ.get("CI") and INSTALLABLE.search(reason):
            total.failed.append(f"{name} was skipped for something that ./dev should install: {reason}")
    for name in total.failed:
        print(f"FAILED: {name}")
    print(f"{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
