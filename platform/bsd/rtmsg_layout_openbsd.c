/* OpenBSD: 7 (i386) and 8 (amd64) as recorded from their kernels, the other machines from the headers.
 * Messages of 7 and 8 are alike. */
#include "openbsd/figures.h"
#include "rtmsg_layout_parts.h"

enum {
#define CONSTANT(name, value) OPENBSD_##name = (value),
    MH_OPENBSD_CONSTANTS(CONSTANT)
#undef CONSTANT
#define FLAG(prefix, name, value) OPENBSD_##prefix##_##name = (value),
        MH_OPENBSD_ROUTE_FLAGS(FLAG)
#undef FLAG
};

static const struct mh_rt_place route_places[] = {MH_OPENBSD_ROUTE(MH_RT_PLACE)};
static const struct mh_rt_place interface_places[] = {MH_OPENBSD_INTERFACE(MH_RT_PLACE, 8)};
static const struct mh_rt_place interface_places_i386[] = {MH_OPENBSD_INTERFACE(MH_RT_PLACE, 4)};
static const struct mh_rt_place address_places[] = {MH_OPENBSD_ADDRESS(MH_RT_PLACE)};
static const struct mh_rt_place announce_places[] = {MH_OPENBSD_ANNOUNCE(MH_RT_PLACE)};

#define RECORDS(places, wide)                                                                                \
    {                                                                                                        \
        [MH_RT_ROUTE] = MH_RT_RECORD("rt_msghdr", MH_OPENBSD_ROUTE_SIZE, route_places, 0, 0),                \
        [MH_RT_INTERFACE] = MH_RT_RECORD("if_msghdr", MH_OPENBSD_INTERFACE_SIZE(wide), places,               \
                                         MH_OPENBSD_INTERFACE_DATA, 0),                                      \
        [MH_RT_ADDRESS] = MH_RT_RECORD("ifa_msghdr", MH_OPENBSD_ADDRESS_SIZE, address_places, 0, 0),         \
        [MH_RT_ANNOUNCE] = MH_RT_RECORD("if_announcemsghdr", MH_OPENBSD_ANNOUNCE_SIZE, announce_places, 0,   \
                                        MH_OPENBSD_ANNOUNCE_NAME),                                           \
    }

static const struct mh_rt_record records[MH_RT_FORM_COUNT] = RECORDS(interface_places, 8);
static const struct mh_rt_record records_i386[MH_RT_FORM_COUNT] = RECORDS(interface_places_i386, 4);

static const struct mh_rt_type types[] = {MH_OPENBSD_TYPES(MH_RT_TYPE_ROW){0}};
static const struct mh_rt_flag route_flag_names[] = {MH_OPENBSD_ROUTE_FLAGS(MH_RT_FLAG_ROW){0}};
static const struct mh_rt_flag interface_flag_names[] = {MH_OPENBSD_INTERFACE_FLAGS(MH_RT_FLAG_ROW){0}};
static const char *const slot_names[] = {MH_OPENBSD_SLOTS(MH_RT_SLOT_ROW)};

static const struct mh_rt_route_flags flags = {
    .up = OPENBSD_RTF_UP,
    .gateway = OPENBSD_RTF_GATEWAY,
    .host = OPENBSD_RTF_HOST,
    .reject = OPENBSD_RTF_REJECT,
    .dynamic = OPENBSD_RTF_DYNAMIC,
    .done = OPENBSD_RTF_DONE,
    .is_static = OPENBSD_RTF_STATIC,
    .blackhole = OPENBSD_RTF_BLACKHOLE,
    .link_layer = OPENBSD_RTF_LLINFO,
    .cloned = OPENBSD_RTF_CLONED,
    .local = OPENBSD_RTF_LOCAL,
    .broadcast = OPENBSD_RTF_BROADCAST,
    .multicast = OPENBSD_RTF_MULTICAST,
    .connected = OPENBSD_RTF_CONNECTED,
    .multipath = OPENBSD_RTF_MPATH,
    .announce = OPENBSD_RTF_ANNOUNCE,
    .protocol1 = OPENBSD_RTF_PROTO1,
    .protocol2 = OPENBSD_RTF_PROTO2,
};

static const struct mh_rt_numbers numbers = {
    .pf_route = OPENBSD_PF_ROUTE,
    .dump = OPENBSD_NET_RT_DUMP,
    .flags = OPENBSD_NET_RT_FLAGS,
    .interfaces = OPENBSD_NET_RT_IFLIST,
    .names = OPENBSD_NET_RT_IFNAMES,
    .table = OPENBSD_NET_RT_TABLE,
    .source = OPENBSD_NET_RT_SOURCE,
    .so_useloopback = OPENBSD_SO_USELOOPBACK,
};

#define LAYOUT(release, machine, llvm, big, width, layout_records)                                           \
    {                                                                                                        \
        .name = "openbsd-" #release "-" machine, .target = llvm, .system = MH_RT_OPENBSD,                    \
        .version = OPENBSD_RTM_VERSION, .big_endian = big, .long_size = width, .alignment = width,           \
        .inet6 = OPENBSD_AF_INET6, .slots = OPENBSD_RTAX_MAX, .link_size = MH_OPENBSD_LINK_SIZE,             \
        .link_down = OPENBSD_LINK_STATE_DOWN, .link_up = OPENBSD_LINK_STATE_UP, .zone_in_address = true,     \
        .rtv_mtu = OPENBSD_RTV_MTU, .rtv_weight = 0, .records = layout_records, .types = types,              \
        .route_flag_names = route_flag_names, .interface_flag_names = interface_flag_names,                  \
        .slot_names = slot_names, .flags = &flags, .numbers = &numbers                                       \
    }
#define LAYOUTS(release)                                                                                     \
    LAYOUT(release, "amd64", "x86_64-openbsd", false, 8, records),                                           \
        LAYOUT(release, "arm64", "aarch64-openbsd", false, 8, records),                                      \
        LAYOUT(release, "armv7", "arm-openbsd-eabi", false, 4, records),                                     \
        LAYOUT(release, "i386", "x86-openbsd", false, 4, records_i386),                                      \
        LAYOUT(release, "octeon", "mips64-openbsd", true, 8, records),                                       \
        LAYOUT(release, "macppc", "powerpc-openbsd-eabihf", true, 4, records),                               \
        LAYOUT(release, "riscv64", "riscv64-openbsd", false, 8, records),                                    \
        LAYOUT(release, "sparc64", "sparc64-openbsd", true, 8, records)

const struct mh_rt_layout mh_rt_openbsd_layouts[] = {LAYOUTS(7), LAYOUTS(8), {0}};
