/* A table of IP Helper functions that answer from memory: what they return can be set, each of them can be
 * missing, and what they allocate is counted. */
#ifndef MH_TESTS_WINDOWS_FAKE_H
#define MH_TESTS_WINDOWS_FAKE_H

#include "windows/ip_helper.h"

#include "windows/convert.h"

#include <stdlib.h>
#include <string.h>

enum { FAKE_ROWS = 16 };

/* What the functions of one test see: they have no argument for it. */
static struct {
    MIB_IF_ROW2 interfaces[FAKE_ROWS];
    MIB_UNICASTIPADDRESS_ROW addresses[FAKE_ROWS];
    MIB_IPFORWARD_ROW2 routes[FAKE_ROWS];
    MIB_IPNET_ROW2 neighbors[FAKE_ROWS];
    MIB_IPINTERFACE_ROW settings[FAKE_ROWS];
    ULONG interface_count, address_count, route_count, neighbor_count, setting_count;
    DWORD if_table, unicast_table, forward_table, net_table, ip_interface_table, ip_interface_entry;
    ADDRESS_FAMILY refused_family; /* whose tables answer those of these codes that are no NO_ERROR; 0: all */
    ULONG if_table_spared;         /* how often GetIfTable2 goes well before */
    DWORD best_route;
    DWORD notify_interface, notify_address, notify_route, notify_addr;
    MIB_IPFORWARD_ROW2 best;
    SOCKADDR_INET best_source;
    bool asked_with_source;
    NET_IFINDEX asked_interface;
    int allocated;
    PIPINTERFACE_CHANGE_CALLBACK interface_changed;
    PUNICAST_IPADDRESS_CHANGE_CALLBACK address_changed;
    PIPFORWARD_CHANGE_CALLBACK route_changed;
    void *context;
    int notices;
    MIB_TCPROW_OWNER_PID tcp[FAKE_ROWS];
    DWORD tcp_count, tcp_answer, udp_answer;
    int tcp_refusals;                /* how often the buffer is too small before it is large enough */
    HANDLE address_event;            /* NotifyAddrChange's */
    volatile LONG address_questions; /* how often it was called; 0 when it was cancelled */
} fake;

static inline void fake_socket_address(const char *text, SOCKADDR_INET *address)
{
    struct mh_address parsed = {0};
    (void)mh_address_parse(text, strlen(text), &parsed);
    mh_windows_socket_address(&parsed, 0, address);
}

static inline void fake_interface(NET_IFINDEX index, const wchar_t *alias, IFTYPE type)
{
    MIB_IF_ROW2 *row = &fake.interfaces[fake.interface_count++];
    row->InterfaceIndex = index;
    row->InterfaceLuid.Value = (ULONG64)type << 48 | (ULONG64)index << 24;
    row->InterfaceGuid.Data1 = index;
    wcscpy(row->Alias, alias);
    row->Type = type;
    row->Mtu = 1500;
    row->AdminStatus = NET_IF_ADMIN_STATUS_UP;
    row->OperStatus = IfOperStatusUp;
    row->PhysicalAddressLength = 6;
    row->PhysicalAddress[0] = 2;
    row->PhysicalAddress[5] = (UCHAR)index;
}

static inline void fake_address(NET_IFINDEX index, const char *text, UINT8 length)
{
    MIB_UNICASTIPADDRESS_ROW *row = &fake.addresses[fake.address_count++];
    fake_socket_address(text, &row->Address);
    row->InterfaceIndex = index;
    row->OnLinkPrefixLength = length;
    row->PrefixOrigin = IpPrefixOriginManual;
    row->SuffixOrigin = IpSuffixOriginManual;
    row->DadState = IpDadStatePreferred;
    row->ValidLifetime = row->PreferredLifetime = 0xffffffff;
}

static inline MIB_IPFORWARD_ROW2 fake_route_row(NET_IFINDEX index, const char *destination, UINT8 length,
                                                const char *gateway)
{
    MIB_IPFORWARD_ROW2 row = {.InterfaceIndex = index,
                              .ValidLifetime = 0xffffffff,
                              .PreferredLifetime = 0xffffffff,
                              .Metric = 256,
                              .Protocol = RouteProtocolNetMgmt};
    fake_socket_address(destination, &row.DestinationPrefix.Prefix);
    row.DestinationPrefix.PrefixLength = length;
    fake_socket_address(gateway, &row.NextHop);
    return row;
}

static inline void fake_route(NET_IFINDEX index, const char *destination, UINT8 length, const char *gateway)
{
    fake.routes[fake.route_count++] = fake_route_row(index, destination, length, gateway);
}

