/* The host model in effect, by small hosts: what the laboratory cannot make (other systems, large tables,
 * what is not known), and each reason. That what is said is true is shown by tests/lab/test_host_model.py. */
#include "host_builder.h"

#include "configuration.h"

#include "core/host_model_parts.h"

enum { RULES = 16, SETTINGS = 64, ETH0 = 2, ETH1 = 3, TABLE_MAIN = 254, TABLE_LOCAL = 255 };

struct model_host {
    struct host_builder builder;
    struct mh_rule rules[RULES];
    size_t rule_count;
    struct mh_setting settings[SETTINGS];
    size_t setting_count;
    enum mh_dialect dialect;
    bool without_filter;
    const char *config;
    struct mh_config *parsed;
    struct mh_path_host asked;
    struct mh_host_modeller *modeller;
    struct mh_host_model_report report;
};

/* What the packet filter does. */
static enum mh_filter_verdict (*behaviour)(const struct mh_filter_packet *packet);

static void run_behaviour(const struct mh_filter *filter, enum mh_filter_hook hook,
                          struct mh_filter_packet *packet, struct mh_filter_result *result)
{
    (void)filter;
    *result = (struct mh_filter_result){.verdict = MH_FILTER_PASSES};
    if (hook != MH_FILTER_INPUT || behaviour == NULL)
        return;
    result->verdict = behaviour(packet);
    (void)snprintf(result->chain, sizeof result->chain, "inet test input");
    (void)snprintf(result->rule, sizeof result->rule, "a rule");
    (void)snprintf(result->reason, sizeof result->reason, "a reason");
}

/* ---- hosts ----------------------------------------------------------------------------------------- */

static struct mh_rule *rule(struct model_host *host, uint32_t priority, const char *from, uint32_t table)
{
    assert_true(host->rule_count < RULES);
    struct mh_rule *added = &host->rules[host->rule_count++];
    *added = (struct mh_rule){.family = MH_IPV4,
                              .priority = priority,
                              .table = table,
                              .suppress_prefix_length = -1,
                              .suppress_interface_group = -1};
    if (from != NULL)
        assert_true(mh_prefix_parse(from, strlen(from), &added->from));
    return added;
}

static void set(struct model_host *host, uint32_t interface, enum mh_setting_id id, int32_t value)
{
    assert_true(host->setting_count < SETTINGS);
    host->settings[host->setting_count++] =
        (struct mh_setting){.interface = interface, .value = value, .family = MH_IPV4, .id = (uint8_t)id};
}

static void own(struct model_host *host, const char *interface, const char *text, const char *subnet)
{
    struct mh_interface_address *added = address(&host->builder, interface, text);
    struct mh_next_hop by = {.interface = added->interface, .weight = 1};
    struct mh_route local = {.table = TABLE_LOCAL,
                             .type = MH_ROUTE_LOCAL,
                             .scope = MH_ROUTE_SCOPE_HOST,
                             .destination = mh_prefix_of(&added->address, 32),
                             .next_hop_count = 1,
                             .next_hops = &by};
    assert_int_equal(mh_route_table_put(host->builder.routes, &local, MH_APPEND), MH_OK);
    route(&host->builder, host->dialect == MH_DIALECT_LINUX ? TABLE_MAIN : 0, subnet, NULL, interface, 0);
}

static struct model_host *host_of(enum mh_dialect dialect)
{
    struct model_host *host = calloc(1, sizeof *host);
    assert_non_null(host);
    behaviour = NULL;
    host->dialect = dialect;
    host->config = "{}";
    host->builder.routes = mh_route_table_new();
    (void)device(&host->builder, "lo", MH_KIND_LOOPBACK);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    own(host, "eth0", "192.0.2.1/24", "192.0.2.0/24");
    own(host, "eth1", "198.51.100.1/24", "198.51.100.0/24");
    uint32_t table = dialect == MH_DIALECT_LINUX ? TABLE_MAIN : 0;
    route(&host->builder, table, "0.0.0.0/0", "192.0.2.254", "eth0", 0);
    if (dialect == MH_DIALECT_LINUX) {
        (void)rule(host, 0, NULL, TABLE_LOCAL);
        (void)rule(host, 32766, NULL, TABLE_MAIN);
    }
    for (uint32_t interface = 0; interface <= ETH1; interface += interface == 0 ? ETH0 : 1) {
        set(host, interface, MH_SETTING_RP_FILTER, 0);
        set(host, interface, MH_SETTING_ACCEPT_LOCAL, 0);
        set(host, interface, MH_SETTING_ROUTE_LOCALNET, 0);
        set(host, interface, MH_SETTING_SRC_VALID_MARK, 0);
    }
    return host;
}

