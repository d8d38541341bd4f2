#include "core/address_label.h"

#define LABEL(bits, label_, ...)                                                                             \
    {                                                                                                        \
        .prefix = {.address = {.family = MH_IPV6, .bytes = {__VA_ARGS__}}, .length = (bits)},                \
        .label = (label_),                                                                                   \
    }

const struct mh_address_label *mh_address_labels_of_linux(size_t *count)
{
    static const struct mh_address_label table[] = {
        LABEL(128, 0, [15] = 1),                /* ::1/128 */
        LABEL(96, 3, [0] = 0),                  /* ::/96 */
        LABEL(96, 4, [10] = 0xff, [11] = 0xff), /* ::ffff:0:0/96 */
        LABEL(32, 6, 0x20, 0x01),               /* 2001::/32 */
        LABEL(28, 7, 0x20, 0x01, 0, 0x10),      /* 2001:10::/28 */
        LABEL(16, 2, 0x20, 0x02),               /* 2002::/16 */
        LABEL(16, 12, 0x3f, 0xfe),              /* 3ffe::/16 */
        LABEL(10, 11, 0xfe, 0xc0),              /* fec0::/10 */
        LABEL(7, 5, 0xfc),                      /* fc00::/7 */
        LABEL(0, 1, [0] = 0),                   /* ::/0 */
    };
    *count = sizeof table / sizeof table[0];
    return table;
}

int mh_address_label_compare(const struct mh_address_label *a, const struct mh_address_label *b)
{
    if (a->prefix.length != b->prefix.length)
        return a->prefix.length > b->prefix.length ? -1 : 1;
    if ((a->interface == 0) != (b->interface == 0))
        return a->interface != 0 ? -1 : 1;
    if (a->interface != b->interface)
        return a->interface < b->interface ? -1 : 1;
    return mh_prefix_compare(&a->prefix, &b->prefix);
}

uint32_t mh_address_label_of(const struct mh_address_label *labels, size_t count,
                             const struct mh_address *address, uint32_t interface)
{
    for (size_t i = 0; i < count; i++)
        if ((labels[i].interface == 0 || labels[i].interface == interface) &&
            mh_prefix_contains(&labels[i].prefix, address))
            return labels[i].label;
    return MH_ADDRESS_LABEL_NONE;
}

bool mh_address_labels_are_of_linux(const struct mh_address_label *labels, size_t count)
{
    size_t first_count;
    const struct mh_address_label *first = mh_address_labels_of_linux(&first_count);
    if (count != first_count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (mh_address_label_compare(&labels[i], &first[i]) != 0 || labels[i].label != first[i].label)
            return false;
    return true;
}

static uint32_t word(const struct mh_address *address, unsigned index)
{
    const uint8_t *b = address->bytes + 4 * (size_t)index;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t label_of_zeros(const struct mh_address *address)
{
    if (word(address, 2) == 0xffff)
        return 4;
    if (word(address, 2) != 0)
        return 1;
    return word(address, 3) == 1 ? 0 : 3;
}

uint32_t mh_address_label_of_linux(const struct mh_address *address)
{
    uint32_t first = word(address, 0);
    if (first == 0)
        return word(address, 1) == 0 ? label_of_zeros(address) : 1;
    if (first == 0x20010000)
        return 6;
    if (first >> 4 == 0x2001001)
        return 7;
    switch (first >> 16) {
    case 0x2002:
        return 2;
    case 0x3ffe:
        return 12;
    default:
        break;
    }
    if (first >> 22 == 0xfec00000 >> 22)
        return 11;
    return first >> 25 == 0xfc000000 >> 25 ? 5 : 1;
}
