/* Settings that are not written. */
#include "act.h"

enum mh_error mh_bsd_write_setting(struct mh_bsd *host, const struct mh_setting *setting,
                                   struct mh_failure *failure)
{
    (void)host;
    return mh_fail(failure, MH_UNSUPPORTED, "the setting %s is not written",
                   mh_setting_name((enum mh_setting_id)setting->id));
}
