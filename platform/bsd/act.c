/* Carrying out ops. */
#include "bsd.h"

enum mh_error mh_bsd_apply(struct mh_platform *platform, const struct mh_op *op, struct mh_failure *failure)
{
    (void)platform;
    (void)op;
    return mh_fail(failure, MH_UNSUPPORTED, "this version only reads BSDs, and changes nothing there");
}

enum mh_error mh_bsd_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                               size_t *applied, struct mh_failure *failure)
{
    *applied = 0;
    return count == 0 ? MH_OK : mh_bsd_apply(platform, ops, failure);
}
