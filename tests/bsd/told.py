"""What a service under test tells of its host."""

import time


def items(service, path):
    answer = service.get(path)
    assert answer.status == 200, answer.body
    return answer.json["items"]


def interface(service, name):
    answer = service.get("/v1/interfaces/" + name)
    assert answer.status == 200, answer.body
    return answer.json


def eventually(condition, service, timeout=20):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, service.log_text()
        time.sleep(0.02)


def routes_to(service, destination):
    return [route for route in items(service, "/v1/routes?limit=500") if route["destination"] == destination]
