/* Adapters: the namespace's. Wine goes on telling of those that are gone, under their first names, and says
 * of all that they are enabled. Its rows bring the LUIDs and GUIDs, by which its other functions know them.
 */
#include "exports.h"
#include "link.h"

#include <string.h>

struct adapter {
    ULONG index, mtu;
    bool is_up, has_carrier, is_loopback;
    unsigned char name[16]; /* IFNAMSIZ, ended by NUL */
    unsigned char mac[6];
};

static void take(struct bed_answer *answer, struct adapter *adapter)
{
    SOCKADDR_INET octets;
    *adapter = (struct adapter){.index = bed_number(answer), .mtu = bed_number(answer)};
    adapter->is_up = bed_number(answer) != 0;
    adapter->has_carrier = bed_number(answer) != 0;
    adapter->is_loopback = bed_number(answer) != 0;
    bed_address(answer, &octets);
    memcpy(adapter->name, &octets.Ipv6.sin6_addr, sizeof adapter->name);
    bed_address(answer, &octets);
    memcpy(adapter->mac, &octets.Ipv6.sin6_addr, sizeof adapter->mac);
}

static void put(const struct adapter *adapter, MIB_IF_ROW2 *row)
{
    memset(row->Alias, 0, sizeof row->Alias);
    for (size_t i = 0; i + 1 < sizeof adapter->name && adapter->name[i] != 0; i++)
        row->Alias[i] = adapter->name[i];
    row->Mtu = adapter->mtu;
    row->Type = adapter->is_loopback ? IF_TYPE_SOFTWARE_LOOPBACK : IF_TYPE_ETHERNET_CSMACD;
    row->AdminStatus = adapter->is_up ? NET_IF_ADMIN_STATUS_UP : NET_IF_ADMIN_STATUS_DOWN;
    row->OperStatus = adapter->is_up && adapter->has_carrier ? IfOperStatusUp : IfOperStatusDown;
    row->MediaConnectState =
        adapter->has_carrier ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    row->PhysicalAddressLength = adapter->is_loopback ? 0 : sizeof adapter->mac;
    memcpy(row->PhysicalAddress, adapter->mac, sizeof adapter->mac);
}

/* The rows of Wine that are of these adapters, in the place of all. */
static void keep(struct bed_answer *answer, MIB_IF_TABLE2 *table)
{
    ULONG kept = 0;
    for (ULONG i = 0; i < answer->rows; i++) {
        struct adapter adapter;
        take(answer, &adapter);
        for (ULONG at = kept; at < table->NumEntries; at++) {
            MIB_IF_ROW2 found = table->Table[at];
            if (found.InterfaceIndex != adapter.index)
                continue;
            table->Table[at] = table->Table[kept];
            put(&adapter, &found);
            table->Table[kept++] = found;
            break;
        }
    }
    table->NumEntries = kept;
}

DWORD WINAPI bed_get_adapters(MIB_IF_TABLE2 **table)
{
    struct bed_answer answer;
    if (table == NULL)
        return ERROR_INVALID_PARAMETER;
    DWORD code = bed_ask(&answer, "adapters\n");
    if (code == NO_ERROR)
        code = GetIfTable2(table);
    if (code == NO_ERROR)
        keep(&answer, *table);
    bed_end(&answer);
    return code;
}
