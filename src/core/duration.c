#include "core/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t milliseconds;
};

/* The largest first. */
static const struct unit units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}, {NULL, 0}};

static const struct unit *find_unit(const char *name)
{
    for (const struct unit *unit = units; unit->name != NULL; unit++)
        if (strcmp(unit->name, name) == 0)
            return unit;
    return NULL;
}

bool mh_duration_parse(const char *text, uint64_t *milliseconds)
{
    const char *at = text;
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    const struct unit *unit = find_unit(at);
    if (at == text || unit == NULL || number > UINT64_MAX / unit->milliseconds)
        return false;
    *milliseconds = number * unit->milliseconds;
    return true;
}

const char *mh_duration_format(uint64_t milliseconds, char text[MH_DURATION_TEXT_SIZE])
{
    const struct unit *unit = units;
    while (unit->milliseconds > 1 && (milliseconds == 0 || milliseconds % unit->milliseconds != 0))
        unit++;
    (void)snprintf(text, MH_DURATION_TEXT_SIZE, "%" PRIu64 "%s", milliseconds / unit->milliseconds,
                   unit->name);
    return text;
}
