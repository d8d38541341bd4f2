"""A Windows host for the adapter of the labs (tests/lab/adapter.py): a network namespace, and in it multihomed.exe under Wine,
which shows that namespace.

A wineserver shows the namespace that it was started in, and takes seconds to start: all hosts are the one namespace of the
session, the world's own, which is emptied after each lab.

On Wine alone, hosts are only read, and nothing tells of changes. On the bed, iphlp_bed.dll and its helper (iphlp_helper.py) carry
out in the namespace what Wine does not: hosts can be changed, and changes are told."""
import json
import os
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("test_scenarios", "test_follow", "test_apply")

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab"))

from adapter import NamespaceHost, Unsupported  # noqa: E402
from client import Api  # noqa: E402
from daemon import Daemon, DaemonEnded, wait_for  # noqa: E402
from iphlp_helper import Helper  # noqa: E402
from kernel import addresses, compare, interfaces  # noqa: E402
from real_host import DAEMON, LIBRARY, index_of  # noqa: E402
from topology import FABRIC, Namespace, Network, command  # noqa: E402
from windows_service import MUTE_ENDS, PORTS, Connection, windows_path  # noqa: E402

NAME = "windows"


# ---- the daemon ----

class TcpApi(Api):
    """Over TCP, with the token of the daemon's state directory."""

    def __init__(self, daemon):
        super().__init__(None)
        self.daemon = daemon

    def connect(self, timeout):
        with open(os.path.join(self.daemon.state, "token"), encoding="ascii") as token:
            return Connection(self.daemon.port, token.read().strip(), timeout)


class WindowsDaemon(Daemon):
    """multihomed.exe. Descriptors are Wine's, and nothing asks it to end: neither is looked at."""

    def __init__(self, wine, program, directory, arguments=(), environment=None, **options):
        super().__init__(directory, **options)
        self.wine, self.program, self.more, self.port = wine, program, arguments, None
        self.environment = {**wine.environment, **(environment or {})}
        self.api, self.refused = TcpApi(self), ""

    def launch(self):
        self.port = next(PORTS)  # that of one that was killed stays taken for a while
        self.command = self.wine.command(
            self.program, "--foreground", "--state-dir", windows_path(self.state),
            "--config", windows_path(self.config), "--listen", f"127.0.0.1:{self.port}", *self.more)
        super().launch()

    def start(self, timeout=30):
        before = self.log()
        try:
            return super().start(timeout)
        except DaemonEnded:
            if not MUTE_ENDS.forgives(self.process, self.log()[len(before):]):
                raise
            return super().start(timeout)

    def settled_descriptors(self):
        return None

    def reload(self):
        """Without a signal: by request. What a signal's refusal would be in the log is in the answer."""
        answer = self.api.request("POST", "/v1/reload")
        if answer.status != 200:
            self.refused += f"not reloaded: {answer.body.decode()}\n"

    def log(self):
        return super().log() + self.refused

    def stop(self):
        self.api.close()
        if not self.running():
            return [f"multihomed.exe ended with {self.process.returncode}: {self.log()}"] if self.process else []
        self.kill()
        return []


# ---- the host ----

class WorldNamespace(Namespace):
    """The network namespace of the world, under a name."""

    def __init__(self, network):
        self.network, self.name, self.ports = network, NAME, {}
        command("ip", "netns", "attach", NAME, 1)
        for setting in ("default/accept_dad", "default/dad_transmits", "default/accept_ra", "default/router_solicitations"):
            self.set(f"net/ipv6/conf/{setting}", 0)
        self.ip("link", "set", "lo", "up")

    def attach(self, interface, segment):
        port = self.network.port_name()
        self.ip("link", "add", interface, "index", index_of(interface), "type", "veth", "peer", "name", port, "netns", FABRIC)
        self.network.fabric.ip("link", "set", port, "master", segment.bridge, "up")
        self.ports[interface] = port
        self.ip("link", "set", interface, "up")

    def empty(self):
        """As it was: what the loopback interface has by itself stays."""
        for link in self.ip_json("link", "show"):
            if link["ifname"] != "lo":
                self.ip("link", "delete", link["ifname"], check=False)
        for link in self.ip_json("address", "show", "dev", "lo"):
            for item in link["addr_info"]:
                if item["local"] not in ("127.0.0.1", "::1"):
                    self.ip("address", "delete", f"{item['local']}/{item['prefixlen']}", "dev", "lo")
        self.ip("route", "flush", "table", "main", check=False)


