#include "api/etag.h"

#include "core/digit.h"

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

/* ---- If-Match -------------------------------------------------------------------------------------- */

/* As mh_etag_of_content writes them: 16 digits, the letters small. */
static bool read_revision(const char *text, size_t length, uint64_t *revision)
{
    enum { DIGITS = 16 };
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = mh_hexadecimal_value(text[i]);
        if (digit < 0 || (text[i] >= 'A' && text[i] <= 'F'))
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    *revision = value;
    return length == DIGITS;
}

/* RFC 9110 section 8.8.3: what a tag may hold between its quotes. */
static size_t tag_length(const char *text)
{
    size_t length = 0;
    while (text[length] == '!' || (unsigned char)text[length] > '"')
        if (text[length++] == 0x7f)
            return 0;
    return length;
}

/* One tag, in quotes; *end is behind it. */
static bool read_tag(const char *at, struct mh_if_match *match, const char **end)
{
    bool weak = at[0] == 'W' && at[1] == '/';
    if (weak)
        at += 2;
    if (*at != '"')
        return false;
    size_t length = tag_length(at + 1);
    if (at[1 + length] != '"')
        return false;
    *end = at + length + 2;
    uint64_t revision;
    if (weak || !read_revision(at + 1, length, &revision))
        return true;
    if (match->count == MH_IF_MATCH_MAX)
        return false;
    match->revisions[match->count++] = revision;
    return true;
}

bool mh_if_match_parse(const char *text, struct mh_if_match *match)
{
    const char *at = text + strspn(text, " \t");
    *match = (struct mh_if_match){0};
    if (at[0] == '*') {
        match->any = at[1 + strspn(at + 1, " \t")] == '\0';
        return match->any;
    }
    at += strspn(at, " \t,"); /* a list may have empty elements (section 5.6.1.2) */
    if (*at == '\0')
        return false;
    while (*at != '\0') {
        const char *end;
        if (!read_tag(at, match, &end))
            return false;
        at = end + strspn(end, " \t");
        if (*at != '\0' && *at != ',')
            return false;
        at += strspn(at, " \t,");
    }
    return true;
}
