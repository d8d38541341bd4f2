/* What an interface is. Drivers that make virtual interfaces are told by their names, which are the same on
 * all BSDs but for a few; the types of net/if_types.h tell less, most of them being Ethernet. */
#include "rtmsg_event.h"

#include <string.h>

struct driver {
    const char *name;
    enum mh_kind kind;
};

static const struct driver drivers[] = {
    {"lo", MH_KIND_LOOPBACK},     {"bridge", MH_KIND_BRIDGE}, {"veb", MH_KIND_BRIDGE},
    {"lagg", MH_KIND_BOND},       {"trunk", MH_KIND_BOND},    {"aggr", MH_KIND_BOND},
    {"agr", MH_KIND_BOND},        {"vlan", MH_KIND_VLAN},     {"svlan", MH_KIND_VLAN},
    {"epair", MH_KIND_VETH},      {"pair", MH_KIND_VETH},     {"vether", MH_KIND_DUMMY},
    {"disc", MH_KIND_DUMMY},      {"tun", MH_KIND_TUN},       {"tap", MH_KIND_TAP},
    {"vmnet", MH_KIND_HOST_ONLY}, {"gif", MH_KIND_TUNNEL},    {"gre", MH_KIND_TUNNEL},
    {"egre", MH_KIND_TUNNEL},     {"mgre", MH_KIND_TUNNEL},   {"eoip", MH_KIND_TUNNEL},
    {"etherip", MH_KIND_TUNNEL},  {"stf", MH_KIND_TUNNEL},    {"ipsec", MH_KIND_TUNNEL},
    {"ipsecif", MH_KIND_TUNNEL},  {"sec", MH_KIND_TUNNEL},    {"enc", MH_KIND_TUNNEL},
    {"vxlan", MH_KIND_VXLAN},     {"wg", MH_KIND_WIREGUARD},  {"ppp", MH_KIND_PPP},
    {"pppoe", MH_KIND_PPP},       {"umb", MH_KIND_PPP},       {"carp", MH_KIND_CARP},
    {"wlan", MH_KIND_WIRELESS},   {"pflog", MH_KIND_OTHER},   {"pfsync", MH_KIND_OTHER},
};

/* net/if_types.h, alike on the three. */
enum ift {
    IFT_ETHER = 0x06,
    IFT_PPP = 0x17,
    IFT_LOOP = 0x18,
    IFT_IEEE80211 = 0x47,
    IFT_TUNNEL = 0x83,
    IFT_L2VLAN = 0x87,
    IFT_IEEE8023ADLAG = 0xa1,
    IFT_BRIDGE = 0xd1,
    IFT_GIF = 0xf0
};

enum mh_kind mh_rt_kind_of(const char *driver, uint8_t type)
{
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (strcmp(drivers[i].name, driver) == 0)
            return drivers[i].kind;
    switch (type) {
    case IFT_ETHER:
        return MH_KIND_PHYSICAL;
    case IFT_PPP:
        return MH_KIND_PPP;
    case IFT_LOOP:
        return MH_KIND_LOOPBACK;
    case IFT_IEEE80211:
        return MH_KIND_WIRELESS;
    case IFT_TUNNEL:
    case IFT_GIF:
        return MH_KIND_TUNNEL;
    case IFT_L2VLAN:
        return MH_KIND_VLAN;
    case IFT_IEEE8023ADLAG:
        return MH_KIND_BOND;
    case IFT_BRIDGE:
        return MH_KIND_BRIDGE;
    default:
        return MH_KIND_OTHER;
    }
}
