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
    {"uplinks", BOTH, MH_SUPPORTED,
     "A default route in table main, and a routing table from 5200 on where a rule names the uplink."},
    {"rules", BOTH, MH_SUPPORTED, "Policy rules from priority 5200 on, marked with protocol 157."},
    {"interfaces.metric", BOTH, MH_SUPPORTED, "The metric of this service's own routes by the interface."},
    {"arp.reply", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_ignore"},
    {"arp.announce", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_announce"},
    {"arp.filter", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.arp_filter"},
    {"arp.proxy", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.proxy_arp"},
    {"reverse_path", MH_IPV4, MH_SUPPORTED, "net.ipv4.conf.INTERFACE.rp_filter"},
    LATER("reverse_path", MH_IPV6),
    LATER("host_model.receive", BOTH),
    {"host_model.send", BOTH, MH_SUPPORTED,
     "A policy rule for each address, to a routing table of its interface, and one behind it that ends."},
    {"source_routing", BOTH, MH_SUPPORTED,
     "A policy rule for each address, to a routing table of its interface."},
    {"source_preferences", BOTH, MH_SUPPORTED,
     "Routes with a source in table 5999, which a policy rule puts before main."},
    {"sharing", BOTH, MH_SUPPORTED,
     "Default routes by metric, or one with weights; that needs \"host_wide\" for "
     "fib_multipath_hash_policy."},
    LATER("address_policy", MH_IPV6),
    {0},
};
