#include "api/json_text.h"

#include "api/utf8.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mh_json_init(struct mh_json *json)
{
    *json = (struct mh_json){0};
}

void mh_json_free(struct mh_json *json)
{
    free(json->text);
    mh_json_init(json);
}

static bool reserve(struct mh_json *json, size_t more)
{
    if (json->failed)
        return false;
    if (json->capacity - json->length >= more)
        return true;
    size_t capacity = json->capacity == 0 ? 1024 : json->capacity;
    while (capacity - json->length < more)
        capacity *= 2;
    char *text = realloc(json->text, capacity);
    if (text == NULL) {
        json->failed = true;
        return false;
    }
    json->text = text;
    json->capacity = capacity;
    return true;
}

static void put(struct mh_json *json, const char *bytes, size_t length)
{
    if (!reserve(json, length))
        return;
    memcpy(json->text + json->length, bytes, length);
    json->length += length;
}

char *mh_json_take(struct mh_json *json, size_t *length)
{
    put(json, "\n", 1);
    if (json->failed) {
        mh_json_free(json);
        return NULL;
    }
    char *text = json->text;
    *length = json->length;
    mh_json_init(json);
    return text;
}

static void begin_value(struct mh_json *json)
{
    if (json->separate)
        put(json, ",", 1);
    json->separate = true;
}

void mh_json_open(struct mh_json *json, char bracket)
{
    begin_value(json);
    put(json, &bracket, 1);
    json->separate = false;
}

void mh_json_close(struct mh_json *json, char bracket)
{
    put(json, &bracket, 1);
    json->separate = true;
}

/* RFC 8259 section 7: what must be escaped. */
static void put_escaped(struct mh_json *json, uint8_t octet)
{
    char text[8];
    if (octet == '"' || octet == '\\')
        (void)snprintf(text, sizeof text, "\\%c", octet);
    else if (octet == '\n')
        (void)snprintf(text, sizeof text, "\\n");
    else
        (void)snprintf(text, sizeof text, "\\u%04x", octet);
    put(json, text, strlen(text));
}

static bool is_plain(uint8_t octet)
{
    return octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
}

static void put_characters(struct mh_json *json, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t plain = 0;
        while (at + plain < length && is_plain((uint8_t)text[at + plain]))
            plain++;
        put(json, text + at, plain);
        at += plain;
        if (at == length)
            return;
        size_t step = mh_utf8_character(text + at, length - at);
        if (step > 1)
            put(json, text + at, step);
        else if (step == 1)
            put_escaped(json, (uint8_t)text[at]);
        else
            put(json, "\xef\xbf\xbd", 3);
        at += step == 0 ? 1 : step;
    }
}

static void put_quoted(struct mh_json *json, const char *text)
{
    put(json, "\"", 1);
    put_characters(json, text, strlen(text));
    put(json, "\"", 1);
}

void mh_json_name(struct mh_json *json, const char *name)
{
    begin_value(json);
    put_quoted(json, name);
    put(json, ":", 1);
    json->separate = false;
}

void mh_json_string(struct mh_json *json, const char *text)
{
    if (text == NULL) {
        mh_json_null(json);
        return;
    }
    begin_value(json);
    put_quoted(json, text);
}

void mh_json_integer(struct mh_json *json, int64_t value)
{
    char text[24];
    begin_value(json);
    put(json, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void mh_json_unsigned(struct mh_json *json, uint64_t value)
{
    char text[24];
    begin_value(json);
    put(json, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, value));
}

void mh_json_boolean(struct mh_json *json, bool value)
{
    begin_value(json);
    put(json, value ? "true" : "false", value ? 4 : 5);
}

void mh_json_null(struct mh_json *json)
{
    begin_value(json);
    put(json, "null", 4);
}

void mh_json_put_string(struct mh_json *json, const char *name, const char *text)
{
    mh_json_name(json, name);
    mh_json_string(json, text);
}

void mh_json_put_integer(struct mh_json *json, const char *name, int64_t value)
{
    mh_json_name(json, name);
    mh_json_integer(json, value);
}

void mh_json_put_unsigned(struct mh_json *json, const char *name, uint64_t value)
{
    mh_json_name(json, name);
    mh_json_unsigned(json, value);
}

void mh_json_put_boolean(struct mh_json *json, const char *name, bool value)
{
    mh_json_name(json, name);
    mh_json_boolean(json, value);
}

void mh_json_put_null(struct mh_json *json, const char *name)
{
    mh_json_name(json, name);
    mh_json_null(json);
}

void mh_json_put_open(struct mh_json *json, const char *name, char bracket)
{
    mh_json_name(json, name);
    mh_json_open(json, bracket);
}

void mh_json_value(struct mh_json *json, const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    begin_value(json);
    put(json, text, length);
    json->separate = true;
}

void mh_json_raw(struct mh_json *json, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        json->failed = true;
    if (length < 0 || !reserve(json, (size_t)length + 1))
        return;
    va_start(arguments, format);
    (void)vsnprintf(json->text + json->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    json->length += (size_t)length;
}
