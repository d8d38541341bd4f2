/* What Linux does, one test a rule, named alike. That it is what the kernel does is shown by
 * tests/lab/test_oracle.py. */
#include "selection.h"

/* eth0 192.0.2.1/24 with the default gateway .254, eth1 198.51.100.1/24. */
static struct selection_host *two_links(void)
{
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    address(&host->builder, "lo0", "127.0.0.1/8")->scope = MH_ROUTE_SCOPE_HOST;
    (void)address(&host->builder, "eth0", "192.0.2.1/24");
    (void)address(&host->builder, "eth1", "198.51.100.1/24");
    route_from(host, "192.0.2.0/24", NULL, "eth0", NULL);
    route_from(host, "198.51.100.0/24", NULL, "eth1", NULL);
    route_from(host, "0.0.0.0/0", "192.0.2.254", "eth0", NULL);
    return host;
}

/* ---- IPv4 ------------------------------------------------------------------------------------------ */

static void linux4_0(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    host->question.source = parse_address("198.51.100.1");
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "eth0", "192.0.2.254", NULL);
    assert_true(host->selection.source_given);
    assert_true(host->selection.source_owner_differs);
    drops(host, "192.0.2.1", "linux4-0");
    host->question.source = parse_address("192.0.2.1");
    ask(host, "203.0.113.9");
    assert_false(host->selection.source_owner_differs);
    host->question.source = parse_address("192.0.2.77"); /* not this host's */
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_UNREACHABLE);
    host->question.source = parse_address("224.0.0.1");
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_INVALID);
    host->question.source = parse_address("127.0.0.1"); /* does not leave the host */
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_INVALID);
    set(host, "eth0", MH_IPV4, MH_SETTING_ROUTE_LOCALNET, 1);
    ask(host, "203.0.113.9");
    answers(host, "127.0.0.1", "eth0", "192.0.2.254", NULL);
    selection_host_free(host);
}

static void linux4_1(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    route_from(host, "203.0.113.0/24", "192.0.2.254", "eth0", "198.51.100.1");
    ask(host, "203.0.113.9");
    answers(host, "198.51.100.1", "eth0", "192.0.2.254", "linux4-1");
    drops(host, "192.0.2.1", "linux4-1");
    const struct mh_next_hop by = hop(host, NULL, "eth1");
    put_route(host, "198.51.100.1/32",
              (struct mh_route){.type = MH_ROUTE_LOCAL, .next_hop_count = 1, .next_hops = &by});
    ask(host, "198.51.100.1");
    answers(host, "198.51.100.1", "lo0", NULL, "linux4-1");
    assert_true(host->selection.local);
    ask(host, "0.0.0.0"); /* oneself, too */
    answers(host, "127.0.0.1", "lo0", NULL, "linux4-1");
    selection_host_free(host);
}

static void linux4_2(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.1", "eth0", "192.0.2.254", "linux4-6");
    drops(host, "198.51.100.1", "linux4-2");
    ask(host, "198.51.100.7");
    answers(host, "198.51.100.1", "eth1", NULL, "linux4-6");
    drops(host, "192.0.2.1", "linux4-2");
    selection_host_free(host);
}

static void linux4_3(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    address(&host->builder, "eth0", "192.0.2.2/24")->flags = MH_ADDRESS_SECONDARY;
    (void)address(&host->builder, "eth0", "192.0.2.1/24");
    route_from(host, "192.0.2.0/24", NULL, "eth0", NULL);
    ask(host, "192.0.2.9");
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    drops(host, "192.0.2.2", "linux4-3");
    selection_host_free(host);
}

static void linux4_4(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    address(&host->builder, "eth0", "169.254.1.1/16")->scope = MH_ROUTE_SCOPE_LINK;
    (void)address(&host->builder, "eth0", "192.0.2.1/24");
    route_from(host, "203.0.113.0/24", NULL, "eth0", NULL);
    const struct mh_next_hop by = hop(host, NULL, "eth0");
    put_route(
        host, "198.51.100.0/24",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .scope = MH_ROUTE_SCOPE_LINK, .next_hop_count = 1, .next_hops = &by});
    ask(host, "203.0.113.9");
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    drops(host, "169.254.1.1", "linux4-4");
    ask(host, "198.51.100.9"); /* a route of link scope */
    answers(host, "169.254.1.1", "eth0", NULL, "linux4-6");
    selection_host_free(host);
}

static void linux4_5(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    (void)address(&host->builder, "eth0", "10.0.0.1/8");
    route_from(host, "203.0.113.0/24", "10.9.9.9", "eth0", NULL);
    ask(host, "203.0.113.9");
    answers(host, "10.0.0.1", "eth0", "10.9.9.9", "linux4-5");
    drops(host, "192.0.2.1", "linux4-5");
    selection_host_free(host);
}

