/* IP interfaces: forwarding is the namespace's, the rest is kept by the helper. */
#include "exports.h"
#include "link.h"

#include <string.h>

enum { SITE_PREFIX_LENGTH = 64 }; /* what Windows tells also of IPv4, where it takes none */

/* ---- rows ------------------------------------------------------------------------------------------ */

static void take(struct bed_answer *answer, MIB_IPINTERFACE_ROW *row)
{
    memset(row, 0, sizeof *row);
    row->InterfaceIndex = bed_number(answer);
    row->Family = bed_number(answer) == 4 ? AF_INET : AF_INET6;
    row->ForwardingEnabled = bed_number(answer) != 0;
    row->WeakHostSend = bed_number(answer) != 0;
    row->WeakHostReceive = bed_number(answer) != 0;
    row->UseAutomaticMetric = bed_number(answer) != 0;
    row->Metric = bed_number(answer);
    row->NlMtu = bed_number(answer);
    row->Connected = bed_number(answer) != 0;
    row->SitePrefixLength = SITE_PREFIX_LENGTH;
    (void)ConvertInterfaceIndexToLuid(row->InterfaceIndex, &row->InterfaceLuid);
}

static DWORD check(const MIB_IPINTERFACE_ROW *row, ULONG *index)
{
    *index = row != NULL ? bed_index(&row->InterfaceLuid, row->InterfaceIndex) : 0;
    return *index != 0 && bed_family(row->Family) != 0 ? NO_ERROR : ERROR_INVALID_PARAMETER;
}

/* ---- reading --------------------------------------------------------------------------------------- */

DWORD WINAPI bed_get_interfaces(ADDRESS_FAMILY family, MIB_IPINTERFACE_TABLE **table)
{
    struct bed_answer answer;
    if (table == NULL)
        return ERROR_INVALID_PARAMETER;
    DWORD code = bed_ask(&answer, "interfaces %u\n", bed_family(family));
    *table = code == NO_ERROR ? bed_table(sizeof **table + answer.rows * sizeof(*table)->Table[0]) : NULL;
    if (code == NO_ERROR && *table == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    for (ULONG i = 0; code == NO_ERROR && i < answer.rows; i++)
        take(&answer, &(*table)->Table[(*table)->NumEntries++]);
    bed_end(&answer);
    return code;
}

DWORD WINAPI bed_get_interface(MIB_IPINTERFACE_ROW *row)
{
    struct bed_answer answer;
    ULONG index;
    DWORD code = check(row, &index);
    if (code != NO_ERROR)
        return code;
    code = bed_ask(&answer, "interface-get %lu %u\n", index, bed_family(row->Family));
    if (code == NO_ERROR)
        take(&answer, row);
    bed_end(&answer);
    return code;
}

/* ---- writing --------------------------------------------------------------------------------------- */

void WINAPI bed_begin_interface(MIB_IPINTERFACE_ROW *row)
{
    memset(row, 0xFF, sizeof *row);
    row->Family = AF_UNSPEC;
    row->InterfaceLuid.Value = 0;
    row->InterfaceIndex = 0;
}

DWORD WINAPI bed_set_interface(MIB_IPINTERFACE_ROW *row)
{
    ULONG index;
    DWORD code = check(row, &index);
    if (code != NO_ERROR)
        return code;
    if (row->Family == AF_INET && row->SitePrefixLength != 0)
        return ERROR_INVALID_PARAMETER;
    return bed_ask(NULL, "interface-set %lu %u %u %u %u %u %lu\n", index, bed_family(row->Family),
                   row->ForwardingEnabled != 0, row->WeakHostSend != 0, row->WeakHostReceive != 0,
                   row->UseAutomaticMetric != 0, row->Metric);
}
