#include "posix/temporary.h"

#include "platform.h"

#include <stdio.h>
#include <string.h>

bool mh_directory_of(const char *path, char directory[MH_TEMPORARY_SIZE])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 1 : (size_t)(slash - path);
    if (length >= MH_TEMPORARY_SIZE)
        return false;
    if (slash == path)
        length = 1; /* "/name" */
    memcpy(directory, slash == NULL ? "." : path, length);
    directory[length] = '\0';
    return true;
}

bool mh_temporary_name(const char *path, char temporary[MH_TEMPORARY_SIZE])
{
    unsigned char bytes[4];
    if (!mh_random(bytes, sizeof bytes))
        return false;
    const char *slash = strrchr(path, '/');
    size_t before = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (before + MH_TEMPORARY_NAME_LENGTH >= MH_TEMPORARY_SIZE)
        return false;
    (void)snprintf(temporary, MH_TEMPORARY_SIZE, "%.*s.mh-%02x%02x%02x%02x", (int)before, path, bytes[0],
                   bytes[1], bytes[2], bytes[3]);
    return true;
}
