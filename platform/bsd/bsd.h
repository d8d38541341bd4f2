/* The BSD backend's state, and how its parts fit together. Private to platform/bsd. */
#ifndef MH_BSD_BSD_H
#define MH_BSD_BSD_H

#include "backend.h"
#include "calls.h"
#include "rtmsg_event.h"

#include <stdatomic.h>

struct mh_bsd_watch;

struct mh_bsd {
    struct mh_platform base;
    const struct mh_rt_layout *layout;
    _Atomic uint32_t question_number; /* of the last that an own socket was asked, by any thread */
    struct mh_calls *calls;
    struct mh_identity identity;
    struct mh_incarnation incarnation;
    struct mh_bsd_watch *watch;   /* NULL: the host is not watched */
    bool stale[MH_SECTION_COUNT]; /* a message made it doubtful: to be read anew */
};

enum { MH_BSD_CTL_KERN = 1, MH_BSD_CTL_NET = 4 }; /* <sys/sysctl.h>, alike on all */

/* ---- read.c: sections, whole ----------------------------------------------------------------------- */

/* Reads what is marked in `wanted`, and clears its marks in host->stale. */
enum mh_error mh_bsd_read_sections(struct mh_bsd *host, const bool wanted[MH_SECTION_COUNT],
                                   const struct mh_feed *feed, struct mh_failure *failure);

/* ---- setting.c ------------------------------------------------------------------------------------- */

/* Every setting of the model that this system has, as facts. */
enum mh_error mh_bsd_read_settings(struct mh_bsd *host, const struct mh_feed *feed,
                                   struct mh_failure *failure);

/* ---- watch.c: the routing socket that tells of changes --------------------------------------------- */

enum mh_error mh_bsd_watch_open(struct mh_bsd *host, struct uv_loop_s *loop, mh_wake wake, void *context,
                                struct mh_failure *failure);
/* NULL is allowed. */
void mh_bsd_watch_close(struct mh_bsd_watch *watch);
/* Drops what waits: it is older than what is about to be read. */
enum mh_error mh_bsd_watch_drain(struct mh_bsd *host, struct mh_failure *failure);
/* Marks in host->stale what the messages that wait speak of. MH_OK: none is left; MH_MORE; MH_LOST. */
enum mh_error mh_bsd_watch_read(struct mh_bsd *host, struct mh_failure *failure);

/* ---- parts of the boundary, as platform.h says ------------------------------------------------------ */

/* ask.c */
enum mh_error mh_bsd_ask(struct mh_platform *platform, const struct mh_question *question,
                         struct mh_kernel_answer *answer, struct mh_failure *failure);
enum mh_error mh_bsd_filter(struct mh_platform *platform, struct mh_filter **filter,
                            struct mh_failure *failure);
/* endpoint.c */
enum mh_error mh_bsd_endpoints(struct mh_platform *platform, unsigned states, struct mh_endpoints *endpoints,
                               struct mh_failure *failure);
void mh_bsd_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count);
void mh_bsd_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints, size_t count);
/* act.c */
enum mh_error mh_bsd_apply(struct mh_platform *platform, const struct mh_op *op, struct mh_failure *failure);
enum mh_error mh_bsd_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                               size_t *applied, struct mh_failure *failure);
/* describe.c */
const char *mh_bsd_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                            const struct mh_op *op, char *text, size_t size);
/* able.c */
const struct mh_capability *mh_bsd_capabilities(const struct mh_platform *platform);

static inline struct mh_bsd *mh_bsd_of(struct mh_platform *platform)
{
    return (struct mh_bsd *)platform;
}

extern const struct mh_backend mh_backend_bsd; /* backend.c */

#endif
