"""A client that writes: every answer that it gets is one that the OpenAPI document has."""
import contextlib
import json
import os
import time

from schema import Schemas
from service import Answer

HOST = {
    "system": "linux", "hostname": "web1",
    "interfaces": {"eth0": {"mac": "02:00:00:00:00:01", "addresses": ["192.0.2.1/24"]},
                   "eth1": {"mac": "02:00:00:00:00:02", "addresses": ["198.51.100.7/24"]}},
    "routes": [{"destination": "default", "via": "192.0.2.254"}]}
SECOND = {"interface": "eth0", "address": "192.0.2.2/24"}
THIRD = {"interface": "eth0", "address": "192.0.2.3/24"}
JSON, PATCH = "application/json", "application/merge-patch+json"


def host_with(*faults):
    return {**HOST, "faults": list(faults)}


def pattern_of(target):
    """The path of the OpenAPI document that a target falls under."""
    path = target.split("?")[0]
    parts = path.split("/")
    if path.startswith("/v1/config/"):
        return "/v1/config/{path}"
    if path.startswith("/v1/transactions/"):
        return "/".join(parts[:3] + ["{id}"] + parts[4:])
    return path


def eventually(condition, timeout=20):
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return value


def exchange(connection, *request):
    """A refusal may come before the body is sent to its end."""
    with contextlib.closing(connection):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(*request)
        response = connection.response_class(connection.sock, method=request[0])
        response.begin()
        return Answer(response, response.read())


class Writer:
    def __init__(self, service):
        self.service = service
        self.schemas = Schemas(service.get("/v1/openapi.json").json)

    def check(self, method, target, answer):
        operation = self.schemas.document["paths"][pattern_of(target)][method.lower()]
        if answer.status >= 400:
            assert str(answer.status) in operation["responses"] or "default" in operation["responses"]
            assert answer.headers["Content-Type"] == "application/problem+json"
            self.schemas.check(self.schemas.named("Problem"), answer.json)
            return
        response = operation["responses"][str(answer.status)]
        assert answer.headers["Content-Type"] == JSON
        self.schemas.check(response["content"][JSON]["schema"], answer.json)
        assert ("ETag" in answer.headers) == ("ETag" in response.get("headers", {}))

    def send(self, method, target, body=None, match="*", kind=JSON, check=True):
        """`body`: octets or text as they are, anything else as JSON; `match`, `kind`: None leaves the header out."""
        headers = {"If-Match": match} if match is not None and method in ("PUT", "PATCH", "DELETE") else {}
        if body is not None and kind is not None:
            headers["Content-Type"] = kind
        octets = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        answer = exchange(self.service.connection(), method, target, octets, headers)
        if check:
            self.check(method, target, answer)
        return answer

    def get(self, target):
        return self.send("GET", target)

    def put(self, document, query="", match="*", member=""):
        return self.send("PUT", "/v1/config" + member + query, json.dumps(document), match)

    def patch(self, document, query="", match="*"):
        return self.send("PATCH", "/v1/config" + query, json.dumps(document), match, PATCH)

    def delete(self, member, query="", match="*"):
        return self.send("DELETE", "/v1/config" + member + query, None, match)

    def confirm(self, transaction, token=None):
        return self.send("POST", "/v1/transactions/%s/confirm" % transaction["id"],
                         {"token": transaction["token"] if token is None else token})

    def revert(self, transaction):
        return self.send("POST", "/v1/transactions/%s/revert" % transaction["id"])

    def begin(self, document, timeout="60s"):
        """A transaction that waits to be confirmed."""
        answer = self.put(document, "?confirm_timeout=" + timeout)
        assert answer.status == 202, answer.body
        return answer.json

    def state(self, transaction):
        return self.get("/v1/transactions/" + transaction["id"]).json["state"]

    @property
    def tag(self):
        return self.service.get("/v1/config").headers["ETag"]

    @property
    def document(self):
        return self.service.get("/v1/config").json

    @property
    def addresses(self):
        return {item["address"] for item in self.service.get("/v1/addresses?interface=eth0").json["items"]}

    @property
    def transactions(self):
        return self.get("/v1/transactions").json["items"]

    @property
    def file(self):
        """What the configuration file holds; None without one."""
        with contextlib.suppress(FileNotFoundError), open(self.service.config, "rb") as stream:
            return stream.read()
        return None

    def everything(self):
        """What a write that is refused leaves as it is."""
        files = sorted(name for name in os.listdir(self.service.directory) if name.startswith("config"))
        return (self.tag, self.document, self.file, files, self.addresses, self.transactions,
                self.service.get("/v1/routes").json["items"], self.service.get("/v1/rules").json["items"])


__all__ = ["Answer", "HOST", "JSON", "PATCH", "SECOND", "THIRD", "Writer", "eventually", "host_with"]
