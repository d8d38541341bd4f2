/* What any system makes of its own error numbers. */
#include "common/errno_rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct mh_errno_row *find(int value)
{
    const struct mh_errno_row *row = mh_errno_rows;
    while (row->name != NULL && row->value != value)
        row++;
    return row->name != NULL ? row : NULL;
}

enum mh_error mh_errno_error(int errno_value)
{
    if (errno_value == 0)
        return MH_OK;
    const struct mh_errno_row *row = find(errno_value);
    return row != NULL ? row->error : MH_IO;
}

const char *mh_errno_name(int errno_value)
{
    const struct mh_errno_row *row = find(errno_value);
    return row != NULL ? row->name : NULL;
}

static void append_system_text(struct mh_failure *failure, int errno_value)
{
    char text[MH_ERRNO_TEXT_SIZE];
    size_t used = strlen(failure->detail);
    mh_errno_text(errno_value, text);
    (void)snprintf(failure->detail + used, sizeof failure->detail - used, ": %s", text);
    const char *name = mh_errno_name(errno_value);
    failure->native_code = errno_value;
    if (name != NULL)
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", name);
    else
        (void)snprintf(failure->native_name, sizeof failure->native_name, "error %d", errno_value);
}

enum mh_error mh_fail_errno(struct mh_failure *failure, int errno_value, const char *format, ...)
{
    int saved = errno;
    enum mh_error error = mh_errno_error(errno_value);
    if (error == MH_OK)
        error = MH_IO;
    if (failure == NULL)
        return error;
    *failure = (struct mh_failure){.code = error};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(failure->detail, sizeof failure->detail, format, arguments);
    va_end(arguments);
    if (errno_value != 0)
        append_system_text(failure, errno_value);
    errno = saved;
    return error;
}
