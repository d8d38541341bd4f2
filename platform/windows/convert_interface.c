/* Interfaces. What kind one is stands in its IfType (ipifcons.h) and, of virtual ones, which mostly pass for
 * Ethernet, in the description that its driver has: that is not translated, the alias may be anything. */
#include "windows/convert.h"

#include "windows/host/wide.h"

#include <stdio.h>
#include <string.h>

struct by_type {
    IFTYPE type;
    enum mh_kind kind;
    const char *word;
};

static const struct by_type types[] = {
    {IF_TYPE_ETHERNET_CSMACD, MH_KIND_PHYSICAL, "ethernet"},
    {IF_TYPE_SOFTWARE_LOOPBACK, MH_KIND_LOOPBACK, "loopback"},
    {IF_TYPE_IEEE80211, MH_KIND_WIRELESS, "ieee80211"},
    {IF_TYPE_PPP, MH_KIND_PPP, "ppp"},
    {IF_TYPE_TUNNEL, MH_KIND_TUNNEL, "tunnel"},
    {IF_TYPE_L2_VLAN, MH_KIND_VLAN, "vlan"},
    {IF_TYPE_PROP_VIRTUAL, MH_KIND_TUN, "virtual"},
    {243, MH_KIND_PHYSICAL, "wwan"}, /* IF_TYPE_WWANPP, IF_TYPE_WWANPP2 */
    {244, MH_KIND_PHYSICAL, "wwan"},
};

/* An empty alias: any. Host-only adapters reach virtual machines of this host and, by translation, others
 * through it; an adapter of Hyper-V may as well be the host's own place in a switch with a real port. */
static const struct {
    const wchar_t *description, *alias;
    enum mh_kind kind;
} drivers[] = {
    {L"VirtualBox Host-Only", L"", MH_KIND_HOST_ONLY},
    {L"VMware Virtual Ethernet Adapter", L"", MH_KIND_HOST_ONLY},
    {L"Hyper-V Virtual Ethernet Adapter", L"(Default Switch)", MH_KIND_HOST_ONLY},
    {L"Hyper-V Virtual Ethernet Adapter", L"(WSL", MH_KIND_HOST_ONLY},
    {L"Hyper-V Virtual Ethernet Adapter", L"(nat)", MH_KIND_HOST_ONLY},
    {L"Microsoft KM-TEST Loopback Adapter", L"", MH_KIND_DUMMY},
    {L"Microsoft Network Adapter Multiplexor", L"", MH_KIND_BOND},
    {L"WireGuard", L"", MH_KIND_WIREGUARD},
    {L"TAP-Windows", L"", MH_KIND_TUN},
    {L"Wintun", L"", MH_KIND_TUN},
};

static bool has(const wchar_t *text, size_t size, const wchar_t *part)
{
    size_t length = wcslen(part), end = wcsnlen(text, size);
    for (size_t at = 0; at + length <= end; at++)
        if (wcsncmp(text + at, part, length) == 0)
            return true;
    return false;
}

static enum mh_kind kind_of(const MIB_IF_ROW2 *row, const struct by_type *type)
{
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (has(row->Description, IF_MAX_STRING_SIZE + 1, drivers[i].description) &&
            has(row->Alias, IF_MAX_STRING_SIZE + 1, drivers[i].alias))
            return drivers[i].kind;
    if (row->TunnelType != TUNNEL_TYPE_NONE)
        return MH_KIND_TUNNEL;
    return type != NULL ? type->kind : MH_KIND_OTHER;
}

static const struct by_type *type_of(const MIB_IF_ROW2 *row)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].type == row->Type)
            return &types[i];
    return NULL;
}

/* The alias, which two interfaces never share; the GUID where there is none, or it is too long in UTF-8. */
static void take_name(const MIB_IF_ROW2 *row, char name[MH_NAME_SIZE])
{
    wchar_t alias[IF_MAX_STRING_SIZE + 1];
    memcpy(alias, row->Alias, sizeof alias);
    alias[IF_MAX_STRING_SIZE] = L'\0';
    if (!mh_narrow(alias, name, MH_NAME_SIZE) || name[0] == '\0')
        (void)mh_windows_guid(&row->InterfaceGuid, name);
}

bool mh_windows_interface(const MIB_IF_ROW2 *row, struct mh_interface *interface)
{
    const struct by_type *type = type_of(row);
    size_t length = row->PhysicalAddressLength;
    *interface = (struct mh_interface){
        .index = row->InterfaceIndex,
        .luid = row->InterfaceLuid.Value,
        .mtu = row->Mtu,
        .up = row->AdminStatus == NET_IF_ADMIN_STATUS_UP && row->OperStatus != IfOperStatusNotPresent,
        .carrier = row->OperStatus == IfOperStatusUp,
        .point_to_point = row->AccessType == NET_IF_ACCESS_POINT_TO_POINT,
        .kind = (uint8_t)kind_of(row, type),
    };
    (void)mh_windows_guid(&row->InterfaceGuid, interface->guid);
    take_name(row, interface->name);
    if (type != NULL)
        (void)snprintf(interface->native_kind, sizeof interface->native_kind, "%s", type->word);
    if (length <= sizeof row->PhysicalAddress && length <= sizeof interface->hardware_address) {
        interface->hardware_address_length = (uint8_t)length;
        memcpy(interface->hardware_address, row->PhysicalAddress, length);
    }
    return row->InterfaceIndex != 0 && !row->InterfaceAndOperStatusFlags.FilterInterface;
}
