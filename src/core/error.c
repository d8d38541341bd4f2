#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *mh_error_word(enum mh_error code)
{
    switch (code) {
#define MH_ERROR_WORD(name, value, word, text)                                                               \
    case MH_##name:                                                                                          \
        return word;
        MH_ERROR_TABLE(MH_ERROR_WORD)
#undef MH_ERROR_WORD
    }
    return "unknown";
}

const char *mh_error_text(enum mh_error code)
{
    switch (code) {
#define MH_ERROR_TEXT(name, value, word, text)                                                               \
    case MH_##name:                                                                                          \
        return text;
        MH_ERROR_TABLE(MH_ERROR_TEXT)
#undef MH_ERROR_TEXT
    }
    return "unknown";
}

enum mh_error mh_fail(struct mh_failure *failure, enum mh_error code, const char *format, ...)
{
    if (failure == NULL)
        return code;
    *failure = (struct mh_failure){.code = code};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(failure->detail, sizeof failure->detail, format, arguments);
    va_end(arguments);
    return code;
}
