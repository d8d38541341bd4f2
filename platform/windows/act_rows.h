/* Values of the model as rows that the IP Helper functions take (netioapi.h). Each row was initialised by the
 * system, or read from it, before; only what is said here is changed in it. Interfaces are named by their
 * index. Pure. Private to platform/windows. */
#ifndef MH_WINDOWS_ACT_ROWS_H
#define MH_WINDOWS_ACT_ROWS_H

#include "windows/convert.h"

/* What names an address: for GetUnicastIpAddressEntry and DeleteUnicastIpAddressEntry. */
void mh_windows_key_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row);
/* The whole of a new one. */
void mh_windows_fill_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row);
/* The flags that can be set, in a row that was read. */
void mh_windows_flag_unicast(const struct mh_interface_address *address, MIB_UNICASTIPADDRESS_ROW *row);

/* Why there can be no such route, without a full stop; NULL: there can. Ask before the other two. */
const char *mh_windows_why_no_route(const struct mh_route *route);
void mh_windows_key_route(const struct mh_route *route, MIB_IPFORWARD_ROW2 *row);
void mh_windows_fill_route(const struct mh_route *route, MIB_IPFORWARD_ROW2 *row);

/* It is a setting of an interface that the functions below know. */
bool mh_windows_has_setting(const struct mh_setting *setting);
void mh_windows_key_interface(const struct mh_setting *setting, MIB_IPINTERFACE_ROW *row);
/* In a row that was read. */
void mh_windows_change_interface(const struct mh_setting *setting, MIB_IPINTERFACE_ROW *row);

#endif
