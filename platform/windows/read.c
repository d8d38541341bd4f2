/* Sections, each of them read whole. The table of routes and those of interfaces, of addresses and of
 * neighbours are asked for by family: a Windows without IPv6 has none of it. What the model can be without
 * (neighbours, settings) is left empty where this Windows has no function for it, and a remark says so. */
#include "windows/ip_helper.h"

#include "windows/convert.h"

#include <stdlib.h>

struct reading {
    struct mh_windows *host;
    const struct mh_feed *feed;
    struct mh_failure *failure;
    struct mh_interface_address *own; /* for routes; they are read once */
    size_t own_count;
    bool own_known;
};

static const ADDRESS_FAMILY families[] = {AF_INET, AF_INET6};
enum { FAMILIES = 2 };

/* ---- what a function answered ---------------------------------------------------------------------- */

/* Documented of GetIpForwardTable2 and the others: ERROR_NOT_FOUND when there are no rows,
 * ERROR_NOT_SUPPORTED when there is no such family. */
static bool is_empty(DWORD code, ADDRESS_FAMILY family)
{
    return code == ERROR_NOT_FOUND || code == ERROR_FILE_NOT_FOUND || code == ERROR_NO_DATA ||
           (code == ERROR_NOT_SUPPORTED && family == AF_INET6);
}

static enum mh_error outcome(const struct reading *reading, DWORD code, ADDRESS_FAMILY family,
                             const char *function)
{
    if (code == NO_ERROR || is_empty(code, family))
        return MH_OK;
    return mh_iphlp_fail(reading->failure, code, function);
}

/* What could not be read is not needed. */
static enum mh_error forget(const struct reading *reading, const char *consequence)
{
    mh_windows_remark(reading->host, reading->failure, consequence);
    *reading->failure = (struct mh_failure){0};
    return MH_OK;
}

static enum mh_error tell(const struct reading *reading, const struct mh_fact *fact)
{
    return reading->feed->fact(reading->feed->context, fact);
}

/* ---- interfaces ------------------------------------------------------------------------------------ */

struct ip_interfaces {
    bool is_told;                 /* false: this Windows does not tell */
    MIB_IPINTERFACE_TABLE *table; /* NULL: there are none, or it is not told */
};

/* The caller frees listed->table. Only a Windows that has no such function does not tell: what fails for
 * another reason must not pass for that. */
static enum mh_error read_ip_interfaces(const struct reading *reading, struct ip_interfaces *listed)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    *listed = (struct ip_interfaces){0};
    DWORD answer = MH_IPHLP_CALL(iphlp, GetIpInterfaceTable, AF_UNSPEC, &listed->table);
    listed->is_told = answer != ERROR_NOT_SUPPORTED && answer != ERROR_PROC_NOT_FOUND;
    return listed->is_told ? outcome(reading, answer, AF_UNSPEC, "GetIpInterfaceTable") : MH_OK;
}

/* Most rows are of miniports and of tunnels that carry no IP: what netsh does not list either. */
static bool carries_ip(const struct ip_interfaces *listed, const MIB_IF_ROW2 *row)
{
    const MIB_IPINTERFACE_TABLE *table = listed->table;
    bool is_listed = !listed->is_told || row->InterfaceAndOperStatusFlags.HardwareInterface;
    for (ULONG i = 0; table != NULL && i < table->NumEntries && !is_listed; i++)
        is_listed = table->Table[i].InterfaceIndex == row->InterfaceIndex;
    return is_listed;
}

static enum mh_error tell_interfaces(const struct reading *reading, const MIB_IF_TABLE2 *table)
{
    struct ip_interfaces listed;
    enum mh_error code = read_ip_interfaces(reading, &listed);
    for (ULONG i = 0; i < table->NumEntries && code == MH_OK; i++) {
        struct mh_interface interface;
        const struct mh_fact fact = {.section = MH_SECTION_INTERFACES, .of.interface = &interface};
        if (mh_windows_interface(&table->Table[i], &interface) && carries_ip(&listed, &table->Table[i]))
            code = tell(reading, &fact);
    }
    mh_iphlp_free(&reading->host->iphlp, listed.table);
    return code;
}