class WindowsNetwork(Network):
    """Segments, and one host. Other processes of the world are left alone: Wine's are among them."""

    def __enter__(self):
        self.fabric = Namespace(self, FABRIC)
        return self

    def host(self, name):
        if self.namespaces:
            raise Unsupported("a wineserver shows one network namespace, which is the first host's")
        self.namespaces[name] = WorldNamespace(self)
        return self.namespaces[name]

    def __exit__(self, kind, error, trace):
        self.stop_background()
        for host in self.namespaces.values():
            host.empty()
        for namespace in [*self.namespaces.values(), self.fabric]:
            command("ip", "netns", "delete", namespace.name, check=False)


class WindowsHost(NamespaceHost):
    """`helper` is that of the bed; without one, on Wine alone, all is read anew for each look."""

    def __init__(self, namespace, directory, wine, helper=None):
        super().__init__(namespace, directory)
        self.wine, self.helper = wine, helper
        self.program = DAEMON if helper else wine.programs / "multihomed.exe"

    def platform_arguments(self):
        return ["--platform", "windows:iphlpapi=" + windows_path(LIBRARY) if self.helper else "windows"]

    def new_daemon(self, name="daemon", arguments=(), environment=None, **options):
        environment = {**(environment or {}), **({"MH_IPHLP_HELPER": str(self.helper.port)} if self.helper else {})}
        return WindowsDaemon(self.wine, self.program, os.path.join(self.directory, self.name, name),
                             [*self.platform_arguments(), *arguments], environment, **options)

    def wait_for(self, predicate, timeout=30):
        if self.helper:
            return wait_for(predicate, timeout)

        def read_anew():
            assert self.api.request("POST", "/v1/resync").status in (200, 202, 204)
            return predicate()
        return wait_for(read_anew, timeout, 0.05)

    # What Wine shows of these is an Ethernet adapter as any other, and what it says of a link's state is always the same.

    def settle(self):
        def same():
            found = [line for what, kernel, view in (
                ("interface", interfaces(self.namespace), self.api.items("/v1/interfaces")),
                ("address", addresses(self.namespace), self.api.items("/v1/addresses"))) for line in compare(what, kernel, view)]
            assert not found, "\n".join(found)
            return True
        self.wait_for(same)

    def need_bed(self, what):
        if not self.helper:
            raise Unsupported(f"Wine by itself {what}")

    def set_link(self, interface, up):
        self.need_bed("says of every adapter that it is enabled")
        super().set_link(interface, up)

    def set_carrier(self, interface, on):
        self.need_bed("says of every adapter that it is connected")
        super().set_carrier(interface, on)

    def rename(self, interface, name):
        self.need_bed("keeps the names that adapters had first")
        super().rename(interface, name)

    def remove_interface(self, interface):
        self.need_bed("goes on telling of adapters that are gone")
        super().remove_interface(interface)

    def add_address(self, interface, address, peer=None, temporary=False):
        if temporary:
            raise Unsupported("Wine does not tell how an address was made")
        super().add_address(interface, address, peer)

    def picture(self):
        """And what Windows has and the namespace has not."""
        self.need_bed("carries out no writes")
        return [*super().picture(), *(f"{what} {found}" for what, found in self.helper.host.kept().items())]

    def add_bridge(self, name):
        raise Unsupported("IP Helper tells of no bridges and their ports")

    def add_port(self, name, bridge, kind):
        raise Unsupported("IP Helper tells of no bridges and their ports")

    def enslave(self, interface, master):
        raise Unsupported("IP Helper tells of no bridges and their ports")

    def add_child(self, name, parent):
        raise Unsupported("IP Helper tells of no adapter on another's link")


class WindowsLab:
    """A network with one Windows host, and the daemon on it: on Wine alone, or on the bed."""

    def __init__(self, directory, wine, on_bed=False):
        self.directory, self.wine, self.network, self.hosts = directory, wine, WindowsNetwork(), []
        self.helper = Helper() if on_bed else None

    def __enter__(self):
        self.network.__enter__()
        if self.helper:
            self.helper.start()
        return self

    def segment(self, name):
        return self.network.segment(name)

    def host(self, name="host"):
        self.hosts.append(WindowsHost(self.network.host(name), self.directory, self.wine, self.helper))
        return self.hosts[-1]

    def __exit__(self, kind, error, trace):
        complaints = [complaint for host in self.hosts for complaint in host.stop_daemon()]
        if self.helper:
            self.helper.stop()
        self.network.__exit__(kind, error, trace)
        if complaints and kind is None:
            raise AssertionError("\n".join(complaints))


@pytest.fixture
def wine_lab(wine, tmp_path):
    with WindowsLab(tmp_path, wine) as lab:
        yield lab


@pytest.fixture
def bed_lab(wine, tmp_path):
    with WindowsLab(tmp_path, wine, on_bed=True) as lab:
        yield lab
