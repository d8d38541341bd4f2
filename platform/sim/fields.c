/* Readers of single values. */
#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- numbers --------------------------------------------------------------------------------------- */

static bool read_number(struct sim_reader *reader, const json_t *value, const struct sim_member *member,
                        int64_t *number)
{
    char expected[80];
    *number = json_is_integer(value) ? (int64_t)json_integer_value(value) : 0;
    if (json_is_integer(value) && *number >= member->least && *number <= member->most)
        return true;
    (void)snprintf(expected, sizeof expected, "a whole number from %" PRId64 " to %" PRId64, member->least,
                   member->most);
    return sim_refuse(reader, value, expected, "the value is not valid");
}

bool sim_u8(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    int64_t number;
    if (!read_number(reader, value, member, &number))
        return false;
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

bool sim_u16(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    int64_t number;
    if (!read_number(reader, value, member, &number))
        return false;
    *(uint16_t *)field = (uint16_t)number;
    return true;
}

bool sim_u32(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    int64_t number;
    if (!read_number(reader, value, member, &number))
        return false;
    *(uint32_t *)field = (uint32_t)number;
    return true;
}

bool sim_u64(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    int64_t number;
    if (!read_number(reader, value, member, &number))
        return false;
    *(uint64_t *)field = (uint64_t)number;
    return true;
}

bool sim_i32(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    int64_t number;
    if (!read_number(reader, value, member, &number))
        return false;
    *(int32_t *)field = (int32_t)number;
    return true;
}

bool sim_bool(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    if (!json_is_boolean(value))
        return sim_refuse(reader, value, "true or false", "the value is not valid");
    *(bool *)field = json_is_true(value);
    return true;
}

bool sim_maybe(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    bool given = false;
    if (!sim_bool(reader, value, &given, member))
        return false;
    *(int8_t *)field = given;
    return true;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

bool sim_address(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    if (json_is_string(value) && mh_address_parse(json_string_value(value), json_string_length(value), field))
        return true;
    return sim_refuse(reader, value, "an address, \"192.0.2.1\" or \"2001:db8::1\"",
                      "the value is not valid");
}

bool sim_prefix(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    struct mh_address address;
    uint8_t length;
    if (json_is_string(value) && mh_prefix_parse(json_string_value(value), json_string_length(value), field))
        return true;
    bool has_host_bits =
        json_is_string(value) &&
        mh_interface_address_parse(json_string_value(value), json_string_length(value), &address, &length);
    return sim_refuse(reader, value, "a prefix, \"192.0.2.0/24\" or \"2001:db8::/64\"",
                      has_host_bits ? "the prefix has bits set behind its length" : "the value is not valid");
}

/* ---- names ----------------------------------------------------------------------------------------- */

bool sim_interface_ref(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member)
{
    (void)member;
    const struct sim_interface *interface =
        json_is_string(value) ? sim_interface_named(reader->host, json_string_value(value)) : NULL;
    if (interface == NULL)
        return sim_refuse(reader, value, "the name of an interface of this file",
                          json_is_string(value) ? "there is no such interface" : "the value is not valid");
    *(uint32_t *)field = interface->base.index;
    return true;
}

static bool read_named_number(struct sim_reader *reader, const json_t *value, const struct sim_word *words,
                              uint32_t most, uint32_t *number)
{
    char expected[120] = "";
    size_t used = 0;
    if (json_is_string(value) && sim_word_parse(words, json_string_value(value), number) && *number <= most)
        return true;
    if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= most) {
        *number = (uint32_t)json_integer_value(value);
        return true;
    }
    for (; words->word != NULL && used < sizeof expected; words++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s, ", words->word);
    if (used < sizeof expected)
        (void)snprintf(expected + used, sizeof expected - used, "or a number up to %" PRIu32, most);
    return sim_refuse(reader, value, used > 0 ? expected : expected + 3, "the value is not valid");
}

bool sim_table(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    return read_named_number(reader, value, reader->host->personality->tables, UINT32_MAX, field);
}

bool sim_protocol(struct sim_reader *reader, const json_t *value, void *field,
                  const struct sim_member *member)
{
    (void)member;
    uint32_t number = 0;
    if (!read_named_number(reader, value, reader->host->personality->protocols, UINT8_MAX, &number))
        return false;
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

static const char *owner_word(unsigned number)
{
    return mh_owner_name((enum mh_owner)number);
}

bool sim_owner(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    unsigned number;
    if (!sim_read_word(reader, value, owner_word, MH_OWNER_MANAGER + 1, &number))
        return false;
    *(uint8_t *)field = (uint8_t)number;
    return true;
}

bool sim_family(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)member;
    const char *word = json_string_value(value);
    if (word == NULL || (strcmp(word, "ipv4") != 0 && strcmp(word, "ipv6") != 0))
        return sim_refuse(reader, value, "\"ipv4\" or \"ipv6\"", "the value is not valid");
    *(uint8_t *)field = word[3] == '4' ? MH_IPV4 : MH_IPV6;
    return true;
}

bool sim_json(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    (void)reader;
    (void)member;
    *(const json_t **)field = value;
    return true;
}

bool sim_text(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member)
{
    char expected[64];
    size_t length = json_is_string(value) ? json_string_length(value) : 0;
    if (length > 0 && length < (size_t)member->most) {
        memcpy(field, json_string_value(value), length + 1);
        return true;
    }
    (void)snprintf(expected, sizeof expected, "text of 1 to %" PRId64 " octets", member->most - 1);
    return sim_refuse(reader, value, expected, "the value is not valid");
}

bool sim_read_word(struct sim_reader *reader, const json_t *value, const char *(*word_of)(unsigned number),
                   unsigned count, unsigned *number)
{
    char expected[160] = "";
    size_t used = 0;
    const char *word = json_string_value(value);
    for (unsigned i = 0; i < count; i++) {
        if (word != NULL && strcmp(word_of(i), word) == 0) {
            *number = i;
            return true;
        }
        if (used < sizeof expected)
            used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i > 0 ? ", " : "",
                                     word_of(i));
    }
    if (used >= sizeof expected)
        memcpy(expected + sizeof expected - 4, "...", 4);
    return sim_refuse(reader, value, expected, "the value is not valid");
}
