/* Rows of the IP Helper functions as values of the model. Pure: nothing is asked of the system. Private to
 * platform/windows. */
#ifndef MH_WINDOWS_CONVERT_H
#define MH_WINDOWS_CONVERT_H

#include "windows/iphlp.h"

/* This needs what stands before it. */
#include "core/model.h"

/* Family none: it is neither IPv4 nor IPv6. */
struct mh_address mh_windows_address(const SOCKADDR_INET *address);
/* The zone is an interface's index, or 0. Family none becomes AF_UNSPEC. */
void mh_windows_socket_address(const struct mh_address *address, uint32_t zone,
                               SOCKADDR_INET *socket_address);

/* "{6B29FC40-CA47-1067-B31D-00DD010662DA}" */
const char *mh_windows_guid(const GUID *guid, char text[MH_GUID_SIZE]);

/* False: it is no interface of its own but a filter above one, or has no index. */
bool mh_windows_interface(const MIB_IF_ROW2 *row, struct mh_interface *interface);
/* False: the address is of no family, or the prefix is longer than it. */
bool mh_windows_unicast(const MIB_UNICASTIPADDRESS_ROW *row, struct mh_interface_address *address);
bool mh_windows_neighbor(const MIB_IPNET_ROW2 *row, struct mh_neighbor *neighbor);
/* `own` are the addresses of the host: by them local and broadcast routes are told from others. *hop becomes
 * the route's one next hop. */
bool mh_windows_route(const MIB_IPFORWARD_ROW2 *row, const struct mh_interface_address *own, size_t count,
                      struct mh_route *route, struct mh_next_hop *hop);

/* What the model knows of an interface's row: the settings of its family. */
enum { MH_WINDOWS_SETTINGS = 5 };
bool mh_windows_settings(const MIB_IPINTERFACE_ROW *row, struct mh_setting settings[MH_WINDOWS_SETTINGS]);

#endif
