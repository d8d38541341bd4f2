/* A configuration that the user names: a file, or standard input. */
#ifndef MH_CTL_DOCUMENT_H
#define MH_CTL_DOCUMENT_H

#include "ctl.h"

struct mh_document {
    const char *name; /* as the user calls it; "-" is standard input */
    char *text;
    size_t length;
};

/* Reads it. Anything but MH_EXIT_DONE has been said on standard error. The caller clears the document. */
enum mh_exit mh_document_read(const char *name, struct mh_document *document);
void mh_document_clear(struct mh_document *document);

/* Line and column of what the pointer names, or of what is nearest around it; false when there is no such
 * place. The text need not be JSON. */
bool mh_document_find(const struct mh_document *document, const char *pointer, unsigned *line,
                      unsigned *column);

#endif
