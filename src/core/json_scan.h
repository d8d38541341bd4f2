/* Walking over a JSON text that a parser has accepted, to find places that the parser forgets.
 *
 * A value is skipped by counting brackets outside of strings, so nesting costs no stack. Every step either
 * moves on or says that there is no further, whatever the bytes are. Pure. */
#ifndef MH_CORE_JSON_SCAN_H
#define MH_CORE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MH_SCAN_END = -1, MH_SCAN_BAD = -2 };

struct mh_scan {
    const char *text;
    size_t length;
    size_t at;
};

/* The octet at the cursor, or MH_SCAN_END. */
int mh_scan_peek(const struct mh_scan *cursor);
void mh_scan_space(struct mh_scan *cursor);
/* At the opening quote; moves behind the closing one. */
bool mh_scan_string(struct mh_scan *cursor);
/* At a value's first octet; moves behind its last. */
bool mh_scan_value(struct mh_scan *cursor);

/* Gives a name's bytes one by one, escapes resolved. */
struct mh_scan_name {
    const char *text;
    size_t length;
    size_t at;
    unsigned char waiting[4]; /* UTF-8 of a \u escape */
    unsigned waiting_count, waiting_at;
};

/* The next byte of a name; MH_SCAN_END behind the last, MH_SCAN_BAD for an escape that is none. */
int mh_scan_name_byte(struct mh_scan_name *reader);

/* How many brackets are open at the deepest place: what a parser that calls itself needs stack for. */
size_t mh_json_depth(const char *text, size_t length);

#endif
