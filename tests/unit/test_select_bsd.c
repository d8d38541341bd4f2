/* What FreeBSD, NetBSD and OpenBSD do, against tables made from their manuals and sources: one test a rule,
 * named alike. */
#include "selection.h"

/* em0 192.0.2.1/24 with the default gateway .254, em1 198.51.100.1/24 and .2/24. */
static struct selection_host *two_links(enum mh_dialect dialect)
{
    struct selection_host *host = selection_host_new(dialect);
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "lo0", "127.0.0.1/8");
    (void)address(&host->builder, "em0", "192.0.2.1/24");
    (void)address(&host->builder, "em1", "198.51.100.1/24");
    (void)address(&host->builder, "em1", "198.51.100.2/24");
    route_from(host, "127.0.0.0/8", NULL, "lo0", NULL);
    route_from(host, "192.0.2.0/24", NULL, "em0", NULL);
    route_from(host, "198.51.100.0/24", NULL, "em1", NULL);
    route_from(host, "0.0.0.0/0", "192.0.2.254", "em0", NULL);
    return host;
}

static const enum mh_dialect bsds[] = {MH_DIALECT_FREEBSD, MH_DIALECT_NETBSD, MH_DIALECT_OPENBSD};
static const char *const words[] = {"freebsd", "netbsd", "openbsd"};

/* "freebsd4-" and the number. */
static const char *numbered(size_t bsd, const char *rest)
{
    static char text[32];
    (void)snprintf(text, sizeof text, "%s%s", words[bsd], rest);
    return text;
}

/* ---- IPv4 ------------------------------------------------------------------------------------------ */

static void bsd4_0(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        host->question.source = parse_address("198.51.100.2");
        ask(host, "203.0.113.9");
        answers(host, "198.51.100.2", "em0", "192.0.2.254", NULL);
        assert_true(host->selection.source_given);
        assert_true(host->selection.source_owner_differs);
        drops(host, "192.0.2.1", numbered(i, "4-0"));
        host->question.source = parse_address("192.0.2.1");
        ask(host, "203.0.113.9");
        assert_false(host->selection.source_owner_differs);
        host->question.source = parse_address("192.0.2.77");
        ask(host, "203.0.113.9");
        refuses(host, MH_WAY_NO_SOURCE);
        (void)address(&host->builder, "em1", "192.0.2.50/32"); /* on both: it leaves by one that has it */
        (void)address(&host->builder, "em0", "192.0.2.50/32");
        host->question.source = parse_address("192.0.2.50");
        ask(host, "203.0.113.9");
        assert_false(host->selection.source_owner_differs);
        ask(host, "198.51.100.9");
        assert_false(host->selection.source_owner_differs);
        selection_host_free(host);
    }
}

static void bsd4_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        host->question.output = named(&host->builder, "em1")->index;
        ask(host, "224.0.0.251");
        answers(host, "198.51.100.1", "em1", NULL, numbered(i, "4-1"));
        drops(host, "198.51.100.2", numbered(i, "4-1"));
        (void)device(&host->builder, "em2", MH_KIND_PHYSICAL);
        host->question.output = named(&host->builder, "em2")->index;
        ask(host, "224.0.0.251");
        refuses(host, MH_WAY_NO_SOURCE);
        selection_host_free(host);
    }
}

/* Two interfaces in one subnet: to its own address on the second, FreeBSD takes the first of the longest
 * subnets. */
static void freebsd4_2(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_FREEBSD);
    ask(host, "198.51.100.2");
    answers(host, "198.51.100.1", "lo0", NULL, "freebsd4-2");
    assert_true(host->selection.local);
    ask(host, "127.0.0.2");
    answers(host, "127.0.0.1", "lo0", NULL, "freebsd4-2");
    selection_host_free(host);
}

