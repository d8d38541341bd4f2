"""multihomed.exe with the backend of Windows on a host that it can change: the network namespace that the tests run in.

    with DualHomed(): ...                        the host: two links, eth0 and eth1, to routers in a namespace of their own
    real = RealService(wine, directory, helper)  the service on it, by iphlp_bed.dll; see start_real in conftest.py
"""
import json
import subprocess

from windows_service import CROSS, WindowsService, windows_path

# That of the build with tests: only it takes another library than the system's.
DAEMON = CROSS / "tests/src/daemon/multihomed.exe"
LIBRARY = CROSS / "tests/tests/wine/iphlp/iphlp_bed.dll"
LINKS = {"eth0": ("02:00:00:00:00:01", ["192.0.2.1/24", "2001:db8::1/64"]), "eth1": ("02:00:00:00:00:02", ["198.51.100.1/24"])}
FAR = "far"
FIRST = 1001
ROUTES = (("default", "192.0.2.254", "30"), ("203.0.113.0/24", "198.51.100.254", "32"))  # metrics with those of interfaces, 25

INDICES = {"eth0": FIRST, "eth1": FIRST + 1}  # and codes.c says so


def index_of(name):
    """Wine finds an adapter by index, with the name that it had first: each name has one for all tests, out of the kernel's way."""
    return INDICES.setdefault(name, FIRST + len(INDICES))


def ip(*words):
    return subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, text=True, timeout=20).stdout


class DualHomed:
    """Metrics are those of Linux: the interface's, which is 25 at first, and the route's."""

    def __enter__(self):
        ip("netns", "add", FAR)
        for name, (mac, addresses) in LINKS.items():
            ip("link", "add", name, "index", index_of(name), "address", mac, "type", "veth", "peer", "name", name + "p", "netns", FAR)
            ip("link", "set", name, "addrgenmode", "none", "up")
            ip("-n", FAR, "link", "set", name + "p", "up")
            for address in addresses:
                ip("address", "add", address, "dev", name, *(["nodad"] if ":" in address else []))
        for destination, gateway, metric in ROUTES:
            ip("route", "add", destination, "via", gateway, "metric", metric)
        return self

    def __exit__(self, *_):
        for name in LINKS:
            ip("link", "delete", name)
        ip("netns", "delete", FAR)


def network():
    """Everything that `ip` tells of addresses and routes."""
    addresses = {(link["ifname"], item["local"], item["prefixlen"], item.get("tentative", False))
                 for link in json.loads(ip("-json", "address")) for item in link["addr_info"]}
    routes = [route for family in ("-4", "-6") for route in json.loads(ip("-json", family, "route", "show", "table", "all"))]
    return addresses, {json.dumps(route, sort_keys=True) for route in routes}


class RealService(WindowsService):
    def __init__(self, wine, directory, helper, *arguments, **more):
        self.helper = helper
        super().__init__(wine, directory, "windows", *arguments, **more)

    def program(self):
        return DAEMON

    def environment(self):
        return dict(self.wine.environment, MH_IPHLP_HELPER=str(self.helper.port))

    def platform(self):
        return "windows:iphlpapi=" + windows_path(LIBRARY)

    def items(self, target):
        answer = self.get(target)
        assert answer.status == 200, answer.body
        return answer.json["items"]

    def release(self):
        """Of a service that does not run: gives everything back, as the administrator would have it done."""
        done = self.wine.run(self.program(), "--foreground", "--release", *self.arguments(), env=self.environment())
        assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
