#!/usr/bin/env python3
"""Records what ip sends for the commands of test_netlink_encode.c; needs root, iproute2 and strace.

    build/dev/tests/codec_netlink_encode commands | unshare -n python3 tests/codec/record_requests.py

The fixture has two lines for each command: "# COMMAND", then the octets of the message that makes the change. Whether the
kernel takes it does not matter.
"""
import os
import re
import subprocess
import sys
import tempfile

FIXTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "netlink", "requests.hex")
CHANGES = {16, 20, 21, 24, 25, 28, 29, 32, 33, 72, 73}  # RTM_NEWLINK, RTM_NEWADDR, RTM_DELADDR, ...


def main():
    with open(FIXTURE, "w") as out:
        for command in sys.stdin.read().splitlines():
            out.write(f"# {command}\n{request(command).hex()}\n")


def request(command):
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run(["strace", "-f", "-o", log.name, "-e", "trace=sendmsg,sendto", "-e", "write=all", "sh", "-c", command],
                       stderr=subprocess.DEVNULL)
        found = [data for data in sent(log.read()) if int.from_bytes(data[4:6], sys.byteorder) in CHANGES]
    if not found:
        sys.exit(f"{command}: ip sent no request")
    data = bytearray(found[-1])  # `ip link set` asks first what the kernel can do
    data[8:12] = bytes(4)  # the sequence number
    return bytes(data)


def sent(log):
    """The octets of each call: " | 00000  30 00 00 00 ...  text |"."""
    data = b""
    for line in log.splitlines():
        row = re.match(r"^ \| [0-9a-f]{5,}  ((?:[0-9a-f]{2} {1,2})+)", line)
        if row:
            data += bytes.fromhex(row.group(1).replace(" ", ""))
        elif data:
            yield data
            data = b""
    if data:
        yield data


if __name__ == "__main__":
    main()
