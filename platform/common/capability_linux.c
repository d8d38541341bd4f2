/* What Linux can do about each intent, and by which means. The backend's table, and that of a simulated Linux
 * host. Whether this version does it is told by config_acts.c. */
#include "common/capability_linux.h"

#include <string.h>

#define BOTH MH_FAMILY_NONE

const struct mh_capability mh_linux_capabilities[] = {
    {"addresses", BOTH, MH_SUPPORTED,
     "Marked with protocol 157 where the kernel keeps it, else in the ledger."},
    {"addresses.skip_as_source", BOTH, MH_SUPPORTED,
     "Routes of its own, with another preferred source, in a table before main."},
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
    {"reverse_path", MH_IPV6, MH_EMULATED,
     "Set reverse_loose_ipv6 or reverse_strict_ipv6 of this service's own table inet multihomed (nft)."},
    {"host_model.receive", BOTH, MH_EMULATED,
     "Sets strong_receive_ipv4 and strong_receive_ipv6 of this service's own table inet multihomed (nft)."},
    {"host_model.send", BOTH, MH_SUPPORTED,
     "A policy rule for each address, to a routing table of its interface, and one behind it that ends."},
    {"source_routing", BOTH, MH_SUPPORTED,
     "A policy rule for each address, to a routing table of its interface."},
    {"source_preferences", BOTH, MH_SUPPORTED,
     "Routes with a source in table 5999, which a policy rule puts before main."},
    {"sharing", BOTH, MH_SUPPORTED, "Default routes by metric: the next one takes over."},
    {"sharing.balance", BOTH, MH_HOST_WIDE,
     "One default route with weights; that needs \"host_wide\" for fib_multipath_hash_policy."},
    {"address_policy", MH_IPV6, MH_SUPPORTED, "The kernel's address labels (ip addrlabel)."},
    {0},
};
_Static_assert(sizeof mh_linux_capabilities / sizeof mh_linux_capabilities[0] <= MH_LINUX_CAPABILITIES_MAX,
               "a copy holds all of them");

bool mh_linux_needs_nft(const struct mh_capability *row)
{
    return strcmp(row->intent, "host_model.receive") == 0 ||
           (strcmp(row->intent, "reverse_path") == 0 && row->family == MH_IPV6);
}
