/* Random hosts and questions: whatever a dialect other than Linux answers is whole and fits the host. */
#include "selection.h"

enum { HOSTS = 1500, QUESTIONS = 12 };

static const char *const addresses[] = {
    "192.0.2.1/24", "192.0.2.2/24", "192.0.2.2/32", "10.0.0.1/8",      "10.1.0.1/16",    "169.254.1.1/16",
    "127.0.0.1/8",  "fe80::1/64",   "fe80::2/64",   "2001:db8::1/64",  "2001:db8::2/64", "2a00::1/48",
    "fd00::1/64",   "2002::1/16",   "::1/128",      "2001:db8:9::1/64"};
static const char *const prefixes[] = {"0.0.0.0/0",       "192.0.2.0/24", "10.0.0.0/8",    "203.0.113.0/24",
                                       "127.0.0.0/8",     "::/0",         "2001:db8::/32", "fe80::/64",
                                       "2001:db8:9::/48", "ff00::/8"};
static const char *const gateways4[] = {NULL, "192.0.2.254", "10.9.9.9", "10.1.0.9"};
static const char *const gateways6[] = {NULL, "fe80::ff", "2001:db8::ff"};
static const char *const destinations[] = {"203.0.113.9",   "192.0.2.2",   "10.1.2.3",  "255.255.255.255",
                                           "224.0.0.1",     "0.0.0.0",     "127.0.0.1", "fe80::9",
                                           "2001:db8::9",   "2001:db8::2", "ff02::1",   "ff05::1",
                                           "2001:db8:9::9", "::1",         "::",        "2002:1::1"};

#define PICK(random, list) (list)[mh_test_random(random) % (sizeof(list) / sizeof(list)[0])]

static const char *random_interface(struct selection_host *host, uint64_t *random)
{
    return host->builder.interfaces[mh_test_random(random) % host->builder.interface_count].name;
}

static void random_devices(struct selection_host *host, uint64_t *random)
{
    static const char *const names[] = {"em0", "em1", "em2"};
    for (size_t i = 0; i < 1 + mh_test_random(random) % 3; i++) {
        struct mh_interface *made = device(&host->builder, names[i],
                                           mh_test_random(random) % 8 == 0 ? MH_KIND_CARP : MH_KIND_PHYSICAL);
        made->up = mh_test_random(random) % 8 != 0;
        made->carrier = mh_test_random(random) % 8 != 0;
        made->domain = mh_test_random(random) % 8 == 0;
    }
}

static void random_addresses(struct selection_host *host, uint64_t *random)
{
    for (size_t i = 0; i < mh_test_random(random) % 12; i++) {
        struct mh_interface_address *made =
            address(&host->builder, random_interface(host, random), PICK(random, addresses));
        made->flags =
            (uint32_t)(mh_test_random(random) & mh_test_random(random) & mh_test_random(random) & 0x3ff);
        made->owner = (uint8_t)(mh_test_random(random) % 7);
        if (mh_test_random(random) % 4 == 0)
            made->preferred_lifetime = (uint32_t)(mh_test_random(random) % 100);
    }
}

static void random_route(struct selection_host *host, uint64_t *random)
{
    const char *prefix = PICK(random, prefixes);
    bool six = strchr(prefix, ':') != NULL;
    struct mh_next_hop hops[2];
    for (size_t i = 0; i < 2; i++)
        hops[i] = hop(host, six ? PICK(random, gateways6) : PICK(random, gateways4),
                      random_interface(host, random));
    struct mh_route made = {.metric = (uint32_t)(mh_test_random(random) % 3),
                            .table = mh_test_random(random) % 8 == 0,
                            .type = mh_test_random(random) % 8 == 0 ? MH_ROUTE_UNREACHABLE : MH_ROUTE_UNICAST,
                            .next_hop_count = (uint16_t)(1 + mh_test_random(random) % 2),
                            .next_hops = hops};
    if (made.type == MH_ROUTE_UNREACHABLE)
        made.next_hop_count = 0;
    if (mh_test_random(random) % 3 == 0)
        made.preferred_source = parse_address(six ? "2001:db8::2" : "192.0.2.2");
    assert_true(mh_prefix_parse(prefix, strlen(prefix), &made.destination));
    (void)mh_route_table_put(host->builder.routes, &made, MH_APPEND);
}

