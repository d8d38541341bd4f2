"""Serves the protocol of docs/bsd-calls.md with what a real kernel answered when it was recorded (tests/codec/fixtures/bsd)."""

import os
import socket
import struct
import threading

from rtmsg_recordings import KERNELS, recordings

ENOENT, EAGAIN, ENOMEM, EBADF, ENOBUFS = 2, 35, 12, 9, 55
ENOSYS = 78
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
        self.names = {}
        self.lock = threading.Lock()
        self.asked, self.queue, self.polls = [], [], []
        self.opened = 0
        self.room = 262144 * 2048 // 2304  # sbreserve()
        self.client = None
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
        try:
            self.client, _ = self.listener.accept()
            with self.client.makefile("rb") as lines:
                for line in lines:
                    with self.lock:
                        self.answer(*line.decode("ascii").split())
        except OSError:
            pass

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
        assert (int(domain), int(kind), int(protocol)) == (self.pf_route, 3, 0)
        self.opened += 1
        return (7,)

    def do_setsockopt(self, _, descriptor, level, option, value):
        assert (descriptor, int(level), int(option), len(value)) == ("7", 0xffff, 0x1002, 8)
        if struct.unpack("<I", bytes.fromhex(value))[0] > self.room:
            raise Refused(ENOBUFS)
        return (0,)

    def do_close(self, _, descriptor):
        if descriptor != "7":
            raise Refused(EBADF)
        self.opened -= 1
        return (0,)

    def do_poll(self, number, descriptor, events, timeout):
        assert (descriptor, events, timeout) == ("7", "1", "-1")
        self.polls.append(number)
        self.answer_polls()

    def answer_polls(self):
        while self.queue and self.polls:
            self.say(self.polls.pop(), "ok", 1)

    def do_read(self, _, descriptor, room):
        assert descriptor == "7" and int(room) >= 2048
        if not self.queue:
            raise Refused(EAGAIN)
        message = self.queue.pop(0)
        return len(message), message.hex()

    def do_sysctl(self, _, numbers, room):
        return self.old_value(self.value_of([int(number) for number in numbers.split(".")]), int(room))

    def do_sysctlbyname(self, _, name, room):
        name = bytes.fromhex(name).decode()
        if self.system == "OpenBSD" or name not in self.names:
            raise Refused(ENOENT)
        return self.old_value(struct.pack("<i", self.names[name]), int(room))

    @staticmethod
    def old_value(value, room):
        if room == 0:
            return (len(value),)
        if len(value) > room:
            raise Refused(ENOMEM)
        return len(value), value.hex() or "-"

    def value_of(self, numbers):
        texts = {1: self.system, 2: "1.2-RECORDED", 10: "recorded.example"}
        if numbers[0] == 1 and numbers[1] in texts:
            return texts[numbers[1]].encode() + b"\0"
        if numbers == [1, 83 if self.system == "NetBSD" else 21]:
            return struct.pack("<qq", 1700000000, 0)
        if self.system == "OpenBSD" and numbers in ([4, 2, 0, 1], [4, 24, 41, 1]):
            return struct.pack("<i", 1 if numbers[1] == 2 else 0)
        if numbers[:3] == [4, self.pf_route, 0] and numbers[4] in self.tables:
            return self.table(self.tables[numbers[4]], *numbers[3:])
        raise Refused(ENOENT)

    def table(self, name, family, _, argument, *table):
        assert table == ((0,) if self.system == "OpenBSD" and name == "dump" else ())
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
