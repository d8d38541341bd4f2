/* The nexthop objects of the kernel (ip-nexthop(8)), kept because routes may name one without saying what it
 * is (net.ipv4.nexthop_compat_mode=0). One thread. */
#ifndef MH_LINUX_NEXTHOPS_H
#define MH_LINUX_NEXTHOPS_H

#include "codec.h"

struct mh_nexthops;

struct mh_nexthops *mh_nexthops_new(void);
void mh_nexthops_free(struct mh_nexthops *objects);
/* Forgets all. */
void mh_nexthops_clear(struct mh_nexthops *objects);

/* Adds a copy of the object, or puts it in place of the one with its id. *replaced says that there was one,
 * and that it was different. MH_OK or MH_NO_MEMORY. */
enum mh_error mh_nexthops_put(struct mh_nexthops *objects, const struct mh_nexthop *object, bool *replaced);
/* False when there is none of that id. */
bool mh_nexthops_remove(struct mh_nexthops *objects, uint32_t id);

/* Writes the next hops that object `id` stands for and returns their number (0 for a blackhole, which sets
 * *blackhole); -1 when the object, or a member of the group, is not known. At most MH_NEXT_HOPS_MAX are
 * written. */
int mh_nexthops_expand(const struct mh_nexthops *objects, uint32_t id, struct mh_next_hop *hops,
                       bool *blackhole);

/* Puts the group's own weights on hops that the kernel expanded: there it cuts weights to eight bits. Does
 * nothing when `id` is no group of `count` members. */
void mh_nexthops_weigh(const struct mh_nexthops *objects, uint32_t id, struct mh_next_hop *hops,
                       size_t count);

#endif
