#include "core/time_text.h"

#include <stdio.h>

struct date {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Counts in years that begin on 1 March, so that the leap day comes last, and in cycles of 400 years, which
 * repeat exactly. 719468 days lie between 0000-03-01 and 1970-01-01. */
static struct date date_of_day(int64_t day)
{
    day += 719468;
    int64_t cycle = (day >= 0 ? day : day - 146096) / 146097;
    int64_t of_cycle = day - cycle * 146097;
    int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* from March */
    struct date date = {.year = year + cycle * 400 + (month >= 10),
                        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
                        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1)};
    return date;
}

const char *mh_time_format(int64_t wall, char text[MH_TIME_TEXT_SIZE])
{
    int64_t day = (wall >= 0 ? wall : wall - 86399999) / 86400000;
    unsigned of_day = (unsigned)(wall - day * 86400000);
    struct date date = date_of_day(day);
    (void)snprintf(text, MH_TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
                   (unsigned)date.year % 10000, date.month % 100, date.day % 100, of_day / 3600000 % 100,
                   of_day / 60000 % 60, of_day / 1000 % 60, of_day % 1000);
    return text;
}