static void netbsd4_2(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_NETBSD);
    ask(host, "198.51.100.2");
    answers(host, "198.51.100.2", "lo0", NULL, "netbsd4-2");
    assert_true(host->selection.local);
    ask(host, "127.0.0.2");
    answers(host, "127.0.0.1", "lo0", NULL, "netbsd4-2");
    selection_host_free(host);
}

static struct mh_interface_address *owned(struct selection_host *host, const char *text)
{
    const struct mh_address wanted = parse_address(text);
    for (size_t i = 0; i < host->builder.address_count; i++)
        if (mh_address_equal(&host->builder.addresses[i].address, &wanted))
            return &host->builder.addresses[i];
    fail_msg("%s is not there", text);
    return NULL;
}

/* `route sourceaddr 198.51.100.2`: all routes are told with it. */
static void openbsd4_2(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_OPENBSD);
    route_from(host, "203.0.113.0/24", "192.0.2.254", "em0", "198.51.100.2");
    route_from(host, "10.0.0.0/8", NULL, "em0", "198.51.100.2");
    route_from(host, "11.0.0.0/8", NULL, "em0", NULL);
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.2", "em0", "192.0.2.254", "openbsd4-3"); /* -ifa */
    owned(host, "198.51.100.2")->flags |= MH_ADDRESS_PREFERRED_SOURCE;
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.2", "em0", "192.0.2.254", "openbsd4-2");
    drops(host, "192.0.2.1", "openbsd4-2");
    ask(host, "8.8.8.8"); /* whatever the route says */
    answers(host, "198.51.100.2", "em0", "192.0.2.254", "openbsd4-2");
    ask(host, "10.1.1.1"); /* on link: not for it */
    answers(host, "192.0.2.1", "em0", NULL, "openbsd4-4");
    ask(host, "11.1.1.1");
    answers(host, "192.0.2.1", "em0", NULL, "openbsd4-4");
    named(&host->builder, "em1")->up = false; /* the interface that has it */
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.1", "em0", "192.0.2.254", "openbsd4-4");
    selection_host_free(host);
}

/* `route add -ifa` */
static void bsd4_3(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        route_from(host, "203.0.113.0/24", "198.51.100.254", "em1", "198.51.100.2");
        ask(host, "203.0.113.9");
        answers(host, "198.51.100.2", "em1", "198.51.100.254", numbered(i, "4-3"));
        drops(host, "198.51.100.1", numbered(i, "4-3"));
        selection_host_free(host);
    }
}

static void openbsd4_3_local(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_OPENBSD);
    ask(host, "198.51.100.2");
    answers(host, "198.51.100.2", "em1", NULL, "openbsd4-3");
    assert_true(host->selection.local);
    selection_host_free(host);
}

static void bsd4_4(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", numbered(i, "4-4"));
        drops(host, "198.51.100.1", numbered(i, "4-4"));
        ask(host, "198.51.100.9");
        answers(host, "198.51.100.1", "em1", NULL, numbered(i, "4-4"));
        /* the subnet that holds the gateway, not the first in the list */
        (void)address(&host->builder, "em1", "10.0.0.1/8");
        route_from(host, "203.0.113.0/24", "10.9.9.9", "em1", NULL);
        ask(host, "203.0.113.9");
        answers(host, "10.0.0.1", "em1", "10.9.9.9", numbered(i, "4-4"));
        /* the longest of those that hold it */
        (void)address(&host->builder, "em1", "10.9.0.1/16");
        ask(host, "203.0.113.9");
        answers(host, "10.9.0.1", "em1", "10.9.9.9", numbered(i, "4-4"));
        /* the address that it carried is gone */
        route_from(host, "203.0.114.0/24", "192.0.2.254", "em0", "192.0.2.99");
        ask(host, "203.0.114.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", numbered(i, "4-4"));
        selection_host_free(host);
    }
}

