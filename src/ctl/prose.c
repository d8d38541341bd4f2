#include "prose.h"

#include "safe_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_WIDTH = 10, WIDEST_PROSE = 100 };

size_t mh_prose_width(size_t screen_width)
{
    if (screen_width == 0)
        return MH_PROSE_WIDTH;
    return screen_width < WIDEST_PROSE ? screen_width : WIDEST_PROSE;
}

static void add_spaces(struct mh_text *text, size_t count)
{
    while (count-- > 0)
        mh_text_add(text, " ");
}

void mh_prose_add(struct mh_text *text, const char *sentence, size_t at, size_t indent, size_t width)
{
    size_t column = at;
    bool line_begins = true;
    while (*(sentence += strspn(sentence, " ")) != '\0') {
        size_t length = strcspn(sentence, " ");
        size_t word = mh_text_width(sentence, length);
        if (!line_begins && column + 1 + word > width) {
            mh_text_add(text, "\n");
            add_spaces(text, indent);
            column = indent;
            line_begins = true;
        }
        if (!line_begins)
            mh_text_add(text, " ");
        mh_text_add_bytes(text, sentence, length);
        column += word + !line_begins;
        line_begins = false;
        sentence += length;
    }
    mh_text_add(text, "\n");
}

void mh_prose_field(struct mh_text *text, size_t indent, const char *label, const char *sentence,
                    size_t width)
{
    size_t used = mh_text_width(label, strlen(label));
    add_spaces(text, indent);
    mh_text_add(text, label);
    add_spaces(text, used < LABEL_WIDTH ? LABEL_WIDTH - used : 1);
    size_t at = indent + (used < LABEL_WIDTH ? LABEL_WIDTH : used + 1);
    mh_prose_add(text, sentence, at, indent + LABEL_WIDTH, width);
}

const char *mh_prose_age(long long milliseconds, char age[MH_AGE_SIZE])
{
    long long seconds = milliseconds > 0 ? milliseconds / 1000 : 0;
    if (seconds < 120)
        (void)snprintf(age, MH_AGE_SIZE, "%lld s", seconds);
    else if (seconds < 2 * 60 * 60)
        (void)snprintf(age, MH_AGE_SIZE, "%lld min", seconds / 60);
    else if (seconds < 2 * 24 * 60 * 60)
        (void)snprintf(age, MH_AGE_SIZE, "%lld h", seconds / 3600);
    else
        (void)snprintf(age, MH_AGE_SIZE, "%lld days", seconds / 86400);
    return age;
}

void mh_safe_field(struct mh_text *text, size_t indent, const char *label, const char *value, size_t width)
{
    struct mh_text safe = {0};
    mh_safe_add(&safe, value);
    char *taken = mh_text_take(&safe);
    if (taken == NULL)
        text->failed = true;
    else if (taken[0] != '\0')
        mh_prose_field(text, indent, label, taken, width);
    free(taken);
}
