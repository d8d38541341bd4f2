/* Whether a body is of a media type that is taken. Pure; any thread. */
#ifndef MH_API_MEDIA_H
#define MH_API_MEDIA_H

#include "api/problem.h"

#define MH_TYPE_MERGE_PATCH "application/merge-patch+json"

/* "application/json" (or the other type, when it is not NULL), alone or with parameters; `given` NULL: no
 * Content-Type came. False, and *problem, otherwise. */
bool mh_media_check(const char *given, const char *other, struct mh_problem *problem);

#endif
