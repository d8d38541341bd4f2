/* The host model and the return path on FreeBSD, NetBSD and OpenBSD: their switches, forwarding, pf's rules
 * behind the routes, and routing domains. */
#include "selection.h"

#include "configuration.h"

#include "core/host_model.h"

enum { EM0 = 2, EM1 = 3 };

struct model {
    struct selection_host *host;
    struct mh_config *config;
    struct mh_host_modeller *modeller;
    struct mh_path_host asked;
    struct mh_host_model_report report;
    struct mh_path_question question;
    struct mh_path_report path;
};

static void set_all(struct model *model, enum mh_family family, enum mh_setting_id id, int32_t value)
{
    struct selection_host *host = model->host;
    size_t at = 0;
    while (at < host->setting_count && (host->settings[at].family != family || host->settings[at].id != id))
        at++;
    host->settings[at] = (struct mh_setting){.family = (uint8_t)family, .id = (uint8_t)id, .value = value};
    host->setting_count += at == host->setting_count;
}

/* em0 with the default gateways, em1; each with an IPv4 and an IPv6 address. */
static void begin(struct model *model, enum mh_dialect dialect)
{
    struct selection_host *host = selection_host_new(dialect);
    *model = (struct model){.host = host};
    (void)device(&host->builder, "em0", MH_KIND_PHYSICAL);
    (void)device(&host->builder, "em1", MH_KIND_PHYSICAL);
    (void)address(&host->builder, "em0", "192.0.2.1/24");
    (void)address(&host->builder, "em0", "2001:db8:0:1::1/64");
    (void)address(&host->builder, "em1", "198.51.100.1/24");
    (void)address(&host->builder, "em1", "2001:db8:0:2::1/64");
    route_from(host, "192.0.2.0/24", NULL, "em0", NULL);
    route_from(host, "198.51.100.0/24", NULL, "em1", NULL);
    route_from(host, "0.0.0.0/0", "192.0.2.254", "em0", NULL);
    route_from(host, "2001:db8:0:1::/64", NULL, "em0", NULL);
    route_from(host, "2001:db8:0:2::/64", NULL, "em1", NULL);
    route_from(host, "::/0", "2001:db8:0:1::fe", "em0", NULL);
    set_all(model, MH_IPV4, MH_SETTING_FORWARDING, 0);
    set_all(model, MH_IPV6, MH_SETTING_FORWARDING, 0);
}

static void forget(struct model *model)
{
    mh_host_modeller_free(model->modeller);
    mh_config_release(model->config);
    model->modeller = NULL;
    model->config = NULL;
}

static void end(struct model *model)
{
    forget(model);
    selection_host_free(model->host);
}

/* Source routing of em1's IPv4 address, and of em0's, as the plan has it. */
static void route_by_source(struct model *model)
{
    struct selection_host *host = model->host;
    route(&host->builder, 5201, "198.51.100.0/24", NULL, "em1", 0);
    route(&host->builder, 5201, "0.0.0.0/0", "198.51.100.254", "em1", 0);
    (void)add_rule(host, 5260, "198.51.100.1/32", 5201);
}

static void look(struct model *model)
{
    struct selection_host *host = model->host;
    build_with(&host->builder, &(struct builder_more){.rules = host->rules,
                                                      .rule_count = host->rule_count,
                                                      .settings = host->settings,
                                                      .setting_count = host->setting_count});
    model->asked = (struct mh_path_host){.snapshot = &host->builder.snapshot,
                                         .routes = host->builder.routes,
                                         .dialect = host->dialect,
                                         .filter_unknown = "it is not read here"};
}

static const struct mh_host_model_report *assess(struct model *model, const char *config, uint32_t interface,
                                                 enum mh_family family)
{
    look(model);
    forget(model);
    model->config = mh_test_parse(config);
    model->modeller = mh_host_modeller_new(&model->asked, model->config);
    assert_non_null(model->modeller);
    const struct mh_interface *of = mh_snapshot_interface(&model->host->builder.snapshot, interface);
    assert_int_equal(mh_host_model_assess(model->modeller, of, family, &model->report), MH_OK);
    return &model->report;
}

