"""Checks bodies against the OpenAPI document that the service sends, strictly: a member that is not documented is an error."""
import copy

import jsonschema


def strict(node):
    """Every object schema that lists its members allows no others."""
    if isinstance(node, list):
        for item in node:
            strict(item)
    elif isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for item in node.values():
            strict(item)
    return node


class Schemas:
    def __init__(self, document):
        self.document = strict(copy.deepcopy(document))
        self.resolver = jsonschema.RefResolver("", self.document)

    def check(self, schema, body):
        jsonschema.Draft202012Validator(schema, resolver=self.resolver,
                                        format_checker=jsonschema.FormatChecker()).validate(body)

    def named(self, name):
        return self.document["components"]["schemas"][name]

    def of(self, pattern, status="200", kind="application/json", method="get"):
        return self.document["paths"][pattern][method]["responses"][status]["content"][kind]["schema"]
