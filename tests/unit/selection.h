/* Asks a host that a test built what a dialect does, and checks the answer. */
#ifndef MH_TESTS_UNIT_SELECTION_H
#define MH_TESTS_UNIT_SELECTION_H

#include "host_builder.h"

#include "core/select.h"

/* A host with what was asked of it last. */
struct selection_host {
    struct host_builder builder;
    enum mh_dialect dialect;
    struct mh_setting settings[16];
    size_t setting_count;
    struct mh_address_label labels[4]; /* 0: those that the system begins with */
    size_t label_count;
    struct mh_rule rules[8];
    size_t rule_count;
    struct mh_question question; /* what the next one says beside its destination */
    struct mh_selection selection;
};

static BUILDER_UNUSED struct selection_host *selection_host_new(enum mh_dialect dialect)
{
    struct selection_host *host = calloc(1, sizeof *host);
    assert_non_null(host);
    host->dialect = dialect;
    host->builder.routes = mh_route_table_new();
    assert_non_null(host->builder.routes);
    (void)device(&host->builder, "lo0", MH_KIND_LOOPBACK);
    return host;
}

static BUILDER_UNUSED void selection_host_free(struct selection_host *host)
{
    mh_selection_clear(&host->selection);
    builder_clear(&host->builder);
    free(host);
}

static BUILDER_UNUSED void set(struct selection_host *host, const char *interface, enum mh_family family,
                               enum mh_setting_id id, int32_t value)
{
    assert_true(host->setting_count < sizeof host->settings / sizeof host->settings[0]);
    host->settings[host->setting_count++] =
        (struct mh_setting){.interface = named(&host->builder, interface)->index,
                            .value = value,
                            .family = (uint8_t)family,
                            .id = (uint8_t)id};
}

/* A rule for packets from there; table 0: that refuses them. */
static BUILDER_UNUSED struct mh_rule *add_rule(struct selection_host *host, uint32_t priority,
                                               const char *from, uint32_t table)
{
    assert_true(host->rule_count < sizeof host->rules / sizeof host->rules[0]);
    struct mh_rule *added = &host->rules[host->rule_count++];
    *added = (struct mh_rule){.priority = priority,
                              .table = table,
                              .action = table == 0 ? MH_RULE_UNREACHABLE : MH_RULE_TO_TABLE,
                              .suppress_prefix_length = -1,
                              .suppress_interface_group = -1};
    assert_true(mh_prefix_parse(from, strlen(from), &added->from));
    added->family = added->from.address.family;
    return added;
}

/* `interface` NULL: for all. */
static BUILDER_UNUSED void set_label(struct selection_host *host, const char *prefix, const char *interface,
                                     uint32_t label)
{
    assert_true(host->label_count < sizeof host->labels / sizeof host->labels[0]);
    struct mh_address_label *added = &host->labels[host->label_count++];
    *added = (struct mh_address_label){.label = label};
    added->interface = interface == NULL ? 0 : named(&host->builder, interface)->index;
    assert_true(mh_prefix_parse(prefix, strlen(prefix), &added->prefix));
}

static BUILDER_UNUSED struct mh_next_hop hop(struct selection_host *host, const char *gateway,
                                             const char *interface)
{
    struct mh_next_hop made = {.interface = named(&host->builder, interface)->index, .weight = 1};
    if (gateway != NULL)
        made.gateway = parse_address(gateway);
    return made;
}

static BUILDER_UNUSED void put_route(struct selection_host *host, const char *destination,
                                     struct mh_route added)
{
    assert_true(mh_prefix_parse(destination, strlen(destination), &added.destination));
    assert_int_equal(mh_route_table_put(host->builder.routes, &added, MH_APPEND), MH_OK);
}

/* A route that carries `source` (NULL: none). */
static BUILDER_UNUSED void route_from(struct selection_host *host, const char *destination,
                                      const char *gateway, const char *interface, const char *source)
{
    const struct mh_next_hop by = hop(host, gateway, interface);
    struct mh_route added = {.type = MH_ROUTE_UNICAST, .next_hop_count = 1, .next_hops = &by};
    if (source != NULL)
        added.preferred_source = parse_address(source);
    put_route(host, destination, added);
}

static BUILDER_UNUSED void ask(struct selection_host *host, const char *destination)
{
    build_with(&host->builder, &(struct builder_more){.rules = host->rules,
                                                      .rule_count = host->rule_count,
                                                      .settings = host->settings,
                                                      .setting_count = host->setting_count,
                                                      .labels = host->labels,
                                                      .label_count = host->label_count});
    mh_selection_clear(&host->selection);
    host->question.destination = parse_address(destination);
    assert_int_equal(mh_select(&host->builder.snapshot, host->builder.routes, host->dialect, &host->question,
                               true, &host->selection),
                     MH_OK);
}

/* The way was found; NULL: no such address, or no rule. */
static BUILDER_UNUSED void answers(const struct selection_host *host, const char *source,
                                   const char *interface, const char *next_hop, const char *rule)
{
    const struct mh_selection *selection = &host->selection;
    char text[MH_ADDRESS_TEXT_SIZE];
    if (selection->way == MH_WAY_INDETERMINATE)
        fail_msg("indeterminate: %s", selection->reason);
    assert_string_equal(mh_way_word(selection->way), "found");
    assert_string_equal(mh_address_format(&selection->source, text), source == NULL ? "" : source);
    assert_string_equal(mh_snapshot_interface_name(&host->builder.snapshot, selection->interface), interface);
    assert_string_equal(mh_address_format(&selection->next_hop, text), next_hop == NULL ? "" : next_hop);
    assert_string_equal(selection->rule == NULL ? "" : selection->rule->number, rule == NULL ? "" : rule);
}

static BUILDER_UNUSED void refuses(const struct selection_host *host, enum mh_way way)
{
    assert_string_equal(mh_way_word(host->selection.way), mh_way_word(way));
    assert_int_equal(host->selection.source.family, MH_FAMILY_NONE);
}

static BUILDER_UNUSED void is_indeterminate(const struct selection_host *host, const char *reason_part)
{
    refuses(host, MH_WAY_INDETERMINATE);
    assert_non_null(host->selection.reason);
    if (strstr(host->selection.reason, reason_part) == NULL)
        fail_msg("the reason is: %s", host->selection.reason);
}

/* The candidate lost by the rule. */
static BUILDER_UNUSED void drops(const struct selection_host *host, const char *address, const char *rule)
{
    const struct mh_address wanted = parse_address(address);
    for (size_t i = 0; i < host->selection.candidate_count; i++) {
        const struct mh_candidate *candidate = &host->selection.candidates[i];
        if (!mh_address_equal(&candidate->address->address, &wanted))
            continue;
        assert_false(candidate->chosen);
        assert_non_null(candidate->dropped_by);
        assert_string_equal(candidate->dropped_by->number, rule);
        return;
    }
    fail_msg("no candidate %s", address);
}

/* Every rule has a number of the dialect, a text and a source; the numbers are one each. */
static BUILDER_UNUSED void rules_are_whole(enum mh_dialect dialect, enum mh_family family, const char *prefix)
{
    const struct mh_select_rule *rules = mh_select_rules(dialect, family);
    size_t count = 0;
    for (; rules[count].number != NULL; count++) {
        assert_int_equal(strncmp(rules[count].number, prefix, strlen(prefix)), 0);
        assert_true(strlen(rules[count].text) > 10 && strlen(rules[count].source) > 3);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(rules[i].number, rules[count].number);
    }
    assert_true(count > 3);
}

#endif