static inline void fake_neighbor(NET_IFINDEX index, const char *text, NL_NEIGHBOR_STATE state)
{
    MIB_IPNET_ROW2 *row = &fake.neighbors[fake.neighbor_count++];
    fake_socket_address(text, &row->Address);
    row->InterfaceIndex = index;
    row->State = state;
    row->PhysicalAddressLength = 6;
    row->PhysicalAddress[5] = 9;
}

static inline void fake_setting(NET_IFINDEX index, ADDRESS_FAMILY family, ULONG metric)
{
    fake.settings[fake.setting_count++] =
        (MIB_IPINTERFACE_ROW){.Family = family, .InterfaceIndex = index, .Metric = metric, .WeakHostSend = 1};
}

/* ---- functions ------------------------------------------------------------------------------------- */

static bool is_of(ADDRESS_FAMILY asked, ADDRESS_FAMILY family)
{
    return asked == AF_UNSPEC || asked == family;
}

static DWORD answer_of(DWORD code, ULONG family)
{
    return fake.refused_family == AF_UNSPEC || fake.refused_family == family ? code : NO_ERROR;
}

/* A function that answers rows of one family, or of all. */
#define FAKE_TABLE(name, table_type, row_type, rows, count, answer, family_of_row)                           \
    static DWORD WINAPI name(ADDRESS_FAMILY family, table_type **table)                                      \
    {                                                                                                        \
        *table = NULL;                                                                                       \
        if (answer_of(fake.answer, family) != NO_ERROR)                                                      \
            return fake.answer;                                                                              \
        *table = calloc(1, sizeof **table + FAKE_ROWS * sizeof(row_type));                                   \
        fake.allocated++;                                                                                    \
        for (ULONG i = 0; i < fake.count; i++)                                                               \
            if (is_of(family, family_of_row(fake.rows[i])))                                                  \
                (*table)->Table[(*table)->NumEntries++] = fake.rows[i];                                      \
        return NO_ERROR;                                                                                     \
    }

#define BY_ADDRESS(row) (row).Address.si_family
#define BY_DESTINATION(row) (row).DestinationPrefix.Prefix.si_family
#define BY_FAMILY(row) (row).Family

FAKE_TABLE(fake_unicast_table, MIB_UNICASTIPADDRESS_TABLE, MIB_UNICASTIPADDRESS_ROW, addresses, address_count,
           unicast_table, BY_ADDRESS)
FAKE_TABLE(fake_forward_table, MIB_IPFORWARD_TABLE2, MIB_IPFORWARD_ROW2, routes, route_count, forward_table,
           BY_DESTINATION)
FAKE_TABLE(fake_net_table, MIB_IPNET_TABLE2, MIB_IPNET_ROW2, neighbors, neighbor_count, net_table, BY_ADDRESS)
FAKE_TABLE(fake_ip_interface_table, MIB_IPINTERFACE_TABLE, MIB_IPINTERFACE_ROW, settings, setting_count,
           ip_interface_table, BY_FAMILY)

static DWORD WINAPI fake_if_table(MIB_IF_TABLE2 **table)
{
    *table = NULL;
    if (fake.if_table != NO_ERROR && fake.if_table_spared == 0)
        return fake.if_table;
    fake.if_table_spared -= fake.if_table_spared > 0;
    *table = calloc(1, sizeof **table + FAKE_ROWS * sizeof(MIB_IF_ROW2));
    fake.allocated++;
    (*table)->NumEntries = fake.interface_count;
    memcpy((*table)->Table, fake.interfaces, sizeof fake.interfaces);
    return NO_ERROR;
}

/* ERROR_INVALID_PARAMETER for a row that Initialize* has not filled. */
static void WINAPI fake_initialize_ip_interface(MIB_IPINTERFACE_ROW *row)
{
    memset(row, 0, sizeof *row);
    row->SitePrefixLength = 77;
}

static DWORD WINAPI fake_ip_interface_entry(MIB_IPINTERFACE_ROW *row)
{
    if (answer_of(fake.ip_interface_entry, row->Family) != NO_ERROR)
        return fake.ip_interface_entry;
    if (row->SitePrefixLength != 77)
        return ERROR_INVALID_PARAMETER;
    for (ULONG i = 0; i < fake.setting_count; i++)
        if (fake.settings[i].InterfaceIndex == row->InterfaceIndex &&
            fake.settings[i].Family == row->Family) {
            *row = fake.settings[i];
            return NO_ERROR;
        }
    return ERROR_NOT_FOUND;
}

static DWORD WINAPI fake_best_route(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *source,
                                    const SOCKADDR_INET *destination, ULONG options, MIB_IPFORWARD_ROW2 *row,
                                    SOCKADDR_INET *best_source)
{
    (void)luid;
    (void)destination;
    (void)options;
    fake.asked_with_source = source != NULL;
    fake.asked_interface = index;
    *row = fake.best;
    *best_source = fake.best_source;
    return fake.best_route;
}