static void bsd4_4_point_to_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        (void)device(&host->builder, "tun0", MH_KIND_TUN);
        (void)address(&host->builder, "tun0", "10.0.0.1/24");
        struct mh_interface_address *end = address(&host->builder, "tun0", "10.8.0.1/32");
        end->peer = parse_address("10.8.0.2");
        route_from(host, "203.0.113.0/24", "10.8.0.2", "tun0", NULL);
        ask(host, "203.0.113.9");
        answers(host, "10.8.0.1", "tun0", "10.8.0.2", numbered(i, "4-4"));
        selection_host_free(host);
    }
}

static void bsd4_without_route(void **state)
{
    (void)state;
    static const enum mh_way ways[] = {MH_WAY_UNREACHABLE, MH_WAY_HOST_UNREACHABLE, MH_WAY_NO_SOURCE};
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = selection_host_new(bsds[i]);
        (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
        (void)address(&host->builder, "em0", "192.0.2.1/24");
        ask(host, "203.0.113.9");
        refuses(host, ways[i]);
        host->question.source = parse_address("192.0.2.1");
        ask(host, "203.0.113.9");
        refuses(host, MH_WAY_HOST_UNREACHABLE);
        selection_host_free(host);
    }
}

static void bsd4_rejecting_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        put_route(host, "10.0.0.0/8", (struct mh_route){.type = MH_ROUTE_UNREACHABLE});
        put_route(host, "10.1.1.1/32", (struct mh_route){.type = MH_ROUTE_UNREACHABLE});
        put_route(host, "11.0.0.0/8", (struct mh_route){.type = MH_ROUTE_BLACKHOLE});
        ask(host, "10.2.2.2");
        refuses(host, bsds[i] == MH_DIALECT_FREEBSD ? MH_WAY_HOST_UNREACHABLE : MH_WAY_UNREACHABLE);
        ask(host, "10.1.1.1");
        refuses(host, MH_WAY_HOST_UNREACHABLE);
        ask(host, "11.0.0.1");
        refuses(host, MH_WAY_UNREACHABLE);
        selection_host_free(host);
    }
}

static void bsd4_what_is_not_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        ask(host, "0.0.0.0");
        is_indeterminate(host, "first");
        host->question.output = named(&host->builder, "em1")->index;
        ask(host, "203.0.113.9");
        is_indeterminate(host, "cannot bind");
        ask(host, "255.255.255.255");
        if (bsds[i] == MH_DIALECT_OPENBSD)
            answers(host, "198.51.100.1", "em1", NULL, "openbsd4-1");
        else
            is_indeterminate(host, "first");
        host->question.output = 99;
        ask(host, "203.0.113.9");
        refuses(host, MH_WAY_NO_DEVICE);
        (void)device(&host->builder, "em2", MH_KIND_PHYSICAL);
        host->question.output = 0;
        route_from(host, "10.0.0.0/8", NULL, "em2", NULL);
        ask(host, "10.0.0.1");
        is_indeterminate(host, "is not known");
        selection_host_free(host);
    }
}

/* ---- routes ---------------------------------------------------------------------------------------- */

static void longest_prefix_goes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = two_links(bsds[i]);
        route_from(host, "203.0.113.0/24", "198.51.100.254", "em1", NULL);
        route_from(host, "203.0.113.128/25", "192.0.2.254", "em0", NULL);
        ask(host, "203.0.113.9");
        answers(host, "198.51.100.1", "em1", "198.51.100.254", numbered(i, "4-4"));
        ask(host, "203.0.113.129");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", numbered(i, "4-4"));
        selection_host_free(host);
    }
}

/* route(8), -priority: the smaller number; a route whose link is down does not count, and shorter prefixes do
 * not step in for it. */
