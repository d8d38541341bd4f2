#include "api/media.h"

#include "api/reply.h"

#include <string.h>
#include <strings.h>

static bool is_type(const char *given, const char *type)
{
    size_t length = type == NULL ? 0 : strlen(type);
    if (given == NULL || type == NULL || strncasecmp(given, type, length) != 0)
        return false;
    given += length + strspn(given + length, " \t");
    return *given == '\0' || *given == ';';
}

bool mh_media_check(const char *given, const char *other, struct mh_problem *problem)
{
    if (is_type(given, MH_TYPE_JSON) || is_type(given, other))
        return true;
    (void)mh_problem_set(problem, MH_PROBLEM_UNSUPPORTED_MEDIA_TYPE, "A body must be JSON.");
    return mh_problem_expected(problem, other == NULL ? MH_TYPE_JSON : MH_TYPE_JSON ", " MH_TYPE_MERGE_PATCH,
                               given == NULL ? "" : given);
}
