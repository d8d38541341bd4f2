/* Carrying out ops. One thread; each answers as mh_platform_apply and mh_platform_apply_all say. Private to
 * platform/windows. */
#ifndef MH_WINDOWS_ACT_H
#define MH_WINDOWS_ACT_H

#include "windows/ip_helper.h"

/* By these functions; one that is missing makes what needs it MH_UNSUPPORTED. */
enum mh_error mh_windows_act(const struct mh_iphlp *iphlp, const struct mh_op *op,
                             struct mh_failure *failure);

enum mh_error mh_windows_apply(struct mh_platform *platform, const struct mh_op *op,
                               struct mh_failure *failure);
enum mh_error mh_windows_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                   size_t *applied, struct mh_failure *failure);

#endif
