/* Sentences for people, broken into lines between words. Text must be harmless already (safe_text.h).
 * Pure. */
#ifndef MH_CTL_PROSE_H
#define MH_CTL_PROSE_H

#include "core/text.h"

enum { MH_PROSE_WIDTH = 80 };

/* The columns to write prose in: a terminal's width but at most 100, else 80. */
size_t mh_prose_width(size_t screen_width);

/* Adds `sentence` and a line end. The first line begins where the line stands, `at` columns in; the
 * following ones are indented by `indent`. A word that is too long for a line stays whole. */
void mh_prose_add(struct mh_text *text, const char *sentence, size_t at, size_t indent, size_t width);

/* "label     sentence", indented by `indent`, with the sentence in a column of its own. */
void mh_prose_field(struct mh_text *text, size_t indent, const char *label, const char *sentence,
                    size_t width);

/* The same for a value from elsewhere: what could harm a terminal is escaped (safe_text.h), an empty one is
 * left out. */
void mh_safe_field(struct mh_text *text, size_t indent, const char *label, const char *value, size_t width);

/* How long ago: "3 s", "5 min", "2 h", "4 days". */
enum { MH_AGE_SIZE = 32 };
const char *mh_prose_age(long long milliseconds, char age[MH_AGE_SIZE]);

#endif
