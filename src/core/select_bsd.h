/* What the dialects of FreeBSD, NetBSD and OpenBSD share. Not for others. */
#ifndef MH_CORE_SELECT_BSD_H
#define MH_CORE_SELECT_BSD_H

#include "core/select_host.h"

/* How a BSD looks for routes. FreeBSD's FIB 0, NetBSD's only table, OpenBSD's table of the routing domain. */
enum mh_route_search mh_bsd_search(const struct mh_selecting *selecting, enum mh_dialect dialect);

/* The routing domain a packet is sent in: OpenBSD's rtable; 0 elsewhere. */
uint32_t mh_bsd_domain(const struct mh_selecting *selecting, enum mh_dialect dialect);
bool mh_bsd_in_domain(const struct mh_selecting *selecting, enum mh_dialect dialect, uint32_t interface);

/* The error that a rejecting route makes: RTF_REJECT on a host route says EHOSTUNREACH, else ENETUNREACH. */
enum mh_way mh_bsd_rejection(const struct mh_selecting *selecting);

#endif