/* With a table and a rule for eth1's address. */
static struct model_host *source_routed(void)
{
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    route(&host->builder, 5201, "198.51.100.0/24", NULL, "eth1", 0);
    route(&host->builder, 5201, "0.0.0.0/0", "198.51.100.254", "eth1", 0);
    (void)rule(host, 5260, "198.51.100.1/32", 5201);
    return host;
}

static void forget(struct model_host *host)
{
    mh_host_modeller_free(host->modeller);
    mh_config_release(host->parsed);
    host->modeller = NULL;
    host->parsed = NULL;
}

static void host_free(struct model_host *host)
{
    forget(host);
    builder_clear(&host->builder);
    free(host);
}

static const struct mh_host_model_report *assess(struct model_host *host, uint32_t interface)
{
    static const char some_filter[4096];
    forget(host);
    build_with(&host->builder, &(struct builder_more){.rules = host->rules,
                                                      .rule_count = host->rule_count,
                                                      .settings = host->settings,
                                                      .setting_count = host->setting_count});
    host->parsed = mh_test_parse(host->config);
    host->asked = (struct mh_path_host){.snapshot = &host->builder.snapshot,
                                        .routes = host->builder.routes,
                                        .dialect = host->dialect,
                                        .filter = host->without_filter ? NULL : (const void *)some_filter,
                                        .filter_unknown = "nobody may read it",
                                        .run_filter = run_behaviour};
    host->modeller = mh_host_modeller_new(&host->asked, host->parsed);
    assert_non_null(host->modeller);
    assert_int_equal(mh_host_model_assess(host->modeller,
                                          mh_snapshot_interface(&host->builder.snapshot, interface), MH_IPV4,
                                          &host->report),
                     MH_OK);
    return &host->report;
}

static void is(const struct mh_aspect *aspect, const char *effective, const char *reason)
{
    if (effective == NULL)
        assert_null(aspect->effective);
    else
        assert_string_equal(aspect->effective, effective);
    if (reason == NULL)
        assert_null(aspect->reason);
    else if (aspect->reason == NULL || strstr(aspect->reason, reason) == NULL)
        fail_msg("the reason is: %s", aspect->reason != NULL ? aspect->reason : "none");
}

/* ---- receive --------------------------------------------------------------------------------------- */

static enum mh_filter_verdict strong(const struct mh_filter_packet *packet)
{
    const struct mh_filter_fib_question local = {
        .address = packet->destination, .from = packet->source, .input = packet->input};
    struct mh_filter_fib_answer answer;
    packet->fib(packet->fib_context, &local, &answer);
    return answer.type == MH_ROUTE_LOCAL ? MH_FILTER_PASSES : MH_FILTER_DROPS;
}

static enum mh_filter_verdict strong_for_new(const struct mh_filter_packet *packet)
{
    return packet->state == MH_FILTER_STATE_NEW ? strong(packet) : MH_FILTER_PASSES;
}

/* One protocol only. */
static enum mh_filter_verdict strong_for_tcp(const struct mh_filter_packet *packet)
{
    return packet->protocol == 6 ? strong(packet) : MH_FILTER_PASSES;
}

static enum mh_filter_verdict in_doubt(const struct mh_filter_packet *packet)
{
    (void)packet;
    return MH_FILTER_INDETERMINATE;
}

/* Port 22 is open to all. */
static enum mh_filter_verdict one_port(const struct mh_filter_packet *packet)
{
    if (!packet->destination_port_known)
        return MH_FILTER_INDETERMINATE;
    return packet->destination_port == 22 ? MH_FILTER_PASSES : MH_FILTER_DROPS;
}

