/* What Linux can do about each intent, and by which means. The backend's table, and that of a simulated Linux
 * host. */
#include "common/capability_linux.h"

#define BOTH MH_FAMILY_NONE
#define LATER(intent, family)                                                                                \
    {                                                                                                        \
        intent, family, MH_NOT_SUPPORTED, "Linux can; this version does not do it yet."                      \
    }

const struct mh_capability mh_linux_capabilities[] = {
    {"addresses", BOTH, MH_SUPPORTED,
     "Marked with protocol 157 where the kernel keeps it, else in the ledger."},
    {"routes", BOTH, MH_SUPPORTED, "In table main, marked with protocol 157."},
    {"uplinks", BOTH, MH_SUPPORTED, "A routing table from 5200 on, for each uplink that a rule names."},
    {"rules", BOTH, MH_SUPPORTED, "Policy rules from priority 5200 on, marked with protocol 157."},
    {"interfaces.metric", BOTH, MH_SUPPORTED, "The metric of this service's own routes by the interface."},
    {"arp.reply", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_ignore"},
    {"arp.announce", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_announce"},
    {"arp.filter", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_filter"},
    {"arp.proxy", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.proxy_arp"},
    {"reverse_path", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.rp_filter"},
    {"reverse_path", MH_IPV6, MH_EMULATED,
     "Set reverse_loose_ipv6 or reverse_strict_ipv6 of this service's own table inet multihomed (nft)."},
    {"host_model.receive", BOTH, MH_EMULATED,
     "Sets strong_receive_ipv4 and strong_receive_ipv6 of this service's own table inet multihomed (nft)."},
    LATER("host_model.send", BOTH),
    LATER("source_routing", BOTH),
    LATER("source_preferences", BOTH),
    LATER("sharing", BOTH),
    LATER("address_policy", MH_IPV6),
    {0},
};
