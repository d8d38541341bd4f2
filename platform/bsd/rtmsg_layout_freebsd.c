/* FreeBSD: 12 and 13 as recorded from their kernels, 14 from its headers. Messages of 14 are those of 13. */
#include "freebsd/figures.h"
#include "rtmsg_layout_parts.h"

enum {
#define CONSTANT(name, value) FREEBSD_##name = (value),
    MH_FREEBSD_CONSTANTS(CONSTANT)
#undef CONSTANT
#define FLAG(prefix, name, value) FREEBSD_##prefix##_##name = (value),
        MH_FREEBSD_ROUTE_FLAGS(FLAG)
#undef FLAG
};

static const struct mh_rt_place route_12[] = {MH_FREEBSD_ROUTE(MH_RT_PLACE, 8)};
static const struct mh_rt_place route_64[] = {MH_FREEBSD_ROUTE(MH_RT_PLACE, 8)
                                                  MH_FREEBSD_ROUTE_13(MH_RT_PLACE, 8)};
static const struct mh_rt_place route_32[] = {MH_FREEBSD_ROUTE(MH_RT_PLACE, 4)
                                                  MH_FREEBSD_ROUTE_13(MH_RT_PLACE, 4)};
static const struct mh_rt_place interface_places[] = {MH_FREEBSD_INTERFACE(MH_RT_PLACE)};
static const struct mh_rt_place address_places[] = {MH_FREEBSD_ADDRESS(MH_RT_PLACE)};
static const struct mh_rt_place multicast_places[] = {MH_FREEBSD_MULTICAST(MH_RT_PLACE)};
static const struct mh_rt_place announce_places[] = {MH_FREEBSD_ANNOUNCE(MH_RT_PLACE)};
static const struct mh_rt_place long_interface_places[] = {MH_FREEBSD_LONG_INTERFACE(MH_RT_PLACE)};
static const struct mh_rt_place long_address_places[] = {MH_FREEBSD_LONG_ADDRESS(MH_RT_PLACE)};

#define RECORDS(route, width)                                                                                \
    {                                                                                                        \
        [MH_RT_ROUTE] = MH_RT_RECORD("rt_msghdr", MH_FREEBSD_ROUTE_SIZE(width), route, 0, 0),                \
        [MH_RT_INTERFACE] = MH_RT_RECORD("if_msghdr", MH_FREEBSD_INTERFACE_SIZE, interface_places,           \
                                         MH_FREEBSD_INTERFACE_DATA, 0),                                      \
        [MH_RT_ADDRESS] = MH_RT_RECORD("ifa_msghdr", MH_FREEBSD_ADDRESS_SIZE, address_places, 0, 0),         \
        [MH_RT_MULTICAST] = MH_RT_RECORD("ifma_msghdr", MH_FREEBSD_MULTICAST_SIZE, multicast_places, 0, 0),  \
        [MH_RT_ANNOUNCE] = MH_RT_RECORD("if_announcemsghdr", MH_FREEBSD_ANNOUNCE_SIZE, announce_places, 0,   \
                                        MH_FREEBSD_ANNOUNCE_NAME),                                           \
        [MH_RT_LONG_INTERFACE] = MH_RT_RECORD("if_msghdrl", MH_FREEBSD_LONG_SIZE, long_interface_places,     \
                                              MH_FREEBSD_LONG_DATA, 0),                                      \
        [MH_RT_LONG_ADDRESS] =                                                                               \
            MH_RT_RECORD("ifa_msghdrl", MH_FREEBSD_LONG_SIZE, long_address_places, MH_FREEBSD_LONG_DATA, 0), \
    }

static const struct mh_rt_record records_12[MH_RT_FORM_COUNT] = RECORDS(route_12, 8);
static const struct mh_rt_record records_64[MH_RT_FORM_COUNT] = RECORDS(route_64, 8);
static const struct mh_rt_record records_32[MH_RT_FORM_COUNT] = RECORDS(route_32, 4);