static enum mh_error read_interfaces(struct reading *reading)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_IF_TABLE2 *table = NULL;
    enum mh_error code =
        outcome(reading, MH_IPHLP_CALL(iphlp, GetIfTable2, &table), AF_UNSPEC, "GetIfTable2");
    if (code == MH_OK && table != NULL)
        code = tell_interfaces(reading, table);
    mh_iphlp_free(iphlp, table);
    return code;
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static enum mh_error keep_own(struct reading *reading, const MIB_UNICASTIPADDRESS_TABLE *table)
{
    size_t room = reading->own_count + table->NumEntries;
    struct mh_interface_address *own = realloc(reading->own, (room + 1) * sizeof *own);
    if (own == NULL)
        return mh_fail(reading->failure, MH_NO_MEMORY, "out of memory");
    reading->own = own;
    for (ULONG i = 0; i < table->NumEntries; i++)
        if (mh_windows_unicast(&table->Table[i], &own[reading->own_count]))
            reading->own_count++;
    return MH_OK;
}

static enum mh_error learn_own_of(struct reading *reading, ADDRESS_FAMILY family)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_UNICASTIPADDRESS_TABLE *table = NULL;
    enum mh_error code = outcome(reading, MH_IPHLP_CALL(iphlp, GetUnicastIpAddressTable, family, &table),
                                 family, "GetUnicastIpAddressTable");
    if (code == MH_OK && table != NULL)
        code = keep_own(reading, table);
    mh_iphlp_free(iphlp, table);
    return code;
}

static enum mh_error learn_own(struct reading *reading)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < FAMILIES && code == MH_OK && !reading->own_known; i++)
        code = learn_own_of(reading, families[i]);
    reading->own_known = code == MH_OK;
    return code;
}

static enum mh_error read_addresses(struct reading *reading)
{
    enum mh_error code = learn_own(reading);
    for (size_t i = 0; i < reading->own_count && code == MH_OK; i++) {
        const struct mh_fact fact = {.section = MH_SECTION_ADDRESSES, .of.address = &reading->own[i]};
        code = tell(reading, &fact);
    }
    return code;
}

/* ---- neighbours ------------------------------------------------------------------------------------ */

static enum mh_error tell_neighbors(const struct reading *reading, const MIB_IPNET_TABLE2 *table)
{
    enum mh_error code = MH_OK;
    for (ULONG i = 0; i < table->NumEntries && code == MH_OK; i++) {
        struct mh_neighbor neighbor;
        const struct mh_fact fact = {.section = MH_SECTION_NEIGHBORS, .of.neighbor = &neighbor};
        if (mh_windows_neighbor(&table->Table[i], &neighbor))
            code = tell(reading, &fact);
    }
    return code;
}

/* Wine 8 has the function, and no table of IPv6. */
static const char *without_neighbors(DWORD answer, ADDRESS_FAMILY family)
{
    if (answer == ERROR_PROC_NOT_FOUND)
        return "neighbours are not known";
    return family == AF_INET ? "neighbours of IPv4 are not known" : "neighbours of IPv6 are not known";
}

static enum mh_error read_neighbors_of(const struct reading *reading, ADDRESS_FAMILY family)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_IPNET_TABLE2 *table = NULL;
    DWORD answer = MH_IPHLP_CALL(iphlp, GetIpNetTable2, family, &table);
    enum mh_error code = outcome(reading, answer, family, "GetIpNetTable2");
    if (code == MH_UNSUPPORTED)
        return forget(reading, without_neighbors(answer, family));
    if (code == MH_OK && table != NULL)
        code = tell_neighbors(reading, table);
    mh_iphlp_free(iphlp, table);
    return code;
}

static enum mh_error read_neighbors(struct reading *reading)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < FAMILIES && code == MH_OK; i++)
        code = read_neighbors_of(reading, families[i]);
    return code;
}

/* ---- settings -------------------------------------------------------------------------------------- */

static enum mh_error tell_settings(const struct reading *reading, const MIB_IPINTERFACE_ROW *row)
{
    struct mh_setting settings[MH_WINDOWS_SETTINGS];
    enum mh_error code = MH_OK;
    if (!mh_windows_settings(row, settings))
        return MH_OK;
    for (size_t i = 0; i < MH_WINDOWS_SETTINGS && code == MH_OK; i++) {
        const struct mh_fact fact = {.section = MH_SECTION_SETTINGS, .of.setting = &settings[i]};
        code = tell(reading, &fact);
    }
    return code;
}

/* One row that GetIpInterfaceEntry answers. An interface without that family has none. */
static enum mh_error read_entry(const struct reading *reading, const MIB_IF_ROW2 *interface,
                                ADDRESS_FAMILY family)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_IPINTERFACE_ROW row = {0};
    DWORD code = MH_IPHLP_DO(iphlp, InitializeIpInterfaceEntry, &row);
    if (code != NO_ERROR)
        return outcome(reading, code, family, "InitializeIpInterfaceEntry");
    row.Family = family;
    row.InterfaceLuid = interface->InterfaceLuid;
    row.InterfaceIndex = interface->InterfaceIndex;
    code = MH_IPHLP_CALL(iphlp, GetIpInterfaceEntry, &row);
    if (code == NO_ERROR)
        return tell_settings(reading, &row);
    return outcome(reading, code, family, "GetIpInterfaceEntry");
}

