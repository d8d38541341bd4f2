/* Command lines as Windows takes them apart again (CommandLineToArgvW, "Parsing C command-line arguments",
 * learn.microsoft.com), in UTF-8. Pure; any thread. */
#ifndef MH_COMMON_COMMAND_LINE_WINDOWS_H
#define MH_COMMON_COMMAND_LINE_WINDOWS_H

#include "core/error.h"

#include <stddef.h>

/* Writes `program`, always in quotes, and the words behind it into `line` of `size` octets. The line is for
 * the service manager too, which expands %NAME% in it: two percent signs are refused. MH_INVALID: no program,
 * a quote or a control character in its path, or percent signs; MH_LIMIT: it does not fit. `line` is "" then.
 */
enum mh_error mh_windows_command_line(const char *program, const char *const *words, size_t count, char *line,
                                      size_t size, struct mh_failure *failure);

#endif
