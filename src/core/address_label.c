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
