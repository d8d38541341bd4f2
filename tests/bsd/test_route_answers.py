"""A change of one route on FreeBSD and NetBSD: the kernel is asked what is there now (RTM_GET). What other programs ask and are
told comes by the same socket, and no answer may make the change be forgotten."""

import time

import pytest

from kernel_layout import PERSONALITIES, packed
from test_fibs import FREEBSD, three_fibs
from told import eventually, routes_to

ASKED = pytest.mark.parametrize("layout", [one for one in PERSONALITIES if not one.startswith("openbsd")])
RTM_GET, ESRCH, ANOTHER = 4, 3, 4712
CHANGED, HOST = "10.77.0.0/16", "10.77.0.9/32"


def readings(kernel):
    """How often all routes were read."""
    return sum(call == "sysctl" and arguments[0].split(".")[3:5] == ["0", "1"] and arguments[1] != "0"
               for call, *arguments in list(kernel.asked))


class Beside:
    """Before the kernel answers a question about a route, `tell` is called with its octets. Afterwards, and after reads, `hide` is
    called with the socket that the last question was written to."""

    def __init__(self, kernel, tell=None, hide=None):
        self.kernel, self.tell, self.hide, self.questions, self.asking = kernel, tell, hide, 0, None
        kernel.meddler = self

    @staticmethod
    def is_question(call, arguments):
        return call == "write" and bytes.fromhex(arguments[1])[3] == RTM_GET

    def before(self, call, arguments):
        if self.is_question(call, arguments):
            self.questions += 1
            if self.tell:
                self.tell(self.kernel, bytes.fromhex(arguments[1]))

    def after(self, call, arguments):
        if self.is_question(call, arguments):
            self.asking = self.kernel.listeners()[-1]
        if self.hide and self.asking and (call == "read" or self.is_question(call, arguments)):
            self.hide(self.kernel, self.asking)
        return False


# ---- what others are told ----

def number_of(kernel, question):
    return kernel.layout.reader.fields("rt_msghdr", question)["rtm_seq"]


def told_of(kernel, destination, number):
    """The answer to another program that asked for the way to an address."""
    route = kernel.system.state.look_up(packed(destination))
    kernel.tell(kernel.system.messages.route("RTM_GET", kernel.system.addresses_of(route), route.interface.index, route.flags, ANOTHER,
                                             number, **kernel.system.metrics(route)), 0)


def default_of_number_1(kernel, _question):
    """route(8) and others count from 1."""
    told_of(kernel, "203.0.113.9", 1)


def default_of_our_number(kernel, question):
    told_of(kernel, "203.0.113.9", number_of(kernel, question))


def elsewhere_of_our_number(kernel, question):
    told_of(kernel, "198.51.100.9", number_of(kernel, question))


def refusal_of_our_number(kernel, question):
    data = bytearray(question)
    kernel.layout.put(data, "rt_msghdr", rtm_pid=ANOTHER, rtm_errno=ESRCH)
    kernel.tell(bytes(data), 0)


def nonsense_of_our_number(kernel, question):
    kernel.tell(kernel.system.messages.route("RTM_GET", [], 0, 0, ANOTHER, number_of(kernel, question)), 0)


@ASKED
@pytest.mark.parametrize("tell, again", [(default_of_number_1, 0), (default_of_our_number, 1), (elsewhere_of_our_number, 0),
                                         (refusal_of_our_number, 1), (nonsense_of_our_number, 1)])
def test_what_others_are_told_hides_no_change(serve, layout, tell, again):
    """What is not about it is passed over; what might be true has all routes read."""
    service = serve(layout)
    before, beside = readings(service.kernel), Beside(service.kernel, tell)
    service.kernel.route_add(CHANGED, "192.0.2.254")
    eventually(lambda: routes_to(service, CHANGED), service, 10)
    assert beside.questions == 1 and readings(service.kernel) - before == again


# ---- no answer ----

def drop_answers(_kernel, asking):
    asking.queue[:] = [one for one in asking.queue if one[3] != RTM_GET]


def others_for_ever(kernel, asking):
    asking.queue[:] = [kernel.system.messages.route("RTM_GET", [], 0, 0, ANOTHER, 1)]


