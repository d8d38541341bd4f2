/* Settings: sysctl(3) by name, on OpenBSD by number. They are of the whole host. */
#include "anchor.h"

enum { BSD_ENOENT = 2, NUMBERS = 4, IPPROTO_IP_NUMBER = 0, IPPROTO_IPV6_NUMBER = 41 };

struct row {
    enum mh_rt_system system;
    enum mh_setting_id id;
    enum mh_family family;
    const char *name;         /* FreeBSD and NetBSD */
    int32_t numbers[NUMBERS]; /* OpenBSD */
};

/* FreeBSD: inet(4), inet6(4), arp(4); check_interface until 13, rfc1122_strong_es and
 * source_address_validation from 14. NetBSD: sysctl(7). OpenBSD: <netinet/in.h> (IPCTL_FORWARDING),
 * <netinet6/in6.h> (IPV6CTL_FORWARDING), AF_INET6 is 24. What a release lacks it says itself. */
static const struct row rows[] = {
    {MH_RT_FREEBSD, MH_SETTING_FORWARDING, MH_IPV4, "net.inet.ip.forwarding", {0}},
    {MH_RT_FREEBSD, MH_SETTING_PROXY_ARP, MH_IPV4, "net.link.ether.inet.proxyall", {0}},
    {MH_RT_FREEBSD, MH_SETTING_STRONG_END_SYSTEM, MH_IPV4, "net.inet.ip.rfc1122_strong_es", {0}},
    {MH_RT_FREEBSD, MH_SETTING_CHECK_INTERFACE, MH_IPV4, "net.inet.ip.check_interface", {0}},
    {MH_RT_FREEBSD, MH_SETTING_SOURCE_VALIDATION, MH_IPV4, "net.inet.ip.source_address_validation", {0}},
    {MH_RT_FREEBSD, MH_SETTING_FORWARDING, MH_IPV6, "net.inet6.ip6.forwarding", {0}},
    {MH_RT_FREEBSD, MH_SETTING_USE_TEMPADDR, MH_IPV6, "net.inet6.ip6.use_tempaddr", {0}},
    {MH_RT_FREEBSD, MH_SETTING_SOURCE_VALIDATION, MH_IPV6, "net.inet6.ip6.source_address_validation", {0}},
    {MH_RT_NETBSD, MH_SETTING_FORWARDING, MH_IPV4, "net.inet.ip.forwarding", {0}},
    {MH_RT_NETBSD, MH_SETTING_CHECK_INTERFACE, MH_IPV4, "net.inet.ip.checkinterface", {0}},
    {MH_RT_NETBSD, MH_SETTING_FORWARDING, MH_IPV6, "net.inet6.ip6.forwarding", {0}},
    {MH_RT_OPENBSD, MH_SETTING_FORWARDING, MH_IPV4, NULL, {MH_BSD_CTL_NET, 2, IPPROTO_IP_NUMBER, 1}},
    {MH_RT_OPENBSD, MH_SETTING_FORWARDING, MH_IPV6, NULL, {MH_BSD_CTL_NET, 24, IPPROTO_IPV6_NUMBER, 1}},
};

/* ---- one number ------------------------------------------------------------------------------------ */

static enum mh_error call_row(struct mh_bsd *host, const struct row *row, struct mh_call_sysctl *call,
                              struct mh_failure *failure)
{
    const struct mh_calls_table *table = host->calls->table;
    call->numbers = row->numbers;
    call->count = NUMBERS;
    call->name = row->name;
    return row->name != NULL ? table->sysctlbyname(host->calls, call, failure)
                             : table->sysctl(host->calls, call, failure);
}

/* Numbers are int; what FreeBSD calls a boolean (SYSCTL_BOOL: rfc1122_strong_es, source_address_validation)
 * is one octet. */
static enum mh_error read_number(struct mh_bsd *host, const struct row *row, int32_t *value, unsigned *width,
                                 struct mh_failure *failure)
{
    uint8_t bytes[sizeof *value];
    struct mh_call_sysctl call = {.old = bytes, .capacity = sizeof bytes};
    enum mh_error code = call_row(host, row, &call, failure);
    if (code != MH_OK)
        return code;
    if (call.length != 1 && call.length != sizeof bytes)
        return mh_fail(failure, MH_MALFORMED, "a setting has %zu octets", call.length);
    *width = (unsigned)call.length;
    *value = (int32_t)(uint32_t)mh_rt_read_number(host->layout, bytes, *width);
    return MH_OK;
}

static bool is_here(const struct mh_bsd *host, const struct row *row)
{
    return row->system == (enum mh_rt_system)host->layout->system;
}

static const struct row *row_of(const struct mh_bsd *host, enum mh_setting_id id, enum mh_family family)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_here(host, &rows[i]) && rows[i].id == id && rows[i].family == family)
            return &rows[i];
    return NULL;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_error read_row(struct mh_bsd *host, const struct row *row, const struct mh_feed *feed,
                              struct mh_failure *failure)
{
    struct mh_failure own = {0};
    struct mh_setting setting = {
        .interface = MH_SETTING_ALL, .family = (uint8_t)row->family, .id = (uint8_t)row->id};
    const struct mh_fact fact = {
        .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &setting};
    unsigned width;
    enum mh_error code = read_number(host, row, &setting.value, &width, &own);
    if (code == MH_OK)
        return feed->fact(feed->context, &fact);
    if (own.native_code == BSD_ENOENT)
        return MH_OK;
    if (failure != NULL)
        *failure = own;
    return code;
}

enum mh_error mh_bsd_read_settings(struct mh_bsd *host, const struct mh_feed *feed,
                                   struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && code == MH_OK; i++)
        if (is_here(host, &rows[i]))
            code = read_row(host, &rows[i], feed, failure);
    return code == MH_OK ? mh_bsd_anchor_feed_state(host, feed, failure) : code;
}

enum mh_error mh_bsd_read_setting(struct mh_bsd *host, enum mh_setting_id id, enum mh_family family,
                                  int32_t *value, struct mh_failure *failure)
{
    const struct row *row = row_of(host, id, family);
    unsigned width;
    if (row == NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "this system has no such setting");
    return read_number(host, row, value, &width, failure);
}

/* ---- writing --------------------------------------------------------------------------------------- */

/* What is there now says how wide the number is. */
enum mh_error mh_bsd_write_setting(struct mh_bsd *host, const struct mh_setting *setting,
                                   struct mh_failure *failure)
{
    const struct row *row = row_of(host, (enum mh_setting_id)setting->id, (enum mh_family)setting->family);
    struct mh_failure own = {0};
    uint8_t bytes[4], old[4];
    int32_t before;
    unsigned width = 0;
    if (row == NULL || setting->interface != MH_SETTING_ALL)
        return mh_fail(failure, MH_UNSUPPORTED, "this system has no such setting");
    enum mh_error code = read_number(host, row, &before, &width, &own);
    if (code == MH_OK && width == 1 && setting->value != 0 && setting->value != 1)
        return mh_fail(failure, MH_INVALID, "%s is 0 or 1", row->name);
    if (code == MH_OK) {
        struct mh_call_sysctl call = {
            .old = old, .capacity = sizeof old, .value = bytes, .value_length = width};
        mh_rt_write_number(host->layout, bytes, width, (uint32_t)setting->value);
        code = call_row(host, row, &call, &own);
    }
    if (own.native_code == BSD_ENOENT)
        return mh_fail(failure, MH_UNSUPPORTED, "this kernel has no such setting");
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
