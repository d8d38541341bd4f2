/* This system is no BSD. */
#include "calls.h"

#include <stddef.h>

enum mh_error mh_calls_host(struct mh_calls **calls, struct mh_failure *failure)
{
    *calls = NULL;
    return mh_fail(failure, MH_UNSUPPORTED, "this system is no BSD: say where one is (calls=unix:PATH)");
}
