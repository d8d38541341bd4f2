"""The schema, the validator and the manual say the same of every member: each document that the schema refuses is refused, each that
it accepts is accepted unless it contradicts itself, and every refusal names its member."""
import copy
import json
import os
import re
import subprocess

import pytest
import yaml

from service import BUILD, ROOT

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")

JUDGE = os.path.join(BUILD, "tests", "config_judge")
with open(os.path.join(ROOT, "docs", "config.example.json"), encoding="utf-8") as stream:
    EXAMPLE = json.load(stream)
with open(os.path.join(ROOT, "api", "config.schema.yaml"), encoding="utf-8") as stream:
    SCHEMA = yaml.safe_load(stream)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

# What a schema cannot say: the titles of refusals that are beyond it.
BEYOND = {"no such uplink", "an uplink of the other family", "an address of the other family", "not in the group", "missing member",
          "the address is there twice", "the interface is there twice", "the destination is there twice", "the gateway is there twice",
          "rules of one priority overlap", "bits beyond the prefix are set", "not a host's address",
          "not an address with a port", "not a prefix"}
WRONG_TYPES = [None, True, 7, 1.5, "x", [], {}, [[]], {"x": {}}]
NUMBERS = [-2**63, -1, 0, 1, 39, 40, 255, 256, 257, 1000, 1001, 2**32 - 2, 2**32 - 1, 2**32, 2**63 - 1]
STRINGS = ["", " ", "auto", "AUTO", "gateway", "off", "strong", "Strong", "250", "250ms", "250 ms", "2h", "99h", "-1s", "1.5s", "a b", "a/b",
           "x" * 64, "x" * 65, "x" * 255, "x" * 256, "\u0001x", "\u00e4", "mac:zz", "mac:02:00:00:00:00:09", "luid:0x6008000000000", "luid:6", "luid:",
           "luid:0x12345678901234567", "index:12", "index:012", "index:+1", "index:9999999999", "192.0.2", "192.0.2.9",
           "192.0.2.9/24", "192.0.2.0/24", "192.0.2.9/33", "192.0.2.09", "10.0.0.0/8", "2001:db8::9", "2001:db8::/64", "2001:db8::9/129", "::1::",
           "fe80::1%eth0", "192.0.2.9:80", "[2001:db8::9]:80", "192.0.2.9:", "192.0.2.9:99999", "2001:db8::9:x"]
NAMES = ["", "a b", "-x", ".x", "x" * 64, "x" * 65, "\u00e4", "a/b", "mac:zz", "A.b_c-9", "2001:db8:1::/48", "192.0.2.0/24", "2001:db8::/129"]


def judge(texts):
    """The validator's verdict on each text: {} or a problem."""
    octets = b"".join(b"%d\n%s" % (len(text), text) for text in (text.encode() for text in texts))
    done = subprocess.run([JUDGE], input=octets, stdout=subprocess.PIPE, check=True)
    verdicts = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]
    assert len(verdicts) == len(texts)
    return verdicts


def pointer_of(names):
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def nodes(value, names=()):
    yield names, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from nodes(inner, names + (name,))


def at(document, names):
    for name in names:
        document = document[name]
    return document


def replaced(names, value):
    if not names:
        return value
    document = copy.deepcopy(EXAMPLE)
    at(document, names[:-1])[names[-1]] = value
    return document


def renamed(names, name):
    document = copy.deepcopy(EXAMPLE)
    outer = at(document, names[:-1])
    pairs = [(name if old == names[-1] else old, value) for old, value in outer.items()]
    outer.clear()
    outer.update(pairs)
    return document


def without(names):
    document = copy.deepcopy(EXAMPLE)
    del at(document, names[:-1])[names[-1]]
    return document


def mutations():
    """Documents, and the pointers of which one a refusal must name: the member's own, or what is around or within it."""
    for names, value in nodes(EXAMPLE):
        for wrong in WRONG_TYPES:
            yield replaced(names, wrong), names
        if isinstance(value, int) and not isinstance(value, bool):
            for number in NUMBERS:
                yield replaced(names, number), names
        if isinstance(value, str):
            for text in STRINGS:
                yield replaced(names, text), names
        if isinstance(value, dict):
            yield replaced(names + ("unknown",), 1), names + ("unknown",)
            yield replaced(names, {}), names
        if isinstance(value, list):
            yield replaced(names, value + value[:1]), names + (len(value),)
        if names and isinstance(names[-1], str):
            yield without(names), names[:-1]
            for name in NAMES:
                yield renamed(names, name), names[:-1] + (name,)