static void linux4_6(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    (void)address(&host->builder, "eth0", "10.0.0.1/8");
    ask(host, "192.0.2.9"); /* on link: the subnet of the destination does not matter */
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    drops(host, "10.0.0.1", "linux4-6");
    route_from(host, "10.0.0.0/8", NULL, "eth0", NULL);
    ask(host, "10.1.1.1");
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    selection_host_free(host);
}

static void linux4_7(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    (void)device(&host->builder, "eth2", MH_KIND_PHYSICAL);
    route_from(host, "203.0.113.0/24", NULL, "eth2", NULL);
    ask(host, "203.0.113.9"); /* lo0 comes first, but its address is of host scope */
    answers(host, "192.0.2.1", "eth2", NULL, "linux4-7");
    drops(host, "198.51.100.1", "linux4-7");
    drops(host, "127.0.0.1", "linux4-4");
    (void)address(&host->builder, "lo0", "203.0.113.1/32");
    ask(host, "203.0.113.9");
    answers(host, "203.0.113.1", "eth2", NULL, "linux4-7");
    selection_host_free(host);
}

static void linux4_8(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    address(&host->builder, "eth0", "169.254.1.1/16")->scope = MH_ROUTE_SCOPE_LINK;
    const struct mh_next_hop by = hop(host, NULL, "eth1");
    put_route(
        host, "198.51.100.0/24",
        (struct mh_route){
            .type = MH_ROUTE_UNICAST, .scope = MH_ROUTE_SCOPE_LINK, .next_hop_count = 1, .next_hops = &by});
    ask(host, "198.51.100.9");
    answers(host, NULL, "eth1", NULL, NULL); /* none at all: Linux sends from 0.0.0.0 */
    (void)address(&host->builder, "eth1", "192.0.2.1/24");
    ask(host, "198.51.100.9");
    answers(host, "192.0.2.1", "eth1", NULL, "linux4-6");
    host->builder.addresses[1].flags = MH_ADDRESS_SECONDARY;
    (void)address(&host->builder, "lo0", "203.0.113.1/32");
    ask(host, "198.51.100.9");
    answers(host, "203.0.113.1", "eth1", NULL, "linux4-7");
    drops(host, "169.254.1.1", "linux4-8");
    selection_host_free(host);
}

static void linux4_given_interface(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    host->question.output = named(&host->builder, "eth1")->index;
    ask(host, "203.0.113.9"); /* no route by it */
    answers(host, "198.51.100.1", "eth1", NULL, "linux4-6");
    assert_true(host->selection.on_link_assumed);
    host->question.output = 77;
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_NO_DEVICE);
    named(&host->builder, "eth1")->up = false;
    host->question.output = named(&host->builder, "eth1")->index;
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_UNREACHABLE);
    selection_host_free(host);
}

/* A source without an address is this host's when table local says so; a route that leads nowhere says
 * nothing. */
static void linux4_source_by_table(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    const struct mh_next_hop loop = hop(host, NULL, "lo0");
    struct mh_next_hop unplugged = hop(host, NULL, "eth1");
    host->question.source = parse_address("10.1.0.10");
    put_route(
        host, "10.1.0.0/16",
        (struct mh_route){.type = MH_ROUTE_LOCAL, .table = 255, .next_hop_count = 1, .next_hops = &loop});
    ask(host, "203.0.113.9");
    answers(host, "10.1.0.10", "eth0", "192.0.2.254", NULL);
    unplugged.flags = MH_NEXT_HOP_DEAD;
    put_route(host, "10.1.0.0/24",
              (struct mh_route){
                  .type = MH_ROUTE_UNICAST, .table = 255, .next_hop_count = 1, .next_hops = &unplugged});
    ask(host, "203.0.113.9");
    answers(host, "10.1.0.10", "eth0", "192.0.2.254", NULL);
    unplugged.flags = 0;
    put_route(host, "10.1.0.0/28",
              (struct mh_route){
                  .type = MH_ROUTE_UNICAST, .table = 255, .next_hop_count = 1, .next_hops = &unplugged});
    ask(host, "203.0.113.9");
    refuses(host, MH_WAY_UNREACHABLE);
    selection_host_free(host);
}

