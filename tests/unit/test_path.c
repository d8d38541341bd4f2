/* The return path, by small cases, with a packet filter of the test's own. That the verdicts are true is
 * shown by tests/lab/test_path.py. */
#include "host_builder.h"

#include "core/path.h"

enum { RULES = 8, SETTINGS = 24, TABLE_MAIN = 254, TABLE_LOCAL = 255, TABLE_DEFAULT = 253 };

/* What the filter that stands for the real one does at a hook. */
typedef enum mh_filter_verdict (*hook_function)(struct mh_filter_packet *packet);

struct path_host {
    struct host_builder builder;
    struct mh_rule rules[RULES];
    size_t rule_count;
    struct mh_setting settings[SETTINGS];
    size_t setting_count;
    enum mh_dialect dialect;
    bool without_filter;
    struct mh_path_question question;
    struct mh_path_report report;
};

/* The test's filter is a table of these; mh_filter is never looked into. */
static hook_function hooks[MH_FILTER_HOOK_COUNT];

static void run_hooks(const struct mh_filter *filter, enum mh_filter_hook hook,
                      struct mh_filter_packet *packet, struct mh_filter_result *result)
{
    (void)filter;
    *result = (struct mh_filter_result){.verdict = MH_FILTER_PASSES};
    if (hooks[hook] == NULL)
        return;
    result->verdict = hooks[hook](packet);
    (void)snprintf(result->chain, sizeof result->chain, "inet test %d", (int)hook);
    (void)snprintf(result->rule, sizeof result->rule, "a rule");
    (void)snprintf(result->reason, sizeof result->reason, "a reason");
}

/* ---- a host with two interfaces -------------------------------------------------------------------- */

static struct mh_rule *rule(struct path_host *host, uint32_t priority, uint32_t table)
{
    assert_true(host->rule_count < RULES);
    struct mh_rule *added = &host->rules[host->rule_count++];
    *added = (struct mh_rule){.family = MH_IPV4,
                              .priority = priority,
                              .table = table,
                              .suppress_prefix_length = -1,
                              .suppress_interface_group = -1};
    return added;
}

static void from(struct mh_rule *added, const char *text)
{
    assert_true(mh_prefix_parse(text, strlen(text), &added->from));
}

static void set(struct path_host *host, uint32_t interface, enum mh_family family, enum mh_setting_id id,
                int32_t value)
{
    for (size_t i = 0; i < host->setting_count; i++)
        if (host->settings[i].interface == interface && host->settings[i].id == id &&
            host->settings[i].family == family) {
            host->settings[i].value = value;
            return;
        }
    assert_true(host->setting_count < SETTINGS);
    host->settings[host->setting_count++] = (struct mh_setting){
        .interface = interface, .value = value, .family = (uint8_t)family, .id = (uint8_t)id};
}

enum { ETH0 = 2, ETH1 = 3 };

static void local_route(struct path_host *host, const char *destination, const char *interface,
                        enum mh_route_type type)
{
    struct mh_next_hop by = {.interface = named(&host->builder, interface)->index, .weight = 1};
    struct mh_route added = {.table = TABLE_LOCAL,
                             .type = (uint8_t)type,
                             .scope = MH_ROUTE_SCOPE_HOST,
                             .owner = MH_OWNER_KERNEL,
                             .next_hop_count = 1,
                             .next_hops = &by};
    assert_true(mh_prefix_parse(destination, strlen(destination), &added.destination));
    assert_int_equal(mh_route_table_put(host->builder.routes, &added, MH_APPEND), MH_OK);
}

/* An address with the routes that the kernel makes for it. */
static void own(struct path_host *host, const char *interface, const char *text, const char *subnet,
                const char *broadcast)
{
    struct mh_interface_address *added = address(&host->builder, interface, text);
    char plain[MH_ADDRESS_TEXT_SIZE];
    (void)mh_address_format(&added->address, plain);
    local_route(host, plain, interface, MH_ROUTE_LOCAL);
    if (broadcast != NULL)
        local_route(host, broadcast, interface, MH_ROUTE_BROADCAST);
    route(&host->builder, TABLE_MAIN, subnet, NULL, interface, 0);
}

