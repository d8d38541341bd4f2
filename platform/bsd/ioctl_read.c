#include "ioctl_read.h"

#include "ioctl_read_figures.h"
#include "platform.h"

#include <stdlib.h>
#include <string.h>

enum {
    BSD_ENXIO = 6,
    BSD_EINVAL = 22,
    BSD_ENOTTY = 25,
    BSD_EAFNOSUPPORT = 47,
    BSD_EADDRNOTAVAIL = 49,
    FREEBSD_KERN_BOOTTIME = 21,
    UNION = MH_BSD_IN6_IFREQ_UNION
};

#define MEMBER(name, value) uint32_t name;
#define VALUE(name, value) .name = (value),
static const struct {
    MH_BSD_READ_CONSTANTS(MEMBER)
} bsd = {MH_BSD_READ_CONSTANTS(VALUE)};
static const struct {
    MH_FREEBSD_READ_CONSTANTS(MEMBER)
} freebsd = {MH_FREEBSD_READ_CONSTANTS(VALUE)};
static const struct {
    MH_NETBSD_READ_CONSTANTS(MEMBER)
} netbsd = {MH_NETBSD_READ_CONSTANTS(VALUE)};
static const struct {
    MH_OPENBSD_READ_CONSTANTS(MEMBER)
} openbsd = {MH_OPENBSD_READ_CONSTANTS(VALUE)};

/* ---- sockets --------------------------------------------------------------------------------------- */

void mh_bsd_inquiry_begin(struct mh_bsd_inquiry *inquiry, struct mh_bsd *host)
{
    *inquiry = (struct mh_bsd_inquiry){.host = host};
}

void mh_bsd_inquiry_end(struct mh_bsd_inquiry *inquiry)
{
    struct mh_calls *calls = inquiry->host->calls;
    for (int i = 0; i < 2; i++)
        if (inquiry->opened[i])
            (void)calls->table->close(calls, inquiry->descriptors[i], NULL);
}

static enum mh_error open_socket(struct mh_bsd_inquiry *inquiry, bool ipv6, struct mh_failure *failure)
{
    struct mh_calls *calls = inquiry->host->calls;
    int family = ipv6 ? inquiry->host->layout->inet6 : MH_RT_AF_INET;
    if (inquiry->opened[ipv6])
        return MH_OK;
    enum mh_error code =
        calls->table->socket(calls, family, (int)bsd.SOCK_DGRAM, 0, &inquiry->descriptors[ipv6], failure);
    inquiry->opened[ipv6] = code == MH_OK;
    return code;
}

static enum mh_error ask_call(struct mh_bsd_inquiry *inquiry, bool ipv6, const struct mh_call_ioctl *call,
                              struct mh_failure *failure)
{
    struct mh_calls *calls = inquiry->host->calls;
    enum mh_error code = open_socket(inquiry, ipv6, failure);
    return code == MH_OK ? calls->table->ioctl(calls, inquiry->descriptors[ipv6], call, failure) : code;
}

static enum mh_error ask(struct mh_bsd_inquiry *inquiry, bool ipv6, uint32_t request, uint8_t *bytes,
                         size_t size, struct mh_failure *failure)
{
    const struct mh_call_ioctl call = {.request = request, .data = bytes, .length = size};
    return ask_call(inquiry, ipv6, &call, failure);
}

/* ---- IPv6 addresses -------------------------------------------------------------------------------- */

/* A name, and the address without its zone: the interface says it. */
static void write_request(const struct mh_rt_layout *layout, const char *name,
                          const struct mh_address *address, uint8_t bytes[MH_BSD_IN6_IFREQ_SIZE])
{
    enum { SIN6_ADDR = 8, SIN6_SIZE = 28 };
    memset(bytes, 0, MH_BSD_IN6_IFREQ_SIZE);
    memcpy(bytes, name, strnlen(name, MH_RT_NAME_SIZE - 1));
    bytes[UNION] = SIN6_SIZE;
    bytes[UNION + 1] = layout->inet6;
    memcpy(bytes + UNION + SIN6_ADDR, address->bytes, 16);
}

static unsigned time_size(const struct mh_rt_layout *layout)
{
    return strcmp(layout->target, "x86-freebsd") == 0 ? 4 : 8;
}

/* FreeBSD counts from its start, the others are by the calendar; and the far end's clock is believed to be
 * right. */
