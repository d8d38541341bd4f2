/* What plans do to sessions, one rule a test. The host, its sessions and what becomes of them are those of
 * the simulated Linux. */
#include "test_sim.h"

#include "core/plan.h"
#include "core/plan_sessions.h"

struct fixture {
    struct sim_test test;
    struct mh_ledger ledger;
    struct mh_plan *plan;
    struct mh_config *config;
    struct mh_snapshot snapshot;
    struct mh_endpoints endpoints;
    struct mh_plan_sessions sessions;
    struct mh_plan_input input;
    struct sim_test_text text;
    enum mh_dialect dialect;
};

/* ---- making ---------------------------------------------------------------------------------------- */

#define HOST(endpoints)                                                                                      \
    "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\", "                   \
    "\"2001:db8:1::1/64\"]}, \"d1\": {\"addresses\": [\"198.51.100.1/24\", \"2001:db8:2::1/64\"]}},"         \
    "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"metric\": 100}],"               \
    "\"endpoints\": [" endpoints "]}"
#define TCP(local, remote)                                                                                   \
    "{\"protocol\": \"tcp\", \"local\": \"" local "\", \"local_port\": 22, \"remote\": \"" remote            \
    "\", \"remote_port\": 50000}"
#define UDP(local, remote)                                                                                   \
    "{\"protocol\": \"udp\", \"local\": \"" local "\", \"local_port\": 4000, \"remote\": \"" remote          \
    "\", \"remote_port\": 53}"
#define NINE "\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"192.0.2.9/24\"}}"

static void open_host(struct fixture *fixture, const char *host)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->dialect = MH_DIALECT_LINUX;
    sim_test_open_text(&fixture->test, host);
}

static void forget(struct fixture *fixture)
{
    mh_plan_sessions_clear(&fixture->sessions);
    mh_endpoints_clear(&fixture->endpoints);
    mh_snapshot_clear(&fixture->snapshot);
    mh_plan_free(fixture->plan);
    mh_config_release(fixture->config);
}

static void close_host(struct fixture *fixture)
{
    forget(fixture);
    mh_ledger_clear(&fixture->ledger);
    sim_test_close(&fixture->test);
}

static void plan(struct fixture *fixture, const char *document)
{
    struct mh_config_problem problem;
    struct mh_failure failure = {0};
    forget(fixture);
    fixture->config = mh_config_parse(document, strlen(document), &problem);
    if (fixture->config == NULL)
        fail_msg("%s at %s", problem.title, problem.pointer);
    mh_host_snapshot(fixture->test.host, &fixture->snapshot);
    fixture->input = (struct mh_plan_input){fixture->config,  &fixture->snapshot, fixture->test.routes,
                                            &fixture->ledger, fixture->dialect,   NULL};
    assert_int_equal(mh_plan_make(&fixture->input, &fixture->plan), MH_OK);
    assert_int_equal(mh_backend_sim.endpoints(fixture->test.platform, MH_ENDPOINT_CONNECTED,
                                              &fixture->endpoints, &failure),
                     MH_OK);
    assert_int_equal(mh_plan_sessions(&fixture->input, fixture->plan, fixture->endpoints.items,
                                      fixture->endpoints.count, &fixture->sessions),
                     MH_OK);
}

static void carry_out(struct fixture *fixture)
{
    struct mh_failure failure = {0};
    for (size_t i = 0; i < fixture->plan->step_count; i++)
        if (mh_backend_sim.apply(fixture->test.platform, &fixture->plan->steps[i].op, &failure) != MH_OK)
            fail_msg("%s", failure.detail);
    mh_ledger_clear(&fixture->ledger);
    assert_int_equal(mh_ledger_copy(&fixture->plan->ledger, &fixture->ledger), MH_OK);
    sim_test_read(&fixture->test);
}

/* ---- words ----------------------------------------------------------------------------------------- */

static void add_way(struct fixture *fixture, const struct mh_session_way *way)
{
    char text[MH_ADDRESS_TEXT_SIZE];
    sim_test_add(&fixture->text, " %s dev %s", mh_address_format(&way->next_hop, text),
                 sim_test_name(&fixture->snapshot, way->interface));
}

