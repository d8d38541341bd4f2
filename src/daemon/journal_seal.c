#include "daemon/journal_seal.h"

#include "core/checksum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 160, DIGITS_MAX = 18 };

static void digest_of(uint64_t version, const char *json, size_t octets, char digest[MH_SHA256_TEXT_SIZE])
{
    if (version == 1)
        (void)mh_sha256_text(json, octets, digest);
    else
        (void)snprintf(digest, MH_SHA256_TEXT_SIZE, "%0*" PRIx64, (int)MH_CHECKSUM_DIGITS,
                       mh_checksum(json, octets));
}

static size_t digest_digits(uint64_t version)
{
    return version == 1 ? MH_SHA256_TEXT_SIZE - 1 : MH_CHECKSUM_DIGITS;
}

char *mh_journal_seal(const char *magic, const char *json, size_t octets, size_t *length,
                      char digest[MH_SHA256_TEXT_SIZE])
{
    char line[LINE_SIZE];
    digest_of(MH_JOURNAL_VERSION, json, octets, digest);
    int head = snprintf(line, sizeof line, "%s %d %s %zu\n", magic, MH_JOURNAL_VERSION, digest, octets);
    char *text = head > 0 && (size_t)head < sizeof line ? malloc((size_t)head + octets + 1) : NULL;
    if (text == NULL)
        return NULL;
    memcpy(text, line, (size_t)head);
    memcpy(text + head, json, octets);
    *length = (size_t)head + octets;
    text[*length] = '\0';
    return text;
}

/* ---- reading --------------------------------------------------------------------------------------- */

struct cursor {
    const char *at, *end;
};

static enum mh_error fail_cut(struct mh_failure *failure)
{
    return mh_fail(failure, MH_MORE, "it is cut off");
}

static enum mh_error fail_damaged(struct mh_failure *failure, const char *what)
{
    return mh_fail(failure, MH_MALFORMED, "it is damaged (%s)", what);
}

/* What comes next must be this word. */
static enum mh_error expect(struct cursor *cursor, const char *word, struct mh_failure *failure)
{
    size_t length = strlen(word), left = (size_t)(cursor->end - cursor->at);
    size_t part = left < length ? left : length;
    if (memcmp(cursor->at, word, part) != 0)
        return fail_damaged(failure, "the first line is another's");
    cursor->at += part;
    return part < length ? fail_cut(failure) : MH_OK;
}

/* A decimal number with `behind` behind it. */
static enum mh_error read_number(struct cursor *cursor, char behind, uint64_t *number,
                                 struct mh_failure *failure)
{
    const char *start = cursor->at;
    *number = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           cursor->at - start < DIGITS_MAX)
        *number = *number * 10 + (uint64_t)(*cursor->at++ - '0');
    if (cursor->at == cursor->end)
        return fail_cut(failure);
    return cursor->at > start && *cursor->at++ == behind ? MH_OK
                                                         : fail_damaged(failure, "the first line is wrong");
}

static enum mh_error read_digest(struct cursor *cursor, size_t digits, char digest[MH_SHA256_TEXT_SIZE],
                                 struct mh_failure *failure)
{
    size_t length = 0;
    while (cursor->at < cursor->end && length < digits && strchr("0123456789abcdef", *cursor->at) != NULL &&
           *cursor->at != '\0')
        digest[length++] = *cursor->at++;
    digest[length] = '\0';
    if (cursor->at == cursor->end)
        return fail_cut(failure);
    return length == digits && *cursor->at++ == ' ' ? MH_OK
                                                    : fail_damaged(failure, "the first line is wrong");
}

static enum mh_error read_line(struct cursor *cursor, const char *magic, uint64_t *version,
                               char digest[MH_SHA256_TEXT_SIZE], uint64_t *octets, struct mh_failure *failure)
{
    enum mh_error error = expect(cursor, magic, failure);
    if (error == MH_OK)
        error = expect(cursor, " ", failure);
    if (error == MH_OK)
        error = read_number(cursor, ' ', version, failure);
    if (error == MH_OK && (*version < MH_JOURNAL_OLDEST || *version > MH_JOURNAL_VERSION))
        return mh_fail(failure, MH_MALFORMED,
                       "it was written by another version of multihomed (format %" PRIu64
                       ", this one reads %d)",
                       *version, MH_JOURNAL_VERSION);
    if (error == MH_OK)
        error = read_digest(cursor, digest_digits(*version), digest, failure);
    return error == MH_OK ? read_number(cursor, '\n', octets, failure) : error;
}

static enum mh_error check_body(const struct cursor *cursor, uint64_t version, uint64_t octets,
                                const char digest[MH_SHA256_TEXT_SIZE], struct mh_failure *failure)
{
    char own[MH_SHA256_TEXT_SIZE];
    uint64_t left = (uint64_t)(cursor->end - cursor->at);
    if (left < octets)
        return fail_cut(failure);
    if (left > octets)
        return fail_damaged(failure, "there is more behind its end");
    digest_of(version, cursor->at, (size_t)left, own);
    return strcmp(own, digest) == 0 ? MH_OK : fail_damaged(failure, "its checksum is wrong");
}

enum mh_error mh_journal_unseal(const char *magic, const char *text, size_t length, json_t **body,
                                char digest[MH_SHA256_TEXT_SIZE], struct mh_failure *failure)
{
    struct cursor cursor = {text, text + length};
    uint64_t version = 0, octets = 0;
    *body = NULL;
    enum mh_error error = read_line(&cursor, magic, &version, digest, &octets, failure);
    if (error == MH_OK)
        error = check_body(&cursor, version, octets, digest, failure);
    if (error != MH_OK)
        return error;
    json_error_t trouble;
    *body = json_loadb(cursor.at, (size_t)octets, JSON_REJECT_DUPLICATES, &trouble);
    if (*body != NULL)
        return MH_OK;
    return json_error_code(&trouble) == json_error_out_of_memory
               ? mh_fail(failure, MH_NO_MEMORY, "out of memory")
               : fail_damaged(failure, "it is not JSON");
}
