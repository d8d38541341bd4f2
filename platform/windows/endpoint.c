/* Sockets: GetExtendedTcpTable and GetExtendedUdpTable name the process of each. What a UDP socket is
 * connected to, and by which interface a socket sends, they do not tell. */
#include "windows/ip_helper.h"

#include "windows/convert.h"
#include "windows/host/wide.h"

#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

/* A table that grows while it is asked for is asked for again, with some room. */
enum { TURNS = 8, ROOM = 4096 };

struct listing {
    const struct mh_iphlp *iphlp;
    unsigned states;
    struct mh_endpoints *endpoints;
    struct mh_failure *failure;
};

/* ---- rows ------------------------------------------------------------------------------------------ */

/* Ports stand in the lower 16 bits, in network order. */
static uint16_t port_of(DWORD port)
{
    return (uint16_t)((port & 0xffU) << 8 | (port >> 8 & 0xffU));
}

static struct mh_endpoint endpoint_of(uint8_t protocol, enum mh_family family, const void *address,
                                      DWORD port)
{
    struct mh_address local = mh_address_from_bytes(family, address);
    return (struct mh_endpoint){.protocol = protocol,
                                .state = MH_ENDPOINT_LISTENING,
                                .local = mh_address_unmapped(&local),
                                .local_port = port_of(port)};
}

static void connect_to(struct mh_endpoint *endpoint, enum mh_family family, const void *address, DWORD port)
{
    struct mh_address remote = mh_address_from_bytes(family, address);
    endpoint->state = MH_ENDPOINT_CONNECTED;
    endpoint->remote = mh_address_unmapped(&remote);
    endpoint->remote_port = port_of(port);
}

static enum mh_error add(const struct listing *listing, struct mh_endpoint *endpoint, DWORD process)
{
    endpoint->pid = process;
    return (endpoint->state & listing->states) != 0 ? mh_endpoints_add(listing->endpoints, endpoint) : MH_OK;
}

static bool is_wanted(DWORD state)
{
    return state == MIB_TCP_STATE_LISTEN || state == MIB_TCP_STATE_ESTAB;
}

static enum mh_error take_tcp4(const struct listing *listing, const void *row)
{
    const MIB_TCPROW_OWNER_PID *tcp = row;
    struct mh_endpoint endpoint = endpoint_of(MH_ENDPOINT_TCP, MH_IPV4, &tcp->dwLocalAddr, tcp->dwLocalPort);
    if (tcp->dwState == MIB_TCP_STATE_ESTAB)
        connect_to(&endpoint, MH_IPV4, &tcp->dwRemoteAddr, tcp->dwRemotePort);
    return is_wanted(tcp->dwState) ? add(listing, &endpoint, tcp->dwOwningPid) : MH_OK;
}

static enum mh_error take_tcp6(const struct listing *listing, const void *row)
{
    const MIB_TCP6ROW_OWNER_PID *tcp = row;
    struct mh_endpoint endpoint = endpoint_of(MH_ENDPOINT_TCP, MH_IPV6, tcp->ucLocalAddr, tcp->dwLocalPort);
    if (tcp->dwState == MIB_TCP_STATE_ESTAB)
        connect_to(&endpoint, MH_IPV6, tcp->ucRemoteAddr, tcp->dwRemotePort);
    return is_wanted(tcp->dwState) ? add(listing, &endpoint, tcp->dwOwningPid) : MH_OK;
}

static enum mh_error take_udp4(const struct listing *listing, const void *row)
{
    const MIB_UDPROW_OWNER_PID *udp = row;
    struct mh_endpoint endpoint = endpoint_of(MH_ENDPOINT_UDP, MH_IPV4, &udp->dwLocalAddr, udp->dwLocalPort);
    return add(listing, &endpoint, udp->dwOwningPid);
}