static struct path_host *host_new(void)
{
    struct path_host *host = calloc(1, sizeof *host);
    assert_non_null(host);
    memset(hooks, 0, sizeof hooks);
    host->dialect = MH_DIALECT_LINUX;
    host->builder.routes = mh_route_table_new();
    assert_non_null(host->builder.routes);
    (void)device(&host->builder, "lo", MH_KIND_LOOPBACK);
    (void)device(&host->builder, "eth0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "eth1", MH_KIND_PHYSICAL);
    own(host, "eth0", "192.0.2.1/24", "192.0.2.0/24", "192.0.2.255");
    own(host, "eth1", "198.51.100.1/24", "198.51.100.0/24", "198.51.100.255");
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", "192.0.2.254", "eth0", 0);
    (void)rule(host, 0, TABLE_LOCAL);
    (void)rule(host, 32766, TABLE_MAIN);
    (void)rule(host, 32767, TABLE_DEFAULT);
    for (uint32_t interface = 0; interface <= ETH1; interface += interface == 0 ? ETH0 : 1) {
        set(host, interface, MH_IPV4, MH_SETTING_RP_FILTER, 0);
        set(host, interface, MH_IPV4, MH_SETTING_ACCEPT_LOCAL, 0);
        set(host, interface, MH_IPV4, MH_SETTING_SRC_VALID_MARK, 0);
        set(host, interface, MH_IPV4, MH_SETTING_ROUTE_LOCALNET, 0);
    }
    return host;
}

static void host_free(struct path_host *host)
{
    builder_clear(&host->builder);
    free(host);
}

static void ask(struct path_host *host, const char *remote, const char *local, uint32_t interface,
                uint8_t protocol)
{
    static const char some_filter;
    build_with(&host->builder, &(struct builder_more){.rules = host->rules,
                                                      .rule_count = host->rule_count,
                                                      .settings = host->settings,
                                                      .setting_count = host->setting_count});
    host->question.remote = parse_address(remote);
    host->question.local = parse_address(local);
    host->question.interface = interface;
    host->question.protocol = protocol;
    const struct mh_path_host asked = {.snapshot = &host->builder.snapshot,
                                       .routes = host->builder.routes,
                                       .dialect = host->dialect,
                                       .filter = host->without_filter ? NULL : (const void *)&some_filter,
                                       .filter_unknown = "nobody may read it",
                                       .run_filter = run_hooks};
    memset(&host->report, 0xa5, sizeof host->report);
    mh_path_begin(&host->builder.snapshot, &host->question, &host->report);
    assert_int_equal(mh_path(&asked, &host->question, &host->report), MH_OK);
}

/* A TCP connection from afar to eth1's address, on eth1. */
static void ask_plainly(struct path_host *host)
{
    ask(host, "203.0.113.9", "198.51.100.1", ETH1, 6);
}

/* ---- what is expected ------------------------------------------------------------------------------ */

/* The verdicts, as "reverse-path-filter>request no-return-route>reply"; "?" for what is not known. */
static void says(const struct path_host *host, const char *expected)
{
    static const char *const drops[] = {"request", "reply", "?"};
    char text[1024] = "";
    for (size_t i = 0; i < host->report.verdict_count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s>%s", i == 0 ? "" : " ",
                       mh_path_by_word(host->report.verdicts[i].by), drops[host->report.verdicts[i].drops]);
        assert_true(strlen(host->report.verdicts[i].text) > 10);
    }
    assert_string_equal(text, expected);
}

static void mentions(const struct path_host *host, size_t verdict, const char *words)
{
    assert_true(verdict < host->report.verdict_count);
    if (strstr(host->report.verdicts[verdict].text, words) == NULL)
        fail_msg("it says: %s", host->report.verdicts[verdict].text);
}

static void is(const struct path_host *host, enum mh_path_asymmetry asymmetry)
{
    assert_int_equal(host->report.replies[0].asymmetry, asymmetry);
    assert_int_equal(host->report.replies[0].reason != NULL, asymmetry == MH_PATH_UNDECIDED);
}