static void linux4_broadcast_and_multicast(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    ask(host, "255.255.255.255"); /* by the default route, but not to its gateway */
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    ask(host, "239.1.1.1");
    answers(host, "192.0.2.1", "eth0", NULL, "linux4-6");
    host->question.source = parse_address("198.51.100.1"); /* the source's interface */
    ask(host, "239.1.1.1");
    answers(host, "198.51.100.1", "eth1", NULL, NULL);
    selection_host_free(host);
}

static void linux4_several_next_hops(void **state)
{
    (void)state;
    struct selection_host *host = two_links();
    const struct mh_next_hop hops[] = {hop(host, "192.0.2.254", "eth0"), hop(host, "198.51.100.254", "eth1")};
    put_route(host, "203.0.113.0/24",
              (struct mh_route){.type = MH_ROUTE_UNICAST, .next_hop_count = 2, .next_hops = hops});
    ask(host, "203.0.113.9");
    assert_int_equal(host->selection.forwarding.choice_count, 2);
    assert_int_equal(host->selection.source.family, MH_FAMILY_NONE); /* it depends */
    assert_true(mh_address_equal(&host->selection.choice_sources[0], &host->builder.addresses[1].address));
    assert_true(mh_address_equal(&host->selection.choice_sources[1], &host->builder.addresses[2].address));
    host->question.source = parse_address("198.51.100.1"); /* the hop that has it goes first */
    ask(host, "203.0.113.9");
    assert_int_equal(host->selection.forwarding.choice_count, 2);
    assert_int_equal(host->selection.matching_choice_count, 1);
    answers(host, "198.51.100.1", "eth1", "198.51.100.254", NULL);
    selection_host_free(host);
}

/* An object keeps the source that it was made with, which was chosen for the scope of the link. */
static void linux4_nexthop_object(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    address(&host->builder, "eth0", "192.0.2.1/24")->scope = MH_ROUTE_SCOPE_SITE;
    (void)address(&host->builder, "eth0", "198.51.100.1/24");
    const struct mh_next_hop by = hop(host, "203.0.113.254", "eth0");
    struct mh_route route = {.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by};
    put_route(host, "10.0.0.0/8", route);
    route.next_hop_id = 7;
    put_route(host, "10.0.0.0/16", route);
    ask(host, "10.1.0.1");
    answers(host, "198.51.100.1", "eth0", "203.0.113.254", "linux4-6");
    ask(host, "10.0.0.1");
    is_indeterminate(host, "nexthop object");
    host->question.source = parse_address("192.0.2.1");
    ask(host, "10.0.0.1");
    answers(host, "192.0.2.1", "eth0", "203.0.113.254", NULL);
    selection_host_free(host);
}

/* ---- IPv6 ------------------------------------------------------------------------------------------ */

/* eth0 and eth1, and a default route by eth0. */
static struct selection_host *six(void)
{
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    route_from(host, "::/0", "fe80::1", "eth0", NULL);
    return host;
}

/* The first address is chosen by the rule, which drops the second; they are listed the other way round. */
static void prefers(struct selection_host *host, const char *chosen, const char *dropped, const char *rule)
{
    ask(host, "2001:db8:ffff::1");
    answers(host, chosen, "eth0", "fe80::1", rule);
    drops(host, dropped, rule);
    selection_host_free(host);
}

static void linux6_0(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    host->question.source = parse_address("2001:db8:77::1"); /* Linux does not ask whose it is */
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8:77::1", "eth0", "fe80::1", NULL);
    drops(host, "2001:db8::1", "linux6-0");
    selection_host_free(host);
}

static void linux6_1(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    (void)address(&host->builder, "eth1", "2001:db8:1::1/64");
    route_from(host, "2001:db8:ffff::/48", "fe80::1", "eth0", "2001:db8:1::1");
    prefers(host, "2001:db8:1::1", "2001:db8::1", "linux6-1");
}

static void linux6_2(void **state)
{
    (void)state;
    struct selection_host *host = six();
    address(&host->builder, "eth0", "2001:db8:ffff::2/64")->flags = MH_ADDRESS_TENTATIVE;
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-14");
    drops(host, "2001:db8:ffff::2", "linux6-2");
    host->builder.addresses[1].flags = MH_ADDRESS_TENTATIVE;
    ask(host, "2001:db8:ffff::1");
    refuses(host, MH_WAY_NO_SOURCE);
    selection_host_free(host);
}

static void linux6_3(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "fe80::a/64");
    (void)address(&host->builder, "eth1", "fe80::b/64");
    (void)address(&host->builder, "eth1", "2001:db8::1/64");
    route_from(host, "fe80::/64", NULL, "eth0", NULL);
    ask(host, "fe80::99");
    answers(host, "fe80::a", "eth0", NULL, "linux6-14");
    drops(host, "fe80::b", "linux6-3");
    ask(host, "2001:db8:ffff::1"); /* from the other interface, whose address reaches */
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-5");
    set(host, "eth0", MH_IPV6, MH_SETTING_USE_OIF_ADDRS_ONLY, 1);
    ask(host, "2001:db8:ffff::1");
    answers(host, "fe80::a", "eth0", "fe80::1", "linux6-14");
    selection_host_free(host);
}

