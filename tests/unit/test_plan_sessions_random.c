/* Random changes of a simulated host: what is said of sessions beforehand is what they meet once the plan has
 * been carried out and the host read again. */
#include "test_sim.h"

#include "core/plan.h"
#include "core/plan_sessions.h"

enum { CASES = 300, SESSIONS = 60, TEXT_SIZE = 8192 };

static uint64_t seed;

/* A linear congruential generator, of which the upper bits are good enough (Knuth, MMIX). */
static uint32_t below(uint32_t bound)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % bound;
}

/* ---- a host, and documents ------------------------------------------------------------------------- */

static const char host[] =
    "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\", "
    "\"2001:db8:1::1/64\"]},"
    "\"d1\": {\"addresses\": [\"198.51.100.1/24\", \"2001:db8:2::1/64\"]}, \"d2\": {}},"
    "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"metric\": 100},"
    "{\"destination\": \"10.9.0.0/16\", \"via\": \"198.51.100.254\", \"preferred_source\": \"198.51.100.1\"},"
    "{\"destination\": \"2001:db8:9::/48\", \"via\": \"2001:db8:2::fe\", \"metric\": 1024}]}";

static const char *const subnets[] = {"192.0.2.%u/24",   "198.51.100.%u/24",  "203.0.113.%u/24",
                                      "203.0.113.%u/25", "2001:db8:1::%u/64", "2001:db8:3::%u/64"};
static const char *const gateways[] = {"192.0.2.254",    "192.0.2.253",    "198.51.100.254", "203.0.113.126",
                                       "2001:db8:1::fe", "2001:db8:2::fe", "2001:db8:3::fe"};
static const char *const destinations[2][4] = {
    {"0.0.0.0/0", "10.0.0.0/8", "10.9.0.0/16", "172.16.0.0/12"},
    {"::/0", "2001:db8:9::/48", "2001:db8:a::/48", "2001:db8:bb::/48"}};
static const char *const remotes[] = {
    "192.0.2.77",     "198.51.100.77",  "203.0.113.77",   "203.0.113.200",  "10.1.1.1",       "10.9.1.1",
    "172.16.0.1",     "2001:db8:1::77", "2001:db8:2::77", "2001:db8:3::77", "2001:db8:9::1",  "2001:db8:a::1",
    "2001:db8:bb::1", "192.0.2.254",    "192.0.2.1",      "2001:db8:1::1",  "198.51.100.254", "203.0.113.126",
    "192.0.2.20",     "203.0.113.10",   "2001:db8:1::10", "2001:db8:3::21"};
#define PICK(choices) choices[below(sizeof(choices) / sizeof(choices)[0])]

struct document {
    char text[TEXT_SIZE];
    size_t length;
};

static void say(struct document *document, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct document *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length =
        vsnprintf(document->text + document->length, TEXT_SIZE - document->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < TEXT_SIZE - document->length);
    document->length += (size_t)length;
}

static void say_addresses(struct document *document)
{
    uint32_t count = below(4);
    say(document, "\"addresses\": {");
    for (uint32_t i = 0; i < count; i++) {
        const char *subnet = PICK(subnets);
        unsigned number = 10 * (i + 1) + below(2);
        char prefix[64];
        (void)snprintf(prefix, sizeof prefix, "%.*s%u%s", (int)strcspn(subnet, "%"), subnet, number,
                       strchr(subnet, '/'));
        say(document, "%s\"a%u\": {\"interface\": \"d%u\", \"address\": \"%s\"}", i > 0 ? ", " : "", i,
            below(3), prefix);
    }
    say(document, "}");
}

static void say_routes(struct document *document)
{
    uint32_t count = below(4);
    say(document, ", \"routes\": {");
    for (uint32_t i = 0; i < count; i++) {
        const char *gateway = PICK(gateways);
        say(document, "%s\"r%u\": {\"to\": \"%s\", \"via\": \"%s\", \"metric\": %u}", i > 0 ? ", " : "", i,
            destinations[strchr(gateway, ':') != NULL][below(4)], gateway, i * 2 + 1 + below(2));
    }
    say(document, "}");
}

