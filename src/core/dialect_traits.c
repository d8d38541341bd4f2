/* Sources: netioapi.h of Windows (MIB_IPFORWARD_ROW2, MIB_IPINTERFACE_ROW, MIB_UNICASTIPADDRESS_ROW) and its
 * pages; ip-route(8), ip-rule(8), route(8) and route(4) of FreeBSD, NetBSD and OpenBSD, OpenBSD's
 * net/route.h (RTP_CONNECTED 4, RTP_STATIC 8, RTP_DEFAULT 56). What goes with an address: net/ipv4 and
 * net/ipv6 of Linux; messages and dumps that were recorded before and after addresses went (tests/codec):
 * FreeBSD 12 and 13 drop the IPv4 routes with that source (in_ifadown) and leave those of IPv6, NetBSD 7
 * leaves all, OpenBSD 7.3 and 8.0 drop all (rt_ifa_purge). */
#include "core/dialect_traits.h"

static const char one_default_freebsd[] =
    "FreeBSD has one default route of a family here: the best uplink carries all.";
static const char one_default_netbsd[] =
    "NetBSD has one default route of a family: the best uplink carries all.";
static const char no_multipath_openbsd[] =
    "This version does not share traffic on OpenBSD (net.inet.ip.multipath): the best uplink carries all.";
static const char no_multipath_windows[] =
    "This version does not share traffic on Windows: the best uplink carries all.";
static const char no_rules_windows[] =
    "Windows has no rules where the source selects the way: \"source_routing\" keeps a source to its own "
    "interface.";
static const char no_rules_netbsd[] = "NetBSD has no rules where the source selects the interface.";

/* Routes keep the number of who made them, and this service's own; a source too. */
#define MARKED .route_protocol = 157, .has_mark = true, .has_route_sources = true
enum { NET_MANAGEMENT = 3 }; /* MIB_IPPROTO_NETMGMT of nldef.h: every route that a program or a person adds */

static const struct mh_dialect_traits rows[MH_DIALECT_COUNT] = {
    [MH_DIALECT_LINUX] = {.name = "Linux",
                          MARKED,
                          .main_table = 254,
                          .rules = MH_RULES_OF_KERNEL,
                          .has_secondaries = true,
                          .has_labels = true,
                          .has_mapped_label = true,
                          .source_loss = {MH_SOURCE_LOSS_OF_MAIN, MH_SOURCE_LOSS_OF_PROPERTY},
                          .usual_metric = {0, 1024}, /* IP6_RT_PRIO_USER */
                          .table_metric = {0, 1024},
                          .least = 1,
                          .greatest = UINT32_MAX},
    [MH_DIALECT_FREEBSD] = {.name = "FreeBSD",
                            MARKED,
                            .rules = MH_RULES_OF_PF,
                            .has_labels = true,
                            .has_precedences = true,
                            .has_address_once = true,
                            .fills_in_source = true,
                            .has_ipv6_link_scope = true,
                            .source_loss = {MH_SOURCE_LOSS_OF_ROUTE, MH_SOURCE_LOSS_NONE},
                            .no_sharing = one_default_freebsd,
                            .no_reverse_path =
                                "FreeBSD does not compare a source with the way back to it: \"block in quick "
                                "from urpf-failed\" in pf.conf does."},
    [MH_DIALECT_NETBSD] = {.name = "NetBSD",
                           MARKED,
                           .rules = MH_RULES_OF_NOBODY,
                           .has_labels = true,
                           .has_precedences = true,
                           .has_address_once = true,
                           .fills_in_source = true,
                           .has_ipv6_link_scope = true,
                           .no_sharing = one_default_netbsd,
                           .no_rules = no_rules_netbsd,
                           .no_reverse_path = "NetBSD does not compare a source with the way back to it.",
                           .no_proxy = "NetBSD answers for published entries only (arp -s ADDRESS MAC pub)."},
    [MH_DIALECT_OPENBSD] = {.name = "OpenBSD",
                            MARKED,
                            .rules = MH_RULES_OF_PF,
                            .has_address_once = true,
                            .fills_in_source = true,
                            .has_table_source = true,
                            .has_ipv6_link_scope = true,
                            .source_loss = {MH_SOURCE_LOSS_OF_ROUTE, MH_SOURCE_LOSS_OF_ROUTE},
                            .usual_metric = {8, 8},
                            .least = 5,
                            .greatest = 55,
                            .no_sharing = no_multipath_openbsd,
                            .no_reverse_path =
                                "OpenBSD does not compare a source with the way back to it: \"block in quick "
                                "from urpf-failed\" in pf.conf does.",
                            .no_proxy =
                                "OpenBSD answers for published entries only (arp -s ADDRESS MAC pub)."},
    [MH_DIALECT_WINDOWS] = {.name = "Windows",
                            .route_protocol = NET_MANAGEMENT,
                            .has_way_key = true,
                            .has_skips = true,
                            .may_lack = true,
                            .has_weak_host = true,
                            .has_labels = true,
                            .has_precedences = true,
                            .may_hide_labels = true,
                            .has_address_once = true,
                            .has_ipv6_link_scope = true,
                            .usual_metric = {256, 256}, /* what New-NetRoute takes */
                            .least = 1,
                            .greatest = 9999,
                            .no_sharing = no_multipath_windows,
                            .no_rules = no_rules_windows,
                            .no_reverse_path = "Windows does not compare a source with the way back to it.",
                            .no_proxy = "This version publishes no ARP entries on Windows.",
                            .no_arp_reply = "Windows has no switch for it: what an active ARP check measures "
                                            "is what it does.",
                            .no_preferences =
                                "Windows prefers no source by destination: \"skip_as_source\" of the other "
                                "addresses keeps them from being chosen."},
};

const struct mh_dialect_traits *mh_dialect_traits(enum mh_dialect dialect)
{
    return &rows[dialect];
}

bool mh_dialect_has_metrics(const struct mh_dialect_traits *traits)
{
    return traits->greatest > 0;
}
