#include "windows/ip_helper.h"

enum mh_error mh_windows_ask(struct mh_platform *platform, const struct mh_question *question,
                             struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    (void)platform;
    (void)question;
    (void)answer;
    return mh_fail(failure, MH_UNSUPPORTED, "this version does not ask Windows");
}
