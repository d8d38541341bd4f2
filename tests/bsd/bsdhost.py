"""A BSD's kernel in memory for the host adapter of the labs (tests/lab/adapter.py): the tests that speak to a host through it run
on each personality. What such a kernel lacks skips the test."""

import os
import sys

import pytest

pytest.register_assert_rewrite("test_scenarios", "test_follow", "test_apply")

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab"))

from adapter import OPERATIONS, Host  # noqa: E402
from kept_memory import dump  # noqa: E402
from kernel_layout import IFT_BRIDGE, PERSONALITIES  # noqa: E402
from kernel_scenario import plain  # noqa: E402
from recorded_kernel import socket_path  # noqa: E402

IN6_IFF_TEMPORARY = 0x80  # <netinet6/in6_var.h> of all three


class BsdHost(Host):
    """Interfaces have the names that a test gives them; "lo" is lo0. Segments are names only."""

    def __init__(self, name, directory, layout):
        super().__init__(name, directory)
        os.makedirs(os.path.join(self.directory, name), exist_ok=True)
        self.path = socket_path(os.path.join(self.directory, name))
        self.kernel = plain(layout, self.path)
        self.layout, self.links = layout, 0

    def __getattr__(self, name):
        if name in OPERATIONS:
            pytest.skip(f"a kernel in memory has no {name}")
        raise AttributeError(name)

    def platform_arguments(self):
        return ["--platform", f"bsd:{self.layout},calls=unix:{self.path}"]

    # ---- links ----

    def add(self, name, **more):
        self.links += 1
        self.kernel.add_interface(name, f"02:00:00:00:01:{self.links:02x}", link_state=self.kernel.system.link_up, **more)
        self.kernel.set_up(name)

    def add_interface(self, name, segment):
        self.add(name)

    def add_bridge(self, name):
        self.add(name, type=IFT_BRIDGE, cloned=True)

    def set_link(self, interface, up):
        self.kernel.set_up(interface, up)

    def set_carrier(self, interface, on):
        self.kernel.link(interface, on)

    def rename(self, interface, name):
        if self.kernel.system_name != "freebsd":
            pytest.skip("FreeBSD alone renames interfaces")
        self.kernel.rename_interface(interface, name)

    def remove_interface(self, interface):
        self.kernel.remove_interface(interface)

    # ---- addresses and routes ----

    def add_address(self, interface, address, peer=None, temporary=False):
        if peer:
            pytest.skip("only point-to-point interfaces have peers here")
        interface = "lo0" if interface == "lo" else interface
        self.kernel.add_address(interface, address)
        if temporary:
            subnet, _, length = address.partition("::")
            self.kernel.add_address(interface, f"{subnet}::5ca1:ab1e/{length.partition('/')[2]}", flags=IN6_IFF_TEMPORARY)

    def remove_address(self, interface, address):
        self.kernel.delete_address(interface, address.partition("/")[0])

    def add_route(self, destination, via=None, interface=None):
        self.kernel.route_add(destination, via, interface)

    def remove_route(self, destination):
        route = next(one for one in self.kernel.routes() if one["destination"] == destination)
        self.kernel.route_delete(destination, route["gateway"])

    # ---- what it is like ----

    def seen_addresses(self):
        return {(name, address) for name, addresses in self.kernel.addresses().items() for address in addresses}

    def seen_routes(self):
        return {(one["destination"], one["gateway"], one["interface"]) for one in self.kernel.routes() if one["gateway"]}

    def picture(self):
        return [f"{part} {what}" for part, found in dump(self.kernel).items()
                for what in (found.items() if isinstance(found, dict) else found)]


class BsdLab:
    """Kernels in memory of one personality, and the daemons on them."""

    def __init__(self, directory, layout):
        self.directory, self.layout, self.hosts = str(directory), layout, []

    def __enter__(self):
        return self

    def segment(self, name):
        return name

    def host(self, name="host"):
        self.hosts.append(BsdHost(name, self.directory, self.layout))
        return self.hosts[-1]

    def __exit__(self, kind, error, trace):
        complaints = [complaint for host in self.hosts for complaint in host.stop_daemon()]
        for host in self.hosts:
            host.kernel.close()
        if complaints and kind is None:
            raise AssertionError("\n".join(complaints))


@pytest.fixture(params=PERSONALITIES)
def any_lab(request, tmp_path):
    """In the place of the labs' fixture of that name."""
    with BsdLab(tmp_path, request.param) as lab:
        yield lab
