/* A network prefix: an address whose bits beyond `length` are zero. Pure; any thread. */
#ifndef MH_CORE_PREFIX_H
#define MH_CORE_PREFIX_H

#include "core/address.h"

struct mh_prefix {
    struct mh_address address;
    uint8_t length; /* 0..32 or 0..128 */
};

/* Longest text with its end: an address, '/', three digits. */
enum { MH_PREFIX_TEXT_SIZE = MH_ADDRESS_TEXT_SIZE + 4 };

/* The prefix of `address`, host bits cleared; a length beyond the family's bits is cut to them. */
struct mh_prefix mh_prefix_of(const struct mh_address *address, unsigned length);

/* "192.0.2.0/24" with exactly `length` characters; a bare address is a /32 or /128. Host bits must be zero.
 * False, and *prefix untouched, for anything else. */
bool mh_prefix_parse(const char *text, size_t length, struct mh_prefix *prefix);
/* The same, but host bits may be set: "192.0.2.1/24" gives *address and *prefix_length. */
bool mh_interface_address_parse(const char *text, size_t length, struct mh_address *address,
                                uint8_t *prefix_length);

/* "192.0.2.0/24"; returns `text`. */
const char *mh_prefix_format(const struct mh_prefix *prefix, char text[MH_PREFIX_TEXT_SIZE]);

bool mh_prefix_contains(const struct mh_prefix *prefix, const struct mh_address *address);
/* True when every address of `inner` is in `outer`; a prefix covers itself. */
bool mh_prefix_covers(const struct mh_prefix *outer, const struct mh_prefix *inner);
/* Total order: address, then length (shorter first). */
int mh_prefix_compare(const struct mh_prefix *a, const struct mh_prefix *b);
bool mh_prefix_equal(const struct mh_prefix *a, const struct mh_prefix *b);

#endif
