/* What FreeBSD, NetBSD and OpenBSD can do about each intent, and by which means. Whether pf can be used, and
 * whether the host forwards, is told by core/capability.c, of the host as it is. */
#include "common/capability_bsd.h"

#include <stdlib.h>

#define BOTH MH_FAMILY_NONE

/* ---- reasons that several give ----------------------------------------------------------------------- */

#define BY_LEDGER "Known as this service's own by the ledger."
#define NO_SKIPPING "No address can be kept from being chosen as source."
#define IN_TABLE_0 "In table 0, marked with the flag RTF_PROTO2."
#define OTHER_FIBS " Other FIBs are shown, not written."
#define OTHER_RTABLES " Other rtables are shown, not written."
#define DEFAULT_ROUTE "A default route in table 0, marked with the flag RTF_PROTO2."
#define NO_METRIC                                                                                            \
    "Routes have no metric on this system: it orders the uplinks, of which the first that works has the "    \
    "default route."
#define OWN_ANSWERS "The kernel answers for the interface's own addresses only."
#define OWN_ASKS "The kernel asks with an address of the interface."
#define NO_SWITCH "The kernel has no such switch."
#define PUBLISHED_ONLY                                                                                       \
    "The kernel has no switch for all addresses: publish single ones with arp -s ADDRESS MAC pub."
#define NO_LOOK_BACK "The kernel does not ask the routes about a packet's source"
#define PF_CAN "pf.conf can: block in from urpf-failed."
#define ANY_INTERFACE "The kernel takes IPv6 packets to any of its addresses by any interface."
#define OWN_INTERFACE "The kernel takes a packet by the interface that has its destination, and by no other."
#define BY_PF "Rules route-to of this service's own pf anchor multihomed."
#define CARRIED "Routes that carry the source (route add -ifa)."
#define FOR_ALL                                                                                              \
    "For all destinations the source of routing table 0 (route sourceaddr), of what goes through a gateway."
#define NOT_CARRIED "The kernel does not take the address that a route carries as source of an IPv6 packet."
#define ONE_DEFAULT_ROUTE "One default route: that of the first uplink that works."
#define NOT_SPREAD                                                                                           \
    "This version spreads no flows over several gateways here: the first uplink that works has all."
#define POLICY_TABLE "The kernel's policy table (ip6addrctl)."
#define NOT_BY_SOURCE                                                                                        \
    "Nothing sends a packet by its source: the kernel has no policy rules, and npf no route-to."

/* ---- FreeBSD ---------------------------------------------------------------------------------------- */

/* inet(4); ip_input() in sys/netinet/ip_input.c. From 14 on rfc1122_strong_es, and source_address_validation,
 * which drops packets that pretend to come from the host itself; before that, check_interface. */
#define FREEBSD(receive, reverse_path)                                                                       \
    {"addresses", BOTH, MH_SUPPORTED, BY_LEDGER},                                                            \
        {"addresses.skip_as_source", BOTH, MH_NOT_SUPPORTED, NO_SKIPPING},                                   \
        {"routes", BOTH, MH_SUPPORTED, IN_TABLE_0 OTHER_FIBS},                                               \
        {"uplinks", BOTH, MH_SUPPORTED, DEFAULT_ROUTE}, {"rules", BOTH, MH_EMULATED, BY_PF},                 \
        {"interfaces.metric", BOTH, MH_EMULATED, NO_METRIC},                                                 \
        {"arp.reply", MH_IPV4, MH_BUILT_IN, OWN_ANSWERS}, {"arp.announce", MH_IPV4, MH_BUILT_IN, OWN_ASKS},  \
        {"arp.filter", MH_IPV4, MH_NOT_SUPPORTED, NO_SWITCH},                                                \
        {"arp.proxy", MH_IPV4, MH_HOST_WIDE,                                                                 \
         "net.link.ether.inet.proxyall, which is of the whole host: only with \"host_wide\": true."},        \
        {"reverse_path", BOTH, MH_NOT_SUPPORTED, reverse_path},                                              \
        {"host_model.receive", MH_IPV4, MH_HOST_WIDE,                                                        \
         "net.inet.ip." receive ", which is of the whole host; interfaces that run CARP are left out."},     \
        {"host_model.receive", MH_IPV6, MH_NOT_SUPPORTED, ANY_INTERFACE},                                    \
        {"host_model.send", BOTH, MH_EMULATED, BY_PF}, {"source_routing", BOTH, MH_EMULATED, BY_PF},         \
        {"source_preferences", MH_IPV4, MH_EMULATED, CARRIED},                                               \
        {"source_preferences", MH_IPV6, MH_NOT_SUPPORTED, NOT_CARRIED},                                      \
        {"sharing", BOTH, MH_SUPPORTED, ONE_DEFAULT_ROUTE},                                                  \
        {"sharing.balance", BOTH, MH_NOT_SUPPORTED, NOT_SPREAD},                                             \
        {"address_policy", MH_IPV6, MH_SUPPORTED, POLICY_TABLE}, {NULL, BOTH, MH_NOT_SUPPORTED, NULL},

static const struct mh_capability freebsd_rows[] = {
    FREEBSD("rfc1122_strong_es", NO_LOOK_BACK
            ": source_address_validation drops only what bears an address of this host. " PF_CAN)};
static const struct mh_capability freebsd_13_rows[] = {FREEBSD("check_interface", NO_LOOK_BACK "; " PF_CAN)};