static void add_session(struct fixture *fixture, const struct mh_session_effect *effect)
{
    static const char *const fates[] = {"kept",           "no address", "no route",
                                        "remote is ours", "moved",      "undecided"};
    char local[MH_ADDRESS_TEXT_SIZE], remote[MH_ADDRESS_TEXT_SIZE];
    const struct mh_endpoint *session = &fixture->endpoints.items[effect->endpoint];
    sim_test_add(&fixture->text, "%s %s to %s: %s", mh_endpoint_protocol_word(session->protocol),
                 mh_address_format(&session->local, local), mh_address_format(&session->remote, remote),
                 fates[effect->fate]);
    if (effect->why != NULL)
        sim_test_add(&fixture->text, " (%s)", effect->why);
    if (effect->fate == MH_SESSION_MOVED) {
        add_way(fixture, &effect->before);
        sim_test_add(&fixture->text, " to");
        add_way(fixture, &effect->after);
    }
    sim_test_add(&fixture->text, "\n");
}

static void expect(struct fixture *fixture, const char *expected)
{
    fixture->text.length = 0;
    fixture->text.bytes[0] = '\0';
    for (size_t i = 0; i < fixture->sessions.count; i++)
        add_session(fixture, &fixture->sessions.items[i]);
    assert_string_equal(fixture->text.bytes, expected);
}

/* ---- addresses ------------------------------------------------------------------------------------- */

static void an_address_takes_its_sessions_along(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(
        &fixture,
        HOST(TCP("192.0.2.9", "203.0.113.5") "," TCP("192.0.2.1", "203.0.113.5") "," UDP(
            "192.0.2.9", "192.0.2.53") "," TCP("192.0.2.9", "192.0.2.1") "," TCP("192.0.2.1", "192.0.2.9")));
    plan(&fixture, "{" NINE "}");
    expect(&fixture, "tcp 192.0.2.1 to 192.0.2.9: remote is ours\n");
    carry_out(&fixture);
    plan(&fixture, "{" NINE "}");
    assert_false(mh_plan_touches_sessions(fixture.plan));
    plan(&fixture, "{}");
    assert_true(mh_plan_touches_sessions(fixture.plan));
    expect(&fixture, "tcp 192.0.2.9 to 203.0.113.5: no address\n"
                     "udp 192.0.2.9 to 192.0.2.53: no address\n"
                     "tcp 192.0.2.9 to 192.0.2.1: no address\n");
    close_host(&fixture);
}

/* The same address stays, on another link: sessions go on, if their way leads there. */
static void an_address_that_moves_takes_its_subnet_along(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, HOST(TCP("203.0.113.9", "203.0.113.5") "," TCP("203.0.113.9", "10.0.0.1")));
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"203.0.113.9/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.9/24\"}}}");
    expect(&fixture, "tcp 203.0.113.9 to 203.0.113.5: moved  dev d0 to  dev d1\n");
    close_host(&fixture);
}

static void ipv6_addresses_go_too(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture,
              HOST(TCP("2001:db8:1::9", "2001:db8:1::5") "," TCP("2001:db8:1::1", "2001:db8:1::5")));
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d0\", \"address\": \"2001:db8:1::9/64\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 2001:db8:1::9 to 2001:db8:1::5: no address\n");
    close_host(&fixture);
}

/* ---- routes ---------------------------------------------------------------------------------------- */

#define CORP(via) "\"routes\": {\"r\": {\"to\": \"10.0.0.0/8\", \"via\": \"" via "\"}}"

static void a_route_that_goes_leaves_the_next_best(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, HOST(TCP("198.51.100.1", "10.1.1.1") "," TCP("198.51.100.1", "203.0.113.1")));
    plan(&fixture, "{" CORP("198.51.100.254") "}");
    expect(&fixture, "tcp 198.51.100.1 to 10.1.1.1: moved 192.0.2.254 dev d0 to 198.51.100.254 dev d1\n");
    carry_out(&fixture);
    plan(&fixture, "{" CORP("198.51.100.253") "}");
    expect(&fixture, "tcp 198.51.100.1 to 10.1.1.1: moved 198.51.100.254 dev d1 to 198.51.100.253 dev d1\n");
    plan(&fixture, "{}");
    expect(&fixture, "tcp 198.51.100.1 to 10.1.1.1: moved 198.51.100.254 dev d1 to 192.0.2.254 dev d0\n");
    close_host(&fixture);
}