static void random_settings(struct selection_host *host, uint64_t *random)
{
    static const enum mh_setting_id ids[] = {MH_SETTING_WEAK_HOST_SEND, MH_SETTING_INTERFACE_METRIC,
                                             MH_SETTING_INTERFACE_METRIC, MH_SETTING_FORWARDING};
    for (size_t i = 0; i < 12; i++)
        set(host, random_interface(host, random), mh_test_random(random) % 2 ? MH_IPV4 : MH_IPV6,
            PICK(random, ids), (int32_t)(mh_test_random(random) % 3));
}

static bool is_here(const struct selection_host *host, const struct mh_address *wanted)
{
    for (size_t i = 0; i < host->builder.address_count; i++)
        if (mh_address_equal(&host->builder.addresses[i].address, wanted))
            return true;
    return false;
}

static void found_is_whole(const struct selection_host *host)
{
    const struct mh_selection *selection = &host->selection;
    size_t chosen = 0;
    assert_non_null(mh_snapshot_interface(&host->builder.snapshot, selection->interface));
    if (selection->source.family == MH_FAMILY_NONE)
        assert_true(selection->forwarding.choice_count > 1);
    else
        assert_true(is_here(host, &selection->source));
    for (size_t i = 0; selection->forwarding.choice_count > 1 && i < selection->forwarding.choice_count; i++)
        assert_true(is_here(host, &selection->choice_sources[i]));
    for (size_t i = 0; i < selection->candidate_count; i++) {
        chosen += selection->candidates[i].chosen;
        assert_true(selection->candidates[i].chosen != (selection->candidates[i].dropped_by != NULL));
    }
    assert_int_equal(chosen, selection->source.family != MH_FAMILY_NONE);
    assert_true(selection->source_given == (selection->rule == NULL));
    assert_true(selection->source_given || !selection->source_owner_differs);
}

static void answer_is_whole(const struct selection_host *host)
{
    const struct mh_selection *selection = &host->selection;
    if (selection->way == MH_WAY_FOUND) {
        found_is_whole(host);
        return;
    }
    assert_int_equal(selection->source.family, MH_FAMILY_NONE);
    assert_null(selection->rule);
    assert_true((selection->reason != NULL) == (selection->way == MH_WAY_INDETERMINATE));
}

static void random_questions(struct selection_host *host, uint64_t *random)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        const char *destination = PICK(random, destinations);
        host->question = (struct mh_question){0};
        if (mh_test_random(random) % 3 == 0)
            host->question.output = (uint32_t)(mh_test_random(random) % (host->builder.interface_count + 2));
        if (mh_test_random(random) % 3 == 0)
            host->question.source = parse_address(strchr(destination, ':') ? "2001:db8::2" : "192.0.2.2");
        ask(host, destination);
        answer_is_whole(host);
    }
}

static void answers_are_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HOSTS; seed++) {
        uint64_t random = seed * 0x9e3779b97f4a7c15ULL;
        enum mh_dialect dialect = (enum mh_dialect)(
            MH_DIALECT_FREEBSD + mh_test_random(&random) % (MH_DIALECT_COUNT - MH_DIALECT_FREEBSD));
        struct selection_host *host = selection_host_new(dialect);
        random_devices(host, &random);
        random_addresses(host, &random);
        for (size_t i = 0; i < mh_test_random(&random) % 12; i++)
            random_route(host, &random);
        random_settings(host, &random);
        random_questions(host, &random);
        selection_host_free(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_are_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
