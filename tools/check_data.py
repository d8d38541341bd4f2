#!/usr/bin/env python3
"""JSON and YAML files of the tree must parse, and the workflows must look like workflows.

Files below a directory named `invalid` are test material that is wrong on purpose.
"""

import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {"build", ".git", "__pycache__", "invalid", "node_modules", ".pytest_cache"}


def files(*suffixes):
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.suffix in suffixes and path.is_file() and not SKIPPED & set(parts):
            yield path


class UniqueKeys(yaml.SafeLoader):
    """A mapping with the same key twice loses one of them silently; here it is an error."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"line {node.start_mark.line + 1}: the key {key!r} stands there twice")
        return super().construct_mapping(node, deep)


def check_json(path):
    json.loads(path.read_text(encoding="utf-8"))


def check_yaml(path):
    with path.open(encoding="utf-8") as file:
        document = yaml.load(file, Loader=UniqueKeys)
    if path.parent == ROOT / ".github/workflows":
        check_workflow(document)


def check_workflow(document):
    # `on` reads as true in YAML 1.1.
    if "on" not in document and True not in document:
        raise ValueError("a workflow without `on`")
    for name, job in document["jobs"].items():
        if "runs-on" not in job or not job.get("steps"):
            raise ValueError(f"job {name} lacks runs-on or steps")
        for step in job["steps"]:
            if ("uses" in step) == ("run" in step):
                raise ValueError(f"job {name}: a step has either `uses` or `run`")


def main():
    failed = False
    checks = [(path, check_json) for path in files(".json")] + [(path, check_yaml) for path in files(".yml", ".yaml")]
    for path, check in checks:
        try:
            check(path)
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            failed = True
            print(f"{path.relative_to(ROOT)}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
