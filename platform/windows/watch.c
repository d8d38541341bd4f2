#include "windows/ip_helper.h"

enum mh_error mh_windows_watch_open(struct mh_windows *host, struct uv_loop_s *loop, mh_wake wake,
                                    void *context, struct mh_failure *failure)
{
    (void)host;
    (void)loop;
    (void)wake;
    (void)context;
    (void)failure;
    return MH_OK;
}

void mh_windows_watch_close(struct mh_windows *host)
{
    (void)host;
}

void mh_windows_watch_take(struct mh_windows *host)
{
    (void)host;
}