def is_duration(text):
    """A schema compares numbers, not durations."""
    return re.fullmatch(r'"[0-9]+(ms|s|m|h)"', text) is not None


def test_every_mutation():
    cases = list(mutations())
    verdicts = judge([json.dumps(document, ensure_ascii=False) for document, _ in cases])
    refused = 0
    for (document, names), verdict in zip(cases, verdicts):
        errors = list(VALIDATOR.iter_errors(document))
        where = pointer_of(names)
        if errors:
            assert verdict, (where, errors[0].message)
        elif verdict:
            assert verdict["title"] in BEYOND or is_duration(verdict["got"] or ""), (where, verdict)
        if not verdict:
            continue
        refused += 1
        pointer = verdict["pointer"]
        # A contradiction is told where it is found, which may be the other of the two.
        if errors:
            assert pointer.startswith(where) or where.startswith(pointer), (where, verdict)
        assert verdict["line"] == 1 and verdict["column"] >= 1
    assert len(cases) > 2000 and refused > 1500


def test_wrong_types_name_the_member_itself():
    cases = [(replaced(names, 1.5), names) for names, _ in nodes(EXAMPLE)]
    for (_, names), verdict in zip(cases, judge([json.dumps(document) for document, _ in cases])):
        assert verdict["pointer"] == pointer_of(names) and verdict["title"] == "wrong type", (names, verdict)


def test_unknown_members_are_named():
    cases = [names + ("unknown",) for names, value in nodes(EXAMPLE) if isinstance(value, dict)]
    for names, verdict in zip(cases, judge([json.dumps(replaced(names, 1.5)) for names in cases])):
        assert verdict and verdict["pointer"] == pointer_of(names), (names, verdict)


def doubled(value, names):
    """The text of a document in which one member stands twice."""
    if isinstance(value, dict):
        pairs = []
        for name, inner in value.items():
            pairs.append("%s:%s" % (json.dumps(name), doubled(inner, names[1:] if names and names[0] == name else ())))
            if names == (name,):
                pairs.append(pairs[-1])
        return "{%s}" % ",".join(pairs)
    if isinstance(value, list):
        return "[%s]" % ",".join(doubled(item, ()) for item in value)
    return json.dumps(value)


def test_every_name_twice():
    cases = [names for names, _ in nodes(EXAMPLE) if names and isinstance(names[-1], str)]
    for names, verdict in zip(cases, judge([doubled(EXAMPLE, names) for names in cases])):
        assert verdict and verdict["pointer"] == pointer_of(names), (names, verdict)
        assert verdict["title"] == "the name is there twice"


def resolved(schema):
    while "$ref" in schema:
        target = SCHEMA
        for name in schema["$ref"][2:].split("/"):
            target = target[name]
        schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def schema_members(schema=SCHEMA, pattern=""):
    """(pattern, schema) of every member that the schema knows; a star is any name."""
    schema = resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        yield pattern + "/" + name, resolved(inner)
        yield from schema_members(inner, pattern + "/" + name)
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict):
        yield pattern + "/*", resolved(inner)
        yield from schema_members(inner, pattern + "/*")


def manual_rows():
    """Pattern -> the default's text, of every row of the manual's tables."""
    with open(os.path.join(ROOT, "docs", "configuration.md"), encoding="utf-8") as stream:
        rows = re.findall(r"^\| `(/\S*)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", stream.read(), re.M)
    assert len(rows) == len({row[0] for row in rows})
    return {row[0]: row[2].strip() for row in rows}


def test_the_manual_has_every_member_and_its_default():
    schema, manual = dict(schema_members()), manual_rows()
    assert set(schema) == set(manual)
    for pattern, row in manual.items():
        default = schema[pattern].get("default")
        if "default" in schema[pattern]:
            assert row == "`%s`" % json.dumps(default), pattern
        else:
            assert "`" not in row, pattern


def test_the_example_has_every_member():
    def matches(pattern):
        found = [EXAMPLE]
        for name in pattern.split("/")[1:]:
            objects = [value for value in found if isinstance(value, dict)]
            found = [inner for value in objects for key, inner in value.items() if name in ("*", key)]
        return found
    for pattern, _ in schema_members():
        assert matches(pattern), pattern


def test_the_manuals_documents_are_valid():
    with open(os.path.join(ROOT, "docs", "configuration.md"), encoding="utf-8") as stream:
        text = stream.read()
    blocks = re.findall(r"^```json\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) >= 9
    for block, verdict in zip(blocks, judge(blocks)):
        assert verdict == {}, (block, verdict)
        VALIDATOR.validate(json.loads(block))
