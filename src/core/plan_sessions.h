/* What a plan does to the sessions of the host: which are cut off, and which leave by another way afterwards.
 * Pure. */
#ifndef MH_CORE_PLAN_SESSIONS_H
#define MH_CORE_PLAN_SESSIONS_H

#include "core/endpoints.h"
#include "core/plan.h"

enum mh_session_fate {
    MH_SESSION_KEPT,          /* nothing changes for it, or it had no way before either */
    MH_SESSION_NO_ADDRESS,    /* cut: its local address goes */
    MH_SESSION_NO_ROUTE,      /* cut: there is no way to the remote any more */
    MH_SESSION_REMOTE_IS_OWN, /* cut: the remote's address becomes one of this host's own */
    MH_SESSION_MOVED,    /* another interface or next hop: NAT and stateful firewalls there do not know it */
    MH_SESSION_UNDECIDED /* what the system will do depends on something that is not known */
};

/* By which a session leaves. */
struct mh_session_way {
    uint32_t interface;         /* 0: no way */
    struct mh_address next_hop; /* family none: on link */
};

struct mh_session_effect {
    size_t endpoint; /* index of the session */
    uint8_t fate;    /* enum mh_session_fate; never MH_SESSION_KEPT */
    const char *why; /* of MH_SESSION_NO_ROUTE: mh_way_native's "ENETUNREACH"; of MH_SESSION_UNDECIDED: what
                        is not known. Static; NULL otherwise */
    struct mh_session_way before, after; /* of MH_SESSION_NO_ROUTE (before) and MH_SESSION_MOVED */
};

struct mh_plan_sessions {
    struct mh_session_effect *items; /* in the order of the endpoints */
    size_t count;
};

/* Judges every connected endpoint. A session within the host (its remote is one of the host's own addresses)
 * ends with its address only. On the BSDs and on Windows a session whose remote or next hop is in the subnet
 * of an address that comes or goes is undecided, as is one that a change of pf's rules would lead elsewhere.
 * Windows sends a session by the interface of its source unless that one sends as a weak host. The caller
 * clears *sessions. MH_NO_MEMORY. */
enum mh_error mh_plan_sessions(const struct mh_plan_input *input, const struct mh_plan *plan,
                               const struct mh_endpoint *endpoints, size_t count,
                               struct mh_plan_sessions *sessions);
void mh_plan_sessions_clear(struct mh_plan_sessions *sessions);

/* The session ends: one of the three that say "cut". */
bool mh_session_is_cut(const struct mh_session_effect *effect);

/* False for a plan that leaves addresses, routes and rules alone: sessions need not be read. */
bool mh_plan_touches_sessions(const struct mh_plan *plan);

#endif
