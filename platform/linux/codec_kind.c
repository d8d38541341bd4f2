/* What an interface is: the kernel's link kinds (IFLA_INFO_KIND) and hardware types (ARPHRD_*) as ours. */
#include "codec.h"

#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <string.h>

struct kind_row {
    const char *native;
    enum mh_kind kind;
};

static const struct kind_row kinds[] = {
    {"amt", MH_KIND_TUNNEL},          {"bareudp", MH_KIND_TUNNEL}, {"bond", MH_KIND_BOND},
    {"bridge", MH_KIND_BRIDGE},       {"dsa", MH_KIND_PHYSICAL}, /* a port of a switch chip */
    {"dummy", MH_KIND_DUMMY},         {"erspan", MH_KIND_TUNNEL},  {"geneve", MH_KIND_TUNNEL},
    {"gre", MH_KIND_TUNNEL},          {"gretap", MH_KIND_TUNNEL},  {"gtp", MH_KIND_TUNNEL},
    {"ip6erspan", MH_KIND_TUNNEL},    {"ip6gre", MH_KIND_TUNNEL},  {"ip6gretap", MH_KIND_TUNNEL},
    {"ip6tnl", MH_KIND_TUNNEL},       {"ipip", MH_KIND_TUNNEL},    {"ipoib", MH_KIND_PHYSICAL},
    {"ipvlan", MH_KIND_IPVLAN},       {"ipvtap", MH_KIND_IPVLAN},  {"macvlan", MH_KIND_MACVLAN},
    {"macvtap", MH_KIND_MACVTAP},     {"netkit", MH_KIND_VETH}, /* the same pair, made for BPF */
    {"ovpn", MH_KIND_TUNNEL},         {"pfcp", MH_KIND_TUNNEL},    {"ppp", MH_KIND_PPP},
    {"rmnet", MH_KIND_PHYSICAL}, /* a modem's */
    {"sit", MH_KIND_TUNNEL},          {"team", MH_KIND_BOND},      {"veth", MH_KIND_VETH},
    {"virt_wifi", MH_KIND_WIRELESS},  {"vlan", MH_KIND_VLAN},      {"vrf", MH_KIND_VRF},
    {"vti", MH_KIND_TUNNEL},          {"vti6", MH_KIND_TUNNEL},    {"vxlan", MH_KIND_VXLAN},
    {"wireguard", MH_KIND_WIREGUARD}, {"wwan", MH_KIND_PHYSICAL},  {"xfrm", MH_KIND_TUNNEL},
};

static enum mh_kind kind_of_hardware(uint16_t hardware_type)
{
    switch (hardware_type) {
    case ARPHRD_LOOPBACK:
        return MH_KIND_LOOPBACK;
    case ARPHRD_ETHER:
    case ARPHRD_INFINIBAND:
        return MH_KIND_PHYSICAL;
    case ARPHRD_PPP:
        return MH_KIND_PPP;
    case ARPHRD_IEEE80211:
    case ARPHRD_IEEE80211_PRISM:
    case ARPHRD_IEEE80211_RADIOTAP:
        return MH_KIND_WIRELESS;
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
    case ARPHRD_IP6GRE:
        return MH_KIND_TUNNEL;
    default:
        return MH_KIND_OTHER;
    }
}

enum mh_kind mh_kind_of_native(const char *native_kind, uint16_t hardware_type, uint8_t tun_type)
{
    if (native_kind[0] == '\0')
        return kind_of_hardware(hardware_type);
    if (strcmp(native_kind, "tun") == 0) {
        /* Kernels before 4.20 do not tell the type, but a tap is an Ethernet. */
        bool tap = tun_type == IFF_TAP || (tun_type == 0 && hardware_type == ARPHRD_ETHER);
        return tap ? MH_KIND_TAP : MH_KIND_TUN;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(native_kind, kinds[i].native) == 0)
            return kinds[i].kind;
    return MH_KIND_OTHER;
}