static void is(const struct mh_aspect *aspect, const char *effective, const char *reason_part)
{
    assert_string_equal(aspect->effective == NULL ? "" : aspect->effective, effective);
    if (reason_part == NULL)
        assert_null(aspect->reason);
    else if (aspect->reason == NULL || strstr(aspect->reason, reason_part) == NULL)
        fail_msg("the reason is: %s", aspect->reason == NULL ? "none" : aspect->reason);
}

static bool says(const struct mh_aspect *aspect, const char *part)
{
    for (size_t i = 0; i < aspect->evidence_count; i++)
        if (strstr(aspect->evidence[i], part) != NULL)
            return true;
    return false;
}

static void has_native(const struct mh_aspect *aspect, const char *key, int32_t value)
{
    for (size_t i = 0; i < aspect->native_count; i++)
        if (strcmp(aspect->natives[i].key, key) == 0) {
            assert_int_equal(aspect->natives[i].number, value);
            return;
        }
    fail_msg("no %s", key);
}

static const char strong[] = "{\"host_model\": {\"receive\": \"strong\", \"send\": \"strong\"}}";

/* ---- receive ---------------------------------------------------------------------------------------- */

static void freebsd_receives(void **state)
{
    (void)state;
    static const struct {
        enum mh_setting_id id;
        const char *key;
    } switches[] = {{MH_SETTING_STRONG_END_SYSTEM, "net.inet.ip.rfc1122_strong_es"},
                    {MH_SETTING_CHECK_INTERFACE, "net.inet.ip.check_interface"}};
    for (size_t i = 0; i < 2; i++) {
        struct model model;
        begin(&model, MH_DIALECT_FREEBSD);
        is(&assess(&model, strong, EM0, MH_IPV4)->receive, "indeterminate", "not known");
        set_all(&model, MH_IPV4, switches[i].id, 1);
        is(&assess(&model, strong, EM0, MH_IPV4)->receive, "strong", NULL);
        has_native(&model.report.receive, switches[i].key, 1);
        has_native(&model.report.receive, "net.inet.ip.forwarding", 0);
        assert_true(says(&model.report.receive, "runs CARP"));
        is(&assess(&model, strong, EM0, MH_IPV6)->receive, "weak", "IPv6 packet");
        set_all(&model, MH_IPV4, MH_SETTING_FORWARDING, 1);
        is(&assess(&model, strong, EM0, MH_IPV4)->receive, "weak", "this host forwards");
        end(&model);
    }
}

static void netbsd_receives(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_NETBSD);
    set_all(&model, MH_IPV4, MH_SETTING_CHECK_INTERFACE, 1);
    is(&assess(&model, strong, EM0, MH_IPV4)->receive, "strong", NULL);
    has_native(&model.report.receive, "net.inet.ip.checkinterface", 1);
    set_all(&model, MH_IPV4, MH_SETTING_CHECK_INTERFACE, 0);
    is(&assess(&model, strong, EM0, MH_IPV4)->receive, "weak", "is taken");
    is(&assess(&model, strong, EM0, MH_IPV6)->receive, "weak", "IPv6 packet");
    end(&model);
}

static void openbsd_receives(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_OPENBSD);
    is(&assess(&model, strong, EM0, MH_IPV4)->receive, "strong", NULL);
    is(&assess(&model, strong, EM0, MH_IPV6)->receive, "strong", NULL);
    assert_true(says(&model.report.receive, "pf keeps a state"));
    set_all(&model, MH_IPV4, MH_SETTING_OWN_TABLE, MH_OWN_TABLE_OFF);
    is(&assess(&model, strong, EM0, MH_IPV4)->receive, "strong", NULL);
    assert_false(says(&model.report.receive, "pf keeps a state"));
    set_all(&model, MH_IPV6, MH_SETTING_FORWARDING, 1);
    is(&assess(&model, strong, EM0, MH_IPV4)->receive, "strong", NULL);
    is(&assess(&model, strong, EM0, MH_IPV6)->receive, "weak", "this host forwards");
    end(&model);
}

