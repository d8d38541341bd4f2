#include "core/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` characters and the end. */
static bool reserve(struct mh_text *text, size_t more)
{
    if (text->failed)
        return false;
    if (more < text->capacity - text->length)
        return true;
    size_t capacity = text->capacity < 64 ? 64 : text->capacity;
    while (capacity - text->length <= more && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    char *bytes = capacity - text->length <= more ? NULL : realloc(text->bytes, capacity);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void mh_text_add_bytes(struct mh_text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void mh_text_add(struct mh_text *text, const char *string)
{
    mh_text_add_bytes(text, string, strlen(string));
}

void mh_text_add_integer(struct mh_text *text, int64_t number)
{
    char digits[21], *at = digits + sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        *--at = '-';
    mh_text_add_bytes(text, at, (size_t)(digits + sizeof digits - at));
}

void mh_text_format(struct mh_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        text->failed = true;
    if (length < 0 || !reserve(text, (size_t)length))
        return;
    va_start(arguments, format);
    (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

char *mh_text_take(struct mh_text *text)
{
    (void)reserve(text, 0);
    char *bytes = text->failed ? NULL : text->bytes;
    if (bytes == NULL)
        free(text->bytes);
    else
        bytes[text->length] = '\0';
    *text = (struct mh_text){0};
    return bytes;
}

bool mh_text_equal(const struct mh_text *a, const struct mh_text *b)
{
    return !a->failed && !b->failed && a->length == b->length &&
           (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

void mh_text_clear(struct mh_text *text)
{
    free(text->bytes);
    *text = (struct mh_text){0};
}
