/* The kernel's own decision. */
#include "bsd.h"

enum mh_error mh_bsd_ask(struct mh_platform *platform, const struct mh_question *question,
                         struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    (void)platform;
    (void)question;
    (void)answer;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not ask BSD kernels for their decision");
}

enum mh_error mh_bsd_filter(struct mh_platform *platform, struct mh_filter **filter,
                            struct mh_failure *failure)
{
    (void)platform;
    (void)filter;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not read pf's rules");
}
