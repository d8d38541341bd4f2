/* Unicast addresses. */
#include "exports.h"
#include "link.h"

#include <string.h>

enum { UNCHANGED = 1 << 4 }; /* IpPrefixOriginUnchanged, IpSuffixOriginUnchanged */

/* ---- rows ------------------------------------------------------------------------------------------ */

static bool equal(const SOCKADDR_INET *a, const SOCKADDR_INET *b)
{
    if (a->si_family != b->si_family)
        return false;
    return a->si_family == AF_INET ? memcmp(&a->Ipv4.sin_addr, &b->Ipv4.sin_addr, 4) == 0
                                   : memcmp(&a->Ipv6.sin6_addr, &b->Ipv6.sin6_addr, 16) == 0;
}

static bool is_link_local(const SOCKADDR_INET *address)
{
    const unsigned char *octets = (const void *)&address->Ipv6.sin6_addr;
    return address->si_family == AF_INET6 && octets[0] == 0xFE && (octets[1] & 0xC0) == 0x80;
}

static void take(struct bed_answer *answer, MIB_UNICASTIPADDRESS_ROW *row)
{
    row->InterfaceIndex = bed_number(answer);
    bed_address(answer, &row->Address);
    row->OnLinkPrefixLength = (UINT8)bed_number(answer);
    row->SkipAsSource = bed_number(answer) != 0;
    row->DadState = (NL_DAD_STATE)bed_number(answer);
    row->ValidLifetime = bed_number(answer);
    row->PreferredLifetime = bed_number(answer);
    row->PrefixOrigin = (NL_PREFIX_ORIGIN)bed_number(answer);
    row->SuffixOrigin = (NL_SUFFIX_ORIGIN)bed_number(answer);
    (void)ConvertInterfaceIndexToLuid(row->InterfaceIndex, &row->InterfaceLuid);
    if (is_link_local(&row->Address))
        row->Address.Ipv6.sin6_scope_id = row->ScopeId.Value = row->InterfaceIndex;
}

/* ---- reading --------------------------------------------------------------------------------------- */

DWORD WINAPI bed_get_addresses(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **table)
{
    struct bed_answer answer;
    if (table == NULL)
        return ERROR_INVALID_PARAMETER;
    DWORD code = bed_ask(&answer, "addresses %u\n", bed_family(family));
    *table = code == NO_ERROR ? bed_table(sizeof **table + answer.rows * sizeof(*table)->Table[0]) : NULL;
    if (code == NO_ERROR && *table == NULL)
        code = ERROR_NOT_ENOUGH_MEMORY;
    for (ULONG i = 0; code == NO_ERROR && i < answer.rows; i++)
        take(&answer, &(*table)->Table[(*table)->NumEntries++]);
    bed_end(&answer);
    return code;
}

static DWORD find(const MIB_UNICASTIPADDRESS_TABLE *table, ULONG index, MIB_UNICASTIPADDRESS_ROW *row)
{
    for (ULONG i = 0; i < table->NumEntries; i++)
        if (table->Table[i].InterfaceIndex == index && equal(&table->Table[i].Address, &row->Address)) {
            *row = table->Table[i];
            return NO_ERROR;
        }
    return ERROR_NOT_FOUND;
}

/* What all of them want of a row. */
static DWORD check(const MIB_UNICASTIPADDRESS_ROW *row, ULONG *index)
{
    *index = row != NULL ? bed_index(&row->InterfaceLuid, row->InterfaceIndex) : 0;
    if (*index == 0 || bed_family(row->Address.si_family) == 0)
        return ERROR_INVALID_PARAMETER;
    return NO_ERROR;
}

DWORD WINAPI bed_get_address(MIB_UNICASTIPADDRESS_ROW *row)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    ULONG index;
    DWORD code = check(row, &index);
    if (code == NO_ERROR)
        code = bed_get_addresses(row->Address.si_family, &table);
    if (code != NO_ERROR)
        return code;
    code = find(table, index, row);
    FreeMibTable(table);
    return code;
}

/* ---- writing --------------------------------------------------------------------------------------- */

void WINAPI bed_begin_address(MIB_UNICASTIPADDRESS_ROW *row)
{
    memset(row, 0, sizeof *row);
    row->PrefixOrigin = (NL_PREFIX_ORIGIN)UNCHANGED;
    row->SuffixOrigin = (NL_SUFFIX_ORIGIN)UNCHANGED;
    row->ValidLifetime = row->PreferredLifetime = 0xFFFFFFFF;
    row->OnLinkPrefixLength = 0xFF;
}

/* An OnLinkPrefixLength of 255 is the length of the address. */
static DWORD write_address(const char *verb, const MIB_UNICASTIPADDRESS_ROW *row)
{
    char address[BED_ADDRESS_SIZE];
    ULONG index;
    DWORD code = check(row, &index);
    if (code != NO_ERROR)
        return code;
    unsigned longest = row->Address.si_family == AF_INET ? 32 : 128;
    unsigned length = row->OnLinkPrefixLength == 0xFF ? longest : row->OnLinkPrefixLength;
    bool by_prefix = (int)row->PrefixOrigin != UNCHANGED, by_suffix = (int)row->SuffixOrigin != UNCHANGED;
    if (length > longest || row->ValidLifetime < row->PreferredLifetime || by_prefix != by_suffix)
        return ERROR_INVALID_PARAMETER;
    return bed_ask(NULL, "%s %lu %s %u %u %lu %lu\n", verb, index, bed_hex(&row->Address, address), length,
                   row->SkipAsSource != 0, row->ValidLifetime, row->PreferredLifetime);
}

DWORD WINAPI bed_create_address(const MIB_UNICASTIPADDRESS_ROW *row)
{
    return write_address("address-create", row);
}

DWORD WINAPI bed_set_address(const MIB_UNICASTIPADDRESS_ROW *row)
{
    return write_address("address-set", row);
}

DWORD WINAPI bed_delete_address(const MIB_UNICASTIPADDRESS_ROW *row)
{
    char address[BED_ADDRESS_SIZE];
    ULONG index;
    DWORD code = check(row, &index);
    if (code != NO_ERROR)
        return code;
    return bed_ask(NULL, "address-delete %lu %s\n", index, bed_hex(&row->Address, address));
}
