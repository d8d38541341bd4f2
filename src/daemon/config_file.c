#include "daemon/config_file.h"

#include "platform.h"

#include <stdlib.h>

enum { FILE_LIMIT = 4 * 1024 * 1024 };

static void describe(const char *path, const struct mh_config_problem *problem, struct mh_failure *failure)
{
    const char *open = problem->expected[0] != '\0' ? " (expected " : "";
    const char *got = problem->got[0] != '\0' ? ", got " : "";
    const char *close = problem->expected[0] != '\0' ? ")" : "";
    mh_fail(failure, MH_INVALID, "%s:%u:%u: %s%s%s%s%s%s%s%s", path, problem->line, problem->column,
            problem->title, problem->pointer[0] != '\0' ? " at " : "", problem->pointer, open,
            problem->expected, got, problem->got, close);
}

struct mh_config *mh_config_file_load(const char *path, char **text, size_t *length,
                                      struct mh_failure *failure)
{
    *text = NULL;
    *length = 0;
    enum mh_error code = mh_file_read(path, FILE_LIMIT, text, length, failure);
    if (code == MH_NOT_FOUND)
        return mh_config_empty();
    if (code != MH_OK)
        return NULL;
    struct mh_config_problem problem = {0};
    struct mh_config *config = mh_config_parse(*text, *length, &problem);
    if (config != NULL)
        return config;
    describe(path, &problem, failure);
    free(*text);
    *text = NULL;
    return NULL;
}

struct mh_config *mh_config_file_read(const char *path, struct mh_failure *failure)
{
    char *text;
    size_t length;
    struct mh_config *config = mh_config_file_load(path, &text, &length, failure);
    free(text);
    return config;
}
