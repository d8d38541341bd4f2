#include "moment.h"

#include <string.h>

/* Exactly `count` digits. */
static bool take_digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

static bool take_sign(const char **text, char sign)
{
    return *(*text)++ == sign;
}

/* Days since 1970-01-01 in the Gregorian calendar; the year is made to begin in March, so that leap days
 * end it. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int take_milliseconds(const char **text)
{
    int value = 0, weight = 100;
    if (**text != '.')
        return 0;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, weight /= 10)
        value += weight * (**text - '0');
    return value;
}

bool mh_moment_parse(const char *text, int64_t *wall)
{
    int year, month, day, hour, minute, second;
    if (!take_digits(&text, 4, &year) || !take_sign(&text, '-') || !take_digits(&text, 2, &month) ||
        !take_sign(&text, '-') || !take_digits(&text, 2, &day) || !take_sign(&text, 'T') ||
        !take_digits(&text, 2, &hour) || !take_sign(&text, ':') || !take_digits(&text, 2, &minute) ||
        !take_sign(&text, ':') || !take_digits(&text, 2, &second))
        return false;
    int milliseconds = take_milliseconds(&text);
    if (strcmp(text, "Z") != 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    *wall = (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 1000 + milliseconds;
    return true;
}
