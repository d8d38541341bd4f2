/* RTM_NEWADDRLABEL: struct ifaddrlblmsg and IFAL_* (linux/if_addrlabel.h), the rows of ip-addrlabel(8). */
#include "attribute.h"
#include "codec.h"

#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>

static bool take_prefix(const struct mh_attribute *attribute, unsigned length, struct mh_address_label *label)
{
    struct mh_address address;
    if (!mh_attribute_address(attribute, MH_IPV6, &address))
        return false;
    label->prefix = mh_prefix_of(&address, length);
    return true;
}

/* Others are not known to change what the row means. */
static bool take_attribute(const struct mh_attribute *attribute, unsigned length,
                           struct mh_address_label *label, bool *has_label)
{
    switch (attribute->type) {
    case IFAL_ADDRESS:
        return take_prefix(attribute, length, label);
    case IFAL_LABEL:
        *has_label = true;
        return mh_attribute_u32(attribute, &label->label);
    default:
        return true;
    }
}

enum mh_error mh_decode_label(const void *bytes, size_t length, struct mh_address_label *label)
{
    struct ifaddrlblmsg header;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    bool has_label = false;
    if (!mh_message_parts(bytes, length, &header, sizeof header, &walk))
        return MH_MALFORMED;
    if (mh_family_of_native(header.ifal_family) != MH_IPV6)
        return MH_NOT_FOUND;
    if (header.ifal_prefixlen > mh_family_bits(MH_IPV6))
        return MH_MALFORMED;
    *label = (struct mh_address_label){.interface = header.ifal_index};
    while (mh_attributes_next(&walk, &attribute))
        if (!take_attribute(&attribute, header.ifal_prefixlen, label, &has_label))
            return MH_MALFORMED;
    if (walk.malformed || !has_label || label->prefix.address.family == MH_FAMILY_NONE)
        return MH_MALFORMED;
    return MH_OK;
}
