/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing beyond U+10FFFF. Pure; any thread.
 */
#ifndef MH_API_UTF8_H
#define MH_API_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of the character that begins at `bytes` (1..4), or 0 when `length` octets do not begin with a whole
 * one. */
size_t mh_utf8_character(const char *bytes, size_t length);
/* Every octet belongs to a character. */
bool mh_utf8_valid(const char *bytes, size_t length);

#endif
