/* No other library than the system's: what loads others by name would run anybody's code. */
#include "windows/iphlp.h"

enum mh_error mh_iphlp_load(const char *argument, HMODULE *library, struct mh_failure *failure)
{
    *library = NULL;
    return mh_fail(failure, MH_INVALID, "\"%.100s\" is not understood; this platform takes no argument",
                   argument);
}
