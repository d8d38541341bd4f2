"""Serves the protocol of docs/bsd-calls.md: descriptors, queues of routing sockets, waiting polls."""

import os
import socket
import struct
import threading

from kernel_layout import (AF_INET, AF_LINK, EAGAIN, EBADF, EINVAL, EMSGSIZE, ENOBUFS, ENOENT, ENOSYS, Refused)

SOCK_DGRAM, SOCK_RAW = 2, 3
SOL_SOCKET, SO_RCVBUF, SO_USELOOPBACK, SO_SETFIB = 0xffff, 0x1002, 0x40, 0x1014
ROUTE_MSGFILTER, ROUTE_TABLEFILTER = 1, 2
ANY_TABLE = 0xffffffff
EDESTADDRREQ = 39
# What a message costs in mbufs, of SO_RCVBUF's twofold (FreeBSD: eightfold): after 2048, 8 messages came on openbsd80, 7 on
# freebsd13, 4 on netbsd7 (overflow). Default: net.route.recvspace and the like.
COST = {"openbsd": (512, 2), "freebsd": (2560, 8), "netbsd": (1024, 2)}
ROOM = 65536
LARGEST = 512  # octets of a message, at most


class Descriptor:
    """What a client has opened."""

    def __init__(self, domain):
        self.domain = domain
        self.closed = False


class Device(Descriptor):
    """A file like /dev/bpf: what is written to it and asked of it is kept for the test."""

    def __init__(self, path):
        super().__init__(None)
        self.path, self.written, self.requests = path, [], []


class RoutingSocket(Descriptor):
    def __init__(self, system):
        super().__init__(None)
        self.cost, self.factor = COST[system]
        self.room, self.queue, self.loopback, self.kinds = ROOM, [], True, None
        self.by_fib = system == "freebsd"
        self.fib, self.table, self.desync, self.error = 0, 0, False, None

    def put(self, message, table):
        """False: it did not fit."""
        if self.kinds is not None and message[3] not in self.kinds:
            return True
        own = self.fib if self.by_fib else self.table  # FreeBSD, not recorded: rtsock.c, raw_input_rts_cb()
        if table is not None and ANY_TABLE != own != table:
            return True  # openbsd80 radd-rtable1: a socket of table 0 was told nothing
        if len(self.queue) * self.cost >= self.room * self.factor:
            return False
        if (len(self.queue) + 1) * LARGEST > self.room and self.room - sum(map(len, self.queue)) < len(message):
            return False
        self.queue.append(message)
        return True

    @property
    def ready(self):
        return bool(self.queue) or self.desync or self.error is not None


