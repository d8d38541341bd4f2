/* Text that grows. A failed allocation is remembered, so that only the end has to be checked. Pure; one
 * owner. */
#ifndef MH_CORE_TEXT_H
#define MH_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is empty. */
struct mh_text {
    char *bytes; /* NUL-terminated once something was added */
    size_t length, capacity;
    bool failed; /* an allocation failed: what is here is not all */
};

void mh_text_add(struct mh_text *text, const char *string);
void mh_text_add_bytes(struct mh_text *text, const char *bytes, size_t length);
void mh_text_add_integer(struct mh_text *text, int64_t number);
void mh_text_format(struct mh_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text ("" when nothing was added), which the caller frees; NULL when an allocation failed. *text is
 * empty afterwards. */
char *mh_text_take(struct mh_text *text);
/* The same characters; false when one of them failed. */
bool mh_text_equal(const struct mh_text *a, const struct mh_text *b);
/* Drops what is there. */
void mh_text_clear(struct mh_text *text);

#endif