static enum mh_error read_entries(const struct reading *reading)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_IF_TABLE2 *table = NULL;
    enum mh_error code =
        outcome(reading, MH_IPHLP_CALL(iphlp, GetIfTable2, &table), AF_UNSPEC, "GetIfTable2");
    for (ULONG i = 0; table != NULL && i < table->NumEntries; i++)
        for (size_t j = 0; j < FAMILIES && code == MH_OK; j++)
            code = read_entry(reading, &table->Table[i], families[j]);
    mh_iphlp_free(iphlp, table);
    if (code == MH_UNSUPPORTED)
        return forget(reading, "the settings of interfaces are not known");
    return code;
}

static enum mh_error read_settings(struct reading *reading)
{
    struct ip_interfaces listed;
    enum mh_error code = read_ip_interfaces(reading, &listed);
    if (code == MH_OK && !listed.is_told)
        return read_entries(reading);
    for (ULONG i = 0; listed.table != NULL && i < listed.table->NumEntries && code == MH_OK; i++)
        code = tell_settings(reading, &listed.table->Table[i]);
    mh_iphlp_free(&reading->host->iphlp, listed.table);
    return code;
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static enum mh_error tell_routes(const struct reading *reading, const MIB_IPFORWARD_TABLE2 *table)
{
    enum mh_error code = MH_OK;
    for (ULONG i = 0; i < table->NumEntries && code == MH_OK; i++) {
        struct mh_next_hop hop;
        struct mh_route route;
        const struct mh_fact fact = {.section = MH_SECTION_ROUTES, .of.route = &route};
        if (mh_windows_route(&table->Table[i], reading->own, reading->own_count, &route, &hop))
            code = tell(reading, &fact);
    }
    return code;
}

static enum mh_error read_routes_of(const struct reading *reading, ADDRESS_FAMILY family)
{
    const struct mh_iphlp *iphlp = &reading->host->iphlp;
    MIB_IPFORWARD_TABLE2 *table = NULL;
    enum mh_error code = outcome(reading, MH_IPHLP_CALL(iphlp, GetIpForwardTable2, family, &table), family,
                                 "GetIpForwardTable2");
    if (code == MH_OK && table != NULL)
        code = tell_routes(reading, table);
    mh_iphlp_free(iphlp, table);
    return code;
}

static enum mh_error read_routes(struct reading *reading)
{
    enum mh_error code = learn_own(reading);
    for (size_t i = 0; i < FAMILIES && code == MH_OK; i++)
        code = read_routes_of(reading, families[i]);
    return code;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

/* Rules there are none. */
static enum mh_error read_nothing(struct reading *reading)
{
    (void)reading;
    return MH_OK;
}

static enum mh_error read_section(struct reading *reading, enum mh_section section)
{
    static enum mh_error (*const readers[MH_SECTION_COUNT])(struct reading *) = {
        [MH_SECTION_INTERFACES] = read_interfaces, [MH_SECTION_ADDRESSES] = read_addresses,
        [MH_SECTION_RULES] = read_nothing,         [MH_SECTION_NEIGHBORS] = read_neighbors,
        [MH_SECTION_SETTINGS] = read_settings,     [MH_SECTION_ROUTES] = read_routes,
    };
    const struct mh_feed *feed = reading->feed;
    if (section == MH_SECTION_LABELS)
        return mh_windows_policy_tell(reading->host->policy, feed, &reading->host->policy_is_late);
    enum mh_error code = feed->begin(feed->context, section);
    if (code == MH_OK)
        code = readers[section](reading);
    return code == MH_OK ? feed->end(feed->context, section) : code;
}

enum mh_error mh_windows_read_sections(struct mh_windows *host, const bool wanted[MH_SECTION_COUNT],
                                       const struct mh_feed *feed, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    struct reading reading = {.host = host, .feed = feed, .failure = &own};
    enum mh_error code = MH_OK;
    for (int i = 0; i < MH_SECTION_COUNT && code == MH_OK; i++)
        if (wanted[i]) {
            code = read_section(&reading, (enum mh_section)i);
            host->stale[i] = code != MH_OK;
        }
    free(reading.own);
    if (code != MH_OK && own.code == MH_OK)
        (void)mh_fail(&own, code, "what Windows told was not taken: %s", mh_error_text(code));
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