static int64_t kernel_time(struct mh_bsd_inquiry *inquiry)
{
    const int32_t numbers[] = {MH_BSD_CTL_KERN, FREEBSD_KERN_BOOTTIME};
    const struct mh_rt_layout *layout = inquiry->host->layout;
    uint8_t *bytes;
    size_t length;
    if (inquiry->kernel_at != 0)
        return inquiry->kernel_at;
    inquiry->kernel_at = mh_clock_wall() / 1000;
    if (layout->system == MH_RT_FREEBSD &&
        mh_calls_read_table(inquiry->host->calls, numbers, 2, &bytes, &length, NULL) == MH_OK) {
        if (length >= time_size(layout))
            inquiry->kernel_at -= (int64_t)mh_rt_read_number(layout, bytes, time_size(layout));
        free(bytes);
    }
    return inquiry->kernel_at;
}

/* A lifetime of 0xffffffff has no end. */
static uint32_t seconds_left(struct mh_bsd_inquiry *inquiry, uint64_t lifetime, uint64_t end)
{
    if (lifetime == MH_LIFETIME_FOREVER)
        return MH_LIFETIME_FOREVER;
    int64_t now = kernel_time(inquiry);
    if (end == 0 || (int64_t)end <= now)
        return 0;
    return (uint64_t)((int64_t)end - now) < lifetime ? (uint32_t)((int64_t)end - now) : (uint32_t)lifetime;
}

static void take_lifetimes(struct mh_bsd_inquiry *inquiry, const uint8_t *bytes,
                           struct mh_interface_address *address)
{
    const struct mh_rt_layout *layout = inquiry->host->layout;
    unsigned width = time_size(layout);
    const uint8_t *lifetimes = bytes + UNION + 2 * width;
    address->valid_lifetime = seconds_left(inquiry, mh_rt_read_number(layout, lifetimes, 4),
                                           mh_rt_read_number(layout, bytes + UNION, width));
    address->preferred_lifetime = seconds_left(inquiry, mh_rt_read_number(layout, lifetimes + 4, 4),
                                               mh_rt_read_number(layout, bytes + UNION + width, width));
    if (address->valid_lifetime != MH_LIFETIME_FOREVER)
        address->flags |= MH_ADDRESS_DYNAMIC;
}

static enum mh_error inquire(struct mh_bsd_inquiry *inquiry, const char *name,
                             struct mh_interface_address *address, struct mh_failure *failure)
{
    static const uint32_t *const lifetimes[] = {[MH_RT_FREEBSD] = &freebsd.SIOCGIFALIFETIME_IN6,
                                                [MH_RT_NETBSD] = &netbsd.SIOCGIFALIFETIME_IN6,
                                                [MH_RT_OPENBSD] = &openbsd.SIOCGIFALIFETIME_IN6};
    const struct mh_rt_layout *layout = inquiry->host->layout;
    uint8_t bytes[MH_BSD_IN6_IFREQ_SIZE];
    write_request(layout, name, &address->address, bytes);
    enum mh_error code = ask(inquiry, true, bsd.SIOCGIFAFLAG_IN6, bytes, sizeof bytes, failure);
    if (code != MH_OK)
        return code;
    mh_rt_take_ipv6_flags((uint32_t)mh_rt_read_number(layout, bytes + UNION, 4), address);
    write_request(layout, name, &address->address, bytes);
    code = ask(inquiry, true, *lifetimes[layout->system], bytes, sizeof bytes, failure);
    if (code == MH_OK)
        take_lifetimes(inquiry, bytes, address);
    return code;
}

enum mh_error mh_bsd_inquire_address(struct mh_bsd_inquiry *inquiry, const char *name,
                                     struct mh_interface_address *address, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    if (inquiry->no_ipv6 || name[0] == '\0')
        return MH_OK;
    enum mh_error code = inquire(inquiry, name, address, &own);
    if (own.native_code == BSD_EADDRNOTAVAIL || own.native_code == BSD_ENXIO)
        return MH_OK;
    inquiry->no_ipv6 = own.native_code == BSD_EAFNOSUPPORT;
    if (inquiry->no_ipv6)
        return MH_OK;
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}

/* ---- FIBs ------------------------------------------------------------------------------------------ */

