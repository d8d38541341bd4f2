#include "daemon/log.h"

#include "platform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const level_words[] = {"error", "warning", "info", "debug"};

void mh_log_write(const struct mh_log *log, enum mh_log_level level, const char *format, ...)
{
    if (level > log->level)
        return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (log->to_standard_error)
        (void)fprintf(stderr, "multihomed: %s: %s\n", level_words[level], line);
    else
        mh_system_log((int)level, line);
}

bool mh_log_level_parse(const char *word, enum mh_log_level *level)
{
    for (int i = MH_LOG_ERROR; i <= MH_LOG_DEBUG; i++) {
        if (strcmp(word, level_words[i]) == 0) {
            *level = (enum mh_log_level)i;
            return true;
        }
    }
    return false;
}
