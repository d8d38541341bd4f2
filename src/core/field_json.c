#include "core/field_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(offsetof(struct mh_neighbor, hardware_address) ==
                   offsetof(struct mh_neighbor, hardware_address_length) + 1,
               "MH_FIELD_HARDWARE finds the octets behind their number");

/* ---- writing --------------------------------------------------------------------------------------- */

static const void *place_of(const struct mh_field *field, const void *value)
{
    return (const unsigned char *)value + field->offset;
}

/* The field's number; false when it is not of a type that JSON holds as one. */
static bool number_of(const struct mh_field *field, const void *place, int64_t *number)
{
    switch (field->type) {
    case MH_FIELD_U8:
        *number = *(const uint8_t *)place;
        return true;
    case MH_FIELD_U16:
        *number = *(const uint16_t *)place;
        return true;
    case MH_FIELD_U32:
        *number = *(const uint32_t *)place;
        return true;
    case MH_FIELD_I32:
        *number = *(const int32_t *)place;
        return true;
    case MH_FIELD_I64:
        *number = *(const int64_t *)place;
        return true;
    default:
        return false;
    }
}

enum { WORD_SIZE = MH_HARDWARE_TEXT_SIZE };
_Static_assert((int)WORD_SIZE >= (int)MH_PREFIX_TEXT_SIZE, "a word holds a prefix");

/* The field as text, "" for its usual value. NULL: it is not of a type that is text. */
static const char *text_of(const struct mh_field *field, const void *place, char word[WORD_SIZE])
{
    const struct mh_prefix *prefix = place;
    switch (field->type) {
    case MH_FIELD_TEXT:
        return place;
    case MH_FIELD_U64:
        word[0] = '\0';
        if (*(const uint64_t *)place != 0)
            (void)snprintf(word, WORD_SIZE, "%" PRIu64, *(const uint64_t *)place);
        return word;
    case MH_FIELD_FAMILY:
        return *(const uint8_t *)place == MH_FAMILY_NONE
                   ? ""
                   : mh_family_name((enum mh_family) * (const uint8_t *)place);
    case MH_FIELD_SETTING:
        return *(const uint8_t *)place < MH_SETTING_COUNT
                   ? mh_setting_name((enum mh_setting_id) * (const uint8_t *)place)
                   : "";
    case MH_FIELD_ADDRESS:
        return mh_address_format(place, word);
    case MH_FIELD_PREFIX:
        return prefix->address.family == MH_FAMILY_NONE ? "" : mh_prefix_format(prefix, word);
    case MH_FIELD_HARDWARE:
        return mh_hardware_address_format((const uint8_t *)place + 1, *(const uint8_t *)place, word);
    default:
        return NULL;
    }
}

/* Octets that stand for themselves in a string (RFC 8259 section 7). */
static size_t plain_length(const char *string, size_t length)
{
    size_t plain = 0;
    while (plain < length && (uint8_t)string[plain] >= 0x20 && (uint8_t)string[plain] < 0x7f &&
           string[plain] != '"' && string[plain] != '\\')
        plain++;
    return plain;
}

/* What is rare is left to the library, which knows UTF-8. */
static void write_by_library(struct mh_text *text, const char *string, size_t length)
{
    json_t *json = json_stringn(string, length);
    char *quoted = json == NULL ? NULL : json_dumps(json, JSON_ENCODE_ANY);
    if (quoted == NULL)
        text->failed = true;
    else
        mh_text_add(text, quoted);
    free(quoted);
    json_decref(json);
}

/* The quotes and line ends of documents. False: there is something else in it, and nothing is written. */
static bool write_usual(struct mh_text *text, const char *string, size_t length)
{
    size_t begun = text->length;
    mh_text_add_bytes(text, "\"", 1);
    for (size_t at = 0, plain; at < length; at += plain + 1) {
        plain = plain_length(string + at, length - at);
        mh_text_add_bytes(text, string + at, plain);
        if (at + plain == length)
            break;
        char octet = string[at + plain];
        if (octet != '"' && octet != '\\' && octet != '\n') {
            text->length = begun;
            return false;
        }
        mh_text_add_bytes(text, octet == '"' ? "\\\"" : octet == '\n' ? "\\n" : "\\\\", 2);
    }
    mh_text_add_bytes(text, "\"", 1);
    return true;
}

void mh_json_write_string(struct mh_text *text, const char *string, size_t length)
{
    if (!write_usual(text, string, length))
        write_by_library(text, string, length);
}

void mh_json_write_comma(struct mh_text *text)
{
    char last = text->length > 0 ? text->bytes[text->length - 1] : '{';
    if (last != '{' && last != '[')
        mh_text_add_bytes(text, ",", 1);
}

