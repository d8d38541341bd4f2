"""Serves the protocol of docs/bsd-calls.md with what a real kernel answered when it was recorded (tests/codec/fixtures/bsd).
Lists of sockets were not recorded: they are made (made_sockets.py)."""

import contextlib
import os
import socket
import struct
import threading

from made_sockets import Tables
from rtmsg_recordings import KERNELS, recordings

ENOENT, ESRCH, EAGAIN, ENOMEM, EBADF, EADDRNOTAVAIL, ENOBUFS = 2, 3, 35, 12, 9, 49, 55
ENOSYS, ENOTTY = 78, 25
AF_INET = 2
SYSTEMS = {"freebsd": ("FreeBSD", 17, {1: "dump", 2: "flags", 5: "iflistl"}),
           "netbsd": ("NetBSD", 34, {1: "dump", 2: "flags", 5: "iflist"}),
           "openbsd": ("OpenBSD", 17, {1: "dump", 2: "flags", 3: "iflist"})}


class Refused(Exception):
    pass


class RecordedKernel:
    def __init__(self, path, kernel, step="full"):
        self.layout, _ = KERNELS[kernel]
        self.system, self.pf_route, self.tables = SYSTEMS[self.layout.split("-")[0]]
        self.recordings = {recording.name: recording.bytes for recording in recordings(kernel)}
        self.names, self.ioctls = {}, {}
        self.dumps = {}  # of tables beside 0, and rtables that are there
        self.sockets = Tables(self.layout)  # made, not recorded
        self.lock = threading.Lock()
        self.asked, self.queue, self.polls, self.answers = [], [], [], []
        self.opened = 0
        self.room = 262144 * 2048 // 2304  # sbreserve()
        self.client = None
        self.pf = None  # pfctl.Pf; None: there is no such program
        self.take_step(step)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        threading.Thread(target=self.serve, daemon=True).start()

    # ---- what tests do to it -----------------------------------------------------------------------------------------

    def take_step(self, step):
        """From now on it answers as it did in this step. What was not recorded then, is as it is."""
        with self.lock:
            self.step = step

    def tell(self, *names):
        """Puts recorded messages into the queue of the routing socket."""
        with self.lock:
            self.queue += [self.recordings[name] for name in names]
            self.answer_polls()

    def hang_up(self):
        self.client.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()
        if self.client is not None:
            self.client.close()

    # ---- lines -------------------------------------------------------------------------------------------------------

    def serve(self):
        """One client after the other; descriptors go with each."""
        try:
            while True:
                self.client, _ = self.listener.accept()
                self.opened, self.polls, self.queue, self.answers = 0, [], [], []
                self.serve_client()
        except OSError:
            pass

    def serve_client(self):
        with contextlib.suppress(OSError), self.client.makefile("rb") as lines:
            for line in lines:
                with self.lock:
                    self.answer(*line.decode("ascii").split())

    def say(self, number, *words):
        self.client.sendall((" ".join(map(str, (number, *words))) + "\n").encode())

    def answer(self, number, call, *arguments):
        self.asked.append((call, *arguments))
        try:
            if not hasattr(self, "do_" + call):
                raise Refused(ENOSYS)
            words = getattr(self, "do_" + call)(number, *arguments)
            if words is not None:
                self.say(number, "ok", *words)
        except Refused as refused:
            self.say(number, "error", refused.args[0])

    # ---- calls -------------------------------------------------------------------------------------------------------

    def do_socket(self, _, domain, kind, protocol):
        if (int(kind), int(protocol)) == (2, 0):  # for ioctl
            assert domain in ("2", {"FreeBSD": "28", "NetBSD": "24", "OpenBSD": "24"}[self.system])
            return (8 if domain == "2" else 9,)
        assert (int(domain), int(kind), int(protocol)) == (self.pf_route, 3, 0)
        if self.opened:
            return (10,)  # to ask, or of another FIB
        self.opened += 1
        return (7,)

    def do_setsockopt(self, _, descriptor, level, option, value):
        if (level, option, value) == ("17", "2", "ffffffff") and self.system == "OpenBSD":
            return (0,)
        if (int(level), int(option), len(value)) == (0xffff, 0x1014, 8) and self.system == "FreeBSD":
            return (0,)  # SO_SETFIB
        assert (descriptor, int(level), int(option), len(value)) == ("7", 0xffff, 0x1002, 8)
        if struct.unpack("<I", bytes.fromhex(value))[0] > self.room:
            raise Refused(ENOBUFS)
        return (0,)

    def do_ioctl(self, _, descriptor, request, data, *buffer):
        """Of self.ioctls: what replaces the octets from 16 on, by request, interface and the octets behind its name."""
        if buffer:  # SIOCGIFGROUP: nothing was recorded
            raise Refused(ENOTTY)
        data = bytes.fromhex(data)
        assert (int(request) >> 16) & 0x1fff == len(data)
        name = data[:16].rstrip(b"\0").decode()
        address = data[24:40] if descriptor == "9" else b""
        value = self.ioctls.get((int(request), name, address))
        if value is None:
            raise Refused(EADDRNOTAVAIL)
        return 0, (data[:16] + value + data[16 + len(value):]).hex()

    def do_close(self, _, descriptor):
        if descriptor in ("8", "9", "10"):
            return (0,)
        if descriptor != "7":
            raise Refused(EBADF)
        self.opened -= 1
        return (0,)

    def do_write(self, _, descriptor, request):
        """RTM_GET, FreeBSD's and NetBSD's: answered with what the dump has of that destination and mask."""
        request = bytes.fromhex(request)
        if descriptor != "10" or request[3] != 4 or self.system == "OpenBSD":
            raise Refused(ENOSYS)
        header = {"FreeBSD": 152, "NetBSD": 120}[self.system]
        length = request[header]
        slots, at = struct.unpack_from("<I", request, 12)[0], header + length + -length % 8
        width, start = (4, 4) if length == 16 else (16, 8)
        mask = request[at + start:at + start + width].ljust(width, b"\0") if slots & 4 else b"\xff" * width
        wanted = request[header + start:header + start + width], bin(int.from_bytes(mask, "big")).count("1")
        for message, destination in self.dumped(header):
            if destination == wanted:
                self.answers.append(message[:20] + request[20:24] + message[24:])
                return (len(request),)
        raise Refused(ESRCH)

    def dumped(self, header):
        """The dump's messages, each with its destination's octets and the length of its prefix."""
        dump = self.recorded("dump-all", ("dump-inet", "dump-inet6")) + self.dumps.get(0, b"")
        while dump:
            message, dump = dump[:struct.unpack_from("<H", dump)[0]], dump[struct.unpack_from("<H", dump)[0]:]
            slots, flags, at, found = *reversed(struct.unpack_from("<II", message, 8)), header, {}
            for slot in range(3):
                if slots & 1 << slot:
                    length = message[at]
                    found[slot] = message[at:at + length]
                    at += length + -length % 8 or 8
            start, width = (4, 4) if len(found[0]) == 16 else (8, 16)
            mask = b"\xff" * width if flags & 4 or 2 not in found else found[2][start:start + width]
            yield message, (found[0][start:start + width], bin(int.from_bytes(mask, "big")).count("1"))

    def do_poll(self, number, descriptor, events, timeout):
        if (descriptor, timeout) == ("10", "-1"):
            return  # of another FIB, where nothing happens
        assert (descriptor, events, timeout) == ("7", "1", "-1")
        self.polls.append(number)
        self.answer_polls()

    def answer_polls(self):
        while self.queue and self.polls:
            self.say(self.polls.pop(), "ok", 1)

    def do_read(self, _, descriptor, room):
        if descriptor == "10" and self.answers:
            return len(self.answers[0]), self.answers.pop(0).hex()
        assert descriptor == "7" and int(room) >= 2048
        if not self.queue:
            raise Refused(EAGAIN)
        message = self.queue.pop(0)
        return len(message), message.hex()

    def do_sysctl(self, _, numbers, room, value=""):
        return self.old_value(self.value_of([int(number) for number in numbers.split(".")], bytes.fromhex(value)), int(room))

    def do_sysctlbyname(self, _, name, room):
        name = bytes.fromhex(name).decode()
        if self.system == "OpenBSD" or name not in self.names:
            raise Refused(ENOENT)
        value = self.names[name]
        return self.old_value(value if isinstance(value, bytes) else struct.pack("<i", value), int(room))

    def do_run(self, _, timeout, room, text, *arguments):
        if self.pf is None:
            raise Refused(ENOENT)
        words = [bytes.fromhex(word).decode() for word in arguments]
        status, output, error = self.pf.run(words, "" if text == "-" else bytes.fromhex(text).decode())
        assert len(output) <= int(room) and int(timeout) > 0
        return status, output.encode().hex() or "-", error.encode().hex() or "-"

    @staticmethod
    def old_value(value, room):
        if room == 0:
            return (len(value),)
        if len(value) > room:
            raise Refused(ENOMEM)
        return len(value), value.hex() or "-"

    def value_of(self, numbers, value=b""):
        texts = {1: self.system, 2: "1.2-RECORDED", 10: "recorded.example"}
        if numbers[0] == 1 and numbers[1] in texts:
            return texts[numbers[1]].encode() + b"\0"
        if numbers == [1, 83 if self.system == "NetBSD" else 21]:
            return struct.pack("<qq", 1700000000, 0)
        if self.system == "OpenBSD" and numbers in ([4, 2, 0, 1], [4, 24, 41, 1]):
            return struct.pack("<i", 1 if numbers[1] == 2 else 0)
        if self.system == "OpenBSD" and numbers[:5] == [4, 17, 0, 0, 5] and numbers[5] in self.dumps:
            return struct.pack("<HH", numbers[5], 0)
        if numbers[:3] == [4, self.pf_route, 0] and numbers[4] in self.tables:
            return self.table(self.tables[numbers[4]], *numbers[3:])
        made = self.sockets.answer(numbers, value)
        if made is None:
            raise Refused(ENOENT)
        return made

    def table(self, name, family, _, argument, *table):
        assert len(table) == (self.system != "NetBSD" and name == "dump")
        if table and table[0] != 0:
            return self.dumps[table[0]]
        if name == "iflist" or name == "iflistl":
            return self.recorded(name)
        if name == "dump":
            return self.recorded("dump-all", ("dump-inet", "dump-inet6"))
        assert argument == 0x400
        return self.recorded("flags-llinfo-inet" + ("" if family == AF_INET else "6"))

    def recorded(self, name, parts=()):
        """Of this step, else its parts of this step and of the one before it."""
        whole = self.recordings.get(f"{self.step}-{name}")
        if whole is not None:
            return whole
        before = {"nic-link-off": "nic-full"}.get(self.step, "full")
        return b"".join(self.recordings.get(f"{self.step}-{part}", self.recordings[f"{before}-{part}"]) for part in parts or [name])


def socket_path(directory):
    return os.path.join(str(directory), "k")
