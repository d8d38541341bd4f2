/* RFC 6724: the policy table (section 2.1) and common prefixes (section 2.2). The rules are in
 * rfc6724_source.c and rfc6724_destination.c. */
#include "core/rfc6724.h"

#include <string.h>

#define POLICY(bits, precedence_, label_, ...)                                                               \
    {                                                                                                        \
        .prefix = {.address = {.family = MH_IPV6, .bytes = {__VA_ARGS__}}, .length = (bits)},                \
        .precedence = (precedence_), .label = (label_),                                                      \
    }

const struct mh_policy *mh_rfc6724_default_policy(size_t *count)
{
    static const struct mh_policy table[] = {
        POLICY(128, 50, 0, [15] = 1),                /* ::1/128 */
        POLICY(96, 35, 4, [10] = 0xff, [11] = 0xff), /* ::ffff:0:0/96 */
        POLICY(96, 1, 3, [0] = 0),                   /* ::/96 */
        POLICY(32, 5, 5, 0x20, 0x01),                /* 2001::/32 */
        POLICY(16, 30, 2, 0x20, 0x02),               /* 2002::/16 */
        POLICY(16, 1, 12, 0x3f, 0xfe),               /* 3ffe::/16 */
        POLICY(10, 1, 11, 0xfe, 0xc0),               /* fec0::/10 */
        POLICY(7, 3, 13, 0xfc),                      /* fc00::/7 */
        POLICY(0, 40, 1, [0] = 0),                   /* ::/0 */
    };
    *count = sizeof table / sizeof table[0];
    return table;
}

/* Section 3.2: IPv4 is looked up as ::ffff:a.b.c.d. */
static struct mh_address as_mapped(const struct mh_address *address)
{
    if (address->family != MH_IPV4)
        return *address;
    struct mh_address mapped = {.family = MH_IPV6, .bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(mapped.bytes + 12, address->bytes, 4);
    return mapped;
}

const struct mh_policy *mh_rfc6724_lookup(const struct mh_policy *table, size_t count,
                                          const struct mh_address *address)
{
    const struct mh_address mapped = as_mapped(address);
    const struct mh_policy *longest = NULL;
    for (size_t i = 0; i < count; i++)
        if (mh_prefix_contains(&table[i].prefix, &mapped) &&
            (longest == NULL || table[i].prefix.length > longest->prefix.length))
            longest = &table[i];
    return longest;
}

static unsigned equal_leading_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned equal = 0;
    while (equal < bits && ((a[equal / 8] ^ b[equal / 8]) & (0x80 >> equal % 8)) == 0)
        equal++;
    return equal;
}

unsigned mh_rfc6724_common_prefix(const struct mh_address *source, unsigned source_length,
                                  const struct mh_address *destination)
{
    if (source->family != destination->family)
        return 0;
    unsigned bits = mh_family_bits((enum mh_family)source->family);
    if (source_length != 0 && source_length < bits)
        bits = source_length;
    return equal_leading_bits(source->bytes, destination->bytes, bits);
}