static enum mh_error take_udp6(const struct listing *listing, const void *row)
{
    const MIB_UDP6ROW_OWNER_PID *udp = row;
    struct mh_endpoint endpoint = endpoint_of(MH_ENDPOINT_UDP, MH_IPV6, udp->ucLocalAddr, udp->dwLocalPort);
    return add(listing, &endpoint, udp->dwOwningPid);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

struct table {
    bool tcp;
    ULONG family;
    size_t row_size, rows_at;
    enum mh_error (*take)(const struct listing *listing, const void *row);
};

static const struct table tables[] = {
    {true, AF_INET, sizeof(MIB_TCPROW_OWNER_PID), offsetof(MIB_TCPTABLE_OWNER_PID, table), take_tcp4},
    {true, AF_INET6, sizeof(MIB_TCP6ROW_OWNER_PID), offsetof(MIB_TCP6TABLE_OWNER_PID, table), take_tcp6},
    {false, AF_INET, sizeof(MIB_UDPROW_OWNER_PID), offsetof(MIB_UDPTABLE_OWNER_PID, table), take_udp4},
    {false, AF_INET6, sizeof(MIB_UDP6ROW_OWNER_PID), offsetof(MIB_UDP6TABLE_OWNER_PID, table), take_udp6},
};

static DWORD ask(const struct listing *listing, const struct table *table, void *bytes, DWORD *size)
{
    if (table->tcp)
        return MH_IPHLP_CALL(listing->iphlp, GetExtendedTcpTable, bytes, size, FALSE, table->family,
                             TCP_TABLE_OWNER_PID_ALL, 0);
    return MH_IPHLP_CALL(listing->iphlp, GetExtendedUdpTable, bytes, size, FALSE, table->family,
                         UDP_TABLE_OWNER_PID, 0);
}

/* *bytes are the caller's to free; of *size, all count. */
static DWORD read_table(const struct listing *listing, const struct table *table, uint8_t **bytes,
                        DWORD *size)
{
    DWORD code = ERROR_INSUFFICIENT_BUFFER;
    for (int turn = 0; turn < TURNS && code == ERROR_INSUFFICIENT_BUFFER; turn++) {
        *size += ROOM;
        free(*bytes);
        *bytes = calloc(1, *size);
        if (*bytes == NULL)
            return ERROR_NOT_ENOUGH_MEMORY;
        DWORD room = *size;
        code = ask(listing, table, *bytes, size);
        if (code == NO_ERROR)
            *size = room;
    }
    return code;
}

static enum mh_error take_rows(const struct listing *listing, const struct table *table, const uint8_t *bytes,
                               size_t size)
{
    DWORD count;
    enum mh_error code = MH_OK;
    memcpy(&count, bytes, sizeof count);
    if (count > (size - table->rows_at) / table->row_size)
        return mh_fail(listing->failure, MH_MALFORMED, "%lu sockets do not fit into %zu octets", count, size);
    for (DWORD i = 0; i < count && code == MH_OK; i++)
        code = table->take(listing, bytes + table->rows_at + i * table->row_size);
    return code;
}

/* A Windows without IPv6 has no sockets of it. */
static enum mh_error list(const struct listing *listing, const struct table *table)
{
    uint8_t *bytes = NULL;
    DWORD size = 0;
    DWORD answer = read_table(listing, table, &bytes, &size);
    enum mh_error code = MH_OK;
    if (answer == NO_ERROR)
        code = take_rows(listing, table, bytes, size);
    else if (table->family == AF_INET || answer != ERROR_NOT_SUPPORTED)
        code = mh_iphlp_fail(listing->failure, answer,
                             table->tcp ? "GetExtendedTcpTable" : "GetExtendedUdpTable");
    free(bytes);
    return answer == ERROR_INSUFFICIENT_BUFFER ? MH_LOST : code;
}

enum mh_error mh_windows_endpoints(struct mh_platform *platform, unsigned states,
                                   struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    const struct listing listing = {&mh_windows_of(platform)->iphlp, states, endpoints, failure};
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0] && code == MH_OK; i++)
        code = list(&listing, &tables[i]);
    if (code == MH_LIMIT && endpoints->truncated)
        return MH_OK;
    if (code != MH_OK)
        mh_endpoints_clear(endpoints);
    return code;
}

/* ---- processes ------------------------------------------------------------------------------------- */

/* The name of the program's file. */
static void take_name(struct mh_endpoint *endpoint)
{
    wchar_t path[1024];
    DWORD length = sizeof path / sizeof path[0];
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, endpoint->pid);
    if (process != NULL && QueryFullProcessImageNameW(process, 0, path, &length)) {
        const wchar_t *last = wcsrchr(path, L'\\');
        (void)mh_narrow(last != NULL ? last + 1 : path, endpoint->process, sizeof endpoint->process);
    }
    if (process != NULL)
        (void)CloseHandle(process);
}

void mh_windows_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    (void)platform;
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = "Windows does not tell who has it open";
        else if (endpoints[i].process[0] == '\0')
            take_name(&endpoints[i]);
}

/* 0 when it has ended, or has none. */
static uint32_t parent_of(HANDLE processes, uint32_t pid)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    for (BOOL more = Process32FirstW(processes, &entry); more; more = Process32NextW(processes, &entry))
        if (entry.th32ProcessID == pid)
            return entry.th32ParentProcessID;
    return 0;
}

/* Numbers are used again: a parent that has ended may seem to be another process. That marks too much at the
 * worst. */
void mh_windows_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                         size_t count)
{
    enum { GENERATIONS = 64 };
    HANDLE processes = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    (void)platform;
    if (processes == INVALID_HANDLE_VALUE)
        return;
    for (int i = 0; i < GENERATIONS && pid != 0; i++) {
        for (size_t j = 0; j < count; j++)
            if (endpoints[j].pid == pid) {
                endpoints[j].yours = true;
                take_name(&endpoints[j]);
            }
        pid = parent_of(processes, pid);
    }
    (void)CloseHandle(processes);
}