static void linux6_4(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8:ffff::2/64");
    (void)address(&host->builder, "eth1", "2001:db8:ffff::1/64");
    prefers(host, "2001:db8:ffff::1", "2001:db8:ffff::2", "linux6-4");
}

static void linux6_5(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "fe80::a/64");
    (void)address(&host->builder, "eth1", "2001:db8::1/64");
    prefers(host, "2001:db8::1", "fe80::a", "linux6-5");
}

static void linux6_6(void **state)
{
    (void)state;
    struct selection_host *host = six();
    address(&host->builder, "eth0", "2001:db8:ffff::2/64")->flags = MH_ADDRESS_DEPRECATED;
    (void)address(&host->builder, "eth1", "2001:db8::1/64");
    prefers(host, "2001:db8::1", "2001:db8:ffff::2", "linux6-6");
}

static void linux6_7(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8:ffff::2/64");
    address(&host->builder, "eth1", "2001:db8::1/64")->flags = MH_ADDRESS_HOME;
    ask(host, "2001:db8:ffff::1"); /* some kernels do not look at that */
    is_indeterminate(host, "CONFIG_IPV6_MIP6");
    ask(host, "2001:db8::1"); /* all choose the same */
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-4");
    drops(host, "2001:db8:ffff::2", "linux6-4");
    selection_host_free(host);
}

static void linux6_8(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "fd00::1/64"); /* of another label */
    (void)address(&host->builder, "eth1", "2001:db8:ffff::2/64");
    ask(host, "2001:db8:ffff::1");
    answers(host, "fd00::1", "eth0", "fe80::1", "linux6-8");
    drops(host, "2001:db8:ffff::2", "linux6-8");
    selection_host_free(host);
}

static void linux6_9(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "fd00::1/64");
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    prefers(host, "2001:db8::1", "fd00::1", "linux6-9");
}

/* ip addrlabel(8); what RFC 6724 advises is by the same table. */
static void linux6_9_with_own_labels(void **state)
{
    (void)state;
    struct selection_host *host = six();
    const struct mh_address local = parse_address("fd00::1"), global = parse_address("2001:db8::1");
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    (void)address(&host->builder, "eth0", "fd00::1/64");
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-9");
    assert_true(mh_address_equal(&host->selection.advice, &global));
    set_label(host, "2001:db8:ffff::/48", NULL, 5);
    set_label(host, "fc00::/7", NULL, 5);
    set_label(host, "::/0", NULL, 1);
    ask(host, "2001:db8:ffff::1");
    answers(host, "fd00::1", "eth0", "fe80::1", "linux6-9");
    drops(host, "2001:db8::1", "linux6-9");
    assert_true(mh_address_equal(&host->selection.advice, &local));
    assert_string_equal(host->selection.advice_rule->number, "rfc6724-6");
    set_label(host, "fc00::/7", "eth0", 7); /* of one interface: it goes first, and the RFC has none such */
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-12");
    assert_true(mh_address_equal(&host->selection.advice, &local));
    selection_host_free(host);
}

static void linux6_10(void **state)
{
    (void)state;
    struct selection_host *host = six();
    address(&host->builder, "eth0", "2001:db8:ffff::2/64")->flags = MH_ADDRESS_TEMPORARY;
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-10");
    set(host, "eth0", MH_IPV6, MH_SETTING_USE_TEMPADDR, 2);
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8:ffff::2", "eth0", "fe80::1", "linux6-10");
    drops(host, "2001:db8::1", "linux6-10");
    selection_host_free(host);
}

static void linux6_11(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:10::1/28");
    (void)address(&host->builder, "eth0", "3ffe::1/16"); /* neither label is the destination's */
    prefers(host, "3ffe::1", "2001:10::1", "linux6-11");
}

static void linux6_12(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    (void)address(&host->builder, "eth0", "2001:db8:ffff::2/64");
    prefers(host, "2001:db8:ffff::2", "2001:db8::1", "linux6-12");
}

static void linux6_12_counts_the_subnet_only(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/32");
    (void)address(&host->builder, "eth0", "2001:db8:ffff::2/32");
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-14");
    selection_host_free(host);
}