/* As "source-routing(198.51.100.254) loose(3)". */
static void is_cured_by(const struct path_host *host, const char *expected)
{
    static const char *const words[] = {"source-routing", "loose", "weak"};
    char text[256] = "", gateway[MH_ADDRESS_TEXT_SIZE];
    for (size_t i = 0; i < host->report.remedy_count; i++) {
        const struct mh_path_remedy *remedy = &host->report.remedies[i];
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s(%u%s%s)", i == 0 ? "" : " ",
                       words[remedy->kind], (unsigned)remedy->interface,
                       remedy->gateway.family != MH_FAMILY_NONE ? " " : "",
                       mh_address_format(&remedy->gateway, gateway));
    }
    assert_string_equal(text, expected);
}

/* ---- the reply's way ------------------------------------------------------------------------------- */

static void symmetric(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 0);
    says(host, "");
    is(host, MH_PATH_SYMMETRIC);
    is_cured_by(host, "");
    assert_int_equal(host->report.reply_count, 3);
    assert_int_equal(host->report.arrival, MH_PATH_TAKEN);
    assert_int_equal(host->report.replies[0].selection.interface, ETH0);
    host_free(host);
}

static void asymmetric(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask_plainly(host);
    says(host, "");
    is(host, MH_PATH_ASYMMETRIC);
    is_cured_by(host, ""); /* no gateway is known */
    assert_non_null(strstr(host->report.advice[0], "uplink"));
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", "198.51.100.254", "eth1", 100);
    ask_plainly(host);
    is_cured_by(host, "source-routing(3)");
    host_free(host);
}

static void a_gateway_elsewhere_is_named(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    route(&host->builder, 100, "203.0.113.0/24", "198.51.100.254", "eth1", 0);
    ask_plainly(host);
    is_cured_by(host, "source-routing(3 198.51.100.254)");
    ask(host, "192.0.2.50", "198.51.100.1", ETH1, 6); /* the other interface's neighbour */
    is_cured_by(host, "");
    host_free(host);
}

static void source_rules(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    route(&host->builder, 100, "0.0.0.0/0", "198.51.100.254", "eth1", 0);
    from(rule(host, 1000, 100), "198.51.100.1/32");
    set(host, ETH1, MH_IPV4, MH_SETTING_RP_FILTER, 1);
    ask_plainly(host);
    says(host, "");
    is(host, MH_PATH_SYMMETRIC);
    ask(host, "203.0.113.9", "192.0.2.1", ETH1, 6); /* the other one's address */
    says(host, "reverse-path-filter>request");
    is(host, MH_PATH_ASYMMETRIC);
    is_cured_by(host, "loose(3)");
    assert_non_null(strstr(host->report.advice[0], "192.0.2.1 belongs to eth0"));
    host_free(host);
}

static void another_rule_comes_first(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", "198.51.100.254", "eth1", 100);
    from(rule(host, 6000, TABLE_MAIN), "198.51.100.1/32"); /* behind those of source routing */
    ask_plainly(host);
    is_cured_by(host, "source-routing(3)");
    from(rule(host, 5000, TABLE_MAIN), "198.51.100.0/24");
    ask_plainly(host);
    is_cured_by(host, "");
    host_free(host);
}

static void several_next_hops(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    struct mh_next_hop hops[] = {
        {.gateway = parse_address("192.0.2.254"), .interface = ETH0, .weight = 1},
        {.gateway = parse_address("198.51.100.254"), .interface = ETH1, .weight = 1}};
    struct mh_route both = {
        .table = TABLE_MAIN, .type = MH_ROUTE_UNICAST, .next_hop_count = 2, .next_hops = hops};
    assert_true(mh_prefix_parse("203.0.113.0/24", 14, &both.destination));
    assert_int_equal(mh_route_table_put(host->builder.routes, &both, MH_APPEND), MH_OK);
    set(host, ETH1, MH_IPV4, MH_SETTING_RP_FILTER, 1); /* one of the next hops is by eth1 */
    ask_plainly(host);
    says(host, "");
    is(host, MH_PATH_UNDECIDED);
    hops[1] = (struct mh_next_hop){.gateway = parse_address("192.0.2.253"), .interface = ETH0, .weight = 1};
    assert_true(mh_prefix_parse("203.0.114.0/24", 14, &both.destination));
    assert_int_equal(mh_route_table_put(host->builder.routes, &both, MH_APPEND), MH_OK);
    ask(host, "203.0.114.9", "192.0.2.1", ETH0, 6); /* both by the same */
    is(host, MH_PATH_SYMMETRIC);
    ask(host, "203.0.114.9", "198.51.100.1", ETH1, 6);
    says(host, "reverse-path-filter>request");
    is(host, MH_PATH_ASYMMETRIC);
    host_free(host);
}

