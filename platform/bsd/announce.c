#include "announce.h"

#include "act.h"
#include "common/announce_frames.h"
#include "ioctl_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BSD_ENOENT = 2, BSD_EBUSY = 16, DEVICES = 16 };

/* What is left to us after SIOCSIFLLADDR or SIOCALIFADDR, by the kernels' sources:
 * FreeBSD 12 to 14: arp_iflladdr() (netinet/if_ether.c) sends an ARP request for each IPv4 address of an
 * interface that is up; nd6_iflladdr() (netinet6/nd6.c) changes its own table only.
 * NetBSD 7 to 10: if_activate_sadl() (net/if.c) has arp_rtrequest() and nd6_rtrequest() told RTM_LLINFO_UPD,
 * which send an ARP request and an advertisement that overrides.
 * OpenBSD 7 and 8: ifnewlladdr() (net/if.c) makes a new link-local address, unless the host forwards, whose
 * detection of duplicates is no announcement; arp_ifinit() for the others was taken out of it. */
static const struct {
    bool ipv4, ipv6;
} ours[] = {[MH_RT_FREEBSD] = {.ipv6 = true}, [MH_RT_NETBSD] = {0}, [MH_RT_OPENBSD] = {true, true}};

struct announcing {
    struct mh_bsd *host;
    uint32_t index;
    struct mh_interface interface; /* .index 0: it is not there, or none that can be told of */
    struct mh_address *addresses;
    size_t count, room;
    struct mh_bsd_inquiry inquiry;
    struct mh_failure *failure;
    bool router;
};

/* ---- what there is to announce --------------------------------------------------------------------- */

static bool is_ours(const struct mh_bsd *host, uint8_t family)
{
    return family == MH_IPV4 ? ours[host->layout->system].ipv4 : ours[host->layout->system].ipv6;
}

static bool can_announce(const struct mh_interface *interface)
{
    return interface->up && !interface->point_to_point && interface->kind != MH_KIND_LOOPBACK &&
           interface->hardware_address_length == MH_ETHERNET_ADDRESS_SIZE;
}

static enum mh_error keep(struct announcing *announcing, const struct mh_address *address)
{
    if (announcing->count == announcing->room) {
        size_t room = announcing->room * 2 + 8;
        struct mh_address *addresses = realloc(announcing->addresses, room * sizeof *addresses);
        if (addresses == NULL)
            return mh_fail(announcing->failure, MH_NO_MEMORY, "no memory for %zu addresses", room);
        announcing->addresses = addresses;
        announcing->room = room;
    }
    announcing->addresses[announcing->count++] = *address;
    return MH_OK;
}

/* An address that others may have too, or that is not on this link, is nothing to insist on: tentative,
 * duplicate, anycast or detached ones. */
static enum mh_error take_address(struct announcing *announcing, const struct mh_interface_address *there)
{
    const uint32_t unsure = MH_ADDRESS_TENTATIVE | MH_ADDRESS_DUPLICATE | MH_ADDRESS_SKIP_AS_SOURCE;
    struct mh_interface_address address = *there;
    enum mh_error code = MH_OK;
    if (!is_ours(announcing->host, address.address.family) || !mh_address_is_unicast(&address.address))
        return MH_OK;
    if (address.address.family == MH_IPV6)
        code = mh_bsd_inquire_address(&announcing->inquiry, announcing->interface.name, &address,
                                      announcing->failure);
    if (code != MH_OK || (address.flags & unsure) != 0)
        return code;
    return keep(announcing, &address.address);
}

/* Interfaces come before addresses. */
static enum mh_error take(void *context, const struct mh_fact *fact)
{
    struct announcing *announcing = context;
    if (fact->section == MH_SECTION_INTERFACES && fact->of.interface->index == announcing->index &&
        can_announce(fact->of.interface))
        announcing->interface = *fact->of.interface;
    if (fact->section == MH_SECTION_ADDRESSES && fact->of.address->interface == announcing->interface.index)
        return take_address(announcing, fact->of.address);
    return MH_OK;
}

static enum mh_error look(struct announcing *announcing)
{
    const struct mh_feed feed = {.context = announcing, .fact = take};
    mh_bsd_inquiry_begin(&announcing->inquiry, announcing->host);
    enum mh_error code = mh_bsd_feed_interfaces(announcing->host, true, &feed, announcing->failure);
    mh_bsd_inquiry_end(&announcing->inquiry);
    return code;
}