static void openbsd_priorities(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_OPENBSD);
    struct mh_next_hop first = hop(host, "192.0.2.254", "em0"), second = hop(host, "198.51.100.254", "em1");
    put_route(
        host, "203.0.113.0/24",
        (struct mh_route){.type = MH_ROUTE_UNICAST, .metric = 12, .next_hop_count = 1, .next_hops = &second});
    put_route(
        host, "203.0.113.0/24",
        (struct mh_route){.type = MH_ROUTE_UNICAST, .metric = 8, .next_hop_count = 1, .next_hops = &first});
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.1", "em0", "192.0.2.254", "openbsd4-4");
    assert_int_equal(host->selection.forwarding.choice_count, 1);
    named(&host->builder, "em0")->carrier = false;
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "em1", "198.51.100.254", "openbsd4-4");
    (void)device(&host->builder, "em2", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "em2", "10.0.0.1/24");
    route_from(host, "128.0.0.0/1", "10.0.0.254", "em2", NULL);
    named(&host->builder, "em1")->carrier = false;
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_HOST_UNREACHABLE);
    selection_host_free(host);
}

/* The others keep routes of a link that is down. */
static void freebsd_and_netbsd_keep_routes_without_carrier(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = two_links(bsds[i]);
        named(&host->builder, "em0")->carrier = false;
        ask(host, "203.0.113.9");
        answers(host, "192.0.2.1", "em0", "192.0.2.254", numbered(i, "4-4"));
        named(&host->builder, "em0")->up = false;
        ask(host, "203.0.113.9");
        refuses(host, MH_WAY_HOST_UNREACHABLE);
        selection_host_free(host);
    }
}

/* route(8): FreeBSD's next-hop group, OpenBSD's -mpath. */
static void several_next_hops(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i += 2) {
        struct selection_host *host = two_links(bsds[i]);
        route_from(host, "203.0.113.0/24", "192.0.2.254", "em0", NULL);
        route_from(host, "203.0.113.0/24", "198.51.100.254", "em1", "198.51.100.2");
        ask(host, "203.0.113.9");
        answers(host, NULL, "em0", "192.0.2.254", numbered(i, "4-4"));
        assert_int_equal(host->selection.forwarding.choice_count, 2);
        const struct mh_address first = parse_address("192.0.2.1"), second = parse_address("198.51.100.2");
        assert_true(mh_address_equal(&host->selection.choice_sources[0], &first));
        assert_true(mh_address_equal(&host->selection.choice_sources[1], &second));
        host->question.source = second;
        ask(host, "203.0.113.9");
        answers(host, "198.51.100.2", "em0", "192.0.2.254", NULL);
        selection_host_free(host);
    }
}

/* route(8), -T; ifconfig(8), rdomain. */
static void openbsd_routing_domains(void **state)
{
    (void)state;
    struct selection_host *host = two_links(MH_DIALECT_OPENBSD);
    named(&host->builder, "em1")->domain = 4;
    struct mh_next_hop by = hop(host, "198.51.100.254", "em1");
    put_route(host, "203.0.113.0/24",
              (struct mh_route){.table = 4, .type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by});
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.1", "em0", "192.0.2.254", "openbsd4-4");
    host->question.source = parse_address("198.51.100.2");
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.2", "em1", "198.51.100.254", NULL);
    selection_host_free(host);
}

/* ---- IPv6 ------------------------------------------------------------------------------------------ */

/* em0 and em1 up; default by fe80::ff on em0. */
static struct selection_host *ipv6_host(enum mh_dialect dialect)
{
    struct selection_host *host = selection_host_new(dialect);
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "lo0", "::1/128");
    (void)address(&host->builder, "em0", "fe80::1/64");
    (void)address(&host->builder, "em1", "fe80::2/64");
    route_from(host, "::/0", "fe80::ff", "em0", NULL);
    return host;
}

static void bsd6_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        struct mh_interface_address *bound = address(&host->builder, "em1", "2001:db8::2/64");
        host->question.source = bound->address;
        ask(host, "2001:db8:9::9");
        answers(host, "2001:db8::2", "em0", "fe80::ff", NULL);
        assert_true(host->selection.source_owner_differs);
        drops(host, "fe80::1", numbered(i, "6-bound"));
        bound->flags = MH_ADDRESS_TENTATIVE;
        ask(host, "2001:db8:9::9");
        refuses(host, MH_WAY_NO_SOURCE);
        selection_host_free(host);
    }
}

