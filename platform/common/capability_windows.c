/* What Windows (10, Server 2019 and later) can do about each intent, and by which means: netioapi.h, and
 * TechNet Magazine, September 2007, "Strong and Weak Host Models". */
#include "common/capability_windows.h"

#include <stddef.h>

#define BOTH MH_FAMILY_NONE
#define NOT_BY_SOURCE "Windows has no policy rules: nothing sends a packet by its source to another table."

const struct mh_capability mh_windows_capability_rows[] = {
    {"addresses", BOTH, MH_SUPPORTED, "Known as this service's own by the ledger."},
    {"addresses.skip_as_source", BOTH, MH_SUPPORTED, "SkipAsSource of the address."},
    {"routes", BOTH, MH_SUPPORTED, "In the one routing table; known as this service's own by the ledger."},
    {"uplinks", BOTH, MH_SUPPORTED,
     "A default route with a metric; known as this service's own by the ledger."},
    {"rules", BOTH, MH_NOT_SUPPORTED, NOT_BY_SOURCE},
    {"interfaces.metric", BOTH, MH_SUPPORTED,
     "The metric of the interface, which is added to that of a route."},
    {"arp.reply", MH_IPV4, MH_NOT_SUPPORTED, "Windows has no switch for which addresses it answers for."},
    {"arp.announce", MH_IPV4, MH_BUILT_IN, "Windows asks with an address of the interface."},
    {"arp.filter", MH_IPV4, MH_NOT_SUPPORTED, "Windows has no such switch."},
    {"arp.proxy", MH_IPV4, MH_NOT_SUPPORTED, "Windows has no switch for all addresses."},
    {"reverse_path", BOTH, MH_NOT_SUPPORTED, "Windows does not ask the routes about a packet's source."},
    {"host_model.receive", BOTH, MH_SUPPORTED, "WeakHostReceive of the interface."},
    {"host_model.send", BOTH, MH_SUPPORTED, "WeakHostSend of the interface."},
    {"source_routing", BOTH, MH_BUILT_IN,
     "A packet with a bound source leaves by the interface that has it, unless that sends as a weak host."},
    {"source_preferences", BOTH, MH_NOT_SUPPORTED, "Routes carry no preferred source."},
    {"sharing", BOTH, MH_SUPPORTED, "Default routes by metric: the next one takes over."},
    {"sharing.balance", BOTH, MH_NOT_SUPPORTED, "Windows does not spread flows by weights."},
    {"address_policy", MH_IPV6, MH_NOT_SUPPORTED, "This version does not read or set prefix policies."},
    {NULL, BOTH, MH_NOT_SUPPORTED, NULL},
};