static void without_any_route_a_session_is_cut(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}},"
              "\"endpoints\": [" TCP("192.0.2.1", "10.1.1.1") "," UDP("192.0.2.1", "10.1.1.2") "," TCP(
                  "192.0.2.1", "192.0.2.7") "," TCP("192.0.2.1", "172.16.0.1") "]}");
    plan(&fixture, "{" CORP("192.0.2.254") "}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 192.0.2.1 to 10.1.1.1: no route (ENETUNREACH)\n"
                     "udp 192.0.2.1 to 10.1.1.2: no route (ENETUNREACH)\n");
    close_host(&fixture);
}

/* The subnet goes with the interface's last address in it: so does the way of sessions with other sources. */
static void a_subnet_goes_with_its_last_address(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, HOST(TCP("192.0.2.1", "203.0.113.5") "," TCP("192.0.2.1", "203.0.114.5")));
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.9/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 192.0.2.1 to 203.0.113.5: moved  dev d1 to 192.0.2.254 dev d0\n");
    close_host(&fixture);
}

/* The last IPv4 address of an interface takes all routes by it along (net/ipv4/fib_frontend.c,
 * fib_disable_ip). */
static void a_last_address_takes_routes_along(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]},"
              "\"d1\": {}}, \"endpoints\": [" TCP("192.0.2.1", "10.1.1.1") "]}");
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.9/24\"}}}");
    carry_out(&fixture);
    sim_test_route(&fixture.test, MH_OP_ROUTE_ADD,
                   (struct sim_test_route){"10.0.0.0/8", "203.0.113.254", "d1", NULL, 254, 0, 0}, "");
    sim_test_read(&fixture.test);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 192.0.2.1 to 10.1.1.1: no route (ENETUNREACH)\n");
    close_host(&fixture);
}

/* A kernel's route that outlives its source gets another one, and keeps what only its system understands. */
static void a_subnet_outlives_its_first_address(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}, \"d1\": "
              "{\"addresses\": [{\"address\": \"203.0.113.9/24\", \"protocol\": 157, \"owner\": "
              "\"multihomed\"}, \"203.0.113.7/24\"]}},"
              "\"settings\": {\"all\": {\"ipv4\": {\"promote_secondaries\": 1}}},"
              "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"metric\": 100},"
              "{\"destination\": \"203.0.113.0/24\", \"interface\": \"d1\", \"metric\": 50, \"protocol\": "
              "\"kernel\", \"owner\": \"kernel\", \"preferred_source\": \"203.0.113.9\", \"native\": "
              "\"0c00088008000200dc050000\"}],"
              "\"endpoints\": [" TCP("192.0.2.1", "203.0.113.5") "]}");
    plan(&fixture, "{}");
    assert_true(mh_plan_touches_sessions(fixture.plan));
    expect(&fixture, "");
    close_host(&fixture);
}

static void rules_lead_elsewhere(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, HOST(TCP("198.51.100.1", "203.0.113.1") "," TCP("192.0.2.1", "203.0.113.1") "," TCP(
                            "198.51.100.1", "192.0.2.7")));
    plan(&fixture, "{\"uplinks\": {\"isp\": {\"interface\": \"d1\", \"gateway\": {\"ipv4\": "
                   "\"198.51.100.254\"}}}, \"rules\": {\"g\": {\"from\": \"198.51.100.1/32\", \"uplink\": "
                   "\"isp\"}}}");
    expect(&fixture, "tcp 198.51.100.1 to 203.0.113.1: moved 192.0.2.254 dev d0 to 198.51.100.254 dev d1\n"
                     "tcp 198.51.100.1 to 192.0.2.7: moved  dev d0 to 198.51.100.254 dev d1\n");
    close_host(&fixture);
}

