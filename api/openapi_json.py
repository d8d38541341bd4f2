#!/usr/bin/env python3
"""openapi_json.py IN.yaml OUT.json: the OpenAPI document, or a schema, as compact JSON, as the service sends it."""
import json
import sys

import yaml


def main():
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as stream:
        document = yaml.safe_load(stream)
    with open(target, "w", encoding="utf-8") as stream:
        json.dump(document, stream, ensure_ascii=False, separators=(",", ":"))
        stream.write("\n")


main()
