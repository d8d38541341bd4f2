/* RTM_NEWADDR, RTM_DELADDR: struct ifaddrmsg and IFA_* (linux/if_addr.h). */
#include "attribute.h"
#include "codec.h"
#include "protocol.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

struct parts {
    enum mh_family family;
    struct mh_address address; /* IFA_ADDRESS */
    struct mh_address local;   /* IFA_LOCAL */
    uint32_t native_flags;
};

static bool take_lifetimes(const struct mh_attribute *attribute, struct mh_interface_address *address)
{
    struct ifa_cacheinfo info;
    if (attribute->length < sizeof info)
        return false;
    memcpy(&info, attribute->data, sizeof info);
    address->preferred_lifetime = info.ifa_prefered;
    address->valid_lifetime = info.ifa_valid;
    return true;
}

static bool take_attribute(const struct mh_attribute *attribute, struct parts *parts,
                           struct mh_interface_address *address)
{
    switch (attribute->type) {
    case IFA_ADDRESS:
        return mh_attribute_address(attribute, parts->family, &parts->address);
    case IFA_LOCAL:
        return mh_attribute_address(attribute, parts->family, &parts->local);
    case IFA_BROADCAST:
        return mh_attribute_address(attribute, parts->family, &address->broadcast);
    case IFA_LABEL:
        return mh_attribute_text(attribute, address->label, sizeof address->label);
    case IFA_FLAGS:
        return mh_attribute_u32(attribute, &parts->native_flags);
    case IFA_CACHEINFO:
        return take_lifetimes(attribute, address);
    case IFA_RT_PRIORITY:
        return mh_attribute_u32(attribute, &address->metric);
    case MH_ATTRIBUTE_ADDRESS_PROTOCOL:
        return mh_attribute_u8(attribute, &address->protocol);
    default:
        return true;
    }
}

/* IFA_ADDRESS is the other end where IFA_LOCAL is there and differs; else it is the address itself. */
static void take_ends(const struct parts *parts, struct mh_interface_address *address)
{
    address->address = parts->local.family != MH_FAMILY_NONE ? parts->local : parts->address;
    if (parts->address.family != MH_FAMILY_NONE && !mh_address_equal(&parts->address, &address->address))
        address->peer = parts->address;
}

static uint32_t flags_of(const struct parts *parts, uint32_t valid_lifetime)
{
    static const struct {
        uint32_t native, ours;
    } table[] = {
        {IFA_F_DEPRECATED, MH_ADDRESS_DEPRECATED}, {IFA_F_TENTATIVE, MH_ADDRESS_TENTATIVE},
        {IFA_F_DADFAILED, MH_ADDRESS_DUPLICATE},   {IFA_F_OPTIMISTIC, MH_ADDRESS_OPTIMISTIC},
        {IFA_F_HOMEADDRESS, MH_ADDRESS_HOME},      {IFA_F_NOPREFIXROUTE, MH_ADDRESS_NO_PREFIX_ROUTE}};
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (parts->native_flags & table[i].native)
            flags |= table[i].ours;
    /* One bit with two meanings. */
    if (parts->native_flags & IFA_F_SECONDARY)
        flags |= parts->family == MH_IPV4 ? MH_ADDRESS_SECONDARY : MH_ADDRESS_TEMPORARY;
    if (valid_lifetime != MH_LIFETIME_FOREVER)
        flags |= MH_ADDRESS_DYNAMIC;
    return flags;
}

/* Programs that add IPv6 addresses with a lifetime do not say why: DHCPv6 assigns single addresses (RFC
 * 8415), router advertisements prefixes (RFC 4862), in the kernel and outside. */
static enum mh_owner owner_of_dynamic(const struct parts *parts, uint8_t prefix_length)
{
    const uint32_t made_of_prefix = IFA_F_TEMPORARY | IFA_F_MANAGETEMPADDR | IFA_F_STABLE_PRIVACY;
    if (parts->family == MH_IPV4)
        return MH_OWNER_DHCP;
    return prefix_length == 128 && (parts->native_flags & made_of_prefix) == 0 ? MH_OWNER_DHCP : MH_OWNER_RA;
}

static enum mh_owner owner_of(const struct parts *parts, const struct mh_interface_address *address)
{
    switch (address->protocol) {
    case MH_PROTOCOL_MULTIHOMED:
        return MH_OWNER_MULTIHOMED;
    case MH_ADDRESS_PROTOCOL_LOOPBACK:
    case MH_ADDRESS_PROTOCOL_LINK_LOCAL:
        return MH_OWNER_KERNEL;
    case MH_ADDRESS_PROTOCOL_RA:
        return MH_OWNER_RA;
    default:
        break;
    }
    /* 169.254/16 is configured by programs, fe80::/10 by the kernel. */
    if (mh_address_is_loopback(&address->address) ||
        (parts->family == MH_IPV6 && mh_address_is_link_local(&address->address)))
        return MH_OWNER_KERNEL;
    if (address->valid_lifetime != MH_LIFETIME_FOREVER)
        return owner_of_dynamic(parts, address->prefix_length);
    return MH_OWNER_STATIC;
}

static bool read_attributes(struct mh_attributes *walk, struct parts *parts,
                            struct mh_interface_address *address)
{
    struct mh_attribute attribute;
    while (mh_attributes_next(walk, &attribute))
        if (!take_attribute(&attribute, parts, address))
            return false;
    return !walk->malformed;
}

enum mh_error mh_decode_address(const void *bytes, size_t length, struct mh_interface_address *address)
{
    struct ifaddrmsg message;
    struct mh_attributes walk;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    struct parts parts = {.family = mh_family_of_native(message.ifa_family),
                          .native_flags = message.ifa_flags};
    if (parts.family == MH_FAMILY_NONE)
        return MH_NOT_FOUND;
    *address = (struct mh_interface_address){.interface = message.ifa_index,
                                             .valid_lifetime = MH_LIFETIME_FOREVER,
                                             .preferred_lifetime = MH_LIFETIME_FOREVER,
                                             .prefix_length = message.ifa_prefixlen,
                                             .scope = message.ifa_scope};
    if (message.ifa_prefixlen > mh_family_bits(parts.family) || message.ifa_index == 0)
        return MH_MALFORMED;
    if (!read_attributes(&walk, &parts, address))
        return MH_MALFORMED;
    take_ends(&parts, address);
    if (address->address.family == MH_FAMILY_NONE)
        return MH_MALFORMED;
    address->flags = flags_of(&parts, address->valid_lifetime);
    address->owner = (uint8_t)owner_of(&parts, address);
    return MH_OK;
}
