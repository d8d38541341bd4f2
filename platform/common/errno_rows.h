/* A system's own error numbers, for errno_map.c: one file for each kind of system has them. */
#ifndef MH_PLATFORM_COMMON_ERRNO_ROWS_H
#define MH_PLATFORM_COMMON_ERRNO_ROWS_H

#include "common/errno_map.h"

struct mh_errno_row {
    int value;
    enum mh_error error;
    const char *name; /* NULL: the end */
};
extern const struct mh_errno_row mh_errno_rows[];

enum { MH_ERRNO_TEXT_SIZE = 128 };
/* The system's own words for a number, without an end of line. */
void mh_errno_text(int value, char text[MH_ERRNO_TEXT_SIZE]);

#endif
