"""The host adapter: black-box tests speak to a host through it and do not know what kind of host it is.

NamespaceHost is a Linux network namespace, SimHost a host file of the simulator that the daemon follows. What a host
cannot do raises Unsupported, and the test is skipped with its reason. A new kind of host (a BSD kernel, Windows) is one
more class with these operations:

    add_interface(name, segment)            an interface on a link, up; a segment is what Lab.segment made
    add_bridge(name)                        a bridge of this host, up
    add_port(name, bridge, kind)            a port of it: "container" (one end of a pair) or "tap" (of a virtual machine)
    add_child(name, parent)                 a second interface on the parent's link (Linux: macvlan)
    enslave(interface, master)              makes an interface a port of a bridge
    add_address(interface, "192.0.2.1/24", peer=None, temporary=False)
    remove_address(interface, "192.0.2.1/24")
    set_link(interface, up)                 administratively
    set_carrier(interface, on)              what happens at the other end of the cable
    add_route("203.0.113.0/24", via=None, interface=None), remove_route("203.0.113.0/24")
    rename(interface, name), remove_interface(interface)
    run(words)                              a program on this host; its output

what the host itself sees, whatever the daemon says:

    seen_addresses()                        {("eth0", "192.0.2.1/24"), ...}
    seen_routes()                           those by a gateway: {("203.0.113.0/24", "192.0.2.254", "eth0"), ...}
    picture()                               a list of all that a document may change, to compare

and, the same for all of them: start_daemon, stop_daemon, release, daemon, api, wait_for, settle, steady_picture.
"""
import os

import kernel
from daemon import Daemon, wait_for
from picture import picture
from topology import Network


class Unsupported(Exception):
    """This kind of host cannot do that; the text says why."""


class Host:
    """What all kinds have in common: the daemon on it."""

    daemon = None
    has_packet_filter = True

    def __init__(self, name, directory):
        self.name, self.directory = name, str(directory)

    def start_daemon(self, config=None, arguments=(), environment=None):
        """Starts multihomed on this host and returns when it answers."""
        self.daemon = self.new_daemon(config=config, arguments=arguments, environment=environment)
        return self.daemon.start()

    def new_daemon(self, name="daemon", arguments=(), **options):
        """A daemon for this host, not started; `name` tells several apart."""
        return Daemon(os.path.join(self.directory, self.name, name), self.prefix(),
                      [*self.platform_arguments(), *arguments], **options)

    def stop_daemon(self):
        """Returns what was wrong about its end."""
        return self.daemon.stop() if self.daemon else []

    def release(self):
        """Ends the daemon and gives back everything that it owns."""
        complaints, daemon, self.daemon = self.stop_daemon(), self.daemon, None
        assert not complaints, "\n".join(complaints)
        daemon.release()

    @property
    def api(self):
        return self.daemon.api

    def wait_for(self, predicate, timeout=30):
        return wait_for(predicate, timeout)

    def settle(self):
        """Waits until the view tells what the system does, where another program tells that too."""

    def steady_picture(self):
        """Once it is the same twice: what waits for something has come."""
        def same():
            seen.append(self.picture())
            return seen[-1] == seen[-2]
        seen = [self.picture()]
        wait_for(same, 10, 0.25)
        return seen[-1]

    def prefix(self):
        return []

    def platform_arguments(self):
        return []

    def __getattr__(self, name):
        if name in OPERATIONS:
            raise Unsupported(f"{type(self).__name__} has no {name}")
        raise AttributeError(name)


OPERATIONS = ("add_interface add_bridge add_port add_child enslave add_address remove_address set_link set_carrier "
              "add_route remove_route rename remove_interface run seen_addresses seen_routes picture").split()


class NamespaceHost(Host):
    """A network namespace of Linux; `namespace` is topology.Namespace for labs that want `ip` itself."""

    def __init__(self, namespace, directory):
        super().__init__(namespace.name, directory)
        self.namespace = namespace
        self.ip = namespace.ip

    def prefix(self):
        return self.namespace.enter

    def add_interface(self, name, segment):
        self.namespace.attach(name, segment)

    def add_bridge(self, name):
        self.ip("link", "add", name, "type", "bridge", "stp_state", "0")
        self.ip("link", "set", name, "up")

    def add_port(self, name, bridge, kind):
        if kind == "tap":
            self.add_tap(name)
        else:
            # The other end is the container's, in its own namespace.
            container = self.namespace.network.host(f"{self.name}-{name}")
            self.namespace.connect(name, container, "eth0")
        self.enslave(name, bridge)

    def add_tap(self, name):
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            raise Unsupported("/dev/net/tun is not ours to open")
        self.ip("tuntap", "add", name, "mode", "tap")
        self.ip("link", "set", name, "up")

    def add_child(self, name, parent):
        self.ip("link", "add", name, "link", parent, "type", "macvlan", "mode", "bridge")
        self.ip("link", "set", name, "up")

    def enslave(self, interface, master):
        self.ip("link", "set", interface, "master", master)

    def add_address(self, interface, address, peer=None, temporary=False):
        if temporary:
            # The kernel makes a temporary address beside one that asks for it.
            self.namespace.set(f"net/ipv6/conf/{interface}/use_tempaddr", 2)
            self.ip("address", "add", address, "dev", interface, "mngtmpaddr")
        elif peer:
            self.ip("address", "add", address.split("/")[0], "peer", peer, "dev", interface)
        else:
            self.ip("address", "add", address, "dev", interface)

    def remove_address(self, interface, address):
        self.ip("address", "delete", address, "dev", interface)

    def set_link(self, interface, up):
        self.ip("link", "set", interface, "up" if up else "down")

    def set_carrier(self, interface, on):
        self.namespace.carrier(interface, on)

    def add_route(self, destination, via=None, interface=None):
        self.ip("route", "add", destination, *(["via", via] if via else []), *(["dev", interface] if interface else []))

    def remove_route(self, destination):
        self.ip("route", "delete", destination)

    def rename(self, interface, name):
        self.namespace.rename(interface, name)

    def remove_interface(self, interface):
        self.ip("link", "delete", interface)

    def run(self, words):
        return self.namespace.run(words)

    def settle(self):
        kernel.assert_same(self.namespace, self.api)

    def seen_addresses(self):
        return {(item["interface"], f"{item['address']}/{item['prefix_length']}") for item in kernel.addresses(self.namespace)}

    def seen_routes(self):
        return {(route["destination"], hop["gateway"], hop["interface"]) for route in kernel.routes(self.namespace)
                for hop in route["next_hops"] if hop["gateway"]}

    def picture(self):
        return picture(self.namespace)


class NamespaceLab:
    """A network of namespaces, and the daemons on its hosts."""

    def __init__(self, directory):
        self.directory, self.network, self.hosts = directory, Network(), []

    def __enter__(self):
        self.network.__enter__()
        return self

    def segment(self, name):
        return self.network.segment(name)

    def host(self, name="host"):
        self.hosts.append(NamespaceHost(self.network.host(name), self.directory))
        return self.hosts[-1]

    def __exit__(self, kind, error, trace):
        complaints = [complaint for host in self.hosts for complaint in host.stop_daemon()]
        self.network.__exit__(kind or (complaints and AssertionError) or None, error, trace)
        if complaints and kind is None:
            raise AssertionError("\n".join(complaints))