/* ---- send ------------------------------------------------------------------------------------------- */

static void pf_sends_by_source(void **state)
{
    (void)state;
    static const enum mh_dialect dialects[] = {MH_DIALECT_FREEBSD, MH_DIALECT_OPENBSD};
    for (size_t i = 0; i < 2; i++) {
        struct model model;
        begin(&model, dialects[i]);
        is(&assess(&model, strong, EM1, MH_IPV4)->send, "weak", "no rule leads packets from 198.51.100.1");
        route_by_source(&model);
        is(&assess(&model, strong, EM1, MH_IPV4)->send, "source-routing", "5261");
        assert_true(says(&model.report.send, "they go on to the rules behind rule 5260"));
        assert_string_equal(model.report.send.natives[0].text, "from 198.51.100.1 lookup 5201");
        (void)add_rule(model.host, 5261, "198.51.100.1/32", 0);
        is(&assess(&model, strong, EM1, MH_IPV4)->send, "strong", NULL);
        is(&assess(&model, strong, EM0, MH_IPV4)->send, "weak", "no rule leads packets from 192.0.2.1");
        is(&assess(&model, strong, EM1, MH_IPV6)->send, "weak", "no rule");
        end(&model);
    }
}

/* setfib(1): routes of FIB 1 are for those who ask for it. */
static void other_fibs_do_not_count(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_FREEBSD);
    route(&model.host->builder, 5201, "198.51.100.0/24", NULL, "em1", 0);
    (void)add_rule(model.host, 5260, "198.51.100.1/32", 5201);
    route(&model.host->builder, 1, "0.0.0.0/0", "198.51.100.254", "em1", 0);
    is(&assess(&model, "{}", EM1, MH_IPV4)->send, "source-routing", NULL);
    (void)add_rule(model.host, 5259, "198.51.100.77/32", 1); /* that one is looked at */
    is(&assess(&model, "{}", EM1, MH_IPV4)->send, "weak", NULL);
    end(&model);
}

static void other_domains_are_no_way_out(void **state)
{
    (void)state;
    struct model model;
    model = (struct model){.host = selection_host_new(MH_DIALECT_OPENBSD)};
    (void)device(&model.host->builder, "em0", MH_KIND_PHYSICAL);
    device(&model.host->builder, "em1", MH_KIND_PHYSICAL)->domain = 4;
    (void)address(&model.host->builder, "em0", "192.0.2.1/24");
    (void)address(&model.host->builder, "em1", "198.51.100.1/24");
    route_from(model.host, "192.0.2.0/24", NULL, "em0", NULL);
    route_from(model.host, "0.0.0.0/0", "192.0.2.254", "em0", NULL);
    route(&model.host->builder, 4, "198.51.100.0/24", NULL, "em1", 0);
    is(&assess(&model, "{}", EM0, MH_IPV4)->send, "", "no other way");
    is(&assess(&model, "{}", EM0, MH_IPV4)->receive, "", "no other IPv4 address");
    end(&model);
}

static void netbsd_sends_by_destination(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_NETBSD);
    is(&assess(&model, strong, EM1, MH_IPV4)->send, "weak", "");
    end(&model);
}

/* ---- reverse path ----------------------------------------------------------------------------------- */

