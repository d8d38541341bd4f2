/* What the dialects of systems other than Linux share: ways to end, owners of addresses, and a search for
 * routes by longest prefix and cost. Not for others. */
#ifndef MH_CORE_SELECT_HOST_H
#define MH_CORE_SELECT_HOST_H

#include "core/select_parts.h"

/* Ends without a source. */
void mh_select_refuse(const struct mh_selecting *selecting, enum mh_way way);
/* Ends because something is not known; `reason` is static. Interface and next hop stay as they are. */
void mh_select_give_up(const struct mh_selecting *selecting, const char *reason);

/* Who has the address: on `preferred` where several interfaces have it. NULL: nobody here. */
const struct mh_interface_address *mh_select_owner(const struct mh_snapshot *snapshot,
                                                   const struct mh_address *address, uint32_t preferred);

/* The bound source and the bound interface are there; sets source, source_given. False: it ended, with
 * MH_WAY_NO_SOURCE (the address is nobody's, or it cannot be used yet) or MH_WAY_NO_DEVICE. */
bool mh_select_begin(const struct mh_selecting *selecting);
/* A way was found; sets way, interface and next_hop (family none: on link), and whether the owner differs. */
void mh_select_leave_by(const struct mh_selecting *selecting, uint32_t interface,
                        const struct mh_address *next_hop);

/* Where packets for this host itself go: the loopback interface, or `owner` when there is none. */
uint32_t mh_select_loopback_or(const struct mh_snapshot *snapshot, uint32_t owner);
bool mh_select_is_loopback(const struct mh_snapshot *snapshot, uint32_t interface);
/* 255.255.255.255. */
bool mh_select_is_limited_broadcast(const struct mh_address *address);

/* What a system asks of its routes. */
struct mh_route_taste {
    uint32_t table;
    /* When no route of the longest prefix is usable: go on with shorter ones. */
    bool falls_through;
    bool (*usable)(const struct mh_selecting *selecting, const struct mh_next_hop *hop);
    /* Smaller is better; of one prefix, those alike are choices. False: not known. */
    bool (*cost)(const struct mh_selecting *selecting, const struct mh_route *route,
                 const struct mh_next_hop *hop, uint64_t *cost);
};

enum mh_route_search {
    MH_SEARCH_NONE,    /* no route */
    MH_SEARCH_DOWN,    /* routes, but none that works */
    MH_SEARCH_REFUSED, /* the best one rejects; it is in forwarding.route */
    MH_SEARCH_UNKNOWN, /* several, and the cost of one is not known */
    MH_SEARCH_FOUND    /* forwarding has the route and the choices */
};

/* Fills selection->forwarding. */
enum mh_route_search mh_select_search(const struct mh_selecting *selecting,
                                      const struct mh_route_taste *taste);
/* The next hop of a choice; valid until the table changes. */
struct mh_next_hop mh_select_hop(const struct mh_selecting *selecting, size_t choice);

/* The source for a packet that leaves by `hop`; sets selection->rule. May refuse or give up, with no address.
 */
typedef struct mh_address mh_select_chooser(const struct mh_selecting *selecting,
                                            const struct mh_next_hop *hop);

/* Fills source or choice_sources by asking for the source of each choice, and leaves by the first one. A
 * chooser that gives up has ended the selection: nothing else is done then. */
void mh_select_each_choice(const struct mh_selecting *selecting, mh_select_chooser *choose);

#endif