static void no_way_back(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    (void)rule(host, 10, 0);
    host->rules[host->rule_count - 1].action = MH_RULE_PROHIBIT;
    from(&host->rules[host->rule_count - 1], "198.51.100.1/32");
    ask_plainly(host);
    says(host, "no-return-route>reply");
    mentions(host, 0, "EACCES");
    is(host, MH_PATH_UNDECIDED);
    host_free(host);
}

static void what_a_rule_asks_is_not_known(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    struct mh_rule *added = rule(host, 10, TABLE_MAIN);
    added->has_uid_range = true;
    added->uid_first = added->uid_last = 1000;
    ask_plainly(host);
    says(host, "routing>?");
    mentions(host, 0, "the user");
    is(host, MH_PATH_UNDECIDED);
    host_free(host);
}

static void wrong_source(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask(host, "203.0.113.9", "198.51.100.1", ETH1, 17);
    says(host, "udp-wrong-source>reply");
    assert_int_equal(host->report.verdicts[0].sockets, 1 << MH_PATH_UDP_WILDCARD);
    mentions(host, 0, "from 192.0.2.1, not from 198.51.100.1");
    assert_int_equal(host->report.reply_count, 2);
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 17);
    says(host, "");
    host_free(host);
}

/* ---- the reverse path filter ----------------------------------------------------------------------- */

static void reverse_path(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    set(host, ETH1, MH_IPV4, MH_SETTING_RP_FILTER, 1);
    ask_plainly(host);
    says(host, "reverse-path-filter>request");
    mentions(host, 0, "strict (1) for eth1, and the way back from 198.51.100.1 to 203.0.113.9 is by eth0.");
    is_cured_by(host, "loose(3)");
    assert_int_equal(host->report.arrival, MH_PATH_REFUSED);
    set(host, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER, 2); /* the greater counts */
    ask_plainly(host);
    says(host, "");
    set(host, MH_SETTING_ALL, MH_IPV4, MH_SETTING_RP_FILTER, 1);
    set(host, ETH1, MH_IPV4, MH_SETTING_RP_FILTER, 0);
    ask_plainly(host);
    says(host, "reverse-path-filter>request");
    host_free(host);
}

/* net/ipv4/fib_frontend.c: no_addr. */
static void an_interface_without_address_is_strict(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    (void)device(&host->builder, "eth2", MH_KIND_PHYSICAL);
    for (int mode = 0; mode <= 2; mode++) {
        set(host, 4, MH_IPV4, MH_SETTING_RP_FILTER, mode);
        ask(host, "203.0.113.9", "198.51.100.1", 4, 6);
        says(host, mode == 0 ? "" : "reverse-path-filter>request");
        is_cured_by(host, "");
    }
    mentions(host, 0, "no IPv4 address");
    host_free(host);
}

static enum mh_filter_verdict mark_it(struct mh_filter_packet *packet)
{
    packet->mark = 7;
    return MH_FILTER_PASSES;
}

