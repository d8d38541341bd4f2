/* The BSD backend's state, and how its parts fit together. Private to platform/bsd. */
#ifndef MH_BSD_BSD_H
#define MH_BSD_BSD_H

#include "backend.h"
#include "calls.h"
#include "rtmsg_event.h"

#include <stdatomic.h>

struct mh_bsd_watch;
struct mh_bsd_anchor;

/* Changes of routes that are told by themselves; with more, all routes are read. */
enum { MH_BSD_CHANGES_MAX = 64 };

/* FIBs or rtables that are followed: OpenBSD has no more (RT_TABLEID_MAX), and FreeBSD rarely has as many. */
enum { MH_BSD_TABLES_MAX = 256 };

struct mh_bsd {
    struct mh_platform base;
    const struct mh_rt_layout *layout;
    _Atomic uint32_t question_number; /* of the last that an own socket was asked, by any thread */
    struct mh_calls *calls;
    struct mh_identity identity;
    struct mh_incarnation incarnation;
    struct mh_bsd_watch *watch;   /* NULL: the host is not watched */
    bool stale[MH_SECTION_COUNT]; /* a message made it doubtful: to be read anew */
    struct mh_bsd_anchor *anchor; /* anchor.c; NULL: not read yet */
    size_t change_count;
    struct mh_rt_event route_changes[MH_BSD_CHANGES_MAX]; /* in their order, to be told */
    bool unsettled;                     /* an address is tentative, and its end may not be told */
    bool tables_known;                  /* the following are; unset when there may be others */
    uint16_t table_count;               /* 1 at least: 0 is always there */
    uint16_t tables[MH_BSD_TABLES_MAX]; /* the numbers of FIBs or rtables, ascending */
};

/* <sys/sysctl.h>, alike on all. */
enum { MH_BSD_CTL_KERN = 1, MH_BSD_CTL_NET = 4, MH_BSD_KERN_OSTYPE = 1, MH_BSD_KERN_OSRELEASE = 2 };

/* ---- own_layout.c: what a kernel says of itself ---------------------------------------------------- */

/* A text (kern.ostype), cut to `size` and at what is not printable. No layout is needed to read it. */
enum mh_error mh_bsd_read_text(struct mh_calls *calls, int32_t group, int32_t what, char *text, size_t size,
                               struct mh_failure *failure);
/* The layout of this kernel's messages. MH_UNSUPPORTED: none is known for its system, release and machine. */
enum mh_error mh_bsd_own_layout(struct mh_calls *calls, const struct mh_rt_layout **layout,
                                struct mh_failure *failure);

/* ---- read.c: sections, whole ----------------------------------------------------------------------- */

/* Reads what is marked in `wanted`, and clears its marks in host->stale. */
enum mh_error mh_bsd_read_sections(struct mh_bsd *host, const bool wanted[MH_SECTION_COUNT],
                                   const struct mh_feed *feed, struct mh_failure *failure);

/* ---- tables.c: which FIBs or rtables there are ------------------------------------------------------ */

/* Fills host->tables, unless they are known. */
enum mh_error mh_bsd_learn_tables(struct mh_bsd *host, struct mh_failure *failure);
/* Is it among those known? */
bool mh_bsd_has_table(const struct mh_bsd *host, uint32_t table);

/* ---- route_change.c: single routes ------------------------------------------------------------------ */

/* Keeps a change of a route until it is told, or marks the routes as stale where it cannot be told alone. */
void mh_bsd_note_route(struct mh_bsd *host, const struct mh_rt_event *event);
/* Tells the changes that were kept. Those that turn out not to be single mark the routes as stale. */
enum mh_error mh_bsd_tell_routes(struct mh_bsd *host, const struct mh_feed *feed, struct mh_failure *failure);

/* ---- table_source.c: OpenBSD's preferred source of routing table 0 ---------------------------------- */

struct mh_bsd_table_source {
    struct mh_address address; /* family none: there is no such source */
    uint32_t zone;             /* interface of a link-local one, else 0 */
};

/* Asks for that of one family; none on other systems, and where the kernel knows of no such thing. Any thread
 * that may use the calls. MH_MALFORMED, or what the call answers. */
enum mh_error mh_bsd_read_table_source(struct mh_bsd *host, enum mh_family family,
                                       struct mh_bsd_table_source *source, struct mh_failure *failure);
bool mh_bsd_is_table_source(const struct mh_bsd_table_source *source,
                            const struct mh_interface_address *address);
/* Makes the address the preferred source of table 0 if it has the flag MH_ADDRESS_PREFERRED_SOURCE; without
 * it the table has none any more, unless another address is it. *changed: it was not so before.
 * MH_UNSUPPORTED: there is no such thing here; MH_INVALID (EINVAL): no interface of routing domain 0 has the
 * address. */
enum mh_error mh_bsd_set_table_source(struct mh_bsd *host, const struct mh_interface_address *address,
                                      bool *changed, struct mh_failure *failure);

/* ---- labels.c: address policies, of FreeBSD and NetBSD ---------------------------------------------- */

enum mh_error mh_bsd_read_labels(struct mh_bsd *host, const struct mh_feed *feed, struct mh_failure *failure);

/* ---- setting.c ------------------------------------------------------------------------------------- */

/* Every setting of the model that this system has, as facts. */
enum mh_error mh_bsd_read_settings(struct mh_bsd *host, const struct mh_feed *feed,
                                   struct mh_failure *failure);
/* One of the whole host. MH_UNSUPPORTED: this system has none such. Else as calls.h. */
enum mh_error mh_bsd_read_setting(struct mh_bsd *host, enum mh_setting_id id, enum mh_family family,
                                  int32_t *value, struct mh_failure *failure);
/* Sets one. MH_UNSUPPORTED: this system, or this kernel's release, has none such (those of single interfaces
 * among them). MH_INVALID: it is a boolean. Else as calls.h. */
enum mh_error mh_bsd_write_setting(struct mh_bsd *host, const struct mh_setting *setting,
                                   struct mh_failure *failure);

/* ---- watch.c: the routing socket that tells of changes --------------------------------------------- */

enum mh_error mh_bsd_watch_open(struct mh_bsd *host, struct uv_loop_s *loop, mh_wake wake, void *context,
                                struct mh_failure *failure);
/* NULL is allowed. */
void mh_bsd_watch_close(struct mh_bsd_watch *watch);
/* Opens the socket anew when it is broken, or went with a connection that has been renewed. */
enum mh_error mh_bsd_watch_mend(struct mh_bsd *host, bool renewed, struct mh_failure *failure);
/* Addresses were read: has them read again later where one is tentative. */
void mh_bsd_watch_settle(struct mh_bsd *host);
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
