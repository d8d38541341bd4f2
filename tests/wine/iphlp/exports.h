/* What exports.def gives the names of iphlpapi.dll: each function is that of netioapi.h, or of iphlpapi.h. */
#ifndef MH_TESTS_WINE_IPHLP_EXPORTS_H
#define MH_TESTS_WINE_IPHLP_EXPORTS_H

#include "link.h"

/* For the three kinds of notices, which differ in the row. */
typedef void(WINAPI *bed_callback)(void *context, void *row, MIB_NOTIFICATION_TYPE type);

/* ---- adapter.c: adapters --------------------------------------------------------------------------- */

DWORD WINAPI bed_get_adapters(MIB_IF_TABLE2 **table);

/* ---- address.c: unicast addresses ------------------------------------------------------------------ */

DWORD WINAPI bed_get_addresses(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **table);
DWORD WINAPI bed_get_address(MIB_UNICASTIPADDRESS_ROW *row);
void WINAPI bed_begin_address(MIB_UNICASTIPADDRESS_ROW *row);
DWORD WINAPI bed_create_address(const MIB_UNICASTIPADDRESS_ROW *row);
DWORD WINAPI bed_set_address(const MIB_UNICASTIPADDRESS_ROW *row);
DWORD WINAPI bed_delete_address(const MIB_UNICASTIPADDRESS_ROW *row);

/* ---- route.c: routes ------------------------------------------------------------------------------- */

DWORD WINAPI bed_get_routes(ADDRESS_FAMILY family, MIB_IPFORWARD_TABLE2 **table);
DWORD WINAPI bed_get_route(MIB_IPFORWARD_ROW2 *row);
DWORD WINAPI bed_best_route(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *source,
                            const SOCKADDR_INET *destination, ULONG options, MIB_IPFORWARD_ROW2 *row,
                            SOCKADDR_INET *best);
void WINAPI bed_begin_route(MIB_IPFORWARD_ROW2 *row);
DWORD WINAPI bed_create_route(const MIB_IPFORWARD_ROW2 *row);
DWORD WINAPI bed_set_route(const MIB_IPFORWARD_ROW2 *row);
DWORD WINAPI bed_delete_route(const MIB_IPFORWARD_ROW2 *row);

/* ---- settings.c: IP interfaces ---------------------------------------------------------------------- */

DWORD WINAPI bed_get_interfaces(ADDRESS_FAMILY family, MIB_IPINTERFACE_TABLE **table);
DWORD WINAPI bed_get_interface(MIB_IPINTERFACE_ROW *row);
void WINAPI bed_begin_interface(MIB_IPINTERFACE_ROW *row);
DWORD WINAPI bed_set_interface(MIB_IPINTERFACE_ROW *row);

/* ---- notice.c: notices ----------------------------------------------------------------------------- */

DWORD WINAPI bed_watch_interfaces(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                                  HANDLE *handle);
DWORD WINAPI bed_watch_addresses(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                                 HANDLE *handle);
DWORD WINAPI bed_watch_routes(ADDRESS_FAMILY family, bed_callback call, void *context, BOOLEAN at_once,
                              HANDLE *handle);
DWORD WINAPI bed_cancel(HANDLE handle);

#endif