/* What is listed is what the host does: the plan is carried out, and the same sessions asked again. */
static void predictions_come_true(void **state)
{
    (void)state;
    static struct fixture fixture;
    struct mh_selection selection;
    open_host(&fixture, HOST(TCP("203.0.113.9", "10.1.1.1") "," TCP("192.0.2.1", "10.1.1.1") "," TCP(
                            "192.0.2.1", "203.0.113.5") "," TCP("198.51.100.1", "172.16.0.1")));
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"203.0.113.9/24\"}}," CORP(
                       "203.0.113.254") "}");
    carry_out(&fixture);
    plan(&fixture, "{\"routes\": {\"s\": {\"to\": \"172.16.0.0/12\", \"via\": \"198.51.100.254\"}}}");
    assert_int_equal(fixture.sessions.count, 4);
    struct mh_session_effect effects[4];
    memcpy(effects, fixture.sessions.items, sizeof effects);
    carry_out(&fixture);
    plan(&fixture, "{\"routes\": {\"s\": {\"to\": \"172.16.0.0/12\", \"via\": \"198.51.100.254\"}}}");
    for (size_t i = 1; i < 4; i++) {
        const struct mh_endpoint *session = &fixture.endpoints.items[i];
        const struct mh_question question = {
            .destination = session->remote, .source = session->local, .known = MH_KNOWN_ALL};
        assert_int_equal(
            mh_select(&fixture.snapshot, fixture.test.routes, MH_DIALECT_LINUX, &question, false, &selection),
            MH_OK);
        assert_int_equal(effects[i].fate, MH_SESSION_MOVED);
        assert_int_equal(effects[i].after.interface, selection.interface);
        assert_true(mh_address_equal(&effects[i].after.next_hop, &selection.next_hop));
    }
    assert_int_equal(effects[0].fate, MH_SESSION_NO_ADDRESS);
    close_host(&fixture);
}

/* ---- what is not judged ---------------------------------------------------------------------------- */

static void what_is_not_known_is_not_decided(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture,
              "{\"system\": \"linux\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"]}},"
              "\"rules\": [{\"priority\": 5, \"mark\": \"0x1\", \"table\": \"main\"}],"
              "\"endpoints\": [" TCP("192.0.2.1", "10.1.1.1") "]}");
    plan(&fixture, "{" CORP("192.0.2.254") "}");
    expect(&fixture, "");
    fixture.endpoints.items[0].has_mark = false;
    mh_plan_sessions_clear(&fixture.sessions);
    assert_int_equal(
        mh_plan_sessions(&fixture.input, fixture.plan, fixture.endpoints.items, 1, &fixture.sessions), MH_OK);
    assert_int_equal(fixture.sessions.count, 1);
    assert_int_equal(fixture.sessions.items[0].fate, MH_SESSION_UNDECIDED);
    assert_non_null(fixture.sessions.items[0].why);
    close_host(&fixture);
}

/* A FIB or rtable other than the main one is not what plans speak of; addresses are everybody's. */
static void another_table_is_not_decided(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, HOST(TCP("192.0.2.1", "10.1.1.1")));
    plan(&fixture, "{" CORP("192.0.2.253") "}");
    fixture.endpoints.items[0].table = 1;
    mh_plan_sessions_clear(&fixture.sessions);
    assert_int_equal(
        mh_plan_sessions(&fixture.input, fixture.plan, fixture.endpoints.items, 1, &fixture.sessions), MH_OK);
    assert_int_equal(fixture.sessions.count, 1);
    assert_int_equal(fixture.sessions.items[0].fate, MH_SESSION_UNDECIDED);
    close_host(&fixture);
}

/* ---- the BSDs -------------------------------------------------------------------------------------- */

#define BSD_HOST(system, endpoints)                                                                          \
    "{\"system\": \"" system "\", \"interfaces\": {\"em0\": {\"addresses\": [\"192.0.2.1/24\"]}, \"em1\": "  \
    "{\"addresses\": [\"198.51.100.1/24\"]}}, \"routes\": [{\"destination\": \"default\", \"via\": "         \
    "\"192.0.2.254\"}], \"endpoints\": [" endpoints "]}"
#define FAR_AND_NEAR                                                                                         \
    TCP("192.0.2.1", "10.1.1.1") "," TCP("192.0.2.1", "203.0.113.5") "," TCP("192.0.2.1", "192.0.2.7")

static const struct {
    enum mh_dialect dialect;
    const char *host;
} bsds[] = {{MH_DIALECT_FREEBSD, BSD_HOST("freebsd", FAR_AND_NEAR)},
            {MH_DIALECT_NETBSD, BSD_HOST("netbsd", FAR_AND_NEAR)},
            {MH_DIALECT_OPENBSD, BSD_HOST("openbsd", FAR_AND_NEAR)}};

static void open_bsd(struct fixture *fixture, size_t which)
{
    open_host(fixture, bsds[which].host);
    fixture->dialect = bsds[which].dialect;
}

