/* FreeBSD's list of next hops (13 and later; NET_RT_NHOP, net/route/nhop.h): entries that look like routing
 * messages of type RTM_GET, with structures behind the header in place of addresses. No recording of a kernel
 * shows one: the headers, and the kernel's dump_nhop_entry(), are the evidence. Pure; any thread. */
#ifndef MH_BSD_RTMSG_NEXTHOP_H
#define MH_BSD_RTMSG_NEXTHOP_H

#include "freebsd/figures.h"
#include "rtmsg.h"

/* One entry. Pointers go into the bytes. */
struct mh_rt_nexthop {
    size_t offset, length;
    uint32_t flags; /* RTF_* */
#define MH_RT_NHOP_MEMBER(name, offset, width) uint64_t name;
    MH_FREEBSD_NHOP(MH_RT_NHOP_MEMBER, 8)
#undef MH_RT_NHOP_MEMBER
    struct mh_rt_sockaddr gateway, source;
};

/* The entry at *offset, which moves on, as far as its length says. MH_NOT_FOUND at the end; MH_MALFORMED: it
 * is no such entry, `failure` (may be NULL) says why; behind one whose length does not fit comes the end.
 * MH_UNSUPPORTED: this system has no such list. */
enum mh_error mh_rt_next_nexthop(const struct mh_rt_layout *layout, const uint8_t *bytes, size_t length,
                                 size_t *offset, struct mh_rt_nexthop *nexthop, struct mh_failure *failure);

#endif