/* An advertisement says whether its sender is a router. */
static enum mh_error learn_router(struct announcing *announcing)
{
    int32_t forwarding = 0;
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < announcing->count; i++)
        if (announcing->addresses[i].family == MH_IPV6) {
            code = mh_bsd_read_setting(announcing->host, MH_SETTING_FORWARDING, MH_IPV6, &forwarding,
                                       announcing->failure);
            break;
        }
    announcing->router = forwarding != 0;
    return code;
}

/* ---- sending --------------------------------------------------------------------------------------- */

/* Where each opening makes a device of its own it is /dev/bpf; elsewhere they have numbers, and one program
 * each. */
static enum mh_error open_device(struct mh_calls *calls, int *descriptor, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    char path[sizeof "/dev/bpf" + 3];
    enum mh_error code = calls->table->open(calls, "/dev/bpf", MH_BSD_O_RDWR, descriptor, &own);
    bool numbered = own.native_code == BSD_ENOENT || own.native_code == BSD_EBUSY;
    for (unsigned i = 0; i < DEVICES && code != MH_OK && numbered; i++) {
        own = (struct mh_failure){0};
        (void)snprintf(path, sizeof path, "/dev/bpf%u", i % DEVICES);
        code = calls->table->open(calls, path, MH_BSD_O_RDWR, descriptor, &own);
        numbered = own.native_code == BSD_EBUSY;
    }
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}

static enum mh_error control(const struct announcing *announcing, int descriptor, enum mh_ioctl_kind kind,
                             void *data)
{
    struct mh_calls *calls = announcing->host->calls;
    const struct mh_ioctl_request *request = mh_ioctl_request_of(announcing->host->layout, kind);
    const struct mh_call_ioctl call = {.request = request->number, .data = data, .length = request->size};
    return calls->table->ioctl(calls, descriptor, &call, announcing->failure);
}

static enum mh_error bind_device(const struct announcing *announcing, int descriptor)
{
    uint8_t name[MH_IOCTL_SIZE_MAX] = {0}, yes[4];
    mh_bsd_put_name(name, &announcing->interface);
    mh_rt_write_number(announcing->host->layout, yes, sizeof yes, 1);
    enum mh_error code = control(announcing, descriptor, MH_IOCTL_BPF_INTERFACE, name);
    return code == MH_OK ? control(announcing, descriptor, MH_IOCTL_BPF_COMPLETE, yes) : code;
}

static enum mh_error send_one(const struct announcing *announcing, int descriptor,
                              const struct mh_address *address)
{
    struct mh_calls *calls = announcing->host->calls;
    const uint8_t *hardware = announcing->interface.hardware_address;
    uint8_t frame[MH_ANNOUNCE_FRAME_MAX];
    size_t length = address->family == MH_IPV4
                        ? mh_arp_frame(frame, MH_ARP_REQUEST, hardware, address)
                        : mh_advertisement_frame(frame, hardware, address, announcing->router);
    enum mh_error code = calls->table->write(calls, descriptor, frame, length, announcing->failure);
    if (code != MH_OK || address->family != MH_IPV4)
        return code;
    length = mh_arp_frame(frame, MH_ARP_REPLY, hardware, address);
    return calls->table->write(calls, descriptor, frame, length, announcing->failure);
}

static enum mh_error send_all(const struct announcing *announcing, size_t *sent)
{
    struct mh_calls *calls = announcing->host->calls;
    int descriptor;
    enum mh_error code = open_device(calls, &descriptor, announcing->failure);
    if (code != MH_OK)
        return code;
    code = bind_device(announcing, descriptor);
    for (size_t i = 0; i < announcing->count && code == MH_OK; i++) {
        code = send_one(announcing, descriptor, &announcing->addresses[i]);
        *sent += code == MH_OK;
    }
    (void)calls->table->close(calls, descriptor, NULL);
    return code;
}

enum mh_error mh_bsd_announce(struct mh_bsd *host, uint32_t interface, size_t *sent,
                              struct mh_failure *failure)
{
    struct announcing announcing = {.host = host, .index = interface, .failure = failure};
    size_t own_sent = 0;
    enum mh_error code = MH_OK;
    if (is_ours(host, MH_IPV4) || is_ours(host, MH_IPV6))
        code = look(&announcing);
    if (code == MH_OK)
        code = learn_router(&announcing);
    if (code == MH_OK && announcing.count > 0)
        code = send_all(&announcing, &own_sent);
    free(announcing.addresses);
    if (sent != NULL)
        *sent = own_sent;
    return code;
}