/* The request's mark counts for its way in, and for the check with src_valid_mark only. */
static void marks(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    struct mh_rule *added = rule(host, 10, 100);
    added->mark = added->mark_mask = 7;
    route(&host->builder, 100, "203.0.113.0/24", "198.51.100.254", "eth1", 0);
    set(host, ETH1, MH_IPV4, MH_SETTING_RP_FILTER, 1);
    hooks[MH_FILTER_PREROUTING] = mark_it;
    ask_plainly(host);
    says(host, "reverse-path-filter>request");
    assert_true(host->report.marked);
    set(host, MH_SETTING_ALL, MH_IPV4, MH_SETTING_SRC_VALID_MARK, 1);
    ask_plainly(host);
    says(host, "");
    is(host, MH_PATH_ASYMMETRIC); /* the socket has no mark */
    host->question.mark = 7;
    ask_plainly(host);
    is(host, MH_PATH_SYMMETRIC);
    host_free(host);
}

/* ---- what is not taken ----------------------------------------------------------------------------- */

static void martians(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask(host, "192.0.2.1", "198.51.100.1", ETH1, 6);
    says(host, "martian-source>request no-return-route>reply");
    set(host, ETH1, MH_IPV4, MH_SETTING_ACCEPT_LOCAL, 1);
    ask(host, "192.0.2.1", "198.51.100.1", ETH1, 6);
    says(host, "no-return-route>reply");
    ask(host, "127.0.0.2", "198.51.100.1", ETH1, 6);
    says(host, "martian-source>request");
    ask(host, "203.0.113.9", "127.0.0.1", ETH1, 6);
    says(host, "martian-destination>request");
    ask(host, "255.255.255.255", "198.51.100.1", ETH1, 6);
    says(host, "martian-source>request");
    host_free(host);
}

/* A broadcast address as the source is seen in the full check only, which depends on rules there once were.
 */
static void broadcast_sources(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask(host, "192.0.2.255", "192.0.2.1", ETH0, 17);
    assert_int_equal(host->report.verdicts[0].by, MH_PATH_BY_REVERSE_PATH_FILTER);
    assert_int_equal(host->report.verdicts[0].drops, MH_PATH_DROPS_UNKNOWN);
    from(rule(host, 1000, 100), "198.51.100.1/32"); /* now there is one */
    ask(host, "192.0.2.255", "192.0.2.1", ETH0, 17);
    assert_int_equal(host->report.verdicts[0].by, MH_PATH_BY_MARTIAN_SOURCE);
    host_free(host);
}

static void not_local(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    ask(host, "203.0.113.9", "198.51.100.77", ETH1, 6);
    says(host, "not-local>request");
    mentions(host, 0, "does not forward");
    is(host, MH_PATH_UNDECIDED);
    set(host, ETH1, MH_IPV4, MH_SETTING_FORWARDING, 1);
    ask(host, "203.0.113.9", "192.0.2.77", ETH1, 6);
    says(host, "not-local>request");
    mentions(host, 0, "forwarded by eth0");
    assert_int_equal(host->report.arrival, MH_PATH_PASSED_ON);
    ask(host, "203.0.113.9", "198.51.100.255", ETH1, 17);
    mentions(host, 0, "broadcast");
    host_free(host);
}

static void interfaces(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    (void)device(&host->builder, "br0", MH_KIND_BRIDGE);
    own(host, "br0", "203.0.113.1/24", "203.0.113.0/24", NULL);
    set(host, 4, MH_IPV4, MH_SETTING_RP_FILTER, 1);
    enslave(&host->builder, "eth1", "br0");
    ask(host, "203.0.113.9", "203.0.113.1", ETH1, 6); /* comes in by the bridge */
    says(host, "");
    assert_int_equal(host->report.input, 4);
    is(host, MH_PATH_SYMMETRIC);
    named(&host->builder, "br0")->up = false;
    ask(host, "203.0.113.9", "203.0.113.1", ETH1, 6);
    assert_int_equal(host->report.verdicts[0].by, MH_PATH_BY_INTERFACE_DOWN);
    named(&host->builder, "eth0")->domain = 99;
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 6);
    says(host, "routing>?");
    host_free(host);
}

/* ---- strong host receive --------------------------------------------------------------------------- */