static void bsd6_0(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        address(&host->builder, "em0", "2001:db8::2/64")->flags = MH_ADDRESS_TENTATIVE;
        address(&host->builder, "em0", "2001:db8::3/64")->flags = MH_ADDRESS_DUPLICATE;
        ask(host, "2001:db8:9::9");
        answers(host, "fe80::1", "em0", "fe80::ff", numbered(i, "6-0"));
        drops(host, "2001:db8::2", numbered(i, "6-0"));
        drops(host, "2001:db8::3", numbered(i, "6-0"));
        drops(host, "fe80::2", numbered(i, "6-0"));
        drops(host, "::1", numbered(i, "6-0"));
        selection_host_free(host);
    }
}

static void freebsd6_netbsd6_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em0", "2001:db8::2/64");
        address(&host->builder, "em1", "2001:db8::3/64")->flags = MH_ADDRESS_DEPRECATED;
        ask(host, "2001:db8::3");
        answers(host, "2001:db8::3", "lo0", NULL, numbered(i, "6-1"));
        assert_true(host->selection.local);
        drops(host, "2001:db8::2", numbered(i, "6-1"));
        ask(host, "::1");
        answers(host, "::1", "lo0", NULL, numbered(i, "6-1"));
        selection_host_free(host);
    }
}

/* OpenBSD has no such rule: a local address is judged like any other. */
static void openbsd6_local(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    (void)address(&host->builder, "em1", "2001:db8::2/64");
    (void)address(&host->builder, "em1", "2001:db8::3/64");
    ask(host, "2001:db8::3");
    answers(host, "2001:db8::3", "em1", NULL, "openbsd6-8");
    named(&host->builder, "em1");
    host->builder.addresses[4].flags = MH_ADDRESS_DEPRECATED;
    ask(host, "2001:db8::3");
    answers(host, "2001:db8::2", "em1", NULL, "openbsd6-3");
    selection_host_free(host);
}

/* `route sourceaddr 2001:db8::2` */
static void openbsd6_1(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    (void)address(&host->builder, "em0", "2001:db8:1::1/64");
    (void)address(&host->builder, "em1", "2001:db8::2/64");
    route_from(host, "2001:db8:9::/48", "fe80::ff", "em0", "2001:db8::2");
    ask(host, "2001:db8:9::9"); /* what a route carries does not count */
    answers(host, "2001:db8:1::1", "em0", "fe80::ff", "openbsd6-5");
    owned(host, "2001:db8::2")->flags |= MH_ADDRESS_PREFERRED_SOURCE;
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::2", "em0", "fe80::ff", "openbsd6-1");
    drops(host, "2001:db8:1::1", "openbsd6-1");
    named(&host->builder, "em1")->up = false;
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8:1::1", "em0", "fe80::ff", "openbsd6-5");
    selection_host_free(host);
}

static void bsd6_2(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em1", "2001:db8::2/64");
        ask(host, "2001:db8:9::9");
        answers(host, "2001:db8::2", "em0", "fe80::ff", numbered(i, "6-2"));
        drops(host, "fe80::1", numbered(i, "6-2"));
        host->question.output = named(&host->builder, "em1")->index;
        ask(host, "fe80::77");
        answers(host, "fe80::2", "em1", NULL, numbered(i, "6-2"));
        drops(host, "2001:db8::2", numbered(i, "6-2"));
        drops(host, "fe80::1", numbered(i, "6-0"));
        ask(host, "ff02::1");
        answers(host, "fe80::2", "em1", NULL, numbered(i, "6-2"));
        ask(host, "ff05::1");
        answers(host, "2001:db8::2", "em1", NULL, numbered(i, "6-2"));
        selection_host_free(host);
    }
}