static void linux_is_weak_until_a_filter_drops(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    host->config = "{\"host_model\": {\"receive\": \"strong\"}}";
    is(&assess(host, ETH0)->receive, "weak",
       "A packet to 198.51.100.1 (eth1) that comes in on eth0 is taken");
    assert_int_equal(mh_aspect_agrees(&host->report.receive), 0);
    behaviour = strong;
    is(&assess(host, ETH0)->receive, "strong", NULL);
    assert_int_equal(mh_aspect_agrees(&host->report.receive), 1);
    assert_string_equal(host->report.receive.natives[0].key, "nft inet test input");
    behaviour = strong_for_tcp;
    is(&assess(host, ETH0)->receive, "weak", "is taken");
    behaviour = strong_for_new;
    is(&assess(host, ETH0)->receive, "weak", "connections that are there already");
    behaviour = one_port;
    is(&assess(host, ETH0)->receive, "weak", "is taken");
    behaviour = in_doubt;
    is(&assess(host, ETH0)->receive, "indeterminate", "a reason");
    assert_int_equal(mh_aspect_agrees(&host->report.receive), -1);
    host_free(host);
}

/* Later datagrams are taken; of one whose state is not known nothing can be said. */
static enum mh_filter_verdict drops_first_datagrams(const struct mh_filter_packet *packet)
{
    if (packet->protocol == 6)
        return MH_FILTER_DROPS;
    if (packet->state_unknown)
        return MH_FILTER_INDETERMINATE;
    return packet->state == MH_FILTER_STATE_NEW ? MH_FILTER_DROPS : MH_FILTER_PASSES;
}

static void later_packets_count(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    behaviour = drops_first_datagrams;
    is(&assess(host, ETH0)->receive, "weak", NULL);
    host_free(host);
}

static void a_filter_that_cannot_be_read(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    host->without_filter = true;
    is(&assess(host, ETH0)->receive, "indeterminate", "nobody may read it");
    is(&host->report.reverse_path, "indeterminate", "nobody may read it");
    host_free(host);
}

/* Anycast and loopback addresses are everybody's. */
static void addresses_that_do_not_count(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    behaviour = strong;
    (void)device(&host->builder, "dummy0", MH_KIND_DUMMY);
    own(host, "dummy0", "203.0.113.77/32", "203.0.113.77/32");
    own(host, "lo", "203.0.113.78/32", "203.0.113.78/32");
    is(&assess(host, ETH0)->receive, "strong", NULL);
    host_free(host);
}

static void other_systems_receive(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_FREEBSD);
    set(host, MH_SETTING_ALL, MH_SETTING_STRONG_END_SYSTEM, 1);
    set(host, MH_SETTING_ALL, MH_SETTING_FORWARDING, 0);
    is(&assess(host, ETH0)->receive, "strong", NULL);
    host->settings[host->setting_count - 1].value = 1; /* it forwards */
    is(&assess(host, ETH0)->receive, "weak", NULL);
    host_free(host);
    host = host_of(MH_DIALECT_NETBSD);
    set(host, MH_SETTING_ALL, MH_SETTING_CHECK_INTERFACE, 0);
    is(&assess(host, ETH0)->receive, "weak", NULL);
    host_free(host);
    host = host_of(MH_DIALECT_OPENBSD);
    is(&assess(host, ETH0)->receive, "strong", NULL);
    host_free(host);
    host = host_of(MH_DIALECT_WINDOWS);
    set(host, ETH0, MH_SETTING_WEAK_HOST_RECEIVE, 0);
    set(host, ETH0, MH_SETTING_WEAK_HOST_SEND, 1);
    is(&assess(host, ETH0)->receive, "strong", NULL);
    is(&host->report.send, "weak", NULL);
    host_free(host);
}

/* ---- send ------------------------------------------------------------------------------------------ */

static void send_by_rules(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    host->config = "{\"host_model\": {\"send\": \"strong\"}}";
    is(&assess(host, ETH1)->send, "weak", "no rule leads packets from 198.51.100.1 to a table of eth1");
    host_free(host);
    host = source_routed();
    host->config = "{\"host_model\": {\"send\": \"strong\"}}";
    is(&assess(host, ETH1)->send, "source-routing", "5261 from 198.51.100.1 unreachable is missing");
    assert_string_equal(host->report.send.natives[0].key, "rule 5260");
    assert_string_equal(host->report.send.natives[0].text, "from 198.51.100.1 lookup 5201");
    rule(host, 5261, "198.51.100.1/32", 0)->action = MH_RULE_UNREACHABLE;
    is(&assess(host, ETH1)->send, "strong", NULL);
    struct mh_rule *over = rule(host, 5261, "198.51.100.1/32", 0);
    over->action = MH_RULE_GOTO; /* equal priorities: behind the other */
    over->target = 5262;
    is(&assess(host, ETH1)->send, "strong", NULL);
    over->priority = 5260; /* before the refusal, which it jumps over */
    is(&assess(host, ETH1)->send, "source-routing", "5261");
    *over = (struct mh_rule){.family = MH_IPV4, /* TCP goes on to main */
                             .priority = 5260,
                             .table = TABLE_MAIN,
                             .ip_protocol = 6,
                             .suppress_prefix_length = -1,
                             .suppress_interface_group = -1};
    is(&assess(host, ETH1)->send, "source-routing", "5261");
    host->rule_count--;
    host->config = "{\"source_routing\": true}";
    is(&assess(host, ETH1)->send, "strong", "a rule refuses packets from 198.51.100.1");
    host_free(host);
}