static void source_validation_is_no_reverse_path(void **state)
{
    (void)state;
    static const char strict[] = "{\"reverse_path\": \"strict\"}";
    struct model model;
    begin(&model, MH_DIALECT_FREEBSD);
    set_all(&model, MH_IPV4, MH_SETTING_SOURCE_VALIDATION, 1);
    set_all(&model, MH_IPV6, MH_SETTING_SOURCE_VALIDATION, 0);
    is(&assess(&model, strict, EM0, MH_IPV4)->reverse_path, "indeterminate", "it is not read here");
    has_native(&model.report.reverse_path, "net.inet.ip.source_address_validation", 1);
    assert_true(says(&model.report.reverse_path, "bear an address of this host are dropped"));
    is(&assess(&model, strict, EM0, MH_IPV6)->reverse_path, "indeterminate", "it is not read here");
    assert_true(says(&model.report.reverse_path, "net.inet6.ip6.source_address_validation is 0"));
    assert_true(says(&model.report.reverse_path, "are taken"));
    end(&model);
}

static void openbsd_without_pf_has_no_filter(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_OPENBSD);
    is(&assess(&model, "{}", EM0, MH_IPV4)->reverse_path, "indeterminate", "it is not read here");
    set_all(&model, MH_IPV4, MH_SETTING_OWN_TABLE, MH_OWN_TABLE_OFF);
    is(&assess(&model, "{}", EM0, MH_IPV4)->reverse_path, "off", NULL);
    end(&model);
}

/* ---- the return path -------------------------------------------------------------------------------- */

static void arrives(struct model *model, const char *remote, const char *local, uint32_t interface)
{
    look(model);
    model->question = (struct mh_path_question){.remote = parse_address(remote),
                                                .local = parse_address(local),
                                                .interface = interface,
                                                .protocol = 6};
    mh_path_begin(&model->host->builder.snapshot, &model->question, &model->path);
    assert_int_equal(mh_path(&model->asked, &model->question, &model->path), MH_OK);
}

static bool refused_by(const struct mh_path_report *path, enum mh_path_by by, const char *part)
{
    for (size_t i = 0; i < path->verdict_count; i++)
        if (path->verdicts[i].by == by && strstr(path->verdicts[i].text, part) != NULL)
            return true;
    return false;
}

static bool advises(const struct mh_path_report *path, const char *part)
{
    for (size_t i = 0; i < path->advice_count; i++)
        if (strstr(path->advice[i], part) != NULL)
            return true;
    return false;
}

static void replies_go_by_the_rules(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_FREEBSD);
    arrives(&model, "203.0.113.9", "198.51.100.1", EM1);
    assert_int_equal(model.path.replies[0].asymmetry, MH_PATH_ASYMMETRIC);
    route_by_source(&model);
    arrives(&model, "203.0.113.9", "198.51.100.1", EM1);
    assert_int_equal(model.path.replies[0].asymmetry, MH_PATH_SYMMETRIC);
    assert_true(model.path.replies[0].selection.redirected);
    assert_int_equal(model.path.arrival, MH_PATH_TAKEN);
    end(&model);
}

/* With a gateway that the remedy names. */
static void source_routing_is_offered_where_pf_can(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_OPENBSD);
    route_from(model.host, "10.0.0.0/8", "198.51.100.254", "em1", NULL);
    set_all(&model, MH_IPV4, MH_SETTING_OWN_TABLE, MH_OWN_TABLE_NOT_NAMED);
    arrives(&model, "203.0.113.9", "198.51.100.1", EM1);
    assert_int_equal(model.path.remedy_count, 0);
    assert_true(advises(&model.path, "add: anchor \"multihomed\""));
    route_from(model.host, "203.0.0.0/8", "198.51.100.254", "em1", NULL);
    route_from(model.host, "203.0.113.0/24", "192.0.2.254", "em0", NULL);
    set_all(&model, MH_IPV4, MH_SETTING_OWN_TABLE, MH_OWN_TABLE_USABLE);
    arrives(&model, "203.0.113.9", "198.51.100.1", EM1);
    assert_int_equal(model.path.remedy_count, 1);
    assert_int_equal(model.path.remedies[0].kind, MH_PATH_SOURCE_ROUTING);
    model.host->dialect = MH_DIALECT_NETBSD;
    arrives(&model, "203.0.113.9", "198.51.100.1", EM1);
    assert_int_equal(model.path.remedy_count, 0);
    assert_true(advises(&model.path, "nothing sends a packet by its source"));
    end(&model);
}

