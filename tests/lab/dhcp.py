"""A DHCP server and client as they are found in the field, dnsmasq and dhcpcd, and router advertisements made by hand."""
import os
import socket
import struct
import sys

from daemon import wait_for
from topology import command


class Server:
    """dnsmasq on one interface of a namespace: one lease, whose address and gateway can be changed."""

    def __init__(self, namespace, interface, subnet, directory):
        self.namespace, self.interface, self.subnet = namespace, interface, subnet
        self.directory = os.path.join(str(directory), f"dnsmasq-{namespace.name}")
        os.makedirs(self.directory)
        self.process = None

    def path(self, name):
        return os.path.join(self.directory, name)

    def offer(self, mac, address, gateway, lease="2m"):
        """What the next request, also for a renewal, is answered with."""
        with open(self.path("hosts"), "w") as file:
            file.write(f"{mac},{address},{lease}\n")
        with open(self.path("options"), "w") as file:
            file.write(f"option:router,{gateway}\n")
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        self.process = self.namespace.spawn(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--bind-dynamic", f"--interface={self.interface}",
             f"--dhcp-range={self.subnet},static,2m", f"--dhcp-hostsfile={self.path('hosts')}", "--user=root",
             f"--dhcp-optsfile={self.path('options')}", f"--dhcp-leasefile={self.path('leases')}", "--dhcp-authoritative",
             f"--pid-file={self.path('pid')}", "--no-ping", "--log-dhcp", f"--log-facility={self.path('log')}"])
        wait_for(lambda: self.process.poll() is not None or ":67" in self.namespace.run(["ss", "-Hlun"]))
        assert self.process.poll() is None, open(self.path("log")).read()


class Client:
    """dhcpcd on one interface. It has its state directory for itself: the world's mounts are private."""

    def __init__(self, namespace, interface, directory):
        self.namespace, self.interface = namespace, interface
        self.config = os.path.join(str(directory), "dhcpcd.conf")
        with open(self.config, "w") as file:
            file.write("ipv4only\nnoarp\nnohook resolv.conf, hostname, ntp\nscript /bin/true\n")
        os.makedirs("/var/lib/dhcpcd", exist_ok=True)
        command("mount", "-t", "tmpfs", "tmpfs", "/var/lib/dhcpcd")
        os.makedirs("/run/dhcpcd", exist_ok=True)
        self.log = open(os.path.join(str(directory), "dhcpcd.log"), "w")
        self.process = namespace.spawn([*self.words, "--nobackground", "--debug", interface], stdout=self.log, stderr=self.log)

    @property
    def words(self):
        return ["dhcpcd", "--config", self.config]

    def renew(self):
        """Asks for the lease to be extended."""
        self.namespace.run([*self.words, "--rebind", self.interface])

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        command("umount", "/var/lib/dhcpcd")


# ---- router advertisements (RFC 4861 4.2, RFC 4862 5.5.3) ----

def advertise(namespace, interface, prefix, router_lifetime, prefix_lifetime=1800):
    """One advertisement to all nodes, by the interface's link-local address. A router lifetime of 0: it is no default
    gateway any more."""
    namespace.run(["python3", os.path.abspath(__file__), interface, prefix, router_lifetime, prefix_lifetime])


def send_advertisement(interface, prefix, router_lifetime, prefix_lifetime):
    header = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, router_lifetime, 0, 0)
    on_link_autonomous = 0xC0
    option = struct.pack("!BBBBIII16s", 3, 4, 64, on_link_autonomous, prefix_lifetime, prefix_lifetime, 0,
                         socket.inet_pton(socket.AF_INET6, prefix))
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sender:
        sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        sender.sendto(header + option, ("ff02::1", 0, 0, socket.if_nametoindex(interface)))


if __name__ == "__main__":
    send_advertisement(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
