/* Names beside a path: the directory it is in, and a temporary name in the same one (so that rename(2)
 * works). */
#ifndef MH_PLATFORM_POSIX_TEMPORARY_H
#define MH_PLATFORM_POSIX_TEMPORARY_H

#include <stdbool.h>

enum {
    MH_TEMPORARY_SIZE = 4096,
    MH_TEMPORARY_NAME_LENGTH = 12 /* ".mh-" and eight hexadecimal digits */
};

/* "." for a path without '/'. False when it does not fit. */
bool mh_directory_of(const char *path, char directory[MH_TEMPORARY_SIZE]);

/* A random name; the caller still creates it exclusively. False when it does not fit, or without
 * randomness. */
bool mh_temporary_name(const char *path, char temporary[MH_TEMPORARY_SIZE]);

#endif
