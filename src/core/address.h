/* IP addresses as values: 4 or 16 bytes in network order, without zone. Pure; any thread. */
#ifndef MH_CORE_ADDRESS_H
#define MH_CORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mh_family { MH_FAMILY_NONE = 0, MH_IPV4 = 4, MH_IPV6 = 6 };

/* bytes[4..15] are zero for IPv4, all are zero for MH_FAMILY_NONE: two equal addresses are equal byte for
 * byte. */
struct mh_address {
    uint8_t family; /* enum mh_family */
    uint8_t bytes[16];
};

/* Longest text with its end: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255". */
enum { MH_ADDRESS_TEXT_SIZE = 46 };

/* Scopes of RFC 4291 2.7; IPv4 is mapped to them as RFC 6724 3.2 does (169.254/16 and 127/8 are link-local).
 */
enum mh_scope {
    MH_SCOPE_NONE = 0,
    MH_SCOPE_INTERFACE_LOCAL = 1,
    MH_SCOPE_LINK_LOCAL = 2,
    MH_SCOPE_ADMIN_LOCAL = 4,
    MH_SCOPE_SITE_LOCAL = 5,
    MH_SCOPE_ORGANISATION_LOCAL = 8,
    MH_SCOPE_GLOBAL = 14
};

/* From `bytes` in network order: 4 bytes for MH_IPV4, 16 for MH_IPV6. */
struct mh_address mh_address_from_bytes(enum mh_family family, const uint8_t *bytes);

/* Reads exactly `length` characters: dotted quad (RFC 6943 3.1.1 strict form: four decimal numbers, no
 * leading zeros) or RFC 4291 2.2 text. No zone, no white space. False, and *address untouched, for anything
 * else. */
bool mh_address_parse(const char *text, size_t length, struct mh_address *address);

/* Writes the canonical text (RFC 5952; dotted quad for IPv4; "" for none) and returns `text`. */
const char *mh_address_format(const struct mh_address *address, char text[MH_ADDRESS_TEXT_SIZE]);

/* Total order: family, then bytes. <0, 0, >0. */
int mh_address_compare(const struct mh_address *a, const struct mh_address *b);
bool mh_address_equal(const struct mh_address *a, const struct mh_address *b);

/* 32, 128 or 0. */
unsigned mh_family_bits(enum mh_family family);
/* "ipv4", "ipv6" or "none"; static. */
const char *mh_family_name(enum mh_family family);

/* 0.0.0.0 and ::. */
bool mh_address_is_unspecified(const struct mh_address *address);
/* 127.0.0.0/8 (RFC 1122 3.2.1.3 g) and ::1. */
bool mh_address_is_loopback(const struct mh_address *address);
/* 224.0.0.0/4 and ff00::/8. */
bool mh_address_is_multicast(const struct mh_address *address);
/* 169.254.0.0/16 (RFC 3927) and fe80::/10. */
bool mh_address_is_link_local(const struct mh_address *address);
/* Can name one host: not unspecified, multicast, 255.255.255.255, 0/8 or 240/4. */
bool mh_address_is_unicast(const struct mh_address *address);
enum mh_scope mh_address_scope(const struct mh_address *address);
const char *mh_scope_name(enum mh_scope scope);

#endif
