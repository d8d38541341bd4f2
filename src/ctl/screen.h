/* Standard output: what it is (a terminal, how wide, whether colours are welcome), text that cannot harm
 * a terminal, and the first error of writing, which is remembered. */
#ifndef MH_CTL_SCREEN_H
#define MH_CTL_SCREEN_H

#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* X(name, SGR parameters of ECMA-48 8.3.117) */
#define MH_STYLE_TABLE(X)                                                                                    \
    X(PLAIN, "")                                                                                             \
    X(HEADING, "1")                                                                                          \
    X(GOOD, "32")                                                                                            \
    X(WARNING, "33")                                                                                         \
    X(BAD, "31")                                                                                             \
    X(FAINT, "2")

enum mh_style {
#define MH_STYLE_ENUM(name, parameters) MH_STYLE_##name,
    MH_STYLE_TABLE(MH_STYLE_ENUM)
#undef MH_STYLE_ENUM
        MH_STYLE_COUNT
};

struct mh_screen {
    bool terminal;
    bool colour;
    size_t width; /* columns that a line may have; 0: as many as it likes (not a terminal) */
    int error;    /* errno of the first write that failed */
};

/* Looks at standard output and the environment: NO_COLOR (no-color.org), TERM, COLUMNS. */
void mh_screen_init(struct mh_screen *screen);

/* Writes bytes as they are. False once a write has failed. */
bool mh_screen_write(struct mh_screen *screen, const char *bytes, size_t length);
/* Writes *text and clears it. An allocation that failed counts as a write that failed. */
bool mh_screen_put(struct mh_screen *screen, struct mh_text *text);
/* Remembers errno as the first error, when there was none before. */
void mh_screen_fail(struct mh_screen *screen);
/* Writes what is buffered. Exit status 0, or 1: a closed pipe ends quietly, anything else is said on
 * standard error. */
int mh_screen_finish(struct mh_screen *screen);

/* Adds the sequences that begin and end a style, when colours are welcome. */
void mh_style_begin(const struct mh_screen *screen, struct mh_text *text, enum mh_style style);
void mh_style_end(const struct mh_screen *screen, struct mh_text *text, enum mh_style style);

#endif
