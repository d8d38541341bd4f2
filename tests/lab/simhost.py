"""A host of the simulator (docs/simulator.md) for the host adapter: a JSON file, replaced whole at every change, which
the daemon follows.

What the service does there happens in its own memory until the file is changed: nobody but its API can tell of it, and
nothing of it is left when the service ends."""
import ipaddress
import json
import os

from adapter import Host, Unsupported


class SimHost(Host):
    """Members are those of the host file. Interfaces are physical ones: a segment is nothing but a name here."""

    def __init__(self, name, directory, system="linux"):
        super().__init__(name, directory)
        os.makedirs(self.directory, exist_ok=True)
        self.file = os.path.join(self.directory, f"{name}.json")
        self.interfaces = {"lo": {"index": 1, "kind": "loopback", "addresses": []}}
        self.routes = []
        self.has_packet_filter = system == "linux"
        self.system, self.indices, self.edits = system, 1, 0
        self.write()

    def write(self):
        document = {"system": self.system, "hostname": self.name, "interfaces": self.interfaces, "routes": self.routes}
        with open(self.file + ".new", "w") as file:
            json.dump(document, file, indent=1)
            file.write("\n" * (self.edits % 2))  # a file that says the same in the same octets is no edit
        self.edits += 1
        os.replace(self.file + ".new", self.file)

    def platform_arguments(self):
        return ["--platform", f"sim:{self.file}"]

    # ---- links ----

    def add(self, name, kind, **members):
        self.indices += 1
        self.interfaces[name] = {"index": self.indices, "kind": kind, "mac": f"02:00:00:00:00:{self.indices:02x}",
                                 "up": True, "carrier": True, "addresses": [], **members}
        self.write()

    def add_interface(self, name, segment):
        self.add(name, "physical")

    def add_bridge(self, name):
        self.add(name, "bridge")

    def add_port(self, name, bridge, kind):
        self.add(name, "tap" if kind == "tap" else "veth", master=bridge, **(
            {"lower_is_elsewhere": True} if kind == "container" else {}))

    def add_child(self, name, parent):
        self.add(name, "macvlan", lower=parent)

    def change(self, interface, **members):
        self.interfaces[interface].update(members)
        self.write()

    def enslave(self, interface, master):
        self.change(interface, master=master)

    def set_link(self, interface, up):
        self.change(interface, up=up)

    def set_carrier(self, interface, on):
        self.change(interface, carrier=on)

    def rename(self, interface, name):
        self.interfaces[name] = self.interfaces.pop(interface)
        self.write()

    def remove_interface(self, interface):
        del self.interfaces[interface]
        self.write()

    # ---- addresses and routes ----

    def add_address(self, interface, address, peer=None, temporary=False):
        addresses = self.interfaces[interface]["addresses"]
        if peer:
            addresses.append({"address": peer_form(address, peer), "peer": peer.split("/")[0]})
        else:
            addresses.append(address)
        if temporary:
            network = ipaddress.ip_interface(address).network
            addresses.append({"address": f"{network[0x5ca1ab1e]}/{network.prefixlen}", "flags": ["temporary", "dynamic"]})
        self.write()

    def remove_address(self, interface, address):
        """One that is not in the file is the service's: it goes with any change of the file."""
        addresses = self.interfaces[interface]["addresses"]
        if address in addresses:
            addresses.remove(address)
        self.write()

    def add_route(self, destination, via=None, interface=None):
        route = {"destination": destination, "via": via, "interface": interface}
        self.routes.append({name: value for name, value in route.items() if value})
        self.write()

    def remove_route(self, destination):
        self.routes = [route for route in self.routes if route["destination"] != destination]
        self.write()

    # ---- what it is like ----

    def seen_addresses(self):
        return {(item["interface"], f"{item['address']}/{item['prefix_length']}") for item in self.api.items("/v1/addresses")}

    def seen_routes(self):
        return {(route["destination"], hop["gateway"], hop["interface"]) for route in self.api.items("/v1/routes")
                for hop in route["next_hops"] if hop["gateway"]}

    def picture(self):
        return [json.dumps(item, sort_keys=True) for what in ("interfaces", "addresses", "routes", "rules", "host-model")
                for item in self.api.items(f"/v1/{what}")]

    def release(self):
        raise Unsupported("nothing of a simulated host is left when its service ends")


def peer_form(address, peer):
    """The prefix length is the peer's."""
    return f"{address.split('/')[0]}/{(peer.split('/') + ['32'])[1]}"


class SimLab:
    """Simulated hosts and the daemons on them."""

    def __init__(self, directory):
        self.directory, self.hosts = str(directory), []

    def __enter__(self):
        return self

    def segment(self, name):
        return name

    def host(self, name="host"):
        self.hosts.append(SimHost(name, self.directory))
        return self.hosts[-1]

    def __exit__(self, kind, error, trace):
        complaints = [complaint for host in self.hosts for complaint in host.stop_daemon()]
        if complaints and kind is None:
            raise AssertionError("\n".join(complaints))
