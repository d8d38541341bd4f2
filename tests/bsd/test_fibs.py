"""FreeBSD's FIBs: a routing socket hears of one, and names none."""

import pytest

from told import eventually, routes_to

FREEBSD = pytest.mark.parametrize("layout", ("freebsd-13-amd64", "freebsd-14-amd64"))


def three_fibs(kernel):
    kernel.settings["net.fibs"] = 3
    kernel.settings["net.add_addr_allfibs"] = 1  # gateways are near in each


def tables_of(service, destination):
    return [route["table"] for route in routes_to(service, destination)]


@FREEBSD
def test_routes_of_every_fib_are_followed(serve, layout):
    service = serve(layout, prepare=three_fibs)
    for table in (2, 1, 0):
        service.kernel.route_add("10.%d.0.0/16" % table, "192.0.2.254", table=table)
        eventually(lambda: tables_of(service, "10.%d.0.0/16" % table) == [str(table)], service)
    service.kernel.route_delete("10.2.0.0/16", "192.0.2.254", table=2)
    eventually(lambda: not routes_to(service, "10.2.0.0/16"), service)


@FREEBSD
def test_fibs_are_followed_over_a_connection_that_was_made_again(serve, layout):
    service = serve(layout, prepare=three_fibs)
    before = service.get("/v1/status").json["last_resync"]
    service.kernel.hang_up()
    eventually(lambda: service.get("/v1/status").json["last_resync"] != before, service)
    service.kernel.route_add("10.2.0.0/16", "192.0.2.254", table=2)
    eventually(lambda: tables_of(service, "10.2.0.0/16") == ["2"], service)