static void strong(struct path_host *host, enum mh_dialect dialect, enum mh_setting_id id, uint32_t interface,
                   int32_t value, const char *expected, const char *cure)
{
    host->dialect = dialect;
    host->setting_count = 0;
    if (id != MH_SETTING_COUNT)
        set(host, interface, MH_IPV4, id, value);
    ask(host, "192.0.2.50", "192.0.2.1", ETH1, 6);
    says(host, expected);
    if (expected[0] == 's')
        is_cured_by(host, cure);
}

static void strong_host(void **state)
{
    (void)state;
    static const char yes[] = "strong-host>request", unknown[] = "strong-host>?";
    struct path_host *host = host_new();
    host->rule_count = 0;
    mh_route_table_free(host->builder.routes);
    host->builder.routes = mh_route_table_new();
    route(&host->builder, 0, "192.0.2.0/24", NULL, "eth0", 0);
    strong(host, MH_DIALECT_FREEBSD, MH_SETTING_STRONG_END_SYSTEM, 0, 0, "", "");
    strong(host, MH_DIALECT_FREEBSD, MH_SETTING_STRONG_END_SYSTEM, 0, 1, yes, "weak(0)");
    strong(host, MH_DIALECT_FREEBSD, MH_SETTING_CHECK_INTERFACE, 0, 1, yes, "weak(0)");
    strong(host, MH_DIALECT_NETBSD, MH_SETTING_CHECK_INTERFACE, 0, 1, yes, "weak(0)");
    strong(host, MH_DIALECT_NETBSD, MH_SETTING_CHECK_INTERFACE, 0, 0, "", "");
    strong(host, MH_DIALECT_NETBSD, MH_SETTING_COUNT, 0, 0, unknown, "");
    strong(host, MH_DIALECT_OPENBSD, MH_SETTING_COUNT, 0, 0, yes, "");
    strong(host, MH_DIALECT_OPENBSD, MH_SETTING_FORWARDING, 0, 1, "", "");
    strong(host, MH_DIALECT_WINDOWS, MH_SETTING_WEAK_HOST_RECEIVE, ETH1, 0, yes, "weak(3)");
    strong(host, MH_DIALECT_WINDOWS, MH_SETTING_WEAK_HOST_RECEIVE, ETH1, 1, "", "");
    named(&host->builder, "eth0")->kind = MH_KIND_CARP;
    strong(host, MH_DIALECT_FREEBSD, MH_SETTING_STRONG_END_SYSTEM, 0, 1, "", "");
    host_free(host);
}

/* ---- the packet filter ----------------------------------------------------------------------------- */

static enum mh_filter_verdict drop_new(struct mh_filter_packet *packet)
{
    return packet->state == MH_FILTER_STATE_NEW ? MH_FILTER_DROPS : MH_FILTER_PASSES;
}

static enum mh_filter_verdict drop_established(struct mh_filter_packet *packet)
{
    return packet->state == MH_FILTER_STATE_ESTABLISHED ? MH_FILTER_DROPS : MH_FILTER_PASSES;
}

static enum mh_filter_verdict cannot_tell(struct mh_filter_packet *packet)
{
    (void)packet;
    return MH_FILTER_INDETERMINATE;
}

static void filter_drops_request(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_INPUT] = drop_new;
    ask_plainly(host);
    says(host, "packet-filter>request");
    mentions(host, 0, "the request in inet test 1: a rule");
    hooks[MH_FILTER_INPUT] = drop_established;
    ask_plainly(host);
    says(host, "packet-filter>request");
    mentions(host, 0, "later packets");
    hooks[MH_FILTER_INPUT] = NULL;
    hooks[MH_FILTER_PREROUTING] = drop_new;
    ask_plainly(host);
    says(host, "packet-filter>request");
    hooks[MH_FILTER_PREROUTING] = cannot_tell;
    ask_plainly(host);
    says(host, "packet-filter>?");
    mentions(host, 0, "a reason");
    host_free(host);
}

static enum mh_filter_verdict remember_input(struct mh_filter_packet *packet)
{
    packet->connection_mark = packet->input;
    return MH_FILTER_PASSES;
}

