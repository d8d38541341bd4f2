#include "daemon/revision.h"

#include <stdlib.h>
#include <string.h>

void mh_revision_clear(struct mh_revision *last)
{
    free(last->text);
    *last = (struct mh_revision){0};
}

static void remember(struct mh_revision *last, const char *text, size_t length)
{
    mh_revision_clear(last);
    last->text = malloc(length + 1);
    if (last->text == NULL)
        return;
    if (length > 0)
        memcpy(last->text, text, length);
    last->length = length;
    (void)mh_sha256_text(text, length, last->digest);
}

void mh_revision_of(struct mh_revision *last, const char *text, size_t length,
                    char digest[MH_SHA256_TEXT_SIZE])
{
    bool known = last->text != NULL && last->length == length &&
                 (length == 0 || memcmp(last->text, text, length) == 0);
    if (!known)
        remember(last, text, length);
    if (last->text != NULL)
        memcpy(digest, last->digest, sizeof last->digest);
    else
        (void)mh_sha256_text(text, length, digest);
}
