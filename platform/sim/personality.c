/* Lookups in the personalities' tables. */
#include "personality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct sim_personality *sim_personality_of(const char *word, const char *release)
{
    static const struct sim_personality *const all[] = {&sim_linux, &sim_freebsd, &sim_netbsd, &sim_openbsd,
                                                        &sim_windows};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i]->word, word) != 0)
            continue;
        /* FreeBSD got rfc1122_strong_es with 14; before it there was check_interface. */
        bool is_old = all[i] == &sim_freebsd && release[0] != '\0' && strtol(release, NULL, 10) < 14;
        return is_old ? &sim_freebsd_13 : all[i];
    }
    return NULL;
}

const struct sim_native *sim_native_named(const struct sim_personality *personality, const char *name)
{
    for (const struct sim_native *native = personality->natives; native->name != NULL; native++)
        if (strcmp(native->name, name) == 0)
            return native;
    return NULL;
}

const char *sim_word_format(const struct sim_word *words, uint32_t number, char word[MH_WORD_SIZE])
{
    for (; words->word != NULL; words++)
        if (words->number == number) {
            (void)snprintf(word, MH_WORD_SIZE, "%s", words->word);
            return word;
        }
    (void)snprintf(word, MH_WORD_SIZE, "%u", number);
    return word;
}

static bool parse_digits(const char *text, uint32_t *number)
{
    uint64_t value = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9' && value <= UINT32_MAX; p++)
        value = value * 10 + (uint64_t)(*p - '0');
    if (p == text || *p != '\0' || value > UINT32_MAX)
        return false;
    *number = (uint32_t)value;
    return true;
}

bool sim_word_parse(const struct sim_word *words, const char *word, uint32_t *number)
{
    for (; words->word != NULL; words++)
        if (strcmp(words->word, word) == 0) {
            *number = words->number;
            return true;
        }
    return parse_digits(word, number);
}

enum mh_owner sim_protocol_owner(const struct sim_personality *personality, uint8_t protocol)
{
    for (const struct sim_word *word = personality->protocols; word->word != NULL; word++)
        if (word->number == protocol)
            return word->owner;
    return MH_OWNER_MANAGER;
}

const struct sim_setting_row *sim_setting_row_of(const struct sim_personality *personality,
                                                 enum mh_family family, enum mh_setting_id id)
{
    const struct sim_setting_row *row = personality->settings;
    for (; row->family != MH_FAMILY_NONE; row++)
        if (row->family == family && row->id == id)
            return row;
    return NULL;
}
