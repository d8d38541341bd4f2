/* OpenBSD's preferred source of a routing table (`route sourceaddr`): an address of the host has the flag
 * MH_ADDRESS_PREFERRED_SOURCE then. One for each family, of table 0; other systems have none. While there is
 * one, the kernel tells it with every route of that family and table, in the place of the address that the
 * route itself carries (sys/net/rtsock.c, rtm_report and sysctl_dumpentry): of those routes the own address
 * is not known. Pure; any thread. */
#ifndef MH_CORE_TABLE_SOURCE_H
#define MH_CORE_TABLE_SOURCE_H

#include "core/snapshot.h"

/* The snapshot's; NULL: there is none. */
const struct mh_interface_address *mh_table_source(const struct mh_snapshot *snapshot, enum mh_family family);

/* The route names `source`, which may be NULL, because the whole table does. */
bool mh_table_source_hides(const struct mh_interface_address *source, const struct mh_route *route);

#endif