/* The priorities that packets of a source meet, and one of the others'. */
static void meets(struct model_host *host, const char *source, const char *expected)
{
    char found[128] = "";
    struct mh_snapshot sieved;
    struct mh_address address;
    assert_true(mh_address_parse(source, strlen(source), &address));
    mh_sieve_rules(host->modeller, &address, &sieved);
    for (size_t i = 0; i < sieved.rule_count; i++)
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), " %u",
                       (unsigned)sieved.rules[i].priority);
    assert_string_equal(found, expected);
}

static void rules_of_other_sources(void **state)
{
    (void)state;
    struct model_host *host = source_routed();
    rule(host, 5261, "198.51.100.1/32", 0)->action = MH_RULE_UNREACHABLE;
    (void)rule(host, 5201, "10.0.0.1/32", TABLE_MAIN);
    (void)rule(host, 5202, "10.0.0.2/32", TABLE_MAIN);
    rule(host, 5203, "198.51.100.0/24", TABLE_MAIN)->invert = true;
    rule(host, 5204, NULL, 5299)->mark_mask = 1;
    rule(host, 5205, "2001:db8::1/128", 5299)->family = MH_IPV6;
    is(&assess(host, ETH1)->send, "strong", NULL);
    meets(host, "198.51.100.1", " 0 5201 5203 5204 5260 5261 32766");
    meets(host, "10.0.0.2", " 0 5201 5202 5203 5204 32766");
    meets(host, "2001:db8::1", " 5205");
    meets(host, "2001:db8::2", " 5205");
    struct mh_rule *leap = rule(host, 5200, NULL, 0);
    leap->action = MH_RULE_GOTO;
    leap->target = 5202; /* where the rule is for others: what lies between is left out all the same */
    is(&assess(host, ETH1)->send, "strong", NULL);
    meets(host, "198.51.100.1", " 0 5200 5201 5202 5203 5204 5260 5261 32766 5205");
    rule(host, 5262, "10.0.0.3/32", TABLE_MAIN)->action = MH_RULE_TO_TABLE;
    leap->target = 5262; /* behind the source's own */
    is(&assess(host, ETH1)->send, "weak", NULL);
    host_free(host);
}

/* The second address has no rule. */
static void the_weakest_address_counts(void **state)
{
    (void)state;
    struct model_host *host = source_routed();
    own(host, "eth1", "198.51.100.2/24", "198.51.100.0/25");
    is(&assess(host, ETH1)->send, "weak", NULL);
    assert_true(host->report.send.evidence_count >= 2);
    host_free(host);
}

/* Interface, rule and route are there, but the protocol decides. */
static void a_rule_that_selects_by_what_is_not_said(void **state)
{
    (void)state;
    struct model_host *host = source_routed();
    rule(host, 5200, NULL, 5201)->ip_protocol = 6;
    is(&assess(host, ETH1)->send, "indeterminate", "");
    assert_non_null(host->report.send.reason);
    host_free(host);
}

static void one_way_out(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    named(&host->builder, "eth1")->up = false;
    host->builder.address_count = 1;
    host->config = "{\"host_model\": {\"send\": \"strong\", \"receive\": \"strong\"}}";
    is(&assess(host, ETH0)->send, NULL, "no other way");
    is(&host->report.receive, NULL, "no other IPv4 address");
    assert_int_equal(mh_aspect_agrees(&host->report.send), -1);
    is(&assess(host, ETH1)->send, NULL, "eth1 has no IPv4 address");
    host_free(host);
}