static const struct mh_rt_type types[] = {MH_FREEBSD_TYPES(MH_RT_TYPE_ROW){0}};
static const struct mh_rt_flag route_flag_names[] = {MH_FREEBSD_ROUTE_FLAGS(MH_RT_FLAG_ROW){0}};
static const struct mh_rt_flag interface_flag_names[] = {MH_FREEBSD_INTERFACE_FLAGS(MH_RT_FLAG_ROW){0}};
static const char *const slot_names[] = {MH_FREEBSD_SLOTS(MH_RT_SLOT_ROW)};

static const struct mh_rt_route_flags flags = {
    .up = FREEBSD_RTF_UP,
    .gateway = FREEBSD_RTF_GATEWAY,
    .host = FREEBSD_RTF_HOST,
    .reject = FREEBSD_RTF_REJECT,
    .dynamic = FREEBSD_RTF_DYNAMIC,
    .done = FREEBSD_RTF_DONE,
    .is_static = FREEBSD_RTF_STATIC,
    .blackhole = FREEBSD_RTF_BLACKHOLE,
    .link_layer = FREEBSD_RTF_LLINFO,
    .local = FREEBSD_RTF_LOCAL,
    .broadcast = FREEBSD_RTF_BROADCAST,
    .multicast = FREEBSD_RTF_MULTICAST,
    .pinned = FREEBSD_RTF_PINNED,
    .announce = FREEBSD_RTF_PROTO2, /* RTF_ANNOUNCE, netinet/if_ether.h */
    .protocol1 = FREEBSD_RTF_PROTO1,
    .protocol2 = FREEBSD_RTF_PROTO2,
};

static const struct mh_rt_numbers numbers = {
    .pf_route = FREEBSD_PF_ROUTE,
    .dump = FREEBSD_NET_RT_DUMP,
    .flags = FREEBSD_NET_RT_FLAGS,
    .interfaces = FREEBSD_NET_RT_IFLIST,
    .long_interfaces = FREEBSD_NET_RT_IFLISTL,
    .next_hops = FREEBSD_NET_RT_NHOP,
    .groups = FREEBSD_NET_RT_NHGRP,
    .so_useloopback = FREEBSD_SO_USELOOPBACK,
};

#define LAYOUT(release, machine, llvm, big, width, layout_records)                                           \
    {                                                                                                        \
        .name = "freebsd-" #release "-" machine, .target = llvm, .system = MH_RT_FREEBSD,                    \
        .version = FREEBSD_RTM_VERSION, .big_endian = big, .long_size = width, .alignment = width,           \
        .inet6 = FREEBSD_AF_INET6, .slots = FREEBSD_RTAX_MAX, .link_size = MH_FREEBSD_LINK_SIZE,             \
        .link_down = FREEBSD_LINK_STATE_DOWN, .link_up = FREEBSD_LINK_STATE_UP, .zone_in_address = false,    \
        .rtv_mtu = FREEBSD_RTV_MTU, .rtv_weight = FREEBSD_RTV_WEIGHT, .records = layout_records,             \
        .types = types, .route_flag_names = route_flag_names, .interface_flag_names = interface_flag_names,  \
        .slot_names = slot_names, .flags = &flags, .numbers = &numbers                                       \
    }

const struct mh_rt_layout mh_rt_freebsd_layouts[] = {
    LAYOUT(12, "amd64", "x86_64-freebsd", false, 8, records_12),
    LAYOUT(13, "amd64", "x86_64-freebsd", false, 8, records_64),
    LAYOUT(14, "amd64", "x86_64-freebsd", false, 8, records_64),
    LAYOUT(14, "arm64", "aarch64-freebsd", false, 8, records_64),
    LAYOUT(14, "armv7", "arm-freebsd-eabihf", false, 4, records_32),
    LAYOUT(14, "i386", "x86-freebsd", false, 4, records_32),
    LAYOUT(14, "powerpc64", "powerpc64-freebsd", true, 8, records_64),
    {0},
};