static void say_rules(struct document *document)
{
    if (below(2) == 0)
        return;
    say(document,
        ", \"uplinks\": {\"u\": {\"interface\": \"d1\", \"gateway\": {\"ipv4\": \"198.51.100.254\", "
        "\"ipv6\": \"2001:db8:2::fe\"}}}, \"rules\": {\"g\": {\"from\": \"%s\", \"uplink\": \"u\"}}",
        below(2) ? "192.0.2.0/24" : "2001:db8:1::/64");
}

static struct mh_config *make_config(void)
{
    struct document document = {.length = 0};
    struct mh_config_problem problem;
    say(&document, "{");
    say_addresses(&document);
    say_routes(&document);
    say_rules(&document);
    say(&document, "}");
    struct mh_config *config = mh_config_parse(document.text, document.length, &problem);
    if (config == NULL)
        fail_msg("%s at %s: %s", problem.title, problem.pointer, document.text);
    return config;
}

/* ---- sessions -------------------------------------------------------------------------------------- */

/* Sources are addresses of the host before or after; some of them are in neither family of their remote. */
static void make_sessions(const struct mh_snapshot *before, const struct mh_snapshot *after,
                          struct mh_endpoint sessions[SESSIONS])
{
    for (size_t i = 0; i < SESSIONS; i++) {
        const struct mh_snapshot *of = below(2) ? before : after;
        const char *remote = PICK(remotes);
        sessions[i] = (struct mh_endpoint){.protocol = below(2) ? MH_ENDPOINT_TCP : MH_ENDPOINT_UDP,
                                           .state = MH_ENDPOINT_CONNECTED,
                                           .has_mark = true,
                                           .local = of->addresses[below((uint32_t)of->address_count)].address,
                                           .local_port = 22,
                                           .remote_port = 4000};
        assert_true(mh_address_parse(remote, strlen(remote), &sessions[i].remote));
    }
}

static void ask(const struct mh_snapshot *snapshot, const struct mh_route_table *routes,
                const struct mh_endpoint *session, struct mh_selection *selection)
{
    const struct mh_question question = {.destination = session->remote,
                                         .source = session->local,
                                         .protocol = session->protocol,
                                         .source_port = session->local_port,
                                         .destination_port = session->remote_port,
                                         .known = MH_KNOWN_ALL};
    assert_int_equal(mh_select(snapshot, routes, MH_DIALECT_LINUX, &question, false, selection), MH_OK);
}

/* What became of it, by looking at the host itself. */
static enum mh_session_fate fate_of(const struct mh_snapshot *before, const struct mh_snapshot *after,
                                    const struct mh_endpoint *session, const struct mh_selection *earlier,
                                    const struct mh_selection *later)
{
    if (mh_snapshot_has_address(before, &session->local) && !mh_snapshot_has_address(after, &session->local))
        return MH_SESSION_NO_ADDRESS;
    if (mh_snapshot_has_address(before, &session->remote) || earlier->way != MH_WAY_FOUND)
        return MH_SESSION_KEPT;
    if (later->way != MH_WAY_FOUND)
        return MH_SESSION_NO_ROUTE;
    if (later->local && !earlier->local)
        return MH_SESSION_REMOTE_IS_OWN;
    bool same =
        earlier->interface == later->interface && mh_address_equal(&earlier->next_hop, &later->next_hop);
    return same ? MH_SESSION_KEPT : MH_SESSION_MOVED;
}

static const struct mh_session_effect *effect_of(const struct mh_plan_sessions *sessions, size_t endpoint)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (sessions->items[i].endpoint == endpoint)
            return &sessions->items[i];
    return NULL;
}

static size_t seen[MH_SESSION_UNDECIDED + 1];

