/* Text that came from outside, made harmless for a terminal, and its width. Pure.
 *
 * Interface names, event texts and error messages are chosen by others: escape sequences in them could
 * retitle a window, hide lines, or answer as if the user had typed. Bidirectional controls make a line
 * read as what it is not. */
#ifndef MH_CTL_SAFE_TEXT_H
#define MH_CTL_SAFE_TEXT_H

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character of UTF-8 (RFC 3629) from `bytes`, of which `length` > 0 are there, and returns its
 * octets. 0: not UTF-8. */
size_t mh_utf8_read(const char *bytes, size_t length, uint32_t *character);

/* Adds `bytes`; controls (C0, DEL, C1), bidirectional and invisible format characters, line separators
 * and octets that are not UTF-8 become "\x1b" (below 256) or "\u{202e}". */
void mh_safe_add_bytes(struct mh_text *text, const char *bytes, size_t length);
void mh_safe_add(struct mh_text *text, const char *string);

/* The same for a document of several lines: line feed and tab stay. */
void mh_safe_add_document(struct mh_text *text, const char *bytes, size_t length);

/* The same for JSON's text, where such characters can only stand inside strings: they become "\u202e". */
void mh_safe_add_json(struct mh_text *text, const char *bytes, size_t length);

/* Columns that a terminal gives to harmless text: 0 for combining characters, 2 for wide ones (UAX #11). */
size_t mh_text_width(const char *bytes, size_t length);

#endif