static void bsd6_3(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        address(&host->builder, "em0", "2001:db8:9::2/64")->flags = MH_ADDRESS_DEPRECATED;
        (void)address(&host->builder, "em1", "2001:db8::2/64");
        ask(host, "2001:db8:9::9");
        answers(host, "2001:db8::2", "em0", "fe80::ff", numbered(i, "6-3"));
        drops(host, "2001:db8:9::2", numbered(i, "6-3"));
        selection_host_free(host);
    }
}

static void bsd6_5(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em0", "2a00::2/64");
        (void)address(&host->builder, "em1", "2001:db8:9::2/64");
        ask(host, "2001:db8:9::9");
        answers(host, "2a00::2", "em0", "fe80::ff", numbered(i, "6-5"));
        drops(host, "2001:db8:9::2", numbered(i, "6-5"));
        selection_host_free(host);
    }
}

static void openbsd6_5_5(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    address(&host->builder, "em0", "2001:db8:9::2/64")->owner = MH_OWNER_STATIC;
    address(&host->builder, "em0", "2a00::2/64")->owner = MH_OWNER_RA;
    ask(host, "2001:db8:9::9");
    answers(host, "2a00::2", "em0", "fe80::ff", "openbsd6-5.5");
    drops(host, "2001:db8:9::2", "openbsd6-5.5");
    /* two routers, and two prefixes that may be of either */
    address(&host->builder, "em0", "2a01::2/64")->owner = MH_OWNER_RA;
    ask(host, "2001:db8:9::9");
    answers(host, "2a00::2", "em0", "fe80::ff", "openbsd6-11");
    for (uint8_t i = 0; i < 2; i++) {
        neighbor(&host->builder, "em0", i == 0 ? "fe80::ff" : "fe80::fe", i);
        host->builder.neighbors[i].router = true;
    }
    ask(host, "2001:db8:9::9");
    is_indeterminate(host, "routers");
    selection_host_free(host);
}

static void freebsd6_6(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_FREEBSD);
    (void)address(&host->builder, "em0", "2001:db8::2/64");
    (void)address(&host->builder, "em0", "2002:c633::2/64");
    ask(host, "2002:1::1");
    answers(host, "2002:c633::2", "em0", "fe80::ff", "freebsd6-6");
    drops(host, "2001:db8::2", "freebsd6-6");
    selection_host_free(host);
}

/* Whether there is a policy table is not known; here the longest match says the same, and there it does not.
 */
static void netbsd6_6(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_NETBSD);
    (void)address(&host->builder, "em0", "2001:db8::2/64");
    (void)address(&host->builder, "em0", "2002:c633::2/64");
    ask(host, "2002:1::1");
    answers(host, "2002:c633::2", "em0", "fe80::ff", "netbsd6-6");
    (void)address(&host->builder, "em0", "fd00::2/64");
    ask(host, "fec0::1"); /* label 11: nobody's; without labels fd00 has the most bits in common */
    answers(host, "fd00::2", "em0", "fe80::ff", "netbsd6-14");
    ask(host, "fe00::1"); /* label 1, as 2001:db8::2 */
    is_indeterminate(host, "ip6addrctl");
    selection_host_free(host);
}

/* The host's own table, ip6addrctl(8). */
static void bsd6_6_by_own_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em0", "2001:db8::2/64");
        (void)address(&host->builder, "em0", "fd00::2/64");
        ask(host, "fd01::1");
        answers(host, "fd00::2", "em0", "fe80::ff", numbered(i, "6-6"));
        set_label(host, "2001:db8::/32", NULL, 9);
        set_label(host, "fd01::/16", NULL, 9);
        ask(host, "fd01::1");
        answers(host, "2001:db8::2", "em0", "fe80::ff", numbered(i, "6-6"));
        ask(host, "fe00::1"); /* no row covers it */
        answers(host, "fd00::2", "em0", "fe80::ff", numbered(i, "6-14"));
        selection_host_free(host);
    }
}