class Client:
    """One connection."""

    def __init__(self, kernel, connection):
        self.kernel, self.connection = kernel, connection
        self.descriptors, self.polls = {}, []
        self.writing = threading.Lock()

    def serve(self):
        try:
            with self.connection.makefile("rb") as lines:
                for line in lines:
                    words = line.decode("ascii", "replace").split()
                    if not words or not words[0].isdigit():
                        return
                    with self.kernel.lock:
                        self.answer(*words)
                        self.kernel.answer_polls()
        except OSError:
            pass
        finally:
            with self.kernel.lock:
                self.kernel.forget(self)
            self.connection.close()

    def say(self, number, *words):
        try:
            with self.writing:
                self.connection.sendall((" ".join(map(str, (number, *words))) + "\n").encode())
        except OSError:
            pass

    def answer(self, number, call="", *arguments):
        self.kernel.asked.append((call, *arguments))
        try:
            self.kernel.fail(call, arguments)
            method = getattr(self, "do_" + call, None)
            if method is None:
                raise Refused(EINVAL)
            if self.kernel.meddler is not None:
                self.kernel.meddler.before(call, arguments)
            words = method(number, *arguments)
            if self.kernel.meddler is not None and self.kernel.meddler.after(call, arguments):
                return
            if words is not None:
                self.say(number, "ok", *words)
        except Refused as refused:
            self.say(number, "error", refused.errno)
        except (ValueError, TypeError, struct.error):
            self.say(number, "error", EINVAL)

    def descriptor(self, number, kind=Descriptor):
        found = self.descriptors.get(int(number))
        if not isinstance(found, kind):
            raise Refused(EBADF)
        return found

    # ---- calls -------------------------------------------------------------------------------------------------------

    def do_open(self, _, path, _flags):
        path = octets(path).decode("utf-8", "replace")
        if path not in self.kernel.devices:
            raise Refused(ENOENT if path else EINVAL)
        return (self.enter(Device(path)),)

    def do_socket(self, _, domain, kind, _protocol):
        layout = self.kernel.layout
        if int(domain) == layout.const("PF_ROUTE") and int(kind) == SOCK_RAW:
            opened = RoutingSocket(layout.system)
        elif int(domain) in (AF_INET, layout.inet6, AF_LINK) and int(kind) == SOCK_DGRAM:
            opened = Descriptor(int(domain))
        else:
            raise Refused(43)
        return (self.enter(opened),)

    def enter(self, opened):
        number = next(one for one in range(4, 4096) if one not in self.descriptors)
        self.descriptors[number] = opened
        if isinstance(opened, Device):
            self.kernel.devices[opened.path].append(opened)
        return number

    def do_close(self, _, number):
        self.descriptor(number).closed = True
        del self.descriptors[int(number)]
        return (0,)

    def do_setsockopt(self, _, number, level, option, value):
        opened, given = self.descriptor(number), octets(value)
        value = int.from_bytes(given, "little")
        if not isinstance(opened, RoutingSocket):
            return (0,)
        if (int(level), int(option)) == (SOL_SOCKET, SO_RCVBUF):
            if value > self.kernel.largest_room or value == 0:
                raise Refused(ENOBUFS)
            opened.room = value
        elif (int(level), int(option)) == (SOL_SOCKET, SO_USELOOPBACK):
            opened.loopback = bool(value)
        elif (int(level), int(option)) == (SOL_SOCKET, SO_SETFIB) and self.kernel.layout.system == "freebsd":
            if value >= self.kernel.sysctl.settings["net.fibs"]:
                raise Refused(EINVAL)
            opened.fib = value
        elif int(option) == ROUTE_MSGFILTER and self.kernel.layout.system == "openbsd":  # a bit for each type
            opened.kinds = {kind for kind in range(32) if value & 1 << kind} or None
        elif int(option) == ROUTE_MSGFILTER and self.kernel.layout.system == "netbsd":   # an octet for each type
            opened.kinds = set(given) or None
        elif int(option) == ROUTE_TABLEFILTER and self.kernel.layout.system == "openbsd":
            opened.table = value
        else:
            raise Refused(42)  # ENOPROTOOPT
        return (0,)

    def do_poll(self, number, descriptor, events, timeout):
        opened = self.descriptor(descriptor)
        if int(events) & 4:
            return (4,)
        poll = [number, opened, None]
        self.polls.append(poll)
        if int(timeout) >= 0:
            poll[2] = threading.Timer(int(timeout) / 1000, self.time_is_over, (poll,))
            poll[2].daemon = True
            poll[2].start()
        return None

    def time_is_over(self, poll):
        with self.kernel.lock:
            if poll in self.polls:
                self.polls.remove(poll)
                self.say(poll[0], "ok", 0)

    def answer_polls(self):
        for poll in list(self.polls):
            number, opened, timer = poll
            if not opened.closed and not getattr(opened, "ready", False):
                continue
            self.polls.remove(poll)
            if timer is not None:
                timer.cancel()
            self.say(number, *(("error", EBADF) if opened.closed else ("ok", 1)))

    def do_read(self, _, number, room):
        opened = self.descriptor(number, RoutingSocket)
        if opened.error is not None:
            errno, opened.error = opened.error, None
            raise Refused(errno)
        if not opened.queue and opened.desync:
            opened.desync = False
            opened.queue.append(self.kernel.system.messages.desync())
        if not opened.queue:
            raise Refused(EAGAIN)
        message = opened.queue.pop(0)[:int(room)]
        if opened.desync:  # openbsd80 overflow-monitor08: behind what fitted, once there is room
            opened.desync = False
            opened.queue.append(self.kernel.system.messages.desync())
        return len(message), message.hex() or "-"

    def do_write(self, _, number, data):
        opened, data = self.descriptor(number), octets(data)
        if isinstance(opened, Device):
            opened.written.append(data)
        elif isinstance(opened, RoutingSocket):
            self.kernel.write(opened, data)
        else:
            raise Refused(EDESTADDRREQ)
        return (len(data),)

    def do_ioctl(self, _, number, request, data, at=None, buffer=None):
        opened = self.descriptor(number)
        buffer = octets(buffer) if buffer is not None else None
        if isinstance(opened, Device):
            opened.requests.append((int(request) & 0xffffffff, octets(data)))
            return (0, data) + ((buffer.hex() or "-",) if buffer is not None else ())
        answer, buffer = self.kernel.ioctl.call(opened.domain, int(request) & 0xffffffff, octets(data), int(at or 0), buffer)
        self.kernel.settle_if_asked()
        return (0, answer.hex() or "-") + ((buffer.hex() or "-",) if buffer is not None else ())

    def do_sysctl(self, _, numbers, room, value=None):
        numbers = [int(number) for number in numbers.split(".")]
        value = octets(value) if value is not None else None
        return self.kernel.sysctl.answer(self.kernel.sysctl.numbers(numbers, value), int(room))

    def do_sysctlbyname(self, _, name, room, value=None):
        if self.kernel.layout.system == "openbsd":
            raise Refused(ENOSYS)
        value = octets(value) if value is not None else None
        return self.kernel.sysctl.answer(self.kernel.sysctl.named(octets(name).decode(), value), int(room))

    def do_run(self, _, _timeout, room, text, *arguments):
        arguments = [octets(one).decode() for one in arguments]
        if os.path.basename(arguments[0]) != "pfctl":
            raise Refused(ENOENT)
        status, output, errors = self.kernel.filter.run(arguments[1:], octets(text).decode())
        if len(output) > int(room):
            raise Refused(EMSGSIZE)
        return status, output.encode().hex() or "-", errors[:255].encode().hex() or "-"


def octets(word):
    return b"" if word == "-" else bytes.fromhex(word)


class Server:
    def __init__(self, kernel, path):
        self.kernel = kernel
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.clients = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                connection, _ = self.listener.accept()
                client = Client(self.kernel, connection)
                with self.kernel.lock:
                    self.clients.append(client)
                threading.Thread(target=client.serve, daemon=True).start()
        except OSError:
            pass

    def hang_up(self):
        for client in list(self.clients):
            try:
                client.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        self.hang_up()
