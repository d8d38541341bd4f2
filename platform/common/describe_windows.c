/* Ops as netsh commands. */
#include "common/describe.h"

#include <string.h>

/* "netsh interface ipv4 add address", then the interface in double quotes: they are cmd's and PowerShell's.
 */
static void begin(struct mh_description *out, uint8_t family, const char *verb, const char *before,
                  uint32_t interface)
{
    char name[MH_NAME_SIZE];
    mh_describe_add(out, "netsh interface %s %s %s=\"%s\"", mh_family_name((enum mh_family)family), verb,
                    before, mh_describe_interface(out, interface, name));
}

static bool describe_address(struct mh_description *out, enum mh_op_kind kind,
                             const struct mh_interface_address *address)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    bool skips = (address->flags & MH_ADDRESS_SKIP_AS_SOURCE) != 0;
    uint8_t family = address->address.family;
    (void)mh_address_format(&address->address, text);
    begin(out, family,
          kind == MH_OP_ADDRESS_ADD      ? "add address"
          : kind == MH_OP_ADDRESS_DELETE ? "delete address"
                                         : "set address",
          family == MH_IPV4 ? "name" : "interface", address->interface);
    mh_describe_add(out, " address=%s", text);
    if (kind == MH_OP_ADDRESS_ADD)
        mh_describe_add(out, "/%u", address->prefix_length);
    if (skips || kind == MH_OP_ADDRESS_FLAGS)
        mh_describe_add(out, " skipassource=%s", skips ? "true" : "false");
    mh_describe_add(out, " store=active");
    return true;
}

static bool describe_route(struct mh_description *out, enum mh_op_kind kind, const struct mh_route *route)
{
    char text[MH_PREFIX_TEXT_SIZE];
    if (route->next_hop_count != 1)
        return false;
    const struct mh_next_hop *hop = &route->next_hops[0];
    begin(out, route->destination.address.family,
          kind == MH_OP_ROUTE_ADD       ? "add route"
          : kind == MH_OP_ROUTE_REPLACE ? "set route"
                                        : "delete route",
          "interface", hop->interface);
    mh_describe_add(out, " prefix=%s", mh_prefix_format(&route->destination, text));
    if (hop->gateway.family != MH_FAMILY_NONE)
        mh_describe_add(out, " nexthop=%s", mh_address_format(&hop->gateway, text));
    if (kind != MH_OP_ROUTE_DELETE)
        mh_describe_add(out, " metric=%u", route->metric);
    mh_describe_add(out, " store=active");
    return true;
}

/* netsh has no word for it. */
static bool describe_automatic(struct mh_description *out, const struct mh_setting *setting)
{
    char name[MH_NAME_SIZE];
    mh_describe_add(out,
                    "Set-NetIPInterface -InterfaceAlias \"%s\" -AddressFamily %s -AutomaticMetric %s "
                    "-PolicyStore ActiveStore",
                    mh_describe_interface(out, setting->interface, name),
                    setting->family == MH_IPV4 ? "IPv4" : "IPv6",
                    setting->value != 0 ? "Enabled" : "Disabled");
    return true;
}

static bool describe_setting(struct mh_description *out, const struct mh_setting *setting)
{
    static const struct {
        enum mh_setting_id id;
        const char *word;
    } switches[] = {{MH_SETTING_FORWARDING, "forwarding"},
                    {MH_SETTING_WEAK_HOST_SEND, "weakhostsend"},
                    {MH_SETTING_WEAK_HOST_RECEIVE, "weakhostreceive"}};
    if (setting->interface == MH_SETTING_ALL || setting->interface == MH_SETTING_DEFAULT)
        return false;
    if (setting->id == MH_SETTING_AUTOMATIC_METRIC)
        return describe_automatic(out, setting);
    begin(out, setting->family, "set interface", "interface", setting->interface);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (setting->id == switches[i].id) {
            mh_describe_add(out, " %s=%s store=active", switches[i].word,
                            setting->value != 0 ? "enabled" : "disabled");
            return true;
        }
    mh_describe_add(out, " metric=%d store=active", setting->value);
    return setting->id == MH_SETTING_INTERFACE_METRIC;
}

/* A row has a precedence too, which depends on the rows that are there. */
static bool describe_label(struct mh_description *out, enum mh_op_kind kind,
                           const struct mh_address_label *label)
{
    char text[MH_PREFIX_TEXT_SIZE];
    bool adds = kind == MH_OP_LABEL_ADD;
    if (label->interface != 0)
        return false;
    mh_describe_add(out, "netsh interface ipv6 %s prefixpolicy prefix=%s", adds ? "add" : "delete",
                    mh_prefix_format(&label->prefix, text));
    if (adds && label->precedence != 0)
        mh_describe_add(out, " precedence=%u", label->precedence);
    else if (adds)
        mh_describe_add(out, " precedence=PRECEDENCE");
    if (adds)
        mh_describe_add(out, " label=%u", label->label);
    mh_describe_add(out, " store=active");
    if (adds && label->precedence == 0)
        mh_describe_add(out, " # the precedence of the row which covers it");
    return true;
}

bool mh_describe_windows(struct mh_description *description, const struct mh_op *op)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return describe_address(description, op->kind, &op->of.address);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return describe_route(description, op->kind, &op->of.route);
    case MH_OP_SETTING_SET:
        return describe_setting(description, &op->of.setting);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return describe_label(description, op->kind, &op->of.label);
    default:
        return false;
    }
}
