/* Settings of an interface, as IFLA_AF_SPEC tells them: arrays with a number for each name below
 * /proc/sys/net/ipv4/conf and ipv6/conf (ip-sysctl). The positions are the kernel's, linux/ip.h and
 * linux/ipv6.h. */
#include "attribute.h"
#include "codec.h"
#include "setting.h"

#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <sys/socket.h>

/* IPV4_DEVCONF_* begin with 1, and their array without a place for 0; DEVCONF_* begin with 0. */
const struct mh_setting_row mh_setting_rows[] = {
    {MH_SETTING_FORWARDING, MH_IPV4, IPV4_DEVCONF_FORWARDING - 1},
    {MH_SETTING_ARP_IGNORE, MH_IPV4, IPV4_DEVCONF_ARP_IGNORE - 1},
    {MH_SETTING_ARP_ANNOUNCE, MH_IPV4, IPV4_DEVCONF_ARP_ANNOUNCE - 1},
    {MH_SETTING_ARP_FILTER, MH_IPV4, IPV4_DEVCONF_ARPFILTER - 1},
    {MH_SETTING_ARP_ACCEPT, MH_IPV4, IPV4_DEVCONF_ARP_ACCEPT - 1},
    {MH_SETTING_ARP_NOTIFY, MH_IPV4, IPV4_DEVCONF_ARP_NOTIFY - 1},
    {MH_SETTING_RP_FILTER, MH_IPV4, IPV4_DEVCONF_RP_FILTER - 1},
    {MH_SETTING_PROXY_ARP, MH_IPV4, IPV4_DEVCONF_PROXY_ARP - 1},
    {MH_SETTING_PROXY_ARP_PVLAN, MH_IPV4, IPV4_DEVCONF_PROXY_ARP_PVLAN - 1},
    {MH_SETTING_ACCEPT_LOCAL, MH_IPV4, IPV4_DEVCONF_ACCEPT_LOCAL - 1},
    {MH_SETTING_ROUTE_LOCALNET, MH_IPV4, IPV4_DEVCONF_ROUTE_LOCALNET - 1},
    {MH_SETTING_PROMOTE_SECONDARIES, MH_IPV4, IPV4_DEVCONF_PROMOTE_SECONDARIES - 1},
    {MH_SETTING_SRC_VALID_MARK, MH_IPV4, IPV4_DEVCONF_SRC_VMARK - 1},
    {MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN, MH_IPV4, IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN - 1},
    {MH_SETTING_FORWARDING, MH_IPV6, DEVCONF_FORWARDING},
    {MH_SETTING_IGNORE_ROUTES_WITH_LINKDOWN, MH_IPV6, DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN},
    {MH_SETTING_PROXY_NDP, MH_IPV6, DEVCONF_PROXY_NDP},
    {MH_SETTING_ACCEPT_RA, MH_IPV6, DEVCONF_ACCEPT_RA},
    {MH_SETTING_ACCEPT_RA_DEFRTR, MH_IPV6, DEVCONF_ACCEPT_RA_DEFRTR},
    {MH_SETTING_AUTOCONF, MH_IPV6, DEVCONF_AUTOCONF},
    {MH_SETTING_USE_TEMPADDR, MH_IPV6, DEVCONF_USE_TEMPADDR},
    {MH_SETTING_DISABLE_IPV6, MH_IPV6, DEVCONF_DISABLE_IPV6},
    {MH_SETTING_USE_OPTIMISTIC, MH_IPV6, DEVCONF_USE_OPTIMISTIC},
    {MH_SETTING_USE_OIF_ADDRS_ONLY, MH_IPV6, DEVCONF_USE_OIF_ADDRS_ONLY},
};

_Static_assert(sizeof mh_setting_rows / sizeof mh_setting_rows[0] == MH_SETTING_ROWS,
               "setting.h counts them");
_Static_assert((int)MH_SETTING_ROWS <= (int)MH_LINK_SETTINGS_MAX, "a link holds all of its settings");

/* Older kernels have shorter arrays: what lies beyond is not known. */
static void take_array(const struct mh_attribute *array, enum mh_family family, struct mh_link *link)
{
    for (size_t i = 0; i < MH_SETTING_ROWS; i++) {
        const struct mh_setting_row *row = &mh_setting_rows[i];
        size_t offset = row->position * sizeof(int32_t);
        if (row->family != family || offset + sizeof(int32_t) > array->length)
            continue;
        if (link->setting_count == MH_LINK_SETTINGS_MAX)
            return;
        struct mh_setting *setting = &link->settings[link->setting_count++];
        *setting = (struct mh_setting){
            .interface = link->interface.index, .family = (uint8_t)family, .id = (uint8_t)row->id};
        memcpy(&setting->value, array->data + offset, sizeof setting->value);
    }
}

static bool take_family(const struct mh_attribute *spec, uint16_t array_type, enum mh_family family,
                        struct mh_link *link)
{
    struct mh_attributes walk = mh_attributes_in(spec);
    struct mh_attribute attribute, array = {0};
    while (mh_attributes_next(&walk, &attribute))
        if (attribute.type == array_type)
            array = attribute;
    if (array.data != NULL)
        take_array(&array, family, link);
    return !walk.malformed;
}

bool mh_decode_link_settings(const struct mh_attributes *families, struct mh_link *link)
{
    struct mh_attributes walk = *families;
    struct mh_attribute spec;
    while (mh_attributes_next(&walk, &spec)) {
        if (spec.type == AF_INET && !take_family(&spec, IFLA_INET_CONF, MH_IPV4, link))
            return false;
        if (spec.type == AF_INET6 && !take_family(&spec, IFLA_INET6_CONF, MH_IPV6, link))
            return false;
    }
    return !walk.malformed;
}
