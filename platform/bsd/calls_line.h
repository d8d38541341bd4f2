/* The lines of docs/bsd-calls.md: what calls_unix.c writes and reads. Pure; any thread. Answers are hostile.
 */
#ifndef MH_BSD_CALLS_LINE_H
#define MH_BSD_CALLS_LINE_H

#include "core/error.h"
#include "core/text.h"

/* Octets in hexadecimal, of a line that outlives this. */
struct mh_calls_octets {
    const char *digits;
    size_t length; /* octets: half as many as digits */
};

enum { MH_CALLS_OCTETS_MAX = 2 };

struct mh_calls_answer {
    uint64_t id;
    bool failed;
    int64_t value; /* the result, or errno when it failed */
    size_t octets_count;
    struct mh_calls_octets octets[MH_CALLS_OCTETS_MAX];
};

/* `line` has `length` characters, without the newline. MH_MALFORMED: it is no answer. */
enum mh_error mh_calls_parse(const char *line, size_t length, struct mh_calls_answer *answer);
/* Writes the octets to `bytes`, which has room for octets->length. */
void mh_calls_take_octets(const struct mh_calls_octets *octets, void *bytes);
/* Adds a space and the octets; "-" when there are none. */
void mh_calls_add_octets(struct mh_text *line, const void *bytes, size_t length);

#endif