/* Of an internal interface: containers are reached by it, whatever the source. */
static void ways_to_containers_do_not_count(void **state)
{
    (void)state;
    struct model_host *host = source_routed();
    (void)device(&host->builder, "docker0", MH_KIND_BRIDGE);
    own(host, "docker0", "172.17.0.1/16", "172.17.0.0/16");
    route(&host->builder, 5201, "172.17.0.0/16", NULL, "docker0", 0);
    rule(host, 5261, "198.51.100.1/32", 0)->action = MH_RULE_UNREACHABLE;
    is(&assess(host, ETH1)->send, "strong", NULL);
    host_free(host);
}

static void a_domain_of_its_own(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    named(&host->builder, "eth0")->domain = 9;
    is(&assess(host, ETH0)->receive, "indeterminate", "VRF");
    is(&host->report.send, "indeterminate", "VRF");
    host_free(host);
}

/* ---- reverse path ---------------------------------------------------------------------------------- */

static bool knows_the_way(const struct mh_filter_packet *packet, bool by_the_interface)
{
    const struct mh_filter_fib_question back = {.address = packet->source,
                                                .from = packet->destination,
                                                .input = by_the_interface ? packet->input : 0};
    struct mh_filter_fib_answer answer;
    packet->fib(packet->fib_context, &back, &answer);
    return answer.interface != 0;
}

static enum mh_filter_verdict strict_filter(const struct mh_filter_packet *packet)
{
    return knows_the_way(packet, true) ? MH_FILTER_PASSES : MH_FILTER_DROPS;
}

static enum mh_filter_verdict loose_filter(const struct mh_filter_packet *packet)
{
    return knows_the_way(packet, false) ? MH_FILTER_PASSES : MH_FILTER_DROPS;
}

/* A service firewall that does not mind where the source is. */
static enum mh_filter_verdict closed_filter(const struct mh_filter_packet *packet)
{
    (void)packet;
    return MH_FILTER_DROPS;
}

static void reverse_path(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    host->config = "{\"reverse_path\": \"off\"}";
    is(&assess(host, ETH0)->reverse_path, "off", NULL);
    behaviour = loose_filter;
    is(&assess(host, ETH0)->reverse_path, "loose", "The packet filter checks the source in inet test input");
    behaviour = strict_filter;
    is(&assess(host, ETH0)->reverse_path, "strict", "The packet filter checks the source");
    behaviour = closed_filter;
    is(&assess(host, ETH0)->reverse_path, "off", NULL);
    behaviour = in_doubt; /* the same, wherever the source is */
    is(&assess(host, ETH0)->reverse_path, "off", NULL);
    behaviour = loose_filter;
    host->settings[4].value = 1; /* rp_filter of eth0 */
    is(&assess(host, ETH0)->reverse_path, "strict", "net.ipv4.conf.eth0.rp_filter is 1");
    host->settings[0].value = 2; /* of all */
    is(&assess(host, ETH0)->reverse_path, "loose", "packet filter");
    behaviour = NULL;
    is(&assess(host, ETH0)->reverse_path, "loose",
       "net.ipv4.conf.all.rp_filter is 2, and the greater value counts");
    host_free(host);
}

static void reverse_path_of_a_family_without_addresses(void **state)
{
    (void)state;
    struct model_host *host = host_of(MH_DIALECT_LINUX);
    host->config = "{\"reverse_path\": \"loose\"}";
    behaviour = loose_filter;
    (void)assess(host, ETH0);
    assert_int_equal(mh_host_model_assess(host->modeller,
                                          mh_snapshot_interface(&host->builder.snapshot, ETH0), MH_IPV6,
                                          &host->report),
                     MH_OK);
    is(&host->report.reverse_path, NULL, "the host has no IPv6 address but link-local ones");
    assert_int_equal(mh_aspect_agrees(&host->report.reverse_path), -1);
    behaviour = NULL;
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_is_weak_until_a_filter_drops),
        cmocka_unit_test(later_packets_count),
        cmocka_unit_test(a_filter_that_cannot_be_read),
        cmocka_unit_test(addresses_that_do_not_count),
        cmocka_unit_test(other_systems_receive),
        cmocka_unit_test(send_by_rules),
        cmocka_unit_test(rules_of_other_sources),
        cmocka_unit_test(the_weakest_address_counts),
        cmocka_unit_test(a_rule_that_selects_by_what_is_not_said),
        cmocka_unit_test(one_way_out),
        cmocka_unit_test(ways_to_containers_do_not_count),
        cmocka_unit_test(a_domain_of_its_own),
        cmocka_unit_test(reverse_path),
        cmocka_unit_test(reverse_path_of_a_family_without_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
