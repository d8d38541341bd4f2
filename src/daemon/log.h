/* The service's log: standard error in the foreground, else syslog, journald or the event log. Loop thread.
 */
#ifndef MH_DAEMON_LOG_H
#define MH_DAEMON_LOG_H

#include <stdbool.h>

enum mh_log_level { MH_LOG_ERROR, MH_LOG_WARNING, MH_LOG_INFO, MH_LOG_DEBUG };

struct mh_log {
    enum mh_log_level level; /* what is less important than this is left out */
    bool to_standard_error;
};

/* One line, without its end. */
void mh_log_write(const struct mh_log *log, enum mh_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "error", "warning", "info", "debug"; false for another word. */
bool mh_log_level_parse(const char *word, enum mh_log_level *level);

#endif
