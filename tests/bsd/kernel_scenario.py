"""Hosts for tests on a kernel in memory."""

from memory_kernel import MemoryKernel

# Interfaces of each system's kind: names of the first and the second.
NAMES = {"freebsd": ("em0", "em1"), "netbsd": ("wm0", "wm1"), "openbsd": ("em0", "em1")}


def plain(layout, path=None, **more):
    """lo0, up, as after booting."""
    kernel = MemoryKernel(layout, path, **more)
    kernel.add_interface("lo0", loopback=True, silent=True)
    kernel.set_up("lo0")
    kernel.add_address("lo0", "127.0.0.1/8")
    kernel.told()
    return kernel


def dual(layout, path=None, **more):
    """Two providers: 192.0.2.1/24 by the first interface, with the default route, and 198.51.100.1/24 by the second; IPv6 too."""
    kernel = plain(layout, path, **more)
    first, second = NAMES[kernel.system_name]
    for number, name in enumerate((first, second), 1):
        kernel.add_interface(name, f"02:00:00:00:00:0{number}", silent=True, link_state=kernel.system.link_up, baudrate=1000000000)
        kernel.set_up(name)
    kernel.add_address(first, "192.0.2.1/24")
    kernel.add_address(second, "198.51.100.1/24")
    kernel.add_address(first, "2001:db8:1::1/64")
    kernel.add_address(second, "2001:db8:2::1/64")
    kernel.route_add("default", "192.0.2.254")
    kernel.route_add("default", "2001:db8:1::fe")
    kernel.told()
    return kernel


def full(layout, path=None, **more):
    """Much of what was in place in the recordings' step "full"."""
    kernel = dual(layout, path, **more)
    first, _ = NAMES[kernel.system_name]
    kernel.add_address(first, "192.0.2.77/32")
    kernel.route_add("203.0.113.0/24", "192.0.2.254")
    kernel.route_add("203.0.113.7", "192.0.2.254")
    kernel.route_add("10.99.0.0/16", "127.0.0.1", flags=0x1000)
    kernel.route_add("10.98.0.0/16", "127.0.0.1", flags=0x8)
    kernel.route_add("10.97.0.0/16", "192.0.2.254", mtu=1300)
    kernel.route_add("10.95.0.0/16", interface=first)
    kernel.route_add("2001:db8:3::/48", "2001:db8:1::fe")
    kernel.add_neighbor(first, "192.0.2.9", "02:00:5e:10:00:09")
    kernel.told()
    return kernel


SCENARIOS = {"dual": dual, "full": full, "plain": plain}
