/* All routes of the host: every table, both families, changed in place. Longest-prefix match per table by a
 * multibit trie; what routes have in common (next hops, type, protocol, preferred source) is stored once.
 * Aim: 64 bytes of memory a route for a million IPv4 routes by one gateway. Not synchronised: one writer, or
 * any number of readers. What a call costs does not grow with the table; it grows with the number of routes
 * of the one destination.
 *
 * The row of routes with one key (table, destination, source prefix, tos, metric) keeps the system's order;
 * keys with the same destination are ordered by metric (smaller first), then tos (larger first), then
 * arrival. */
#ifndef MH_CORE_ROUTE_TABLE_H
#define MH_CORE_ROUTE_TABLE_H

#include "core/error.h"
#include "core/feed.h"
#include "core/model.h"

struct mh_route_table;

/* An empty table, or NULL when out of memory. The caller frees it. */
struct mh_route_table *mh_route_table_new(void);
/* NULL is allowed. */
void mh_route_table_free(struct mh_route_table *table);

/* Puts a route there. change: MH_PRESENT, MH_APPEND (behind those of its key), MH_PREPEND (before them),
 * MH_REPLACE (in place of the first of its key; appended when there is none). A route equal in everything to
 * one that is there is not stored twice, whatever `change` says: it keeps its place, also under MH_REPLACE
 * (as in Linux, fib_table_insert). MH_NEXT_HOP_DEAD and MH_NEXT_HOP_LINK_DOWN are no part of being equal, nor
 * is `incomplete`: when an equal route comes with others of these, they are stored and the result is MH_OK.
 *
 * `route`, its next hops and native properties are copied. MH_OK, MH_EXISTS (an equal one was there: nothing
 * done), MH_NO_MEMORY (nothing done), MH_INVALID: `change` is MH_GONE, the destination has no family, too
 * many bits or bits beyond its length, the source prefix is of another family or is no prefix, an address has
 * bytes that its family has not, or there are more next hops or native octets than the model allows. */
enum mh_error mh_route_table_put(struct mh_route_table *table, const struct mh_route *route,
                                 enum mh_change change);
/* Removes the route equal in everything (the DEAD and LINK_DOWN flags apart). Needs no memory. MH_INVALID as
 * above. MH_NOT_FOUND when there is none: the caller then has lost touch with the kernel and reads anew. */
enum mh_error mh_route_table_remove(struct mh_route_table *table, const struct mh_route *route);

size_t mh_route_table_count(const struct mh_route_table *table);
/* Of one family; 0 for MH_FAMILY_NONE. */
size_t mh_route_table_count_of(const struct mh_route_table *table, enum mh_family family);
/* Grows with every change of what the table holds: what was worked out of it is current while this is the
 * same. */
uint64_t mh_route_table_revision(const struct mh_route_table *table);
/* Octets that the structure holds, for /metrics. */
size_t mh_route_table_memory(const struct mh_route_table *table);

/* One stored route. 0 is none. Valid until the table changes. */
typedef uint32_t mh_route_handle;

/* Expands a handle, which is not 0; out->next_hops and out->native point into the table (NULL when there are
 * none), valid until it changes. */
void mh_route_table_get(const struct mh_route_table *table, mh_route_handle handle, struct mh_route *out);

/* The first route (by the order above) of the longest prefix that contains `address` and is at most `longest`
 * bits long, in kernel table `id`. Ask again with the found prefix's length - 1 for the next shorter. A
 * `longest` beyond the family's bits means all of them; below 0 nothing is found. 0 when none. */
mh_route_handle mh_route_table_match(const struct mh_route_table *table, uint32_t id,
                                     const struct mh_address *address, int longest);
/* The first route of exactly this prefix, or 0 (also for what is no prefix). */
mh_route_handle mh_route_table_exact(const struct mh_route_table *table, uint32_t id,
                                     const struct mh_prefix *destination);
/* The next route of the same destination prefix and table, in the order above; 0 at the end. */
mh_route_handle mh_route_table_sibling(const struct mh_route_table *table, mh_route_handle handle);

/* Kernel tables that hold routes of `family`, ascending: the first one greater than or equal to `at_least`;
 * false at the end. */
bool mh_route_table_next_id(const struct mh_route_table *table, enum mh_family family, uint32_t at_least,
                            uint32_t *id);

/* Where a walk stands: a key, not a handle, so that it survives changes in between (a route that was added
 * behind the place is seen, one before it is not). All zero is the start. */
struct mh_route_place {
    uint32_t table;
    uint32_t ordinal; /* which of the prefix's routes comes next */
    struct mh_prefix destination;
    bool started;
};

/* The next route in walk order: IPv4 before IPv6, then by table, then by prefix (mh_prefix_compare), then by
 * the order above. Moves *place behind it. 0 at the end; *place then stays, and finds what is added behind it
 * later. A place may come from anywhere: one whose destination has bits beyond its length, or a length that
 * is too large, is taken as if they were cut off. */
mh_route_handle mh_route_table_walk(const struct mh_route_table *table, struct mh_route_place *place);

/* Two tables hold the same routes in the same order. For tests and for checking a resync. */
bool mh_route_table_equal(const struct mh_route_table *a, const struct mh_route_table *b);

/* Two routes are equal in everything, next hops included (the DEAD and LINK_DOWN flags apart). */
bool mh_route_equal(const struct mh_route *a, const struct mh_route *b);

#endif
