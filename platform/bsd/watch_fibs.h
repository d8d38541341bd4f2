/* Changes in FreeBSD's FIBs other than 0: that there were some. Part of watch.c. */
#ifndef MH_BSD_WATCH_FIBS_H
#define MH_BSD_WATCH_FIBS_H

#include "bsd.h"

struct mh_bsd_fibs;
struct uv_async_s;

/* FIBs 1 to 15. Those behind are read whenever one of these or FIB 0 changes. */
enum { MH_BSD_FIBS_HEARD = 15 };

/* Listens to each, on a thread of its own that sends `wake_up`. *fibs NULL: there is none (other systems have
 * one table, or one socket that hears of all). Also after an error the caller closes *fibs. */
enum mh_error mh_bsd_fibs_open(struct mh_bsd *host, struct uv_async_s *wake_up, struct mh_bsd_fibs **fibs,
                               struct mh_failure *failure);
/* Was there anything since the last call? NULL: no. Any thread. */
bool mh_bsd_fibs_heard(struct mh_bsd_fibs *fibs);
/* The calls have been stopped, or their connection has gone (`is_open` false: and its descriptors with it):
 * nothing else ends the threads' waiting. NULL is allowed. */
void mh_bsd_fibs_close(struct mh_bsd_fibs *fibs, bool is_open);

#endif