static void check(unsigned number, const struct mh_snapshot *before, const struct mh_snapshot *after,
                  const struct mh_selection earlier[SESSIONS], const struct mh_route_table *routes,
                  const struct mh_endpoint sessions[SESSIONS], const struct mh_plan_sessions *said)
{
    static struct mh_selection later;
    char local[MH_ADDRESS_TEXT_SIZE], remote[MH_ADDRESS_TEXT_SIZE];
    for (size_t i = 0; i < SESSIONS; i++) {
        const struct mh_endpoint *session = &sessions[i];
        if (session->local.family != session->remote.family)
            continue;
        ask(after, routes, session, &later);
        enum mh_session_fate fate = fate_of(before, after, session, &earlier[i], &later);
        const struct mh_session_effect *effect = effect_of(said, i);
        unsigned told = effect == NULL ? MH_SESSION_KEPT : effect->fate;
        seen[fate]++;
        if (told != fate)
            fail_msg("case %u: %s to %s: said %u, is %u", number, mh_address_format(&session->local, local),
                     mh_address_format(&session->remote, remote), told, fate);
        if (fate != MH_SESSION_MOVED)
            continue;
        assert_non_null(effect);
        assert_int_equal(effect->after.interface, later.interface);
        assert_true(mh_address_equal(&effect->after.next_hop, &later.next_hop));
    }
}

/* ---- a case ---------------------------------------------------------------------------------------- */

static void carry_out(struct sim_test *test, const struct mh_plan *plan, struct mh_ledger *ledger)
{
    struct mh_failure failure = {0};
    for (size_t i = 0; i < plan->step_count; i++)
        if (mh_backend_sim.apply(test->platform, &plan->steps[i].op, &failure) != MH_OK)
            fail_msg("%s", failure.detail);
    mh_ledger_clear(ledger);
    assert_int_equal(mh_ledger_copy(&plan->ledger, ledger), MH_OK);
    sim_test_read(test);
}

/* Plans the document, asks what becomes of sessions, carries it out and looks. */
static void change(unsigned number, struct sim_test *test, struct mh_ledger *ledger)
{
    static struct mh_selection earlier[SESSIONS];
    struct mh_config *config = make_config();
    struct mh_snapshot before, after;
    struct mh_plan *plan;
    struct mh_plan_sessions said;
    struct mh_endpoint sessions[SESSIONS];
    mh_host_snapshot(test->host, &before);
    const struct mh_plan_input input = {config, &before, test->routes, ledger, MH_DIALECT_LINUX, NULL};
    assert_int_equal(mh_plan_make(&input, &plan), MH_OK);
    make_sessions(&before, &plan->after, sessions);
    assert_int_equal(mh_plan_sessions(&input, plan, sessions, SESSIONS, &said), MH_OK);
    for (size_t i = 0; i < SESSIONS; i++)
        if (sessions[i].local.family == sessions[i].remote.family)
            ask(&before, test->routes, &sessions[i], &earlier[i]);
    carry_out(test, plan, ledger);
    mh_host_snapshot(test->host, &after);
    check(number, &before, &after, earlier, test->routes, sessions, &said);
    mh_plan_sessions_clear(&said);
    mh_plan_free(plan);
    mh_snapshot_clear(&before);
    mh_snapshot_clear(&after);
    mh_config_release(config);
}

static void predictions_come_true(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CASES; i++) {
        struct sim_test test;
        struct mh_ledger ledger = {0};
        seed = 1122 + i;
        sim_test_open_text(&test, host);
        for (int round = 0; round < 4; round++)
            change(i, &test, &ledger);
        mh_ledger_clear(&ledger);
        sim_test_close(&test);
    }
    for (size_t fate = 0; fate < MH_SESSION_UNDECIDED; fate++)
        if (seen[fate] == 0)
            fail_msg("no session met fate %zu", fate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(predictions_come_true)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