void mh_json_write_name(struct mh_text *text, const char *name)
{
    mh_json_write_comma(text);
    mh_text_add_bytes(text, "\"", 1);
    mh_text_add_bytes(text, name, strlen(name));
    mh_text_add_bytes(text, "\":", 2);
}

static void write_field(struct mh_text *text, const struct mh_field *field, const void *place)
{
    int64_t number;
    char word[WORD_SIZE];
    if (field->type == MH_FIELD_JSON || (field->type == MH_FIELD_BOOL && !*(const bool *)place))
        return;
    if (field->type == MH_FIELD_BOOL) {
        mh_json_write_name(text, field->name);
        mh_text_add(text, "true");
        return;
    }
    if (number_of(field, place, &number)) {
        if (number == field->usual && !field->required)
            return;
        mh_json_write_name(text, field->name);
        mh_text_add_integer(text, number);
        return;
    }
    const char *string = text_of(field, place, word);
    if (string[0] == '\0') {
        text->failed |= field->required;
        return;
    }
    mh_json_write_name(text, field->name);
    mh_json_write_string(text, string, strlen(string));
}

void mh_fields_write(struct mh_text *text, const struct mh_field *fields, const void *value)
{
    for (; fields->name != NULL; fields++)
        write_field(text, fields, place_of(fields, value));
}

/* ---- comparing ------------------------------------------------------------------------------------- */

static bool places_equal(const struct mh_field *field, const void *a, const void *b)
{
    int64_t left, right;
    if (number_of(field, a, &left) && number_of(field, b, &right))
        return left == right;
    switch (field->type) {
    case MH_FIELD_BOOL:
        return *(const bool *)a == *(const bool *)b;
    case MH_FIELD_U64:
        return *(const uint64_t *)a == *(const uint64_t *)b;
    case MH_FIELD_TEXT:
        return strcmp(a, b) == 0;
    case MH_FIELD_FAMILY:
    case MH_FIELD_SETTING:
        return *(const uint8_t *)a == *(const uint8_t *)b;
    case MH_FIELD_ADDRESS:
        return mh_address_equal(a, b);
    case MH_FIELD_PREFIX:
        return mh_prefix_equal(a, b);
    case MH_FIELD_HARDWARE:
        return memcmp(a, b, 1 + *(const uint8_t *)a) == 0;
    default:
        return true;
    }
}

static void write_object(struct mh_text *text, const struct mh_field *fields, const void *value)
{
    mh_json_write_comma(text);
    mh_text_add(text, "{");
    mh_fields_write(text, fields, value);
    mh_text_add(text, "}");
}

void mh_fields_write_array(struct mh_text *text, const char *name, const struct mh_field *fields,
                           const void *items, size_t count, size_t size)
{
    mh_json_write_name(text, name);
    mh_text_add(text, "[");
    for (size_t i = 0; i < count; i++)
        write_object(text, fields, (const unsigned char *)items + i * size);
    mh_text_add(text, "]");
}

bool mh_fields_equal(const struct mh_field *fields, const void *a, const void *b)
{
    for (; fields->name != NULL; fields++)
        if (!places_equal(fields, place_of(fields, a), place_of(fields, b)))
            return false;
    return true;
}

/* ---- values ---------------------------------------------------------------------------------------- */

json_t *mh_json_of_text(struct mh_text *text)
{
    json_t *json = text->failed || text->length == 0 ? NULL : json_loadb(text->bytes, text->length, 0, NULL);
    mh_text_clear(text);
    return json;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static bool set_number(const struct mh_field *field, void *place, int64_t number)
{
    int64_t highest = field->highest != 0 ? field->highest : UINT8_MAX;
    switch (field->type) {
    case MH_FIELD_U8:
        *(uint8_t *)place = (uint8_t)number;
        return number >= 0 && number <= highest;
    case MH_FIELD_U16:
        *(uint16_t *)place = (uint16_t)number;
        return number >= 0 && number <= UINT16_MAX;
    case MH_FIELD_U32:
        *(uint32_t *)place = (uint32_t)number;
        return number >= 0 && number <= UINT32_MAX;
    case MH_FIELD_I32:
        *(int32_t *)place = (int32_t)number;
        return number >= INT32_MIN && number <= INT32_MAX;
    default:
        *(int64_t *)place = number;
        return true;
    }
}

static bool set_text(const struct mh_field *field, char *place, const char *text, size_t length)
{
    if (length >= field->size)
        return false;
    memcpy(place, text, length);
    memset(place + length, 0, field->size - length);
    return true;
}

static bool set_u64(uint64_t *place, const char *text, size_t length)
{
    *place = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (*place > (UINT64_MAX - digit) / 10)
            return false;
        *place = *place * 10 + digit;
    }
    return length > 0;
}

