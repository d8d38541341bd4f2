"""Packets on the wire: sends what a remote host would send, and watches what comes back, where and from whom.

    with Wire(host.namespace, ["eth0", "eth1"]) as wire:
        wire.probe([{"interface": "eth1", "remote": "203.0.113.9", "local": "198.51.100.1", "socket": "tcp"}])

A Wire is the other end of the host's links: a namespace without addresses in which nobody answers, and a program that stands
in both. It sends SYNs and datagrams as frames, serves them on the host (TCP, UDP bound to the address, UDP on the wildcard
address), and reads the frames that the host sends. Nothing is waited for by time: frames of one processor are handled in
order, and an ARP probe (RFC 5227), which no filter and no route has a say in, is answered after all that came before it.

Run as a program it is that other half: commands come as lines of JSON.
"""
import ctypes
import itertools
import json
import os
import socket
import struct
import subprocess
import sys

PORTS = {"tcp": 9001, "udp-bound": 9002, "udp-wildcard": 9003}
REMOTE_MAC = bytes.fromhex("020000000099")
CLONE_NEWNET = 0x40000000


# ---- the lab's side ----

class Wire:
    def __init__(self, namespace, interfaces):
        self.namespace, self.interfaces = namespace, interfaces
        self.peer = namespace.network.host(f"{namespace.name}-wire")
        self.peer.set("net/ipv6/conf/default/disable_ipv6", 1)  # nobody speaks there unasked
        for interface in interfaces:
            namespace.connect(interface, self.peer, interface)
        self.program = None

    def start(self, locals_):
        """Once the host has its addresses; `locals_` are those that are served, and one IPv4 address of the host on each
        interface is the ARP probe's."""
        macs = {link["ifname"]: link["address"] for link in self.namespace.ip_json("link", "show")}
        self.program = self.namespace.spawn(["python3", os.path.abspath(__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=None, text=True)
        self.command({"peer": self.peer.name, "interfaces": {name: macs[name] for name in self.interfaces}, "locals": locals_})

    def command(self, value):
        self.program.stdin.write(json.dumps(value) + "\n")
        self.program.stdin.flush()
        line = self.program.stdout.readline()
        assert line, "the wire's program has ended"
        return json.loads(line)

    def probe(self, probes):
        """Sends them all. For each: {"received": whether the server saw it (null for TCP), "replies": [{"interface", "source",
        "gateway"}]}, the gateway by the last octet of the MAC that the reply was sent to."""
        return self.command(probes)

    def ask(self, requests):
        """ARP requests {"interface", "sender", "target"}; for each whether it was answered."""
        return self.command({"what": "ask", "items": requests})

    def emit(self, packets):
        """The host sends datagrams {"source", "destination"[, "bound": interface]}; for each {"interface", "asks"}."""
        return self.command({"what": "emit", "items": packets})


# ---- the program's side ----

def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def segment(protocol, source, destination, ports):
    """A SYN, or a datagram with four octets, with its checksum."""
    if protocol == socket.IPPROTO_TCP:
        before, after = struct.pack("!HHIIBBH", *ports, 1, 0, 5 << 4, 2, 65535), b"\0\0"
    else:
        before, after = struct.pack("!HHH", *ports, 12), b"ping"
    pseudo = source + destination + struct.pack("!IBBBB", len(before) + 2 + len(after), 0, 0, 0, protocol)
    return before + struct.pack("!H", checksum(pseudo + before + after) or 0xffff) + after


def frame(mac, source, destination, protocol, payload):
    if len(source) == 4:
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, source, destination)
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        kind = 0x0800
    else:
        header = struct.pack("!IHBB16s16s", 6 << 28, len(payload), protocol, 64, source, destination)
        kind = 0x86dd
    return mac + REMOTE_MAC + struct.pack("!H", kind) + header + payload


def arp_request(target, sender=bytes(4), mac=b"\xff" * 6):
    return (mac + REMOTE_MAC + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + REMOTE_MAC + sender + bytes(6) + packed(target))


def arp_probe(target):
    """RFC 5227 2.1.1: the sender's address is all zeros."""
    return arp_request(target)


def read_frame(data):
    """What of a frame matters: ("arp", sender, receiver) of an answer, ("ask", sender, target), ("ip", source, source port, destination port, MAC sent to), or None."""
    kind = struct.unpack("!H", data[12:14])[0]
    if kind == 0x0806:
        return ("arp" if data[20:22] == b"\0\2" else "ask", data[28:32], data[38:42])
    if kind == 0x0800:
        header, source, protocol = 14 + (data[14] & 15) * 4, data[26:30], data[23]
    elif kind == 0x86dd:
        header, source, protocol = 54, data[22:38], data[20]
    else:
        return None
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return None
    if protocol == socket.IPPROTO_TCP and data[header + 13] != 0x12:
        return None  # not a SYN-ACK
    ports = struct.unpack("!HH", data[header:header + 4])
    return ("ip", source, *ports, data[0:6])


class Program:
    """Stands on the host and on the wire."""

    def __init__(self, setup):
        self.remote_port = itertools.cycle(range(10000, 60000))
        self.macs = {name: bytes.fromhex(mac.replace(":", "")) for name, mac in setup["interfaces"].items()}
        self.locals = setup["locals"]
        self.udp = [*(self.serve(address, PORTS["udp-bound"]) for address in self.locals["served"]),
                    self.serve("0.0.0.0", PORTS["udp-wildcard"]), self.serve("::", PORTS["udp-wildcard"])]
        self.listeners = []
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.enter(f"/run/netns/{setup['peer']}")
        self.wires = {name: self.open_wire(name) for name in self.macs}
        self.enter(home)

    @staticmethod
    def enter(namespace):
        descriptor = namespace if isinstance(namespace, int) else os.open(namespace, os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    @staticmethod
    def open_wire(name):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        wire.bind((name, 0))
        wire.setblocking(False)
        return wire

    @staticmethod
    def serve(address, port, kind=socket.SOCK_DGRAM):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        server = socket.socket(family, kind)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        server.setblocking(False)
        return server

    def listen(self):
        """Anew each time: connections that are never completed go with their listener."""
        for listener in self.listeners:
            listener.close()
        self.listeners = [self.serve(address, PORTS["tcp"], socket.SOCK_STREAM) for address in ("0.0.0.0", "::")]
        for listener in self.listeners:
            listener.listen(1024)

    def send(self, probe, port):
        protocol = socket.IPPROTO_TCP if probe["socket"] == "tcp" else socket.IPPROTO_UDP
        source, destination = packed(probe["remote"]), packed(probe["local"])
        payload = segment(protocol, source, destination, (port, PORTS[probe["socket"]]))
        self.wires[probe["interface"]].send(frame(self.macs[probe["interface"]], source, destination, protocol, payload))

    def settle(self, seen, arp=None):
        """All frames that were sent so far have been handled, and what came back is in `seen`; ARP in `arp`."""
        waiting = {}
        for name, wire in self.wires.items():
            wire.send(arp_probe(self.locals["arp"][name]))
            waiting[name] = packed(self.locals["arp"][name])
        while waiting:
            for name, wire in self.wires.items():
                wire.settimeout(5 if name in waiting else 0)
                while True:
                    try:
                        data, address = wire.recvfrom(2048)
                    except BlockingIOError:
                        break
                    if address[2] == socket.PACKET_OUTGOING:
                        continue
                    what = read_frame(data)
                    if what and what[0] == "arp" and what[1:] == (waiting.get(name), bytes(4)):
                        del waiting[name]
                        break
                    if what and what[0] == "ip":
                        seen.append((name, *what[1:]))
                    elif what and arp is not None:
                        arp.append((name, *what))

    def answer(self):
        """Serves every datagram that has come; returns the ports of those who sent them."""
        ports = set()
        for server in self.udp:
            while True:
                try:
                    _, sender = server.recvfrom(64)
                except BlockingIOError:
                    break
                ports.add(sender[1])
                try:
                    server.sendto(b"pong", sender)
                except OSError:
                    pass  # no way, or a filter forbids it
        return ports

    def ask(self, requests):
        """ARP requests, sent to the host's own MAC so that what it answers for others comes at once. For each whether it is
        answered; with no sender it is a probe."""
        seen, arp = [], []
        for request in requests:
            sender = packed(request["sender"] or "0.0.0.0")
            self.wires[request["interface"]].send(arp_request(request["target"], sender, self.macs[request["interface"]]))
        self.settle(seen, arp)
        self.settle(seen, arp)  # the first answer to a probe may have been another's
        return [(request["interface"], "arp", packed(request["target"]), packed(request["sender"] or "0.0.0.0")) in arp
                for request in requests]

    def emit(self, packets):
        """Datagrams of this host. For each: {"interface": by which it left, or null; "asks": who the ARP request for the
        destination said it was, by interface}."""
        seen, arp, ports = [], [], [next(self.remote_port) for _ in packets]
        for packet, port in zip(packets, ports):
            with self.serve(packet["source"], 0) as sender:
                if packet.get("bound"):
                    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, packet["bound"].encode())
                try:
                    sender.sendto(b"ping", (packet["destination"], port))
                except OSError:
                    pass  # no way
        self.settle(seen, arp)
        return [{"interface": next((name for name, _, _, destination_port, _ in seen if destination_port == port), None),
                 "asks": {name: socket.inet_ntop(socket.AF_INET, sender) for name, kind, sender, target in arp
                          if kind == "ask" and target == packed(packet["destination"])}}
                for packet, port in zip(packets, ports)]

    def run(self, probes):
        seen, ports = [], [probe.get("port") or next(self.remote_port) for probe in probes]
        self.listen()
        for probe, port in zip(probes, ports):
            self.send(probe, port)
        self.settle(seen)
        received = self.answer()
        self.settle(seen)
        return [{"received": None if probe["socket"] == "tcp" else port in received, "port": port,
                 "replies": [{"interface": name, "source": socket.inet_ntop(socket.AF_INET if len(source) == 4 else socket.AF_INET6, source),
                              "gateway": mac[5]}
                             for name, source, _, destination_port, mac in seen if destination_port == port]}
                for probe, port in zip(probes, ports)]


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one processor handles all frames, in order
    program = Program(json.loads(sys.stdin.readline()))
    print("{}", flush=True)
    for line in sys.stdin:
        value = json.loads(line)
        what = program.run if isinstance(value, list) else getattr(program, value["what"])
        print(json.dumps(what(value if isinstance(value, list) else value["items"])), flush=True)


if __name__ == "__main__":
    main()
