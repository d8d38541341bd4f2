#include "document.h"

#include "core/json_position.h"
#include "platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 16 << 20, PIECE = 65536 };

static enum mh_exit read_standard_input(struct mh_document *document)
{
    struct mh_text text = {0};
    char piece[PIECE];
    size_t length;
    errno = 0;
    while ((length = fread(piece, 1, sizeof piece, stdin)) > 0 && text.length <= DOCUMENT_MAX)
        mh_text_add_bytes(&text, piece, length);
    if (ferror(stdin) || text.length > DOCUMENT_MAX) {
        bool failed = ferror(stdin) != 0;
        mh_text_clear(&text);
        return mh_ctl_complain(MH_EXIT_FAILED, "standard input: %s", failed ? strerror(errno) : "too large");
    }
    document->length = text.length;
    document->text = mh_text_take(&text);
    return document->text != NULL ? MH_EXIT_DONE : mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
}

enum mh_exit mh_document_read(const char *name, struct mh_document *document)
{
    struct mh_failure failure;
    *document = (struct mh_document){.name = name};
    if (strcmp(name, "-") == 0)
        return read_standard_input(document);
    if (mh_file_read(name, DOCUMENT_MAX, &document->text, &document->length, &failure) == MH_OK)
        return MH_EXIT_DONE;
    return mh_ctl_complain(MH_EXIT_FAILED, "%s", failure.detail);
}

void mh_document_clear(struct mh_document *document)
{
    free(document->text);
    *document = (struct mh_document){0};
}

bool mh_document_find(const struct mh_document *document, const char *pointer, unsigned *line,
                      unsigned *column)
{
    json_t *value = json_loadb(document->text, document->length, JSON_DECODE_ANY, NULL);
    char around[1024];
    if (value == NULL || strlen(pointer) >= sizeof around) {
        json_decref(value);
        return false;
    }
    json_decref(value);
    memcpy(around, pointer, strlen(pointer) + 1);
    while (!mh_json_position(document->text, document->length, around, false, line, column)) {
        char *last = strrchr(around, '/'); /* a member that is missing has its place in what should have it */
        if (last == NULL)
            return false;
        *last = '\0';
    }
    return true;
}
