/* The anchor "multihomed" of pf on the host: what is in it is read and written with pfctl(8). The loop's
 * thread. pf tells nobody when its rules change: they are read with everything else, when something is in
 * doubt, and after own writes; messages of the routing socket do not have pfctl run. */
#ifndef MH_BSD_ANCHOR_H
#define MH_BSD_ANCHOR_H

#include "bsd.h"

/* The op is carried out in the anchor: rules, and routes of tables 5200 to 5999. */
bool mh_bsd_is_anchored(const struct mh_op *op);

/* Carries out ops that are anchored, all of them or none, in one load: pf replaces an anchor's rules at once.
 * What is there then is told by the next mh_platform_read_changes. MH_OK; MH_UNSUPPORTED: the system has no
 * pf, or pf has no words for one of them; errors of mh_anchor_apply with the first op that cannot be;
 * MH_PERMISSION, MH_IO, MH_LIMIT, MH_NO_MEMORY. */
enum mh_error mh_bsd_anchor_apply(struct mh_bsd *host, const struct mh_op *ops, size_t count,
                                  struct mh_failure *failure);

/* What the anchor holds, as facts: between the section's begin and end. Nothing where it cannot be used.
 * MH_OK, MH_NO_MEMORY, what feed->fact answers, or an error of reading the interfaces. */
enum mh_error mh_bsd_anchor_feed_rules(struct mh_bsd *host, const struct mh_feed *feed,
                                       struct mh_failure *failure);
enum mh_error mh_bsd_anchor_feed_routes(struct mh_bsd *host, const struct mh_feed *feed,
                                        struct mh_failure *failure);
/* The setting own-filter-table; none on NetBSD. */
enum mh_error mh_bsd_anchor_feed_state(struct mh_bsd *host, const struct mh_feed *feed,
                                       struct mh_failure *failure);

/* pf is read anew at the next of the above. */
void mh_bsd_anchor_doubt(struct mh_bsd *host);
/* Frees what the above keep in the host. */
void mh_bsd_anchor_close(struct mh_bsd *host);

#endif
