/* What the files of forwarding share, and source selection with them; not for others. */
#ifndef MH_CORE_FORWARD_PARTS_H
#define MH_CORE_FORWARD_PARTS_H

#include "core/forward.h"
#include "core/route_table_parts.h"

/* One search, handed down. */
struct mh_search {
    const struct mh_snapshot *snapshot;
    const struct mh_route_table *routes;
    const struct mh_question *question;
    struct mh_forwarding *answer;
};

/* How a rule's or a table's search ends. */
enum mh_step {
    MH_STEP_ON,    /* nothing usable here: the next rule has its turn */
    MH_STEP_THROW, /* the same, because a route says so */
    MH_STEP_DONE   /* answer->way is set */
};

enum mh_step mh_forward_table4(const struct mh_search *search, uint32_t table);
enum mh_step mh_forward_table6(const struct mh_search *search, uint32_t table);

/* A stored route without expanding it. `shared` lacks destination, metric and tos; it is valid until the
 * table changes. */
struct mh_route_peek {
    const struct mh_route *shared;
    uint32_t metric;
    uint8_t tos;
    uint8_t length;
    mh_route_handle sibling; /* the next route of the same destination */
};

static inline struct mh_route_peek mh_route_peek(const struct mh_route_table *routes, mh_route_handle handle)
{
    const struct mh_route_entry *entry = mh_entry_of_handle(routes, handle);
    enum mh_family family = handle & MH_HANDLE_IPV6 ? MH_IPV6 : MH_IPV4;
    return (struct mh_route_peek){.shared = &mh_route_pool_at(&routes->pool, entry->attributes)->route,
                                  .metric = entry->metric,
                                  .tos = entry->tos,
                                  .length = entry->length,
                                  .sibling = mh_handle_of(family, entry->next)};
}

/* Whether Linux may keep the IPv4 tables `local` and `main` as one, which cannot be seen. */
bool mh_local_may_be_merged(const struct mh_snapshot *snapshot);

/* Carrier does not matter to the hop, or is there; the hop is not dead. */
bool mh_next_hop_alive(const struct mh_snapshot *snapshot, enum mh_family family,
                       const struct mh_next_hop *hop);
/* How a route of this type ends the search; false for one that forwards, and for `throw`. */
bool mh_route_refuses(uint8_t type, enum mh_way *way);

static inline void mh_search_add_choice(struct mh_forwarding *answer, mh_route_handle route, size_t hop)
{
    if (answer->choice_count < MH_CHOICES_MAX)
        answer->choices[answer->choice_count++] = (struct mh_choice){route, (uint16_t)hop};
}

/* Ends the search; the choices are there already when it is MH_WAY_FOUND. */
enum mh_step mh_search_settle(const struct mh_search *search, enum mh_way way, mh_route_handle handle);
/* Ends it because something is not known. */
enum mh_step mh_search_give_up(const struct mh_search *search, const char *reason);

/* Whose the gateway of one of a route's hops is. Linux IPv4 takes a route by a gateway that is an address of
 * the hop's own interface, or that a route of host scope leads to, to be on link. What counts is what it was
 * when the route was made, which is doubtful where routes that others made lead to it otherwise. */
enum mh_gateway_owner { MH_GATEWAY_FOREIGN, MH_GATEWAY_OWN, MH_GATEWAY_DOUBTFUL };
enum mh_gateway_owner mh_gateway_owner(const struct mh_route_table *routes, const struct mh_route *route,
                                       const struct mh_next_hop *hop);

#endif
