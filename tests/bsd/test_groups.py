"""Groups and metrics of interfaces as the program shows them, on kernels in memory of all personalities."""

import pytest

from kernel_layout import PERSONALITIES
from kernel_scenario import NAMES
from told import eventually, interface

EVERY = pytest.mark.parametrize("layout", PERSONALITIES)


def put_in(kernel, name, groups):
    with kernel.lock:
        kernel.interface(name).groups.extend(groups)


@EVERY
def test_groups(serve, layout):
    service = serve(layout, prepare=lambda kernel: put_in(kernel, NAMES[kernel.system_name][1], ["uplink"]))
    first, second = NAMES[service.kernel.system_name]
    groups = {name: interface(service, name)["groups"] for name in ("lo0", first, second)}
    assert groups == {"freebsd": {"lo0": ["all", "lo"], first: ["all"], second: ["all", "uplink"]},
                      "openbsd": {"lo0": ["all", "lo"], first: ["all", "egress"], second: ["all", "uplink"]},
                      "netbsd": {"lo0": [], first: [], second: []}}[service.kernel.system_name]


@EVERY
def test_groups_are_read_anew_with_interfaces(serve, layout):
    """Nothing is told when a group changes; the interface's next message brings it."""
    service = serve(layout)
    _, second = NAMES[service.kernel.system_name]
    put_in(service.kernel, second, ["uplink"])
    service.kernel.link(second, False)
    eventually(lambda: not interface(service, second)["carrier"], service)
    shown = interface(service, second)["groups"]
    assert shown == ([] if service.kernel.system_name == "netbsd" else ["all", "uplink"])


@EVERY
def test_more_groups_than_are_asked_for_at_first(serve, layout):
    many = ["g" + chr(97 + number // 10) + chr(107 + number % 10) for number in range(100)]
    service = serve(layout, prepare=lambda kernel: put_in(kernel, "lo0", many))
    shown = interface(service, "lo0")["groups"]
    if service.kernel.system_name == "netbsd":
        assert shown == []
    else:
        assert shown == (["all", "lo"] + many)[:32]  # 127 octets with the spaces
        assert len(" ".join(shown)) <= 127 < len(" ".join((["all", "lo"] + many)[:len(shown) + 1]))


@EVERY
def test_metric(serve, layout):
    service = serve(layout)
    _, second = NAMES[service.kernel.system_name]
    assert interface(service, second)["metric"] == 0
    with service.kernel.lock:
        service.kernel.interface(second).metric = 20
    service.kernel.link(second, False)
    eventually(lambda: interface(service, second)["metric"] == 20, service)


@EVERY
def test_answers_are_as_documented(serve, layout):
    pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
    from schema import Schemas
    service = serve(layout, prepare=lambda kernel: put_in(kernel, "lo0", ["uplink"]))
    schemas = Schemas(service.get("/v1/openapi.json").json)
    schemas.check(schemas.of("/v1/interfaces"), service.get("/v1/interfaces").json)
    schemas.check(schemas.of("/v1/interfaces/{name}"), interface(service, "lo0"))