static bool set_setting(uint8_t *place, const char *text)
{
    for (unsigned id = 0; id < MH_SETTING_COUNT; id++)
        if (strcmp(mh_setting_name((enum mh_setting_id)id), text) == 0) {
            *place = (uint8_t)id;
            return true;
        }
    return false;
}

static bool set_family(uint8_t *place, const char *text)
{
    *place = strcmp(text, "ipv4") == 0 ? MH_IPV4 : strcmp(text, "ipv6") == 0 ? MH_IPV6 : MH_FAMILY_NONE;
    return *place != MH_FAMILY_NONE;
}

static bool set_hardware(uint8_t *place, const char *text)
{
    *place = (uint8_t)mh_hardware_address_parse(text, place + 1);
    return *place != 0;
}

static bool set_word(const struct mh_field *field, void *place, const char *text, size_t length)
{
    if (strlen(text) != length)
        return false;
    switch (field->type) {
    case MH_FIELD_TEXT:
        return set_text(field, place, text, length);
    case MH_FIELD_U64:
        return set_u64(place, text, length);
    case MH_FIELD_FAMILY:
        return set_family(place, text);
    case MH_FIELD_SETTING:
        return set_setting(place, text);
    case MH_FIELD_ADDRESS:
        return mh_address_parse(text, length, place);
    case MH_FIELD_PREFIX:
        return mh_prefix_parse(text, length, place);
    case MH_FIELD_HARDWARE:
        return set_hardware(place, text);
    default:
        return false;
    }
}

static bool set_field(const struct mh_field *field, void *place, const json_t *json)
{
    int64_t number;
    if (field->type == MH_FIELD_JSON) {
        *(const json_t **)place = json;
        return true;
    }
    if (field->type == MH_FIELD_BOOL) {
        *(bool *)place = json_is_true(json);
        return json_is_boolean(json);
    }
    if (number_of(field, place, &number))
        return json_is_integer(json) && set_number(field, place, json_integer_value(json));
    return json_is_string(json) && set_word(field, place, json_string_value(json), json_string_length(json));
}

static void set_usual(const struct mh_field *field, void *place)
{
    switch (field->type) {
    case MH_FIELD_BOOL:
        *(bool *)place = false;
        break;
    case MH_FIELD_U64:
        *(uint64_t *)place = 0;
        break;
    case MH_FIELD_TEXT:
        memset(place, 0, field->size);
        break;
    case MH_FIELD_FAMILY:
    case MH_FIELD_SETTING:
        *(uint8_t *)place = 0;
        break;
    case MH_FIELD_ADDRESS:
        *(struct mh_address *)place = (struct mh_address){0};
        break;
    case MH_FIELD_PREFIX:
        *(struct mh_prefix *)place = (struct mh_prefix){0};
        break;
    case MH_FIELD_HARDWARE:
        memset(place, 0, 1 + MH_HARDWARE_ADDRESS_SIZE);
        break;
    case MH_FIELD_JSON:
        *(const json_t **)place = NULL;
        break;
    default:
        (void)set_number(field, place, field->usual);
    }
}

static enum mh_error fail_unknown(const json_t *json, const struct mh_field *fields,
                                  struct mh_failure *failure)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)json, name, value)
    {
        const struct mh_field *field = fields;
        while (field->name != NULL && strcmp(field->name, name) != 0)
            field++;
        if (field->name == NULL)
            return mh_fail(failure, MH_MALFORMED, "there is an unknown member \"%.60s\"", name);
    }
    return mh_fail(failure, MH_MALFORMED, "there is an unknown member");
}

enum mh_error mh_fields_take(const json_t *json, const struct mh_field *fields, void *value,
                             struct mh_failure *failure)
{
    size_t known = 0;
    if (!json_is_object(json))
        return mh_fail(failure, MH_MALFORMED, "there is something else in place of an object");
    for (const struct mh_field *field = fields; field->name != NULL; field++) {
        void *place = (unsigned char *)value + field->offset;
        const json_t *member = json_object_get(json, field->name);
        set_usual(field, place);
        known += member != NULL;
        if (member == NULL && field->required)
            return mh_fail(failure, MH_MALFORMED, "\"%s\" is missing", field->name);
        if (member != NULL && !set_field(field, place, member))
            return mh_fail(failure, MH_MALFORMED, "\"%s\" has a wrong value", field->name);
    }
    return known == json_object_size(json) ? MH_OK : fail_unknown(json, fields, failure);
}