/* ---- NetBSD ----------------------------------------------------------------------------------------- */

/* sysctl(7); ip_input() in sys/netinet/ip_input.c. */
static const struct mh_capability netbsd_rows[] = {
    {"addresses", BOTH, MH_SUPPORTED, BY_LEDGER},
    {"addresses.skip_as_source", BOTH, MH_NOT_SUPPORTED, NO_SKIPPING},
    {"routes", BOTH, MH_SUPPORTED, IN_TABLE_0},
    {"uplinks", BOTH, MH_SUPPORTED, DEFAULT_ROUTE},
    {"rules", BOTH, MH_NOT_SUPPORTED, NOT_BY_SOURCE},
    {"interfaces.metric", BOTH, MH_EMULATED, NO_METRIC},
    {"arp.reply", MH_IPV4, MH_BUILT_IN, OWN_ANSWERS},
    {"arp.announce", MH_IPV4, MH_BUILT_IN, OWN_ASKS},
    {"arp.filter", MH_IPV4, MH_NOT_SUPPORTED, NO_SWITCH},
    {"arp.proxy", MH_IPV4, MH_NOT_SUPPORTED, PUBLISHED_ONLY},
    {"reverse_path", BOTH, MH_NOT_SUPPORTED, NO_LOOK_BACK "."},
    {"host_model.receive", MH_IPV4, MH_HOST_WIDE, "net.inet.ip.checkinterface, which is of the whole host."},
    {"host_model.receive", MH_IPV6, MH_NOT_SUPPORTED, ANY_INTERFACE},
    {"host_model.send", BOTH, MH_NOT_SUPPORTED, NOT_BY_SOURCE},
    {"source_routing", BOTH, MH_NOT_SUPPORTED, NOT_BY_SOURCE},
    {"source_preferences", MH_IPV4, MH_EMULATED, CARRIED},
    {"source_preferences", MH_IPV6, MH_NOT_SUPPORTED, NOT_CARRIED},
    {"sharing", BOTH, MH_SUPPORTED, ONE_DEFAULT_ROUTE},
    {"sharing.balance", BOTH, MH_NOT_SUPPORTED, NOT_SPREAD},
    {"address_policy", MH_IPV6, MH_SUPPORTED, POLICY_TABLE},
    {NULL, BOTH, MH_NOT_SUPPORTED, NULL},
};

/* ---- OpenBSD ---------------------------------------------------------------------------------------- */

/* in_ouraddr() in sys/netinet/ip_input.c, ip6_input_if() in sys/netinet6/ip6_input.c. */
static const struct mh_capability openbsd_rows[] = {
    {"addresses", BOTH, MH_SUPPORTED, BY_LEDGER},
    {"addresses.skip_as_source", BOTH, MH_NOT_SUPPORTED, NO_SKIPPING},
    {"routes", BOTH, MH_SUPPORTED, IN_TABLE_0 OTHER_RTABLES},
    {"uplinks", BOTH, MH_SUPPORTED, DEFAULT_ROUTE},
    {"rules", BOTH, MH_EMULATED, BY_PF},
    {"interfaces.metric", BOTH, MH_SUPPORTED,
     "The priority, 5 to 55, of this service's own routes by the interface."},
    {"arp.reply", MH_IPV4, MH_BUILT_IN, OWN_ANSWERS},
    {"arp.announce", MH_IPV4, MH_BUILT_IN, OWN_ASKS},
    {"arp.filter", MH_IPV4, MH_NOT_SUPPORTED, NO_SWITCH},
    {"arp.proxy", MH_IPV4, MH_NOT_SUPPORTED, PUBLISHED_ONLY},
    {"reverse_path", BOTH, MH_NOT_SUPPORTED, NO_LOOK_BACK "; " PF_CAN},
    {"host_model.receive", MH_IPV4, MH_BUILT_IN, OWN_INTERFACE},
    {"host_model.receive", MH_IPV6, MH_BUILT_IN, OWN_INTERFACE},
    {"host_model.send", BOTH, MH_EMULATED, BY_PF},
    {"source_routing", BOTH, MH_EMULATED, BY_PF},
    {"source_preferences", MH_IPV4, MH_EMULATED, FOR_ALL " For others: routes that carry the source (-ifa)."},
    {"source_preferences", MH_IPV6, MH_EMULATED, FOR_ALL " For others: unsupported."},
    {"sharing", BOTH, MH_SUPPORTED, "Default routes by priority: the next one takes over."},
    {"sharing.balance", BOTH, MH_NOT_SUPPORTED, NOT_SPREAD},
    {"address_policy", MH_IPV6, MH_NOT_SUPPORTED, "The kernel has no policy table."},
    {NULL, BOTH, MH_NOT_SUPPORTED, NULL},
};

/* ---- all -------------------------------------------------------------------------------------------- */

static bool is_before_14(const char *release)
{
    return release[0] != '\0' && strtol(release, NULL, 10) < 14;
}

const struct mh_capability *mh_bsd_capability_rows(enum mh_dialect dialect, const char *release)
{
    switch (dialect) {
    case MH_DIALECT_FREEBSD:
        return is_before_14(release) ? freebsd_13_rows : freebsd_rows;
    case MH_DIALECT_NETBSD:
        return netbsd_rows;
    case MH_DIALECT_OPENBSD:
        return openbsd_rows;
    default:
        return NULL;
    }
}