static enum mh_filter_verdict only_as_it_came(struct mh_filter_packet *packet)
{
    assert_int_equal(packet->input, 0);
    assert_true(packet->output != 0 && packet->output_name[0] != '\0');
    bool same = packet->connection_mark_known && packet->connection_mark == packet->output;
    return packet->state == MH_FILTER_STATE_ESTABLISHED && packet->reply_direction && same ? MH_FILTER_PASSES
                                                                                           : MH_FILTER_DROPS;
}

/* A connection that is bound to the interface it was made on. */
static void stateful_filter(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_PREROUTING] = remember_input;
    hooks[MH_FILTER_OUTPUT] = only_as_it_came;
    route(&host->builder, TABLE_MAIN, "0.0.0.0/0", "198.51.100.254", "eth1", 100);
    ask_plainly(host);
    says(host, "stateful-filter>reply");
    mentions(host, 0, "By eth1, on which the request came in, it would pass");
    is_cured_by(host, "source-routing(3)");
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 6);
    says(host, "");
    ask(host, "203.0.113.9", "198.51.100.1", ETH1, 17); /* from elsewhere it is no reply */
    says(host, "stateful-filter>reply packet-filter>reply udp-wrong-source>reply");
    host_free(host);
}

static enum mh_filter_verdict zone_by_interface(struct mh_filter_packet *packet)
{
    packet->zone = packet->input + packet->output;
    return packet->state == MH_FILTER_STATE_INVALID ? MH_FILTER_DROPS : MH_FILTER_PASSES;
}

/* In another zone there is no such connection: what answers a SYN is invalid, a datagram is a new one. */
static void zones(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_PREROUTING] = hooks[MH_FILTER_OUTPUT] = zone_by_interface;
    ask_plainly(host);
    says(host, "stateful-filter>reply");
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 6);
    says(host, "");
    ask(host, "192.0.2.50", "198.51.100.1", ETH1, 17);
    says(host, "udp-wrong-source>reply");
    host_free(host);
}

static enum mh_filter_verdict leave_untracked(struct mh_filter_packet *packet)
{
    packet->state = MH_FILTER_STATE_UNTRACKED;
    return MH_FILTER_PASSES;
}

static enum mh_filter_verdict drop_invalid(struct mh_filter_packet *packet)
{
    return packet->state == MH_FILTER_STATE_INVALID ? MH_FILTER_DROPS : MH_FILTER_PASSES;
}

/* What was not tracked has no connection that the reply could be of. */
static void notrack(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_PREROUTING] = leave_untracked;
    hooks[MH_FILTER_OUTPUT] = drop_invalid;
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 6);
    says(host, "packet-filter>reply");
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 17);
    says(host, "");
    host_free(host);
}

static enum mh_filter_verdict translate(struct mh_filter_packet *packet)
{
    packet->destination_translated = packet->input != 0;
    packet->source_translated = packet->output != 0;
    return MH_FILTER_PASSES;
}

static enum mh_filter_verdict lose_the_marks(struct mh_filter_packet *packet)
{
    packet->mark_unknown = packet->zone_unknown = true;
    if (packet->state_unknown)
        return MH_FILTER_INDETERMINATE;
    return MH_FILTER_PASSES;
}

/* Nothing is claimed of packets that were changed. */
static void changed_packets(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_PREROUTING] = translate;
    ask_plainly(host);
    says(host, "packet-filter>?");
    mentions(host, 0, "destination");
    is(host, MH_PATH_UNDECIDED);
    assert_int_equal(host->report.arrival, MH_PATH_ARRIVAL_UNKNOWN);
    hooks[MH_FILTER_PREROUTING] = NULL;
    hooks[MH_FILTER_POSTROUTING] = translate;
    ask_plainly(host);
    says(host, "packet-filter>?");
    hooks[MH_FILTER_POSTROUTING] = NULL;
    hooks[MH_FILTER_PREROUTING] = lose_the_marks; /* its zone, and so its state, is not known */
    struct mh_rule *added = rule(host, 10, TABLE_MAIN);
    added->mark = added->mark_mask = 7;
    ask_plainly(host);
    says(host, "packet-filter>?"); /* the mark has no say yet */
    set(host, ETH1, MH_IPV4, MH_SETTING_SRC_VALID_MARK, 1);
    ask_plainly(host);
    says(host, "packet-filter>? reverse-path-filter>?");
    mentions(host, 1, "the mark");
    host_free(host);
}

