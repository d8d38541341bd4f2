/* Routes: wholly the helper's, for Wine takes metrics of IPv4 for hexadecimal and has none of IPv6. */
#include "exports.h"
#include "link.h"

#include <string.h>

/* ---- rows ------------------------------------------------------------------------------------------ */

static void take(struct bed_answer *answer, MIB_IPFORWARD_ROW2 *row)
{
    memset(row, 0, sizeof *row);
    row->InterfaceIndex = bed_number(answer);
    bed_address(answer, &row->DestinationPrefix.Prefix);
    row->DestinationPrefix.PrefixLength = (UINT8)bed_number(answer);
    bed_address(answer, &row->NextHop);
    row->Metric = bed_number(answer);
    row->Protocol = (NL_ROUTE_PROTOCOL)bed_number(answer);
    row->Origin = (NL_ROUTE_ORIGIN)bed_number(answer);
    row->Loopback = bed_number(answer) != 0;
    row->ValidLifetime = row->PreferredLifetime = 0xFFFFFFFF;
    row->AutoconfigureAddress = row->Immortal = TRUE;
    (void)ConvertInterfaceIndexToLuid(row->InterfaceIndex, &row->InterfaceLuid);
}

/* What names a route: interface, prefix, next hop. */
static DWORD check(const MIB_IPFORWARD_ROW2 *row, ULONG *index)
{
    *index = row != NULL ? bed_index(&row->InterfaceLuid, row->InterfaceIndex) : 0;
    if (*index == 0)
        return ERROR_INVALID_PARAMETER;
    const IP_ADDRESS_PREFIX *prefix = &row->DestinationPrefix;
    unsigned family = bed_family(prefix->Prefix.si_family);
    if (family == 0 || bed_family(row->NextHop.si_family) != family ||
        prefix->PrefixLength > (family == 4 ? 32 : 128))
        return ERROR_INVALID_PARAMETER;
    return NO_ERROR;
}

/* ---- reading --------------------------------------------------------------------------------------- */

DWORD WINAPI bed_get_routes(ADDRESS_FAMILY family, MIB_IPFORWARD_TABLE2 **table)
{
    struct bed_answer answer;
    DWORD code =
        table != NULL ? bed_ask(&answer, "routes %u\n", bed_family(family)) : ERROR_INVALID_PARAMETER;
    if (table == NULL)
        return code;
    *table = code == NO_ERROR ? bed_table(sizeof **table + answer.rows * sizeof(*table)->Table[0]) : NULL;
    if (code == NO_ERROR && *table == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    for (ULONG i = 0; code == NO_ERROR && i < answer.rows; i++)
        take(&answer, &(*table)->Table[(*table)->NumEntries++]);
    bed_end(&answer);
    return code;
}

static DWORD ask_one(const char *verb, const MIB_IPFORWARD_ROW2 *row, struct bed_answer *answer)
{
    char destination[BED_ADDRESS_SIZE], hop[BED_ADDRESS_SIZE];
    ULONG index;
    DWORD code = check(row, &index);
    if (code != NO_ERROR) {
        if (answer != NULL)
            *answer = (struct bed_answer){0};
        return code;
    }
    return bed_ask(answer, "%s %lu %s %u %s %lu\n", verb, index,
                   bed_hex(&row->DestinationPrefix.Prefix, destination), row->DestinationPrefix.PrefixLength,
                   bed_hex(&row->NextHop, hop), row->Metric);
}

DWORD WINAPI bed_get_route(MIB_IPFORWARD_ROW2 *row)
{
    struct bed_answer answer;
    DWORD code = ask_one("route-get", row, &answer);
    if (code == NO_ERROR)
        take(&answer, row);
    bed_end(&answer);
    return code;
}

/* Not of one interface: index 0. */
DWORD WINAPI bed_best_route(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *source,
                            const SOCKADDR_INET *destination, ULONG options, MIB_IPFORWARD_ROW2 *row,
                            SOCKADDR_INET *best)
{
    static const NET_LUID none;
    char from[BED_ADDRESS_SIZE], to[BED_ADDRESS_SIZE];
    struct bed_answer answer;
    (void)options;
    if (destination == NULL || row == NULL || best == NULL || bed_family(destination->si_family) == 0)
        return ERROR_INVALID_PARAMETER;
    DWORD code = bed_ask(&answer, "best %lu %s %s\n", bed_index(luid != NULL ? luid : &none, index),
                         source != NULL ? bed_hex(source, from) : "-", bed_hex(destination, to));
    if (code == NO_ERROR) {
        take(&answer, row);
        bed_address(&answer, best);
    }
    bed_end(&answer);
    return code;
}

/* ---- writing --------------------------------------------------------------------------------------- */

void WINAPI bed_begin_route(MIB_IPFORWARD_ROW2 *row)
{
    memset(row, 0, sizeof *row);
    row->ValidLifetime = row->PreferredLifetime = row->Metric = 0xFFFFFFFF;
    row->Protocol = (NL_ROUTE_PROTOCOL)MIB_IPPROTO_NETMGMT;
    row->SitePrefixLength = 0xFF;
    row->Loopback = row->AutoconfigureAddress = row->Publish = row->Immortal = TRUE;
}

DWORD WINAPI bed_create_route(const MIB_IPFORWARD_ROW2 *row)
{
    if (row != NULL && (row->PreferredLifetime > row->ValidLifetime ||
                        row->SitePrefixLength > row->DestinationPrefix.PrefixLength))
        return ERROR_INVALID_PARAMETER;
    return ask_one("route-create", row, NULL);
}

DWORD WINAPI bed_set_route(const MIB_IPFORWARD_ROW2 *row)
{
    return ask_one("route-set", row, NULL);
}

DWORD WINAPI bed_delete_route(const MIB_IPFORWARD_ROW2 *row)
{
    return ask_one("route-delete", row, NULL);
}
