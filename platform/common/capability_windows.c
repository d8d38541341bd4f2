/* What Windows can do about each intent, and by which means: the backend's table, and that of a simulated
 * Windows host. From the pages of netioapi.h (MIB_IPINTERFACE_ROW, MIB_UNICASTIPADDRESS_ROW,
 * MIB_IPFORWARD_ROW2). */
#include "common/capability_windows.h"

#define BOTH MH_FAMILY_NONE
#define NO_RULES "Nothing sends a packet by its source: routes are chosen by destination and metric."

const struct mh_capability mh_windows_capability_rows[] = {
    {"addresses", BOTH, MH_SUPPORTED, "Known as this service's own by the ledger; gone after a restart."},
    {"addresses.skip_as_source", BOTH, MH_SUPPORTED, "SkipAsSource of this service's own addresses."},
    {"routes", BOTH, MH_SUPPORTED, "Known as this service's own by the ledger; gone after a restart."},
    {"uplinks", BOTH, MH_SUPPORTED,
     "A default route for each, whose metric makes up for the metric of its interface."},
    {"rules", BOTH, MH_NOT_SUPPORTED, NO_RULES},
    {"interfaces.metric", BOTH, MH_SUPPORTED, "Metric of the interface, with UseAutomaticMetric off."},
    {"arp.reply", MH_IPV4, MH_NOT_SUPPORTED,
     "The system has no switch for it: an active ARP check measures what it does."},
    {"arp.announce", MH_IPV4, MH_BUILT_IN, "The system asks with an address of the interface."},
    {"arp.filter", MH_IPV4, MH_NOT_SUPPORTED, "The system has no such switch."},
    {"arp.proxy", MH_IPV4, MH_NOT_SUPPORTED,
     "The system publishes single entries (CreateProxyArpEntry), this version makes none."},
    {"reverse_path", BOTH, MH_NOT_SUPPORTED, "The system does not ask the routes about a packet's source."},
    {"host_model.receive", BOTH, MH_SUPPORTED, "WeakHostReceive of the interface."},
    {"host_model.send", BOTH, MH_SUPPORTED, "WeakHostSend of the interface."},
    {"source_routing", BOTH, MH_SUPPORTED,
     "WeakHostSend off: what has a source leaves by the interface that has it, and by no other."},
    {"source_preferences", BOTH, MH_NOT_SUPPORTED,
     "Sources are not preferred by destination: skip_as_source of the other addresses does it for all."},
    {"sharing", BOTH, MH_SUPPORTED, "Default routes by metric: the next one takes over."},
    {"sharing.balance", BOTH, MH_NOT_SUPPORTED,
     "This version spreads no flows over several gateways here: the first uplink that works has all."},
    {"address_policy", MH_IPV6, MH_SUPPORTED,
     "The policy table (netsh interface ipv6 show prefixpolicies); gone after a restart."},
    {NULL, BOTH, MH_NOT_SUPPORTED, NULL},
};

_Static_assert(sizeof mh_windows_capability_rows / sizeof mh_windows_capability_rows[0] <=
                   MH_WINDOWS_CAPABILITIES_MAX,
               "a backend copies the rows");
