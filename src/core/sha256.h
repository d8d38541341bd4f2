/* SHA-256 (FIPS 180-4): checksums of what is kept in files, and hashes of secrets that are themselves random.
 * Pure; any thread. */
#ifndef MH_CORE_SHA256_H
#define MH_CORE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_SHA256_TEXT_SIZE = 65 }; /* 64 hexadecimal digits and their end */

/* The digest of the `length` octets, in lower case; returns `text`. */
const char *mh_sha256_text(const void *bytes, size_t length, char text[MH_SHA256_TEXT_SIZE]);
/* Takes as long for texts that differ early as for those that differ late. */
bool mh_sha256_text_equal(const char a[MH_SHA256_TEXT_SIZE], const char b[MH_SHA256_TEXT_SIZE]);

#endif
