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
