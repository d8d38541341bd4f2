/* The Windows backend's state, and how its parts fit together. Private to platform/windows. */
#ifndef MH_WINDOWS_IP_HELPER_H
#define MH_WINDOWS_IP_HELPER_H

#include "windows/iphlp.h"

/* This needs what stands before it. */
#include "backend.h"
#include "common/capability_windows.h"
#include "windows/policy.h"

struct mh_windows_watch;
struct mh_windows_probe;

/* More than there are functions to do without. */
enum { MH_WINDOWS_REMARKS = 32 };

struct mh_windows {
    struct mh_platform base;
    struct mh_iphlp iphlp;
    struct mh_identity identity;
    struct mh_incarnation incarnation;
    struct mh_windows_watch *watch;           /* NULL: the host is not watched */
    struct mh_windows_probe *probes;          /* under way */
    bool stale[MH_SECTION_COUNT];             /* to be read anew */
    struct mh_windows_policy *policy;         /* NULL: the table of address policies is not read */
    bool policy_is_late;                      /* it was asked for, and is to be asked for again */
    char policy_reason[MH_DETAIL_SIZE + 128]; /* why the table is not known; "": it is */
    struct mh_capability capabilities[MH_WINDOWS_CAPABILITIES_MAX];
    struct mh_failure remarks[MH_WINDOWS_REMARKS];
    size_t remark_count, remarks_taken;
};

/* identity.c: "Windows 10.0.19045", by RtlGetVersion. */
void mh_windows_learn_identity(struct mh_identity *identity);

/* read.c: reads what is marked in `wanted`, and clears its marks in host->stale. */
enum mh_error mh_windows_read_sections(struct mh_windows *host, const bool wanted[MH_SECTION_COUNT],
                                       const struct mh_feed *feed, struct mh_failure *failure);

/* ---- watch.c: what Windows tells of changes -------------------------------------------------------- */

/* MH_OK also where Windows lacks a way to tell, or refuses it: a remark says so, and what it would have told
 * of is read anew every MH_WINDOWS_REREAD milliseconds. So are neighbours, of which no function tells. */
enum { MH_WINDOWS_REREAD = 30 * 1000 };
enum mh_error mh_windows_watch_open(struct mh_windows *host, struct uv_loop_s *loop, mh_wake wake,
                                    void *context, struct mh_failure *failure);
void mh_windows_watch_close(struct mh_windows *host);
/* Moves what was told since the last call to host->stale. Nothing when the host is not watched. */
void mh_windows_watch_take(struct mh_windows *host);

/* ---- remark.c: what is done without ---------------------------------------------------------------- */

/* Notes a failure of mh_iphlp_fail's and what follows from it, unless the same was noted before. */
void mh_windows_remark(struct mh_windows *host, const struct mh_failure *failure, const char *consequence);
/* As mh_platform_remark. */
bool mh_windows_take_remark(struct mh_platform *platform, struct mh_failure *remark);

/* ---- parts of the boundary, as platform.h says ----------------------------------------------------- */

/* ask.c */
enum mh_error mh_windows_ask(struct mh_platform *platform, const struct mh_question *question,
                             struct mh_kernel_answer *answer, struct mh_failure *failure);
/* endpoint.c */
enum mh_error mh_windows_endpoints(struct mh_platform *platform, unsigned states,
                                   struct mh_endpoints *endpoints, struct mh_failure *failure);
void mh_windows_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count);
void mh_windows_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                         size_t count);

/* probe.c */
enum mh_error mh_windows_probe(struct mh_platform *platform, struct uv_loop_s *loop,
                               const struct mh_probe *probe, mh_probed answered, void *context,
                               struct mh_failure *failure);
/* Forgets what is under way. */
void mh_windows_probes_end(struct mh_windows *host);

static inline struct mh_windows *mh_windows_of(struct mh_platform *platform)
{
    return (struct mh_windows *)platform;
}

extern const struct mh_backend mh_backend_windows; /* backend.c */

#endif
