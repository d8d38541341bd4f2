/* The Linux backend's state, and how its parts fit together. Private to platform/linux. */
#ifndef MH_LINUX_LINUX_H
#define MH_LINUX_LINUX_H

#include "common/capability_linux.h"

#include "act.h"
#include "ask.h"
#include "backend.h"
#include "codec.h"
#include "culprit.h"
#include "dump.h"
#include "monitor.h"
#include "names.h"
#include "nexthops.h"
#include "own_host.h"
#include "route_memory.h"

/* What is remembered of a link, to see what a notification changed. */
struct mh_link_state {
    uint32_t index;
    bool up;
    bool carrier;
};

/* Interfaces that lost an IPv4 address: when it was the last one, the kernel drops routes without a word. */
enum { MH_BEREFT_MAX = 64 };

struct mh_linux {
    struct mh_platform base;
    struct mh_identity identity;
    struct mh_capability capabilities[MH_LINUX_CAPABILITIES_MAX]; /* as learnt at open */
    struct mh_names *names;
    struct mh_netlink netlink;
    struct mh_asker asker;
    struct mh_actor actor;
    struct mh_monitor monitor;
    struct mh_own_host own;
    int receive_buffer; /* of the monitor, octets */
    struct mh_nexthops *objects;
    struct mh_nexthop object; /* decoded into, again and again */
    struct mh_route_decoder decoder;

    struct mh_link_state *links; /* by index */
    size_t link_count;
    uint32_t bereft[MH_BEREFT_MAX];
    size_t bereft_count;

    /* Sections that a notification made doubtful, and since when (mh_clock_boot). */
    bool stale[MH_SECTION_COUNT];
    int64_t stale_since[MH_SECTION_COUNT];

    struct mh_culprits culprits;
    struct mh_route_memory routes;
    /* Settling: notifications may tell of what the last reading of the routes had seen already (change.c). */
    bool settling;
    bool drained;                   /* the queue was seen empty since that reading */
    int64_t read_at;                /* when it ended */
    struct mh_key_set earlier_rows; /* rows as they were before that reading */
    bool earlier_known;             /* `earlier_rows` is complete */
    bool rows_known;                /* the rows in `routes` are */

    bool feed_failed; /* the error that is on its way up came from the feed */
    bool must_resync; /* a change was read and not told: only read_all heals that */
};

/* ---- able.c ---------------------------------------------------------------------------------------- */

/* What this process can do here: the table of Linux without what needs a program or a privilege that is
 * missing. */
void mh_linux_learn_capabilities(struct mh_capability rows[MH_LINUX_CAPABILITIES_MAX]);

/* ---- section.c: reading sections whole ------------------------------------------------------------- */

/* Reads what is marked in `wanted`. Clears the `stale` marks of what it reads. */
enum mh_error mh_linux_read_sections(struct mh_linux *host, const bool wanted[MH_SECTION_COUNT],
                                     const struct mh_feed *feed, struct mh_failure *failure);
/* Gives one fact and remembers whether the feed refused it. */
enum mh_error mh_linux_tell(struct mh_linux *host, const struct mh_feed *feed, const struct mh_fact *fact);
/* Neighbours that the kernel makes in passing and does not tell of: not worth showing. */
bool mh_linux_hides_neighbor(const struct mh_neighbor *neighbor);

/* ---- link_state.c ---------------------------------------------------------------------------------- */

/* Remembers all links as just read; sorted by index. */
enum mh_error mh_linux_remember_links(struct mh_linux *host, const struct mh_link *links, size_t count);
/* NULL when not known. */
struct mh_link_state *mh_linux_link_state(struct mh_linux *host, uint32_t index);
/* Of one link that was not known. */
enum mh_error mh_linux_add_link_state(struct mh_linux *host, const struct mh_link_state *state);
void mh_linux_remove_link_state(struct mh_linux *host, uint32_t index);

/* ---- change.c: notifications ----------------------------------------------------------------------- */

void mh_linux_mark_stale(struct mh_linux *host, enum mh_section section);
enum mh_error mh_linux_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                struct mh_failure *failure);
enum mh_error mh_linux_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                    struct mh_failure *failure);

/* ---- route_change.c -------------------------------------------------------------------------------- */

/* Begins and ends a reading of the routes: what was remembered of them is forgotten, and settling begins. */
void mh_linux_routes_begin(struct mh_linux *host);
void mh_linux_routes_read(struct mh_linux *host);
/* Ends settling when it is time; `drained`: the queue of notifications is empty now. */
void mh_linux_settle(struct mh_linux *host, bool drained);
/* RTM_NEWROUTE, RTM_DELROUTE. */
enum mh_error mh_linux_take_route(struct mh_linux *host, const struct nlmsghdr *message, size_t length,
                                  const struct mh_feed *feed);

extern const struct mh_backend mh_backend_linux; /* backend.c */

#endif