@ASKED
@pytest.mark.parametrize("hide", [drop_answers, others_for_ever])
def test_a_question_without_an_answer_is_no_silence(serve, layout, hide):
    """All routes are read, soon."""
    service = serve(layout)
    before, beside = readings(service.kernel), Beside(service.kernel, hide=hide)
    began = time.monotonic()
    for number in range(20):
        service.kernel.route_add(f"10.77.{number}.0/24", "192.0.2.254")
    eventually(lambda: all(routes_to(service, f"10.77.{number}.0/24") for number in range(20)), service)
    assert time.monotonic() - began < 10 and readings(service.kernel) > before and beside.questions < 20


# ---- what costs nothing ----

@ASKED
@pytest.mark.parametrize("destination", [CHANGED, HOST, "2001:db8:77::/48"])
def test_one_change_is_one_question(serve, layout, destination):
    service = serve(layout)
    gateway = "2001:db8:1::fe" if ":" in destination else "192.0.2.254"
    before, beside = readings(service.kernel), Beside(service.kernel)
    service.kernel.route_add(destination, gateway)
    eventually(lambda: routes_to(service, destination), service)
    service.kernel.route_delete(destination, gateway)
    eventually(lambda: not routes_to(service, destination), service)
    assert beside.questions == 1 and readings(service.kernel) == before


@ASKED
@pytest.mark.parametrize("destination", [CHANGED, HOST])
def test_what_came_and_went_needs_no_reading(serve, layout, destination):
    """The answer is another route that covers the destination, or none: the end has been told, too."""
    service = serve(layout)
    kernel = service.kernel
    before = readings(kernel)
    with kernel.lock:
        kernel.route_add(destination, "192.0.2.254")
        kernel.route_delete(destination, "192.0.2.254")
        kernel.route_add("10.78.0.0/16", "192.0.2.254")
    eventually(lambda: routes_to(service, "10.78.0.0/16"), service)
    assert not routes_to(service, destination) and readings(kernel) == before


@ASKED
def test_what_came_and_went_and_came_is_there(serve, layout):
    service = serve(layout)
    kernel = service.kernel
    with kernel.lock:
        kernel.route_add(CHANGED, "192.0.2.254")
        kernel.route_delete(CHANGED, "192.0.2.254")
        kernel.route_add(CHANGED, "192.0.2.253")
    eventually(lambda: [one["next_hops"][0]["gateway"] for one in routes_to(service, CHANGED)] == ["192.0.2.253"], service)


# ---- FIBs ----

class UnderAnotherFib:
    """setfib(1): the process's sockets are of FIB 1 until they say otherwise."""

    def __init__(self, kernel):
        self.kernel = kernel

    def before(self, call, arguments):
        pass

    def after(self, call, arguments):
        if call == "socket":
            for routing in self.kernel.listeners():
                if not hasattr(routing, "process_fib"):
                    routing.fib = routing.process_fib = 1
        return False


@FREEBSD
def test_a_change_is_asked_for_in_its_own_fib(serve, layout):
    def prepare(kernel):
        three_fibs(kernel)
        kernel.meddler = UnderAnotherFib(kernel)

    service = serve(layout, prepare=prepare)
    kernel = service.kernel
    before = readings(kernel)
    kernel.quietly(lambda: kernel.route_add(CHANGED, "192.0.2.253", table=1))
    kernel.route_add(CHANGED, "192.0.2.252")
    kernel.route_add("10.78.0.0/16", "192.0.2.254")
    eventually(lambda: routes_to(service, "10.78.0.0/16"), service)
    assert [(one["table"], one["next_hops"][0]["gateway"]) for one in routes_to(service, CHANGED)] == [("0", "192.0.2.252")]
    assert readings(kernel) == before
    kernel.route_add("10.79.0.0/16", "192.0.2.254", table=1)  # told to FIB 1 alone, whose routes are read
    eventually(lambda: routes_to(service, "10.79.0.0/16"), service)
    assert {one["table"]: one["next_hops"][0]["gateway"] for one in routes_to(service, CHANGED)} == {"0": "192.0.2.252", "1": "192.0.2.253"}
    assert [one["table"] for one in routes_to(service, "10.79.0.0/16")] == ["1"]
