/* Settings: sysctl(3) by name, on OpenBSD by number. */
#include "anchor.h"

enum { BSD_ENOENT = 2, NUMBERS = 4, IPPROTO_IP_NUMBER = 0, IPPROTO_IPV6_NUMBER = 41 };

struct row {
    enum mh_rt_system system;
    enum mh_setting_id id;
    enum mh_family family;
    const char *name;         /* FreeBSD and NetBSD */
    int32_t numbers[NUMBERS]; /* OpenBSD */
};

/* FreeBSD: inet(4), inet6(4), arp(4); check_interface until 13, rfc1122_strong_es from 14. NetBSD: sysctl(7).
 * OpenBSD: <netinet/in.h> (IPCTL_FORWARDING), <netinet6/in6.h> (IPV6CTL_FORWARDING), AF_INET6 is 24. What a
 * release lacks it says itself. */
static const struct row rows[] = {
    {MH_RT_FREEBSD, MH_SETTING_FORWARDING, MH_IPV4, "net.inet.ip.forwarding", {0}},
    {MH_RT_FREEBSD, MH_SETTING_PROXY_ARP, MH_IPV4, "net.link.ether.inet.proxyall", {0}},
    {MH_RT_FREEBSD, MH_SETTING_STRONG_END_SYSTEM, MH_IPV4, "net.inet.ip.rfc1122_strong_es", {0}},
    {MH_RT_FREEBSD, MH_SETTING_CHECK_INTERFACE, MH_IPV4, "net.inet.ip.check_interface", {0}},
    {MH_RT_FREEBSD, MH_SETTING_FORWARDING, MH_IPV6, "net.inet6.ip6.forwarding", {0}},
    {MH_RT_FREEBSD, MH_SETTING_USE_TEMPADDR, MH_IPV6, "net.inet6.ip6.use_tempaddr", {0}},
    {MH_RT_NETBSD, MH_SETTING_FORWARDING, MH_IPV4, "net.inet.ip.forwarding", {0}},
    {MH_RT_NETBSD, MH_SETTING_CHECK_INTERFACE, MH_IPV4, "net.inet.ip.checkinterface", {0}},
    {MH_RT_NETBSD, MH_SETTING_FORWARDING, MH_IPV6, "net.inet6.ip6.forwarding", {0}},
    {MH_RT_OPENBSD, MH_SETTING_FORWARDING, MH_IPV4, NULL, {MH_BSD_CTL_NET, 2, IPPROTO_IP_NUMBER, 1}},
    {MH_RT_OPENBSD, MH_SETTING_FORWARDING, MH_IPV6, NULL, {MH_BSD_CTL_NET, 24, IPPROTO_IPV6_NUMBER, 1}},
};

static enum mh_error read_number(struct mh_bsd *host, const struct row *row, int32_t *value,
                                 struct mh_failure *failure)
{
    uint8_t bytes[sizeof *value];
    struct mh_call_sysctl call = {
        .numbers = row->numbers, .count = NUMBERS, .name = row->name, .old = bytes, .capacity = sizeof bytes};
    const struct mh_calls_table *table = host->calls->table;
    enum mh_error code = row->name != NULL ? table->sysctlbyname(host->calls, &call, failure)
                                           : table->sysctl(host->calls, &call, failure);
    if (code != MH_OK)
        return code;
    if (call.length != sizeof bytes)
        return mh_fail(failure, MH_MALFORMED, "a setting has %zu octets", call.length);
    *value = (int32_t)(uint32_t)mh_rt_read_number(host->layout, bytes, sizeof bytes);
    return MH_OK;
}

enum mh_error mh_bsd_read_settings(struct mh_bsd *host, const struct mh_feed *feed,
                                   struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && code == MH_OK; i++) {
        struct mh_failure own = {0};
        struct mh_setting setting = {
            .interface = MH_SETTING_ALL, .family = (uint8_t)rows[i].family, .id = (uint8_t)rows[i].id};
        const struct mh_fact fact = {
            .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &setting};
        if (rows[i].system != (enum mh_rt_system)host->layout->system)
            continue;
        code = read_number(host, &rows[i], &setting.value, &own);
        if (code == MH_OK)
            code = feed->fact(feed->context, &fact);
        else if (own.native_code == BSD_ENOENT)
            code = MH_OK;
        else if (failure != NULL)
            *failure = own;
    }
    return code == MH_OK ? mh_bsd_anchor_feed_state(host, feed, failure) : code;
}
