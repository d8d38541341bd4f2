"""Source routing follows a DHCP client: dhcpcd, whose leases dnsmasq gives out."""
import os
import shutil
import subprocess
import time

import pytest

from daemon import wait_for
from kept import SECOND, Kept
from topology import Network

CLIENT_FILES = "/var/lib/dhcpcd"


class Lab:
    """A host, and a router that leases addresses."""

    def __init__(self, network, directory):
        self.network, self.directory = network, str(directory)
        self.host, self.router = network.host("host"), network.router("router")
        link = network.segment("link")
        self.router.attach("lan", link)
        self.router.ip_batch(["address add 192.0.2.254/24 dev lan", "address add 192.0.2.253/24 dev lan"])
        self.host.attach("eth0", link)
        self.server = None

    def serve(self, first, last, gateway):
        """Ends the server that is there: what it leased is not known any more."""
        if self.server:
            self.server.kill()
            self.server.wait()
            self.network.background.remove(self.server)
        self.server = self.router.spawn([
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=lan", "--bind-interfaces", "--dhcp-authoritative",
            "--user=root", "--pid-file=", "--leasefile-ro", "--no-ping", f"--dhcp-range={first},{last},2m",
            f"--dhcp-option=option:router,{gateway}"])
        time.sleep(0.2)

    def start_client(self):
        self.client = self.host.spawn(["dhcpcd", "--nobackground", "--ipv4only", "--noarp", "--config", "/dev/null", "--script", "/bin/true",
                                "--metric", "202", "eth0"])

    def stop_client(self):
        """By itself, so that its helpers end too."""
        self.client.terminate()
        self.client.wait(10)
        self.network.background.remove(self.client)

    def addresses(self):
        return [item["local"] for item in self.host.ip_json("-4", "address", "show", "dev", "eth0")[0]["addr_info"]]

    def table(self):
        return self.host.ip("route", "show", "table", 5200 + self.index() % 400, check=False)

    def index(self):
        return self.host.ip_json("link", "show", "dev", "eth0")[0]["ifindex"]


@pytest.fixture
def lab(world, built, tmp_path):
    for program in ("dhcpcd", "dnsmasq"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    os.makedirs(CLIENT_FILES, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", CLIENT_FILES], check=True)  # of this world only
    try:
        with Network() as network:
            yield Lab(network, tmp_path)
    finally:
        subprocess.run(["umount", CLIENT_FILES], check=True)


def follows(lab, net, gateway):
    [address] = lab.addresses()
    assert address.startswith(net), address
    assert f"from {address} lookup" in lab.host.ip("rule"), lab.host.ip("rule")
    assert f"default via {gateway} dev eth0" in lab.table(), lab.table()
    return True


def test_leases_are_followed(lab, tmp_path):
    kept = Kept(lab.host, tmp_path)
    kept.start()
    kept.apply({"source_routing": True})
    lab.serve("192.0.2.10", "192.0.2.19", "192.0.2.254")
    lab.start_client()
    wait_for(lambda: lab.addresses(), 20)
    wait_for(lambda: "default" in lab.host.ip("route"), 5)
    wait_for(lambda: follows(lab, "192.0.2.1", "192.0.2.254"), SECOND)
    # Renewed with another address and gateway.
    lab.serve("192.0.2.50", "192.0.2.59", "192.0.2.253")
    lab.host.run(["dhcpcd", "--ipv4only", "--config", "/dev/null", "--rebind", "eth0"], check=False)
    wait_for(lambda: lab.addresses() and lab.addresses()[0].startswith("192.0.2.5"), 20)
    wait_for(lambda: "via 192.0.2.253" in lab.host.ip("route"), 5)
    wait_for(lambda: follows(lab, "192.0.2.5", "192.0.2.253"), SECOND)
    # The cable is pulled: the client gives the address up, and gets it again.
    lab.host.carrier("eth0", False)
    wait_for(lambda: "default" not in lab.table(), SECOND + 1)
    lab.host.carrier("eth0", True)
    wait_for(lambda: lab.addresses() and "via 192.0.2.253" in lab.host.ip("route"), 20)
    wait_for(lambda: follows(lab, "192.0.2.5", "192.0.2.253"), SECOND + 1)
    lab.stop_client()
    wait_for(lambda: "5260" not in lab.host.ip("rule"), SECOND)
    assert not kept.daemon.stop()
