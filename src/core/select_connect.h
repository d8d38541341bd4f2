/* What connect(2) makes of a decision. Linux routes a connected IPv4 socket twice: once without a source, and
 * again with the source that came of it (include/net/route.h, ip_route_connect), so that rules `from` match.
 * A datagram of sendto(2) is routed once, and so is the question that the kernel answers (RTM_GETROUTE).
 * Pure; any thread. */
#ifndef MH_CORE_SELECT_CONNECT_H
#define MH_CORE_SELECT_CONNECT_H

#include "core/select.h"

/* Sources that are looked at: where flows are spread, that of each next hop. */
enum { MH_CONNECTED_MAX = 16 };

struct mh_connected {
    struct mh_address source;
    enum mh_way way;
    const char *reason;         /* of MH_WAY_INDETERMINATE; static */
    uint32_t interface;         /* 0: no way */
    struct mh_address next_hop; /* family none: on link, or no way */
};

/* Where a connected socket goes, for each source that the decision may have given it. Returns how many; 0
 * where all go as the decision says, and for systems, families and questions for which there is no second
 * time. `selection` is mh_select's answer to the same question; the routes are held still since. */
size_t mh_select_connected(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                           enum mh_dialect dialect, const struct mh_question *question,
                           const struct mh_selection *selection,
                           struct mh_connected connected[MH_CONNECTED_MAX]);

#endif
