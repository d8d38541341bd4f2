/* Octets as text, two hexadecimal digits each: "0800". Pure; any thread. */
#ifndef MH_CORE_OCTETS_H
#define MH_CORE_OCTETS_H

#include "core/error.h"

#include <stddef.h>
#include <stdint.h>

/* The caller frees it; NULL when out of memory. */
char *mh_octets_format(const uint8_t *octets, size_t length);
/* One octet to `longest` of them, which the caller frees. MH_MALFORMED, MH_NO_MEMORY: nothing is set. */
enum mh_error mh_octets_parse(const char *text, size_t longest, uint8_t **octets, size_t *length);

#endif