static void linux6_13(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    host->builder.addresses[0].flags = MH_ADDRESS_TENTATIVE | MH_ADDRESS_OPTIMISTIC;
    (void)address(&host->builder, "eth0", "2001:db8::2/64");
    set(host, "eth0", MH_IPV6, MH_SETTING_USE_OPTIMISTIC, 1); /* else rule 6 drops it */
    prefers(host, "2001:db8::2", "2001:db8::1", "linux6-13");
}

static void linux6_14(void **state)
{
    (void)state;
    struct selection_host *host = six();
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    (void)address(&host->builder, "eth0", "2001:db8::2/64");
    prefers(host, "2001:db8::1", "2001:db8::2", "linux6-14");
}

/* Without a route for no source, one is chosen first, and its routes are used. */
static void linux6_asks_again_with_a_source(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    const struct mh_next_hop by = hop(host, "fe80::1", "eth0");
    struct mh_route route = {.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by};
    assert_true(mh_prefix_parse("2001:db8::/64", 13, &route.source));
    put_route(host, "::/0", route);
    ask(host, "2001:db8:ffff::1");
    answers(host, "2001:db8::1", "eth0", "fe80::1", "linux6-14");
    assert_string_equal(mh_way_word(host->selection.first_way), "unreachable");
    host->question.source = parse_address("2001:db8:1::1");
    ask(host, "2001:db8:ffff::1");
    refuses(host, MH_WAY_UNREACHABLE);
    selection_host_free(host);
}

/* Routes by one nexthop object share what Linux remembers: the table that it tells is any of theirs. */
static void linux6_nexthop_object_agrees(void **state)
{
    (void)state;
    struct selection_host *host = selection_host_new(MH_DIALECT_LINUX);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "eth0", "2001:db8::1/64");
    const struct mh_next_hop by = hop(host, "fe80::1", "eth0");
    struct mh_route route = {.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by};
    struct mh_kernel_answer answer = {.found = true,
                                      .interface = by.interface,
                                      .next_hop = by.gateway,
                                      .source = parse_address("2001:db8::1"),
                                      .table = 100};
    const char *difference;
    put_route(host, "2001:db8:1::/48", route);
    route.next_hop_id = 7;
    put_route(host, "2001:db8:2::/48", route);
    ask(host, "2001:db8:1::1");
    host->selection.forwarding.route.table = 254;
    assert_false(mh_selection_agrees(host->builder.routes, &host->selection, &answer, &difference));
    assert_string_equal(difference, "table");
    ask(host, "2001:db8:2::1");
    host->selection.forwarding.route.table = 254;
    assert_true(mh_selection_agrees(host->builder.routes, &host->selection, &answer, &difference));
    selection_host_free(host);
}

/* ---- both ------------------------------------------------------------------------------------------ */

static void the_rules_are_whole(void **state)
{
    (void)state;
    rules_are_whole(MH_DIALECT_LINUX, MH_IPV4, "linux4-");
    rules_are_whole(MH_DIALECT_LINUX, MH_IPV6, "linux6-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux4_0),
        cmocka_unit_test(linux4_1),
        cmocka_unit_test(linux4_2),
        cmocka_unit_test(linux4_3),
        cmocka_unit_test(linux4_4),
        cmocka_unit_test(linux4_5),
        cmocka_unit_test(linux4_6),
        cmocka_unit_test(linux4_7),
        cmocka_unit_test(linux4_8),
        cmocka_unit_test(linux4_given_interface),
        cmocka_unit_test(linux4_source_by_table),
        cmocka_unit_test(linux4_broadcast_and_multicast),
        cmocka_unit_test(linux4_several_next_hops),
        cmocka_unit_test(linux4_nexthop_object),
        cmocka_unit_test(linux6_0),
        cmocka_unit_test(linux6_1),
        cmocka_unit_test(linux6_2),
        cmocka_unit_test(linux6_3),
        cmocka_unit_test(linux6_4),
        cmocka_unit_test(linux6_5),
        cmocka_unit_test(linux6_6),
        cmocka_unit_test(linux6_7),
        cmocka_unit_test(linux6_8),
        cmocka_unit_test(linux6_9),
        cmocka_unit_test(linux6_9_with_own_labels),
        cmocka_unit_test(linux6_10),
        cmocka_unit_test(linux6_11),
        cmocka_unit_test(linux6_12),
        cmocka_unit_test(linux6_12_counts_the_subnet_only),
        cmocka_unit_test(linux6_13),
        cmocka_unit_test(linux6_14),
        cmocka_unit_test(linux6_asks_again_with_a_source),
        cmocka_unit_test(linux6_nexthop_object_agrees),
        cmocka_unit_test(the_rules_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
