/* Where the next page of a collection begins: a key of the last item, not a position, so that it survives
 * changes. Opaque to clients; nothing in it is trusted. Pure; any thread. */
#ifndef MH_API_CURSOR_H
#define MH_API_CURSOR_H

#include "core/prefix.h"

enum { MH_CURSOR_NUMBERS = 3, MH_CURSOR_SIZE = 112 };

/* `kind` says which collection it belongs to ('r' routes, ...). */
struct mh_cursor {
    char kind;
    uint64_t numbers[MH_CURSOR_NUMBERS];
    struct mh_address address; /* family none when the key has no address */
    uint8_t prefix_length;
};

/* Writes lower-case letters, digits and '-' and returns `text`. */
const char *mh_cursor_format(const struct mh_cursor *cursor, char text[MH_CURSOR_SIZE]);
/* False for anything that mh_cursor_format would not have written for this kind. */
bool mh_cursor_parse(const char *text, char kind, struct mh_cursor *cursor);

#endif
