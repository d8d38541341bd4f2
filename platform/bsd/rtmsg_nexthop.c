#include "rtmsg_nexthop.h"

#include <string.h>

static unsigned wide_alignment(const struct mh_rt_layout *layout)
{
    return strcmp(layout->target, "x86-freebsd") == 0 ? 4 : 8;
}

static void take_fields(const struct mh_rt_layout *layout, const uint8_t *external,
                        struct mh_rt_nexthop *nexthop)
{
    unsigned alignment = wide_alignment(layout);
#define TAKE(name, offset, width) nexthop->name = mh_rt_read_number(layout, external + (offset), width);
    MH_FREEBSD_NHOP(TAKE, alignment)
#undef TAKE
}

/* The sockaddr `at` octets behind the start of the container, of which there are `length`. */
static bool take_address(const struct mh_rt_layout *layout, const uint8_t *container, size_t length,
                         uint64_t at, struct mh_rt_sockaddr *sockaddr)
{
    return at >= MH_FREEBSD_NHOP_ADDRS_SIZE && at < length &&
           mh_rt_decode_sockaddr(layout, container + at, length - at, sockaddr);
}

/* NULL, or what is wrong with it. */
static const char *take_entry(const struct mh_rt_layout *layout, const uint8_t *entry,
                              struct mh_rt_nexthop *nexthop)
{
    unsigned alignment = wide_alignment(layout);
    size_t header = layout->records[MH_RT_ROUTE].size;
    size_t external = (header + alignment - 1) / alignment * alignment;
    size_t container = external + MH_FREEBSD_NHOP_SIZE(alignment);
    if (nexthop->length < container + MH_FREEBSD_NHOP_ADDRS_SIZE)
        return "too short for a next hop";
    take_fields(layout, entry + external, nexthop);
    if (nexthop->nh_len != MH_FREEBSD_NHOP_SIZE(alignment))
        return "struct nhop_external is of another length";
    uint64_t length = mh_rt_read_number(layout, entry + container, 4);
    if (length < MH_FREEBSD_NHOP_ADDRS_SIZE || length > nexthop->length - container)
        return "the addresses of a next hop do not fit";
    if (!take_address(layout, entry + container, (size_t)length,
                      mh_rt_read_number(layout, entry + container + 4, 2), &nexthop->gateway))
        return "the gateway of a next hop does not fit";
    if (!take_address(layout, entry + container, (size_t)length,
                      mh_rt_read_number(layout, entry + container + 6, 2), &nexthop->source))
        return "the source of a next hop does not fit";
    return NULL;
}

enum mh_error mh_rt_next_nexthop(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                                 size_t *offset, struct mh_rt_nexthop *nexthop, struct mh_failure *failure)
{
    size_t at = *offset, left = length - at;
    memset(nexthop, 0, sizeof *nexthop);
    nexthop->offset = at;
    if (layout->numbers->next_hops == 0)
        return mh_fail(failure, MH_UNSUPPORTED, "this system has no list of next hops");
    if (left == 0)
        return MH_NOT_FOUND;
    size_t header = layout->records[MH_RT_ROUTE].size;
    size_t told = left >= header ? (size_t)mh_rt_read_number(layout, bytes + at, 2) : 0;
    if (told < header || told > left) {
        *offset = length;
        return mh_fail(failure, MH_MALFORMED, "offset %zu: a next hop's length does not fit", at);
    }
    *offset = at + told;
    nexthop->length = told;
    if (bytes[at + 2] != layout->version ||
        bytes[at + 3] != mh_rt_type_meaning(layout, MH_RT_MEANS_GET)->number)
        return mh_fail(failure, MH_MALFORMED, "offset %zu: this is no next hop", at);
    nexthop->flags = (uint32_t)mh_rt_read_number(layout, bytes + at + 8, 4); /* rtm_flags */
    const char *wrong = take_entry(layout, bytes + at, nexthop);
    return wrong == NULL ? MH_OK : mh_fail(failure, MH_MALFORMED, "offset %zu: %s", at, wrong);
}
