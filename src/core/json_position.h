/* Where in a JSON text something stands, so that a message can name line and column. Pure; any thread. */
#ifndef MH_CORE_JSON_POSITION_H
#define MH_CORE_JSON_POSITION_H

#include <stdbool.h>
#include <stddef.h>

/* Finds what `pointer` (RFC 6901: "" is the whole document, "/routes/0/via" a member) names in the `length`
 * octets of `text`, a document that a JSON parser has accepted. *line and *column are those of the first
 * character of the value or, with `of_name`, of the opening quote of the member's name (array items and the
 * document have none: their value then). Of members with one name the last counts, as in jansson.
 *
 * Lines and columns begin at 1; a column counts octets, so a tab is one and an umlaut in UTF-8 two.
 *
 * False, with *line and *column untouched, when the text has no such place. Text that is not JSON gives some
 * answer or false: never a read beyond `length`, no recursion, work in the order of length times the
 * pointer's depth. */
bool mh_json_position(const char *text, size_t length, const char *pointer, bool of_name, unsigned *line,
                      unsigned *column);

/* The text of the value that `pointer` names, as it stands in `text`, and its *size in octets; NULL when
 * there is no such value. */
const char *mh_json_slice(const char *text, size_t length, const char *pointer, size_t *size);

/* Line and column, counted alike, of the octet at `offset` (at most `length`). */
void mh_json_position_at(const char *text, size_t length, size_t offset, unsigned *line, unsigned *column);

/* The pointer of the last member whose name begins before `offset`, or of the last item of a list on the way
 * there, and *name, the offset of that name. False when the text has none there, is nested more than 64 deep,
 * or the pointer is longer than `size`. The text may be broken behind `offset`. */
bool mh_json_pointer_at(const char *text, size_t length, size_t offset, char *pointer, size_t size,
                        size_t *name);

#endif
