/* What the dialects of FreeBSD, NetBSD and OpenBSD share. Not for others. */
#ifndef MH_CORE_SELECT_BSD_H
#define MH_CORE_SELECT_BSD_H

#include "core/select_host.h"

/* How a BSD looks for routes. FreeBSD's FIB 0, NetBSD's only table, OpenBSD's table of the routing domain. */
enum mh_route_search mh_bsd_search(const struct mh_selecting *selecting, enum mh_dialect dialect);

/* The routing domain a packet is sent in: OpenBSD's rtable; 0 elsewhere. */
uint32_t mh_bsd_domain(const struct mh_selecting *selecting, enum mh_dialect dialect);
bool mh_bsd_in_domain(const struct mh_selecting *selecting, enum mh_dialect dialect, uint32_t interface);

/* OpenBSD's preferred source of routing table 0 (`route sourceaddr`); NULL: there is none, or another table
 * is asked. */
const struct mh_interface_address *mh_bsd_table_source(const struct mh_selecting *selecting,
                                                       enum mh_family family);
/* Whether it is the source of what goes by this hop. */
bool mh_bsd_takes_table_source(const struct mh_selecting *selecting,
                               const struct mh_interface_address *source, const struct mh_next_hop *hop);

/* The error that a rejecting route makes: RTF_REJECT on a host route says EHOSTUNREACH, else ENETUNREACH. */
enum mh_way mh_bsd_rejection(const struct mh_selecting *selecting);

#endif
