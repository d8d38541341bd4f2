#include "core/aspect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 1536 }; /* a verdict's text and some words around it */

static const char *keep(struct mh_aspect *aspect, struct mh_arena *memory, const char *format,
                        va_list arguments) __attribute__((format(printf, 3, 0)));
static const char *keep(struct mh_aspect *aspect, struct mh_arena *memory, const char *format,
                        va_list arguments)
{
    char line[LINE_SIZE];
    (void)vsnprintf(line, sizeof line, format, arguments);
    const char *kept = mh_arena_copy(memory, line, strlen(line) + 1);
    aspect->no_memory = aspect->no_memory || kept == NULL;
    return kept;
}

int mh_aspect_agrees(const struct mh_aspect *aspect)
{
    if (aspect->desired == NULL || aspect->effective == NULL || aspect->undecided)
        return -1;
    return strcmp(aspect->desired, aspect->effective) == 0;
}

void mh_aspect_say(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = keep(aspect, memory, format, arguments);
    va_end(arguments);
    for (size_t i = 0; text != NULL && i < aspect->evidence_count; i++)
        if (strcmp(aspect->evidence[i], text) == 0)
            return;
    if (text != NULL && aspect->evidence_count < MH_ASPECT_TEXTS_MAX)
        aspect->evidence[aspect->evidence_count++] = text;
}

void mh_aspect_nothing(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    aspect->effective = NULL;
    aspect->undecided = false;
    aspect->reason = keep(aspect, memory, format, arguments);
    va_end(arguments);
}

void mh_aspect_undecide(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    aspect->effective = "indeterminate";
    aspect->undecided = true;
    aspect->reason = keep(aspect, memory, format, arguments);
    va_end(arguments);
}

void mh_aspect_reason(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    aspect->reason = keep(aspect, memory, format, arguments);
    va_end(arguments);
}

static void add_native(struct mh_aspect *aspect, const char *key, const char *text, int32_t number)
{
    for (size_t i = 0; key != NULL && i < aspect->native_count; i++) {
        const struct mh_native_value *at = &aspect->natives[i];
        if (strcmp(at->key, key) == 0 && text != NULL && at->text != NULL && strcmp(at->text, text) == 0)
            return;
    }
    if (key != NULL && aspect->native_count < MH_ASPECT_NATIVES_MAX)
        aspect->natives[aspect->native_count++] = (struct mh_native_value){key, text, number};
}

void mh_aspect_number(struct mh_aspect *aspect, struct mh_arena *memory, int32_t number, const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_native(aspect, keep(aspect, memory, format, arguments), NULL, number);
    va_end(arguments);
}

void mh_aspect_text(struct mh_aspect *aspect, struct mh_arena *memory, const char *text, const char *format,
                    ...)
{
    va_list arguments;
    const char *kept = mh_arena_copy(memory, text, strlen(text) + 1);
    va_start(arguments, format);
    const char *key = keep(aspect, memory, format, arguments);
    va_end(arguments);
    aspect->no_memory = aspect->no_memory || kept == NULL;
    if (kept != NULL)
        add_native(aspect, key, kept, 0);
}
