"""The other end of docs/bsd-calls.md, for tests of the kernel in memory: calls as methods, errors as Errno."""

import socket
import struct


class Errno(Exception):
    @property
    def number(self):
        return self.args[0]


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.next, self.answers = 0, {}

    def close(self):
        self.lines.close()
        self.socket.close()

    # ---- lines -------------------------------------------------------------------------------------------------------

    def ask(self, *words):
        """Sends a request and does not wait; its number."""
        self.next += 1
        words = [word.hex() or "-" if isinstance(word, bytes) else word for word in words]
        self.socket.sendall((" ".join(map(str, (self.next, *words))) + "\n").encode())
        return self.next

    def answer(self, number):
        while number not in self.answers:
            words = self.lines.readline().decode().split()
            self.answers[int(words[0])] = words[1:]
        verdict, *values = self.answers.pop(number)
        if verdict == "error":
            raise Errno(int(values[0]))
        return [int(values[0]), *(bytes.fromhex(value) if value != "-" else b"" for value in values[1:])]

    def call(self, *words):
        return self.answer(self.ask(*words))

    # ---- calls -------------------------------------------------------------------------------------------------------

    def open_socket(self, domain, kind):
        return self.call("socket", domain, kind, 0)[0]

    def ioctl(self, descriptor, request, data, *more):
        return self.call("ioctl", descriptor, request, data, *more)[1:]

    def read(self, descriptor):
        return self.call("read", descriptor, 65536)[1]

    def read_all(self, descriptor):
        """All that waits."""
        found = []
        try:
            while True:
                found.append(self.read(descriptor))
        except Errno as refused:
            assert refused.number == 35
        return found

    def sysctl(self, numbers):
        numbers = ".".join(map(str, numbers))
        length, = self.call("sysctl", numbers, 0)
        return self.call("sysctl", numbers, length)[1] if length else b""

    def setting(self, name, value=None):
        """What was there, as wide as it is: an int, or a boolean of one octet."""
        call = ("sysctl", ".".join(map(str, name))) if isinstance(name, tuple) else ("sysctlbyname", name.encode())
        width, = self.call(*call, 0)
        new = (value.to_bytes(width, "little"),) if value is not None else ()
        return int.from_bytes(self.call(*call, width, *new)[1], "little")

    def run(self, *arguments, text=""):
        status, output, errors = self.call("run", 10000, 65536, text.encode(), *(word.encode() for word in arguments))
        return status, output.decode(), errors.decode()
