/* What a setting comes to for an interface where the system combines it with a host-wide one. Pure. */
#ifndef MH_CORE_EFFECTIVE_H
#define MH_CORE_EFFECTIVE_H

#include "core/snapshot.h"

/* True for IPv4 settings whose value for `all` counts beside the interface's own (Linux
 * include/linux/inetdevice.h, IN_DEV_MAXCONF and IN_DEV_ORCONF; Documentation/networking/ip-sysctl.rst). */
bool mh_setting_combines(enum mh_setting_id id);

/* The greater of the two values for arp_ignore, arp_announce, arp_notify, arp_accept and rp_filter; whether
 * either is set (0 or 1) for the others. False, and *value untouched, when the setting does not combine or
 * one of the two is not known. */
bool mh_setting_effective(const struct mh_snapshot *snapshot, uint32_t interface, enum mh_setting_id id,
                          int32_t *value);

#endif