static void routes_move_sessions_of_bsds(void **state)
{
    (void)state;
    static struct fixture fixture;
    for (size_t i = 0; i < sizeof bsds / sizeof bsds[0]; i++) {
        open_bsd(&fixture, i);
        plan(&fixture, "{" CORP("198.51.100.254") "}");
        expect(&fixture, "tcp 192.0.2.1 to 10.1.1.1: moved 192.0.2.254 dev em0 to 198.51.100.254 dev em1\n");
        carry_out(&fixture);
        plan(&fixture, "{}");
        expect(&fixture, "tcp 192.0.2.1 to 10.1.1.1: moved 198.51.100.254 dev em1 to 192.0.2.254 dev em0\n");
        close_host(&fixture);
    }
}

static void addresses_of_bsds_leave_neighbours_undecided(void **state)
{
    (void)state;
    static struct fixture fixture;
    for (size_t i = 0; i < sizeof bsds / sizeof bsds[0]; i++) {
        open_bsd(&fixture, i);
        plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"em1\", \"address\": \"203.0.113.9/24\"}}}");
        expect(&fixture,
               "tcp 192.0.2.1 to 203.0.113.5: undecided (an address of its subnet comes or goes, and "
               "which route is left then is not predicted here)\n");
        plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"em1\", \"address\": \"203.0.113.5/32\"}}}");
        expect(&fixture, "tcp 192.0.2.1 to 203.0.113.5: remote is ours\n");
        close_host(&fixture);
    }
}

static void addresses_of_bsds_take_their_sessions_along(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_host(&fixture, BSD_HOST("freebsd", TCP("203.0.113.9", "10.1.1.1") "," TCP("192.0.2.1", "10.1.1.1")));
    fixture.dialect = MH_DIALECT_FREEBSD;
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"em1\", \"address\": \"203.0.113.9/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 203.0.113.9 to 10.1.1.1: no address\n");
    close_host(&fixture);
}

/* Rules of pf do not reach connections that it has a state of. */
static void rules_of_pf_decide_nothing(void **state)
{
    (void)state;
    static struct fixture fixture;
    for (size_t i = 0; i < sizeof bsds / sizeof bsds[0]; i++) {
        if (bsds[i].dialect == MH_DIALECT_NETBSD)
            continue;
        open_bsd(&fixture, i);
        plan(&fixture,
             "{\"uplinks\": {\"b\": {\"interface\": \"em1\", \"gateway\": {\"ipv4\": \"198.51.100.254\"}}},"
             "\"rules\": {\"r\": {\"from\": \"192.0.2.1/32\", \"uplink\": \"b\"}}}");
        assert_true(fixture.sessions.count >= 2);
        for (size_t j = 0; j < fixture.sessions.count; j++)
            assert_int_equal(fixture.sessions.items[j].fate, MH_SESSION_UNDECIDED);
        close_host(&fixture);
    }
}

/* ---- Windows --------------------------------------------------------------------------------------- */

/* A default route by each interface; the first sends as a weak host, the second is preferred. */
#define WINDOWS(endpoints)                                                                                   \
    "{\"system\": \"windows\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\", "                 \
    "\"192.0.2.9/24\"], \"settings\": {\"ipv4\": {\"WeakHostSend\": 1}}}, "                                  \
    "\"d1\": {\"addresses\": [\"198.51.100.1/24\"], \"settings\": {\"ipv4\": {\"Metric\": 5}}}},"            \
    "\"routes\": [{\"destination\": \"default\", \"via\": \"192.0.2.254\", \"interface\": \"d0\"},"          \
    "{\"destination\": \"default\", \"via\": \"198.51.100.254\", \"interface\": \"d1\"},"                    \
    "{\"destination\": \"10.0.0.0/8\", \"via\": \"198.51.100.254\", \"interface\": \"d1\"}],"                \
    "\"endpoints\": [" endpoints "]}"

static void open_windows(struct fixture *fixture, const char *host)
{
    open_host(fixture, host);
    fixture->dialect = MH_DIALECT_WINDOWS;
}

static void a_strong_host_of_windows_moves_sessions(void **state)
{
    (void)state;
    static struct fixture fixture;
    open_windows(&fixture, WINDOWS(TCP("192.0.2.1", "203.0.113.5") "," TCP(
                               "198.51.100.1", "203.0.113.5") "," TCP("192.0.2.1", "192.0.2.77")));
    plan(&fixture, "{\"host_model\": {\"send\": \"strong\"}}");
    expect(&fixture, "tcp 192.0.2.1 to 203.0.113.5: moved 198.51.100.254 dev d1 to 192.0.2.254 dev d0\n");
    carry_out(&fixture);
    plan(&fixture, "{\"host_model\": {\"send\": \"strong\"}}");
    expect(&fixture, "");
    plan(&fixture, "{}");
    expect(&fixture, "tcp 192.0.2.1 to 203.0.113.5: moved 192.0.2.254 dev d0 to 198.51.100.254 dev d1\n");
    close_host(&fixture);
}

