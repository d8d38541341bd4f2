#include "api/etag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *mh_etag_format(const char *instance, uint64_t generation, char tag[MH_ETAG_SIZE])
{
    (void)snprintf(tag, MH_ETAG_SIZE, "\"%s-%" PRIu64 "\"", instance, generation);
    return tag;
}

const char *mh_etag_of_content(uint64_t revision, char tag[MH_ETAG_SIZE])
{
    (void)snprintf(tag, MH_ETAG_SIZE, "\"%016" PRIx64 "\"", revision);
    return tag;
}

bool mh_etag_matches(const char *if_none_match, const char *tag)
{
    const char *at = if_none_match + strspn(if_none_match, " \t,");
    size_t length = strlen(tag);
    if (at[0] == '*' && at[1 + strspn(at + 1, " \t")] == '\0')
        return true;
    while (*at != '\0') {
        if (at[0] == 'W' && at[1] == '/')
            at += 2;
        if (*at != '"')
            return false;
        const char *end = strchr(at + 1, '"');
        if (end == NULL)
            return false;
        if ((size_t)(end + 1 - at) == length && memcmp(at, tag, length) == 0)
            return true;
        at = end + 1;
        at += strspn(at, " \t,");
    }
    return false;
}
