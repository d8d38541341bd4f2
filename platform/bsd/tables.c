/* FreeBSD has net.fibs FIBs. OpenBSD is asked for each rtable: they come with the first route or interface
 * that names them, and stay. NetBSD has one table. */
#include "bsd.h"

enum { BSD_ENOENT = 2, OPENBSD_TABLES = 256 };

static void add(struct mh_bsd *host, uint16_t table)
{
    host->tables[host->table_count++] = table;
}

static enum mh_error learn_fibs(struct mh_bsd *host, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    uint8_t bytes[4];
    struct mh_call_sysctl call = {.name = "net.fibs", .old = bytes, .capacity = sizeof bytes};
    enum mh_error code = host->calls->table->sysctlbyname(host->calls, &call, &own);
    if (own.native_code == BSD_ENOENT)
        return MH_OK;
    if (code == MH_OK && call.length != sizeof bytes)
        code = mh_fail(&own, MH_MALFORMED, "net.fibs has %zu octets", call.length);
    if (code != MH_OK) {
        if (failure != NULL)
            *failure = own;
        return code;
    }
    uint64_t count = mh_rt_read_number(host->layout, bytes, sizeof bytes);
    for (uint16_t i = 1; i < count && i < MH_BSD_TABLES_MAX; i++)
        add(host, i);
    return MH_OK;
}

static enum mh_error learn_rtables(struct mh_bsd *host, struct mh_failure *failure)
{
    const struct mh_rt_numbers *known = host->layout->numbers;
    for (int32_t i = 1; i < OPENBSD_TABLES; i++) {
        const int32_t numbers[] = {MH_BSD_CTL_NET, known->pf_route, 0, 0, known->table, i};
        struct mh_failure own = {0};
        uint8_t bytes[MH_RT_TABLE_RECORD_SIZE];
        uint16_t table = 0, domain;
        struct mh_call_sysctl call = {.numbers = numbers, .count = 6, .old = bytes, .capacity = sizeof bytes};
        enum mh_error code = host->calls->table->sysctl(host->calls, &call, &own);
        if (own.native_code == BSD_ENOENT)
            continue;
        if (code == MH_OK)
            code = mh_rt_decode_table(host->layout, bytes, call.length, &table, &domain);
        if (code == MH_OK && table != i)
            code = mh_fail(&own, MH_MALFORMED, "asked for rtable %d, the kernel tells of %u", i, table);
        if (code != MH_OK) {
            if (failure != NULL)
                *failure = own;
            return code;
        }
        add(host, table);
    }
    return MH_OK;
}

enum mh_error mh_bsd_learn_tables(struct mh_bsd *host, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    if (host->tables_known)
        return MH_OK;
    host->table_count = 0;
    add(host, 0);
    if (host->layout->system == MH_RT_FREEBSD)
        code = learn_fibs(host, failure);
    else if (host->layout->system == MH_RT_OPENBSD)
        code = learn_rtables(host, failure);
    host->tables_known = code == MH_OK;
    return code;
}

bool mh_bsd_has_table(const struct mh_bsd *host, uint32_t table)
{
    for (size_t i = 0; i < host->table_count; i++)
        if (host->tables[i] == table)
            return true;
    return false;
}