static void a_strong_host_of_windows_cuts_what_has_no_way(void **state)
{
    (void)state;
    static struct fixture fixture;
    static const char host[] =
        "{\"system\": \"windows\", \"interfaces\": {\"d0\": {\"addresses\": [\"192.0.2.1/24\"], "
        "\"settings\": {\"ipv4\": {\"WeakHostSend\": 1}}}, \"d1\": {\"addresses\": [\"198.51.100.1/24\"]}}, "
        "\"routes\": [{\"destination\": \"default\", \"via\": \"198.51.100.254\"}], \"endpoints\": [" TCP(
            "192.0.2.1", "203.0.113.5") "," TCP("198.51.100.1", "203.0.113.5") "]}";
    open_windows(&fixture, host);
    plan(&fixture, "{\"host_model\": {\"send\": \"strong\"}}");
    expect(&fixture, "tcp 192.0.2.1 to 203.0.113.5: no route (ENETUNREACH)\n");
    assert_true(mh_session_is_cut(&fixture.sessions.items[0]));
    plan(&fixture, "{\"interfaces\": {\"d0\": {\"ipv4\": {\"host_model\": {\"send\": \"weak\"}}}}}");
    expect(&fixture, "");
    close_host(&fixture);
}

static void routes_and_addresses_of_windows(void **state)
{
    (void)state;
    static struct fixture fixture;
    static const char way[] =
        "{\"routes\": {\"r\": {\"to\": \"203.0.113.0/24\", \"via\": \"198.51.100.9\"}}}";
    open_windows(&fixture,
                 WINDOWS(TCP("198.51.100.1", "203.0.113.5") "," TCP("198.51.100.8", "203.0.113.5")));
    plan(&fixture, way);
    expect(&fixture, "tcp 198.51.100.1 to 203.0.113.5: moved 198.51.100.254 dev d1 to 198.51.100.9 dev d1\n");
    carry_out(&fixture);
    plan(&fixture, "{}");
    expect(&fixture, "tcp 198.51.100.1 to 203.0.113.5: moved 198.51.100.9 dev d1 to 198.51.100.254 dev d1\n");
    plan(&fixture, "{\"addresses\": {\"a\": {\"interface\": \"d1\", \"address\": \"198.51.100.8/24\"}}}");
    carry_out(&fixture);
    plan(&fixture, "{}");
    assert_true(fixture.sessions.count > 0);
    bool lost = false;
    for (size_t i = 0; i < fixture.sessions.count; i++)
        lost |= fixture.sessions.items[i].fate == MH_SESSION_NO_ADDRESS;
    assert_true(lost);
    close_host(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_takes_its_sessions_along),
        cmocka_unit_test(an_address_that_moves_takes_its_subnet_along),
        cmocka_unit_test(ipv6_addresses_go_too),
        cmocka_unit_test(a_route_that_goes_leaves_the_next_best),
        cmocka_unit_test(without_any_route_a_session_is_cut),
        cmocka_unit_test(a_subnet_goes_with_its_last_address),
        cmocka_unit_test(a_last_address_takes_routes_along),
        cmocka_unit_test(a_subnet_outlives_its_first_address),
        cmocka_unit_test(rules_lead_elsewhere),
        cmocka_unit_test(predictions_come_true),
        cmocka_unit_test(what_is_not_known_is_not_decided),
        cmocka_unit_test(another_table_is_not_decided),
        cmocka_unit_test(routes_move_sessions_of_bsds),
        cmocka_unit_test(addresses_of_bsds_leave_neighbours_undecided),
        cmocka_unit_test(addresses_of_bsds_take_their_sessions_along),
        cmocka_unit_test(rules_of_pf_decide_nothing),
        cmocka_unit_test(a_strong_host_of_windows_moves_sessions),
        cmocka_unit_test(a_strong_host_of_windows_cuts_what_has_no_way),
        cmocka_unit_test(routes_and_addresses_of_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
