/* Unicast addresses. The table is Wine's; what Linux does not know of an address, or Wine not of Linux, is
 * written over it. */
#include "exports.h"
#include "link.h"

#include <string.h>

enum { UNCHANGED = 1 << 4 }; /* IpPrefixOriginUnchanged, IpSuffixOriginUnchanged */

/* ---- rows ------------------------------------------------------------------------------------------ */

struct known {
    ULONG interface;
    SOCKADDR_INET address;
    ULONG prefix_length, skip, state, valid, preferred, prefix_origin, suffix_origin;
};

static void take(struct bed_answer *answer, struct known *known)
{
    known->interface = bed_number(answer);
    bed_address(answer, &known->address);
    known->prefix_length = bed_number(answer);
    known->skip = bed_number(answer);
    known->state = bed_number(answer);
    known->valid = bed_number(answer);
    known->preferred = bed_number(answer);
    known->prefix_origin = bed_number(answer);
    known->suffix_origin = bed_number(answer);
}

static bool equal(const SOCKADDR_INET *a, const SOCKADDR_INET *b)
{
    if (a->si_family != b->si_family)
        return false;
    return a->si_family == AF_INET ? memcmp(&a->Ipv4.sin_addr, &b->Ipv4.sin_addr, 4) == 0
                                   : memcmp(&a->Ipv6.sin6_addr, &b->Ipv6.sin6_addr, 16) == 0;
}

static void put(const struct known *known, MIB_UNICASTIPADDRESS_ROW *row)
{
    row->OnLinkPrefixLength = (UINT8)known->prefix_length;
    row->SkipAsSource = known->skip != 0;
    row->DadState = (NL_DAD_STATE)known->state;
    row->ValidLifetime = known->valid;
    row->PreferredLifetime = known->preferred;
    row->PrefixOrigin = (NL_PREFIX_ORIGIN)known->prefix_origin;
    row->SuffixOrigin = (NL_SUFFIX_ORIGIN)known->suffix_origin;
}

static void overlay(const struct known *known, MIB_UNICASTIPADDRESS_TABLE *table)
{
    for (ULONG i = 0; i < table->NumEntries; i++)
        if (table->Table[i].InterfaceIndex == known->interface &&
            equal(&table->Table[i].Address, &known->address))
            put(known, &table->Table[i]);
}

/* ---- reading --------------------------------------------------------------------------------------- */

DWORD WINAPI bed_get_addresses(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **table)
{
    struct bed_answer answer;
    DWORD code = GetUnicastIpAddressTable(family, table);
    if (code != NO_ERROR)
        return code;
    code = bed_ask(&answer, "addresses %u\n", bed_family(family));
    for (ULONG i = 0; code == NO_ERROR && i < answer.rows; i++) {
        struct known known;
        take(&answer, &known);
        overlay(&known, *table);
    }
    bed_end(&answer);
    if (code != NO_ERROR)
        FreeMibTable(*table);
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
