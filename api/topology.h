/* A picture of the host: its interfaces, the networks they are on, the gateways there, and what lies behind
 * them. For programs, for graphviz, for a browser, for a terminal. */
#ifndef MH_API_TOPOLOGY_H
#define MH_API_TOPOLOGY_H

#include "core/route_table.h"
#include "daemon/view.h"

enum mh_topology_format { MH_TOPOLOGY_JSON, MH_TOPOLOGY_DOT, MH_TOPOLOGY_SVG, MH_TOPOLOGY_TEXT };

/* Draws the view as UTF-8 text, which the caller frees; NULL when out of memory. `routes` (may be NULL: no
 * gateways are drawn) is held by the caller during the call; only default routes and on-link prefixes are
 * looked up. Equal views with equal routes give equal texts. Nothing in a name can break out of the format it
 * is put into. Any thread. */
char *mh_topology_render(const struct mh_view *view, const struct mh_route_table *routes,
                         const char *hostname, enum mh_topology_format format);

#endif