static void freebsd6_netbsd6_7(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em0", "2001:db8::2/64");
        address(&host->builder, "em0", "2001:db8::3/64")->flags = MH_ADDRESS_TEMPORARY;
        ask(host, "2001:db8:9::9");
        is_indeterminate(host, "prefer_tempaddr");
        /* where another rule decided already, it does not matter */
        host->builder.addresses[4].flags |= MH_ADDRESS_DEPRECATED;
        ask(host, "2001:db8:9::9");
        answers(host, "2001:db8::2", "em0", "fe80::ff", numbered(i, "6-3"));
        selection_host_free(host);
    }
}

static void openbsd6_7(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    (void)address(&host->builder, "em0", "2001:db8:9::2/64");
    address(&host->builder, "em0", "2a00::3/64")->flags = MH_ADDRESS_TEMPORARY;
    ask(host, "2001:db8:9::9");
    answers(host, "2a00::3", "em0", "fe80::ff", "openbsd6-7");
    drops(host, "2001:db8:9::2", "openbsd6-7");
    selection_host_free(host);
}

static void freebsd6_netbsd6_8(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)device(&host->builder, "em2", MH_KIND_PHYSICAL);
        named(&host->builder, "em1")->up = false;
        (void)address(&host->builder, "em1", "2001:db8:9::2/64");
        (void)address(&host->builder, "em2", "2a00::2/64");
        ask(host, "2001:db8:9::9");
        answers(host, "2a00::2", "em0", "fe80::ff", numbered(i, "6-8"));
        drops(host, "2001:db8:9::2", numbered(i, "6-8"));
        selection_host_free(host);
    }
}

static void freebsd6_netbsd6_14(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)address(&host->builder, "em0", "2001:db8:9::2/64");
        (void)address(&host->builder, "em0", "2001:db8:9::8/64");
        ask(host, "2001:db8:9::9"); /* bits behind the prefix count, too */
        answers(host, "2001:db8:9::8", "em0", "fe80::ff", numbered(i, "6-14"));
        drops(host, "2001:db8:9::2", numbered(i, "6-14"));
        selection_host_free(host);
    }
}

static void freebsd6_netbsd6_15(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        (void)device(&host->builder, "em2", MH_KIND_PHYSICAL);
        (void)address(&host->builder, "em1", "2001:db8::6/64");
        (void)address(&host->builder, "em1", "2001:db8::5/64");
        ask(host, "2001:db8:9::9");
        answers(host, "2001:db8::6", "em0", "fe80::ff", numbered(i, "6-15"));
        drops(host, "2001:db8::5", numbered(i, "6-15"));
        (void)address(&host->builder, "em2", "2001:db8::4/64"); /* of another interface: before or after? */
        ask(host, "2001:db8:9::9");
        is_indeterminate(host, "configured first");
        selection_host_free(host);
    }
}

static void openbsd6_8(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    (void)device(&host->builder, "carp0", MH_KIND_CARP);
    (void)address(&host->builder, "em1", "2a00::2/64");
    (void)address(&host->builder, "em1", "2001:db8::2/64");
    (void)address(&host->builder, "carp0", "2001:db8:9::2/64");
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::2", "em0", "fe80::ff", "openbsd6-8");
    drops(host, "2a00::2", "openbsd6-8");
    drops(host, "2001:db8:9::2", "openbsd6-8");
    named(&host->builder, "carp0")->carrier = false; /* a backup's address is not used at all */
    ask(host, "2001:db8:9::9");
    drops(host, "2001:db8:9::2", "openbsd6-0");
    selection_host_free(host);
}

