#include "calls_line.h"

#include "core/digit.h"

#include <string.h>

enum { DIGITS_MAX = 18 }; /* of a number: it fits into 63 bits */

struct cursor {
    const char *at, *end;
};

/* 1 to DIGITS_MAX digits. */
static bool take_number(struct cursor *cursor, uint64_t *number)
{
    const char *begin = cursor->at;
    *number = 0;
    while (cursor->at < cursor->end && cursor->at - begin < DIGITS_MAX && *cursor->at >= '0' &&
           *cursor->at <= '9')
        *number = *number * 10 + (uint64_t)(*cursor->at++ - '0');
    return cursor->at > begin;
}

static bool take_signed(struct cursor *cursor, int64_t *number)
{
    bool negative = cursor->at < cursor->end && *cursor->at == '-';
    uint64_t absolute;
    if (negative)
        cursor->at++;
    if (!take_number(cursor, &absolute))
        return false;
    *number = negative ? -(int64_t)absolute : (int64_t)absolute;
    return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

/* A space, then "-" or an even number of digits up to the next space or the end. */
static bool take_octets(struct cursor *cursor, struct mh_calls_octets *octets)
{
    if (!take_word(cursor, " "))
        return false;
    octets->digits = cursor->at;
    octets->length = 0;
    if (take_word(cursor, "-"))
        return true;
    while (cursor->at < cursor->end && mh_hexadecimal_value(*cursor->at) >= 0)
        cursor->at++;
    size_t digits = (size_t)(cursor->at - octets->digits);
    octets->length = digits / 2;
    return digits > 0 && digits % 2 == 0;
}

static bool take_rest(struct cursor *cursor, struct mh_calls_answer *answer)
{
    while (cursor->at < cursor->end) {
        if (answer->failed || answer->octets_count == MH_CALLS_OCTETS_MAX ||
            !take_octets(cursor, &answer->octets[answer->octets_count]))
            return false;
        answer->octets_count++;
    }
    return true;
}

enum mh_error mh_calls_parse(const char *line, size_t length, struct mh_calls_answer *answer)
{
    struct cursor cursor = {line, line + length};
    *answer = (struct mh_calls_answer){0};
    if (!take_number(&cursor, &answer->id))
        return MH_MALFORMED;
    answer->failed = take_word(&cursor, " error ");
    if (!answer->failed && !take_word(&cursor, " ok "))
        return MH_MALFORMED;
    if (!take_signed(&cursor, &answer->value) || !take_rest(&cursor, answer))
        return MH_MALFORMED;
    /* A failure has a reason. */
    return answer->failed && (answer->value <= 0 || answer->value > INT32_MAX) ? MH_MALFORMED : MH_OK;
}

void mh_calls_take_octets(const struct mh_calls_octets *octets, void *bytes)
{
    uint8_t *to = bytes;
    for (size_t i = 0; i < octets->length; i++)
        to[i] = (uint8_t)(mh_hexadecimal_value(octets->digits[2 * i]) << 4 |
                          mh_hexadecimal_value(octets->digits[2 * i + 1]));
}

void mh_calls_add_octets(struct mh_text *line, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    char part[512];
    mh_text_add(line, length == 0 ? " -" : " ");
    while (length > 0) {
        size_t count = length < sizeof part / 2 ? length : sizeof part / 2;
        for (size_t i = 0; i < count; i++) {
            part[2 * i] = digits[from[i] >> 4];
            part[2 * i + 1] = digits[from[i] & 15];
        }
        mh_text_add_bytes(line, part, 2 * count);
        from += count;
        length -= count;
    }
}
