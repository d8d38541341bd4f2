/* RTM_NEWNEXTHOP, RTM_DELNEXTHOP: struct nhmsg and NHA_* (linux/nexthop.h). */
#include "attribute.h"
#include "codec.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

/* One of NHA_GROUP. The upper octet of the weight was a reserved one before Linux 6.12, and zero. */
struct native_member {
    uint32_t id;
    uint8_t weight_low; /* the weight less one */
    uint8_t weight_high;
    uint16_t reserved;
};

static enum mh_error take_group(const struct mh_attribute *attribute, struct mh_nexthop *nexthop)
{
    struct native_member native;
    size_t count = attribute->length / sizeof native;
    if (count == 0 || attribute->length % sizeof native != 0)
        return MH_MALFORMED;
    if (count > MH_NEXT_HOPS_MAX)
        return MH_LIMIT;
    for (size_t i = 0; i < count; i++) {
        memcpy(&native, attribute->data + i * sizeof native, sizeof native);
        unsigned weight = (unsigned)(native.weight_high << 8 | native.weight_low) + 1;
        nexthop->members[i].id = native.id;
        nexthop->members[i].weight = (uint16_t)(weight > UINT16_MAX ? UINT16_MAX : weight);
    }
    nexthop->member_count = (uint16_t)count;
    return MH_OK;
}

static enum mh_error take_attribute(const struct mh_attribute *attribute, enum mh_family family,
                                    struct mh_nexthop *nexthop)
{
    bool fits = true;
    switch (attribute->type) {
    case NHA_ID:
        fits = mh_attribute_u32(attribute, &nexthop->id);
        break;
    case NHA_GROUP:
        return take_group(attribute, nexthop);
    case NHA_BLACKHOLE:
        nexthop->blackhole = true;
        break;
    case NHA_OIF:
        fits = mh_attribute_u32(attribute, &nexthop->hop.interface);
        break;
    case NHA_GATEWAY:
        fits = family != MH_FAMILY_NONE && mh_attribute_address(attribute, family, &nexthop->hop.gateway);
        break;
    case NHA_FDB:
        return MH_NOT_FOUND;
    default:
        break;
    }
    return fits ? MH_OK : MH_MALFORMED;
}

enum mh_error mh_decode_nexthop(const void *bytes, size_t length, struct mh_nexthop *nexthop)
{
    struct nhmsg message;
    struct mh_attributes walk;
    struct mh_attribute attribute;
    if (!mh_message_parts(bytes, length, &message, sizeof message, &walk))
        return MH_MALFORMED;
    nexthop->id = 0;
    nexthop->blackhole = false;
    nexthop->member_count = 0;
    nexthop->hop = (struct mh_next_hop){.weight = 1, .flags = mh_next_hop_flags_of_native(message.nh_flags)};
    while (mh_attributes_next(&walk, &attribute)) {
        enum mh_error code = take_attribute(&attribute, mh_family_of_native(message.nh_family), nexthop);
        if (code != MH_OK)
            return code;
    }
    return walk.malformed || nexthop->id == 0 ? MH_MALFORMED : MH_OK;
}
