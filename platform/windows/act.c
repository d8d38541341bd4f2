#include "windows/act.h"

enum mh_error mh_windows_apply(struct mh_platform *platform, const struct mh_op *op,
                               struct mh_failure *failure)
{
    (void)platform;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not carry out %s on Windows",
                   mh_op_word(op->kind));
}

enum mh_error mh_windows_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                   size_t *applied, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (*applied = 0; *applied < count && code == MH_OK; *applied += code == MH_OK)
        code = mh_windows_apply(platform, &ops[*applied], failure);
    return code;
}