static void freebsd_drops_its_own_addresses(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_FREEBSD);
    arrives(&model, "192.0.2.1", "198.51.100.1", EM1);
    assert_false(refused_by(&model.path, MH_PATH_BY_MARTIAN_SOURCE, ""));
    set_all(&model, MH_IPV4, MH_SETTING_SOURCE_VALIDATION, 1);
    arrives(&model, "192.0.2.1", "198.51.100.1", EM1);
    assert_true(
        refused_by(&model.path, MH_PATH_BY_MARTIAN_SOURCE, "net.inet.ip.source_address_validation=1"));
    assert_int_equal(model.path.arrival, MH_PATH_REFUSED);
    arrives(&model, "192.0.2.9", "198.51.100.1", EM1); /* a neighbour of em0: no concern of the check */
    assert_false(refused_by(&model.path, MH_PATH_BY_MARTIAN_SOURCE, ""));
    arrives(&model, "2001:db8:0:1::1", "2001:db8:0:2::1", EM1);
    assert_false(refused_by(&model.path, MH_PATH_BY_MARTIAN_SOURCE, ""));
    set_all(&model, MH_IPV6, MH_SETTING_SOURCE_VALIDATION, 1);
    arrives(&model, "2001:db8:0:1::1", "2001:db8:0:2::1", EM1);
    assert_true(refused_by(&model.path, MH_PATH_BY_MARTIAN_SOURCE, "net.inet6.ip6"));
    end(&model);
}

/* A packet to a stranger's address is forwarded by the routes, not by rules for what the host sends. */
static void forwarding_asks_no_rules(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_FREEBSD);
    route_by_source(&model);
    set_all(&model, MH_IPV4, MH_SETTING_FORWARDING, 1);
    arrives(&model, "203.0.113.9", "192.0.2.77", EM1);
    assert_int_equal(model.path.arrival, MH_PATH_PASSED_ON);
    assert_true(refused_by(&model.path, MH_PATH_BY_NOT_LOCAL, "forwarded by em0"));
    end(&model);
}

static void domains_have_addresses_of_their_own(void **state)
{
    (void)state;
    struct model model;
    begin(&model, MH_DIALECT_OPENBSD);
    named(&model.host->builder, "em1")->domain = 4;
    arrives(&model, "203.0.113.9", "198.51.100.1", EM0);
    assert_true(refused_by(&model.path, MH_PATH_BY_NOT_LOCAL, "not an address of this host"));
    model.host->dialect = MH_DIALECT_NETBSD;
    arrives(&model, "203.0.113.9", "198.51.100.1", EM0);
    assert_false(refused_by(&model.path, MH_PATH_BY_NOT_LOCAL, ""));
    end(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freebsd_receives),
        cmocka_unit_test(netbsd_receives),
        cmocka_unit_test(openbsd_receives),
        cmocka_unit_test(pf_sends_by_source),
        cmocka_unit_test(other_fibs_do_not_count),
        cmocka_unit_test(other_domains_are_no_way_out),
        cmocka_unit_test(netbsd_sends_by_destination),
        cmocka_unit_test(source_validation_is_no_reverse_path),
        cmocka_unit_test(openbsd_without_pf_has_no_filter),
        cmocka_unit_test(replies_go_by_the_rules),
        cmocka_unit_test(source_routing_is_offered_where_pf_can),
        cmocka_unit_test(freebsd_drops_its_own_addresses),
        cmocka_unit_test(forwarding_asks_no_rules),
        cmocka_unit_test(domains_have_addresses_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
