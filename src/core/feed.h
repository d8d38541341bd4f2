/* How a backend tells what it sees: facts, one at a time. A section that is read whole stands between begin
 * and end; a fact outside of them is a change. Pure. */
#ifndef MH_CORE_FEED_H
#define MH_CORE_FEED_H

#include "core/error.h"
#include "core/snapshot.h"

enum mh_change {
    MH_PRESENT, /* it is there: new, or in place of the one with the same key */
    MH_GONE,
    /* Routes only, where several with one key can stand in a row (Linux `ip route append|prepend|replace`).
     * MH_PRESENT of a route means MH_APPEND unless an equal one is there. */
    MH_APPEND,
    MH_PREPEND,
    MH_REPLACE
};

/* The pointer is valid during the call only. */
struct mh_fact {
    enum mh_section section; /* says which member of the union is set */
    enum mh_change change;
    /* MH_GONE of a route that may have gone before the last reading saw it: that it is not there is no loss.
     */
    bool uncertain;
    /* A change (MH_PRESENT, MH_REPLACE, MH_GONE) of a route of which table, destination, metric and tos are
     * sure to be right for MH_GONE, and everything else too for the others. The receiver answers MH_CONFLICT,
     * having done nothing, unless these name one route with one next hop at most, or none: then the section
     * is to be read whole. */
    bool single;
    union {
        const struct mh_interface *interface;
        const struct mh_interface_address *address;
        const struct mh_rule *rule;
        const struct mh_neighbor *neighbor;
        const struct mh_setting *setting;
        const struct mh_address_label *label;
        const struct mh_route *route;
    } of;
};

/* All three return MH_OK, or an error that ends the reading. After MH_LOST the backend is asked for
 * everything. A section whose begin was not followed by its end was not read: the receiver drops what came
 * and keeps the old. */
struct mh_feed {
    void *context;
    enum mh_error (*begin)(void *context, enum mh_section section);
    enum mh_error (*fact)(void *context, const struct mh_fact *fact);
    enum mh_error (*end)(void *context, enum mh_section section);
};

#endif