static void filter_drops_reply_anyhow(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_POSTROUTING] = drop_established;
    ask_plainly(host);
    says(host, "packet-filter>reply");
    hooks[MH_FILTER_POSTROUTING] = cannot_tell;
    ask_plainly(host);
    says(host, "packet-filter>?");
    mentions(host, 0, "postrouting");
    host->without_filter = true;
    ask_plainly(host);
    says(host, "packet-filter>?");
    mentions(host, 0, "nobody may read it");
    host_free(host);
}

/* What sets a mark in output may lead the reply another way. */
static void a_mark_at_output(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_OUTPUT] = mark_it;
    ask_plainly(host);
    says(host, "");
    struct mh_rule *added = rule(host, 10, 100);
    added->mark = added->mark_mask = 7;
    route(&host->builder, 100, "203.0.113.0/24", "198.51.100.254", "eth1", 0);
    ask_plainly(host);
    says(host, "packet-filter>?");
    mentions(host, 0, "the mark 0x7");
    is(host, MH_PATH_UNDECIDED);
    host_free(host);
}

static enum mh_filter_verdict only_where_it_lives(struct mh_filter_packet *packet)
{
    const struct mh_filter_fib_question local = {
        .address = packet->destination, .from = packet->source, .input = packet->input};
    const struct mh_filter_fib_question back = {
        .address = packet->source, .from = packet->destination, .input = packet->input};
    const struct mh_filter_fib_question any = {.address = packet->source, .from = packet->destination};
    struct mh_filter_fib_answer answer;
    packet->fib(packet->fib_context, &any, &answer);
    assert_true(answer.known);
    assert_int_equal(answer.interface, ETH0);
    assert_int_equal(answer.type, MH_ROUTE_UNICAST);
    packet->fib(packet->fib_context, &back, &answer);
    assert_int_equal(answer.interface, packet->input == ETH0 ? ETH0 : 0);
    packet->fib(packet->fib_context, &local, &answer);
    return answer.type == MH_ROUTE_LOCAL ? MH_FILTER_PASSES : MH_FILTER_DROPS;
}

/* `fib daddr . iif type` and `fib saddr . iif oif`. */
static void fib(void **state)
{
    (void)state;
    struct path_host *host = host_new();
    hooks[MH_FILTER_INPUT] = only_where_it_lives;
    ask(host, "203.0.113.9", "192.0.2.1", ETH0, 6);
    says(host, "");
    ask(host, "203.0.113.9", "198.51.100.1", ETH1, 6);
    says(host, "");
    ask(host, "203.0.113.9", "192.0.2.1", ETH1, 6);
    says(host, "packet-filter>request");
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symmetric),
        cmocka_unit_test(asymmetric),
        cmocka_unit_test(a_gateway_elsewhere_is_named),
        cmocka_unit_test(source_rules),
        cmocka_unit_test(another_rule_comes_first),
        cmocka_unit_test(several_next_hops),
        cmocka_unit_test(no_way_back),
        cmocka_unit_test(what_a_rule_asks_is_not_known),
        cmocka_unit_test(wrong_source),
        cmocka_unit_test(reverse_path),
        cmocka_unit_test(an_interface_without_address_is_strict),
        cmocka_unit_test(marks),
        cmocka_unit_test(martians),
        cmocka_unit_test(broadcast_sources),
        cmocka_unit_test(not_local),
        cmocka_unit_test(interfaces),
        cmocka_unit_test(strong_host),
        cmocka_unit_test(filter_drops_request),
        cmocka_unit_test(stateful_filter),
        cmocka_unit_test(zones),
        cmocka_unit_test(notrack),
        cmocka_unit_test(changed_packets),
        cmocka_unit_test(filter_drops_reply_anyhow),
        cmocka_unit_test(a_mark_at_output),
        cmocka_unit_test(fib),
    };
    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
