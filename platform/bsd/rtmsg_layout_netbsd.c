/* NetBSD: 7 as recorded from a kernel of 7.99.34, 10 from its headers; 8 and 9 speak like 10. Before 8 the
 * messages about addresses were shorter and had other numbers. */
#include "netbsd/figures.h"
#include "rtmsg_layout_parts.h"

enum {
#define CONSTANT(name, value) NETBSD_##name = (value),
    MH_NETBSD_CONSTANTS(CONSTANT)
#undef CONSTANT
#define FLAG(prefix, name, value) NETBSD_##prefix##_##name = (value),
        MH_NETBSD_ROUTE_FLAGS(FLAG)
#undef FLAG
};

static const struct mh_rt_place route_places[] = {MH_NETBSD_ROUTE(MH_RT_PLACE)};
static const struct mh_rt_place interface_places[] = {MH_NETBSD_INTERFACE(MH_RT_PLACE)};
static const struct mh_rt_place address_places[] = {MH_NETBSD_ADDRESS(MH_RT_PLACE)};
static const struct mh_rt_place old_address_places[] = {MH_NETBSD_OLD_ADDRESS(MH_RT_PLACE)};
static const struct mh_rt_place announce_places[] = {MH_NETBSD_ANNOUNCE(MH_RT_PLACE)};

static const struct mh_rt_record records[MH_RT_FORM_COUNT] = {
    [MH_RT_ROUTE] = MH_RT_RECORD("rt_msghdr", MH_NETBSD_ROUTE_SIZE, route_places, 0, 0),
    [MH_RT_INTERFACE] =
        MH_RT_RECORD("if_msghdr", MH_NETBSD_INTERFACE_SIZE, interface_places, MH_NETBSD_INTERFACE_DATA, 0),
    [MH_RT_ADDRESS] = MH_RT_RECORD("ifa_msghdr", MH_NETBSD_ADDRESS_SIZE, address_places, 0, 0),
    [MH_RT_OLD_ADDRESS] = MH_RT_RECORD("ifa_msghdr70", MH_NETBSD_OLD_ADDRESS_SIZE, old_address_places, 0, 0),
    [MH_RT_ANNOUNCE] = MH_RT_RECORD("if_announcemsghdr", MH_NETBSD_ANNOUNCE_SIZE, announce_places, 0,
                                    MH_NETBSD_ANNOUNCE_NAME),
};

static const struct mh_rt_type types_7[] = {MH_NETBSD_TYPES(MH_RT_TYPE_ROW)
                                                MH_NETBSD_TYPES_7(MH_RT_TYPE_ROW){0}};
static const struct mh_rt_type types_10[] = {MH_NETBSD_TYPES(MH_RT_TYPE_ROW)
                                                 MH_NETBSD_TYPES_8(MH_RT_TYPE_ROW){0}};
static const struct mh_rt_flag route_flag_names[] = {MH_NETBSD_ROUTE_FLAGS(MH_RT_FLAG_ROW){0}};
static const struct mh_rt_flag interface_flag_names[] = {MH_NETBSD_INTERFACE_FLAGS(MH_RT_FLAG_ROW){0}};
static const char *const slot_names[] = {MH_NETBSD_SLOTS(MH_RT_SLOT_ROW)};

static const struct mh_rt_route_flags flags = {
    .up = NETBSD_RTF_UP,
    .gateway = NETBSD_RTF_GATEWAY,
    .host = NETBSD_RTF_HOST,
    .reject = NETBSD_RTF_REJECT,
    .dynamic = NETBSD_RTF_DYNAMIC,
    .done = NETBSD_RTF_DONE,
    .is_static = NETBSD_RTF_STATIC,
    .blackhole = NETBSD_RTF_BLACKHOLE,
    .link_layer = NETBSD_RTF_LLDATA,
    .local = NETBSD_RTF_LOCAL,
    .broadcast = NETBSD_RTF_BROADCAST,
    .connected = NETBSD_RTF_CONNECTED,
    .announce = NETBSD_RTF_ANNOUNCE,
    .protocol1 = NETBSD_RTF_PROTO1,
    .protocol2 = NETBSD_RTF_PROTO2,
};

static const struct mh_rt_numbers numbers_7 = {
    .pf_route = NETBSD_PF_ROUTE,
    .dump = NETBSD_NET_RT_DUMP,
    .flags = NETBSD_NET_RT_FLAGS,
    .interfaces = NETBSD_NET_RT_OIFLIST,
    .so_useloopback = NETBSD_SO_USELOOPBACK,
};
static const struct mh_rt_numbers numbers_10 = {
    .pf_route = NETBSD_PF_ROUTE,
    .dump = NETBSD_NET_RT_DUMP,
    .flags = NETBSD_NET_RT_FLAGS,
    .interfaces = NETBSD_NET_RT_IFLIST,
    .so_useloopback = NETBSD_SO_USELOOPBACK,
};

#define LAYOUT(release, machine, llvm, big, width, link)                                                     \
    {                                                                                                        \
        .name = "netbsd-" #release "-" machine, .target = llvm, .system = MH_RT_NETBSD,                      \
        .version = NETBSD_RTM_VERSION, .big_endian = big, .long_size = width, .alignment = 8,                \
        .inet6 = NETBSD_AF_INET6, .slots = NETBSD_RTAX_MAX, .link_size = link,                               \
        .link_down = NETBSD_LINK_STATE_DOWN, .link_up = NETBSD_LINK_STATE_UP, .zone_in_address = true,       \
        .rtv_mtu = NETBSD_RTV_MTU, .rtv_weight = 0, .records = records, .types = types_##release,            \
        .route_flag_names = route_flag_names, .interface_flag_names = interface_flag_names,                  \
        .slot_names = slot_names, .flags = &flags, .numbers = &numbers_##release                             \
    }

const struct mh_rt_layout mh_rt_netbsd_layouts[] = {
    LAYOUT(7, "amd64", "x86_64-netbsd", false, 8, MH_NETBSD_OLD_LINK_SIZE),
    LAYOUT(10, "amd64", "x86_64-netbsd", false, 8, MH_NETBSD_LINK_SIZE),
    LAYOUT(10, "arm64", "aarch64-netbsd", false, 8, MH_NETBSD_LINK_SIZE),
    LAYOUT(10, "arm", "arm-netbsd-eabi", false, 4, MH_NETBSD_LINK_SIZE),
    LAYOUT(10, "i386", "x86-netbsd", false, 4, MH_NETBSD_LINK_SIZE),
    LAYOUT(10, "mips", "mips-netbsd-eabi", true, 4, MH_NETBSD_LINK_SIZE),
    LAYOUT(10, "sparc64", "sparc64-netbsd", true, 8, MH_NETBSD_LINK_SIZE),
    {0},
};
