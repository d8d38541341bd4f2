/* What holds the tables of a system's figures against its headers, at compile time. Included by the
 * layout_check.c of that system, which is compiled when it is the target. MH_CHECK_LONG and
 * MH_CHECK_BIG_ENDIAN (rtmsg-dump --figures says them) may be given, to check that a layout is of the machine
 * that is compiled for. */
#ifndef MH_BSD_LAYOUT_CHECK_H
#define MH_BSD_LAYOUT_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define MH_CHECK_SIZE(structure, size)                                                                       \
    _Static_assert(sizeof(struct structure) == (size), "sizeof struct " #structure);
#define MH_CHECK_FIELD(field, structure, member, offset, width)                                              \
    _Static_assert(offsetof(struct structure, member) == (offset), #structure "." #member " is elsewhere");  \
    _Static_assert(sizeof(((struct structure *)NULL)->member) == (width), "width of " #structure "." #member);
#define MH_CHECK_OFFSET(structure, member, offset)                                                           \
    _Static_assert(offsetof(struct structure, member) == (offset), #structure "." #member " is elsewhere");
#define MH_CHECK_CONSTANT(name, value) _Static_assert((name) == (value), #name);
#define MH_CHECK_TYPE(name, number, form, meaning) MH_CHECK_CONSTANT(name, number)
#define MH_CHECK_FLAG(prefix, name, value) MH_CHECK_CONSTANT(prefix##_##name, value)

/* The codec knows the insides of addresses itself. */
#define MH_CHECK_ADDRESSES                                                                                   \
    MH_CHECK_SIZE(sockaddr_in, 16)                                                                           \
    MH_CHECK_OFFSET(sockaddr_in, sin_addr, 4)                                                                \
    MH_CHECK_SIZE(sockaddr_in6, 28)                                                                          \
    MH_CHECK_OFFSET(sockaddr_in6, sin6_flowinfo, 4)                                                          \
    MH_CHECK_OFFSET(sockaddr_in6, sin6_addr, 8)                                                              \
    MH_CHECK_OFFSET(sockaddr_in6, sin6_scope_id, 24)                                                         \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_index, 2)                                                               \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_type, 4)                                                                \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_nlen, 5)                                                                \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_alen, 6)                                                                \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_slen, 7)                                                                \
    MH_CHECK_OFFSET(sockaddr_dl, sdl_data, 8)

/* The insides of what ioctl(2) is given (ioctl_layout.h). */
#define MH_CHECK_REQUESTS                                                                                    \
    MH_CHECK_OFFSET(ifreq, ifr_addr, MH_IOCTL_FIRST)                                                         \
    MH_CHECK_OFFSET(ifaliasreq, ifra_addr, MH_IOCTL_FIRST)                                                   \
    MH_CHECK_OFFSET(ifaliasreq, ifra_broadaddr, MH_IOCTL_ALIAS_OTHER)                                        \
    MH_CHECK_OFFSET(ifaliasreq, ifra_mask, MH_IOCTL_ALIAS_MASK)                                              \
    MH_CHECK_OFFSET(in6_ifreq, ifr_addr, MH_IOCTL_FIRST)                                                     \
    MH_CHECK_OFFSET(in6_aliasreq, ifra_addr, MH_IOCTL_FIRST)                                                 \
    MH_CHECK_OFFSET(in6_aliasreq, ifra_dstaddr, MH_IOCTL_ALIAS6_OTHER)                                       \
    MH_CHECK_OFFSET(in6_aliasreq, ifra_prefixmask, MH_IOCTL_ALIAS6_MASK)                                     \
    MH_CHECK_OFFSET(in6_aliasreq, ifra_flags, MH_IOCTL_ALIAS6_FLAGS)                                         \
    MH_CHECK_OFFSET(in6_aliasreq, ifra_lifetime, MH_IOCTL_ALIAS6_LIFETIMES)                                  \
    MH_CHECK_OFFSET(in6_addrlifetime, ia6t_vltime, 2 * sizeof(time_t))                                       \
    MH_CHECK_OFFSET(in6_addrlifetime, ia6t_pltime, 2 * sizeof(time_t) + 4)                                   \
    MH_CHECK_CONSTANT(IN6_IFF_DEPRECATED, MH_IOCTL_DEPRECATED)                                               \
    MH_CHECK_CONSTANT(IN6_IFF_AUTOCONF, MH_IOCTL_AUTOCONF)                                                   \
    MH_CHECK_CONSTANT(IN6_IFF_TEMPORARY, MH_IOCTL_TEMPORARY)                                                 \
    MH_CHECK_CONSTANT(BIOCSHDRCMPLT, MH_IOCTL_BPF_COMPLETE_NUMBER)                                           \
    MH_CHECK_CONSTANT(O_RDWR, MH_BSD_O_RDWR)
#define MH_CHECK_POLICY                                                                                      \
    MH_CHECK_OFFSET(in6_addrpolicy, addrmask, MH_IOCTL_POLICY_MASK)                                          \
    MH_CHECK_OFFSET(in6_addrpolicy, preced, MH_IOCTL_POLICY_PRECEDENCE)                                      \
    MH_CHECK_OFFSET(in6_addrpolicy, label, MH_IOCTL_POLICY_LABEL)                                            \
    MH_CHECK_SIZE(in6_addrpolicy, MH_IOCTL_POLICY_SIZE)

/* SIOCGIFGROUP (ioctl_read_figures.h). */
#define MH_CHECK_GROUPS                                                                                      \
    MH_CHECK_SIZE(ifgroupreq, MH_BSD_IFGROUPREQ_SIZE(sizeof(long)))                                          \
    MH_BSD_IFGROUPREQ(MH_CHECK_OFFSET, sizeof(long))                                                         \
    MH_CHECK_SIZE(ifg_req, MH_BSD_IFG_REQ_SIZE)                                                              \
    MH_CHECK_OFFSET(ifg_req, ifgrq_ifgrqu.ifgrqu_group, 0)                                                   \
    MH_CHECK_CONSTANT(SIOCGIFGROUP, MH_BSD_SIOCGIFGROUP(sizeof(long)))

/* How 64-bit numbers are aligned in structures: to 4 on i386, else to 8. */
struct mh_check_wide {
    char before;
    uint64_t wide;
};
#define MH_CHECK_WIDE_ALIGNMENT offsetof(struct mh_check_wide, wide)

#ifdef MH_CHECK_LONG
_Static_assert(sizeof(long) == MH_CHECK_LONG, "the layout is of another width");
_Static_assert((__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) == MH_CHECK_BIG_ENDIAN,
               "the layout is of another order");
#endif

#endif