#define FAKE_NOTIFY(name, callback_type, member, answer)                                                     \
    static DWORD WINAPI name(ADDRESS_FAMILY family, callback_type callback, void *context, BOOLEAN initial,  \
                             HANDLE *handle)                                                                 \
    {                                                                                                        \
        (void)family;                                                                                        \
        (void)initial;                                                                                       \
        if (fake.answer != NO_ERROR)                                                                         \
            return fake.answer;                                                                              \
        fake.member = callback;                                                                              \
        fake.context = context;                                                                              \
        fake.notices++;                                                                                      \
        *handle = &fake;                                                                                     \
        return NO_ERROR;                                                                                     \
    }

FAKE_NOTIFY(fake_notify_interface, PIPINTERFACE_CHANGE_CALLBACK, interface_changed, notify_interface)
FAKE_NOTIFY(fake_notify_address, PUNICAST_IPADDRESS_CHANGE_CALLBACK, address_changed, notify_address)
FAKE_NOTIFY(fake_notify_route, PIPFORWARD_CHANGE_CALLBACK, route_changed, notify_route)

static DWORD WINAPI fake_cancel(HANDLE handle)
{
    fake.notices -= handle == &fake;
    return NO_ERROR;
}

static DWORD WINAPI fake_tcp_table(void *table, DWORD *size, WINBOOL order, ULONG family,
                                   TCP_TABLE_CLASS kind, ULONG reserved)
{
    (void)order;
    (void)kind;
    (void)reserved;
    if (answer_of(fake.tcp_answer, family) != NO_ERROR)
        return fake.tcp_answer;
    if (fake.tcp_refusals > 0) {
        fake.tcp_refusals--;
        *size += 100;
        return ERROR_INSUFFICIENT_BUFFER;
    }
    *size = sizeof(DWORD) + sizeof fake.tcp;
    if (family == AF_INET) {
        memcpy(table, &fake.tcp_count, sizeof fake.tcp_count);
        memcpy((char *)table + sizeof fake.tcp_count, fake.tcp, sizeof fake.tcp);
    }
    return NO_ERROR;
}

static DWORD WINAPI fake_udp_table(void *table, DWORD *size, WINBOOL order, ULONG family,
                                   UDP_TABLE_CLASS kind, ULONG reserved)
{
    const MIB_UDP6TABLE_OWNER_PID one = {1, {{.ucLocalAddr = {[15] = 1}, .dwLocalPort = 0x3500}}};
    (void)order;
    (void)kind;
    (void)reserved;
    if (answer_of(fake.udp_answer, family) != NO_ERROR)
        return fake.udp_answer;
    *size = sizeof one;
    if (family == AF_INET6)
        memcpy(table, &one, sizeof one);
    return NO_ERROR;
}

static DWORD WINAPI fake_notify_addr(HANDLE *handle, OVERLAPPED *overlapped)
{
    (void)handle;
    fake.address_event = overlapped->hEvent;
    (void)InterlockedIncrement(&fake.address_questions);
    return fake.notify_addr != NO_ERROR ? fake.notify_addr : ERROR_IO_PENDING;
}

static BOOL WINAPI fake_cancel_addr(OVERLAPPED *overlapped)
{
    (void)overlapped;
    fake.address_questions = 0;
    return TRUE;
}

static void WINAPI fake_free(void *table)
{
    fake.allocated--;
    free(table);
}

static inline struct mh_iphlp fake_functions(void)
{
    return (struct mh_iphlp){
        .GetIfTable2 = fake_if_table,
        .GetUnicastIpAddressTable = fake_unicast_table,
        .GetIpForwardTable2 = fake_forward_table,
        .GetIpNetTable2 = fake_net_table,
        .GetIpInterfaceTable = fake_ip_interface_table,
        .InitializeIpInterfaceEntry = fake_initialize_ip_interface,
        .GetIpInterfaceEntry = fake_ip_interface_entry,
        .GetBestRoute2 = fake_best_route,
        .NotifyIpInterfaceChange = fake_notify_interface,
        .NotifyUnicastIpAddressChange = fake_notify_address,
        .NotifyRouteChange2 = fake_notify_route,
        .CancelMibChangeNotify2 = fake_cancel,
        .GetExtendedTcpTable = fake_tcp_table,
        .GetExtendedUdpTable = fake_udp_table,
        .NotifyAddrChange = fake_notify_addr,
        .CancelIPChangeNotify = fake_cancel_addr,
        .FreeMibTable = fake_free,
    };
}

#endif