static void openbsd6_9_10_11(void **state)
{
    (void)state;
    struct selection_host *host = ipv6_host(MH_DIALECT_OPENBSD);
    (void)address(&host->builder, "em0", "2001:db8::4/64");
    (void)address(&host->builder, "em0", "2001:db8::5/64");
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::4", "em0", "fe80::ff", "openbsd6-11");
    host->builder.addresses[3].valid_lifetime = 1000;
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::5", "em0", "fe80::ff", "openbsd6-10");
    host->builder.addresses[4].preferred_lifetime = 900;
    ask(host, "2001:db8:9::9");
    answers(host, "2001:db8::4", "em0", "fe80::ff", "openbsd6-9");
    drops(host, "2001:db8::5", "openbsd6-9");
    selection_host_free(host);
}

static void bsd6_the_interface(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct selection_host *host = ipv6_host(bsds[i]);
        ask(host, "fe80::77");
        is_indeterminate(host, "zone");
        ask(host, "ff02::1");
        is_indeterminate(host, "zone");
        host->question.output = named(&host->builder, "em1")->index;
        ask(host, "2001:db8:9::9"); /* IPV6_PKTINFO against the route */
        refuses(host, MH_WAY_HOST_UNREACHABLE);
        host->question.output = 0;
        put_route(host, "2001:db8:8::/48", (struct mh_route){.type = MH_ROUTE_UNREACHABLE});
        ask(host, "2001:db8:8::1");
        refuses(host, MH_WAY_UNREACHABLE);
        named(&host->builder, "em0")->up = false;
        ask(host, "2001:db8:9::9");
        refuses(host, MH_WAY_HOST_UNREACHABLE);
        selection_host_free(host);
    }
}

static void rules_are_listed(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        rules_are_whole(bsds[i], MH_IPV4, numbered(i, "4-"));
        rules_are_whole(bsds[i], MH_IPV6, numbered(i, "6-"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bsd4_0),
        cmocka_unit_test(bsd4_1),
        cmocka_unit_test(freebsd4_2),
        cmocka_unit_test(netbsd4_2),
        cmocka_unit_test(openbsd4_2),
        cmocka_unit_test(bsd4_3),
        cmocka_unit_test(openbsd4_3_local),
        cmocka_unit_test(bsd4_4),
        cmocka_unit_test(bsd4_4_point_to_point),
        cmocka_unit_test(bsd4_without_route),
        cmocka_unit_test(bsd4_rejecting_routes),
        cmocka_unit_test(bsd4_what_is_not_known),
        cmocka_unit_test(longest_prefix_goes_first),
        cmocka_unit_test(openbsd_priorities),
        cmocka_unit_test(freebsd_and_netbsd_keep_routes_without_carrier),
        cmocka_unit_test(several_next_hops),
        cmocka_unit_test(openbsd_routing_domains),
        cmocka_unit_test(bsd6_bound),
        cmocka_unit_test(bsd6_0),
        cmocka_unit_test(freebsd6_netbsd6_1),
        cmocka_unit_test(openbsd6_local),
        cmocka_unit_test(openbsd6_1),
        cmocka_unit_test(bsd6_2),
        cmocka_unit_test(bsd6_3),
        cmocka_unit_test(bsd6_5),
        cmocka_unit_test(openbsd6_5_5),
        cmocka_unit_test(freebsd6_6),
        cmocka_unit_test(netbsd6_6),
        cmocka_unit_test(bsd6_6_by_own_labels),
        cmocka_unit_test(freebsd6_netbsd6_7),
        cmocka_unit_test(openbsd6_7),
        cmocka_unit_test(freebsd6_netbsd6_8),
        cmocka_unit_test(freebsd6_netbsd6_14),
        cmocka_unit_test(freebsd6_netbsd6_15),
        cmocka_unit_test(openbsd6_8),
        cmocka_unit_test(openbsd6_9_10_11),
        cmocka_unit_test(bsd6_the_interface),
        cmocka_unit_test(rules_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