enum mh_error mh_bsd_inquire_fib(struct mh_bsd_inquiry *inquiry, struct mh_interface *interface,
                                 struct mh_failure *failure)
{
    const struct mh_bsd *host = inquiry->host;
    uint8_t bytes[MH_FREEBSD_IFREQ_SIZE] = {0};
    struct mh_failure own = {0};
    if (host->layout->system != MH_RT_FREEBSD || host->table_count < 2)
        return MH_OK;
    memcpy(bytes, interface->name, strnlen(interface->name, MH_RT_NAME_SIZE - 1));
    enum mh_error code = ask(inquiry, false, freebsd.SIOCGIFFIB, bytes, sizeof bytes, &own);
    if (own.native_code == BSD_ENXIO)
        return MH_OK;
    if (code == MH_OK)
        interface->domain = (uint32_t)mh_rt_read_number(host->layout, bytes + UNION, 4);
    else if (failure != NULL)
        *failure = own;
    return code;
}

/* ---- groups ---------------------------------------------------------------------------------------- */

/* As much as a first question, and as any. */
enum { GROUPS_USUAL = 64, GROUPS_MOST = 1024 };

static bool is_group_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] <= ' ' || name[i] > '~')
            return false;
    return length > 0 && length < MH_BSD_IFG_REQ_SIZE;
}

/* The first ones that fit. */
void mh_bsd_take_groups(const uint8_t *bytes, size_t length, char groups[MH_GROUPS_SIZE])
{
    size_t used = 0;
    groups[0] = '\0';
    for (size_t at = 0; at + MH_BSD_IFG_REQ_SIZE <= length && bytes[at] != '\0'; at += MH_BSD_IFG_REQ_SIZE) {
        const char *name = (const char *)bytes + at;
        size_t octets = strnlen(name, MH_BSD_IFG_REQ_SIZE);
        size_t space = used > 0;
        if (!is_group_name(name, octets))
            continue;
        if (used + space + octets >= MH_GROUPS_SIZE)
            return;
        memcpy(groups + used, " ", space);
        memcpy(groups + used + space, name, octets);
        used += space + octets;
        groups[used] = '\0';
    }
}

/* The kernel does not say how much of the list it wrote. */
static enum mh_error ask_groups(struct mh_bsd_inquiry *inquiry, struct mh_interface *interface, size_t count,
                                struct mh_failure *failure)
{
#define OFFSET(structure, member, offset) (offset),
    const struct mh_rt_layout *layout = inquiry->host->layout;
    const size_t offsets[] = {MH_BSD_IFGROUPREQ(OFFSET, layout->long_size)};
#undef OFFSET
    uint8_t request[MH_BSD_IFGROUPREQ_SIZE(8)] = {0};
    size_t length = count * MH_BSD_IFG_REQ_SIZE;
    uint8_t *list = calloc(count, MH_BSD_IFG_REQ_SIZE);
    if (list == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    memcpy(request, interface->name, strnlen(interface->name, MH_RT_NAME_SIZE - 1));
    mh_rt_write_number(layout, request + offsets[0], 4, length);
    const struct mh_call_ioctl call = {.request = MH_BSD_SIOCGIFGROUP(layout->long_size),
                                       .data = request,
                                       .length = MH_BSD_IFGROUPREQ_SIZE(layout->long_size),
                                       .buffer = list,
                                       .buffer_length = length,
                                       .buffer_at = offsets[1]};
    enum mh_error code = ask_call(inquiry, false, &call, failure);
    if (code == MH_OK)
        mh_bsd_take_groups(list, length, interface->groups);
    free(list);
    return code;
}

/* EINVAL: there are more. ENOTTY: a kernel without groups. */
enum mh_error mh_bsd_inquire_groups(struct mh_bsd_inquiry *inquiry, struct mh_interface *interface,
                                    struct mh_failure *failure)
{
    struct mh_failure own = {0};
    interface->groups[0] = '\0';
    if (inquiry->host->layout->system == MH_RT_NETBSD || interface->name[0] == '\0')
        return MH_OK;
    enum mh_error code = ask_groups(inquiry, interface, GROUPS_USUAL, &own);
    if (own.native_code == BSD_EINVAL) {
        own = (struct mh_failure){0};
        code = ask_groups(inquiry, interface, GROUPS_MOST, &own);
    }
    if (own.native_code == BSD_EINVAL || own.native_code == BSD_ENOTTY || own.native_code == BSD_ENXIO)
        return MH_OK;
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
