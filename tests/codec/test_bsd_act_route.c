/* Routes of BSDs, against a kernel that follows a script: requests are those of the recordings, or are what
 * the codec writes, which test_rtmsg_encode holds against them. */
#include "codec/bsd_act_fixture.h"

/* ---- routes: one message --------------------------------------------------------------------------- */

struct recorded {
    const char *step;
    enum mh_op_kind kind;
    const char *destination, *gateway; /* gateway NULL: a blackhole */
    int native;
    enum mh_error error;
};

static const struct recorded recorded[] = {
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 0, MH_OK},
    {"radd-host", MH_OP_ROUTE_ADD, "203.0.113.7/32", "192.0.2.254", 0, MH_OK},
    {"radd-blackhole", MH_OP_ROUTE_ADD, "10.99.0.0/16", NULL, 0, MH_OK},
    {"radd-inet6", MH_OP_ROUTE_ADD, "2001:db8:2::/48", "2001:db8:1::fe", 0, MH_OK},
    {"radd-dup", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 17, MH_EXISTS},
    {"radd-unreach", MH_OP_ROUTE_ADD, "10.96.0.0/16", "198.18.0.1", 51, MH_UNREACHABLE},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 1, MH_PERMISSION},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 13, MH_PERMISSION},
    {"radd-net", MH_OP_ROUTE_ADD, "198.51.100.0/24", "192.0.2.254", 55, MH_NO_MEMORY},
};

/* FreeBSD is asked first whether something is there. */
static void try_recorded(size_t kernel, const struct recordings *recordings, const struct recorded *test)
{
    struct script *script = script_new(kernels[kernel].layout, 0);
    char name[96];
    (void)snprintf(name, sizeof name, "%s-request-RTM_ADD", test->step);
    const struct recording *request = recording_named(recordings, name);
    uint32_t sequence = (uint32_t)mh_rt_read_number(script->host.layout,
                                                    request->octets + sequence_at(script->host.layout), 4);
    struct wanted wanted;
    const struct mh_op *op = want(&wanted, test->kind, test->destination, 0, test->gateway, NULL);
    bool looks = script->host.layout->system == MH_RT_FREEBSD;
    script->host.question_number = sequence - looks;
    add_route_socket(script, 0);
    if (looks)
        add_lookup(script, &op->of.route, sequence - 1, 3);
    add_bytes(script, CALL_WRITE, 0, request->octets, request->length, test->native);
    expect(script, op, test->error, test->native);
}

static void test_recorded_requests_are_made(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct recordings recordings = recordings_of(kernels[kernel].name);
        for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++)
            try_recorded(kernel, &recordings, &recorded[i]);
        recordings_free(&recordings);
    }
}

/* The mark is in the request's flags. */
static void test_own_routes_are_marked(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 40);
        struct wanted wanted;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
        bool looks = script->host.layout->system == MH_RT_FREEBSD;
        add_route_socket(script, 0);
        if (looks)
            add_lookup(script, &op->of.route, 40, 3);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, looks ? 41 : 40, 0);
        const uint8_t *written = script->steps[script->count - 1].bytes;
        assert_int_equal(mh_rt_read_number(script->host.layout, written + flags_at(script->host.layout), 4) &
                             PROTO2,
                         PROTO2);
        expect(script, op, MH_OK, 0);
    }
}

/* The connection's errors: nobody knows what came of it. */
static void test_lost_answers_are_told(void **state)
{
    static const enum mh_error errors[] = {MH_TIMEOUT, MH_LOST, MH_MALFORMED, MH_IO};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct script *script = script_new("netbsd-10-amd64", 1);
        struct wanted wanted;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
        add_route_socket(script, 0);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 1, 0);
        script->steps[script->count - 1].error = errors[i];
        expect(script, op, errors[i], 0);
    }
}

/* FreeBSD would join the new route to the other's. */
static void test_nothing_is_added_beside_a_route_of_freebsd(void **state)
{
    struct script *script = script_new("freebsd-14-amd64", 9);
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.253", NULL);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 9, 0);
    add_told(script, &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", 0, "192.0.2.254", NULL)->of.route, 9);
    expect(script, op, MH_EXISTS, 17);
}

static void test_tables_are_named(void **state)
{
    struct wanted wanted;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    (void)state;
    op->of.route.table = 3;
    struct script *script = script_new("freebsd-14-amd64", 9);
    add_route_socket(script, 3); /* SO_SETFIB */
    add_lookup(script, &op->of.route, 9, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 10, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("freebsd-14-amd64", 9);
    add_route_socket(script, 3);
    script->steps[script->count - 1].native = 22; /* net.fibs is less */
    expect(script, op, MH_UNSUPPORTED, NOT_CHANGED);

    script = script_new("openbsd-8-amd64", 9);
    add_route_socket(script, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 9, 0);
    assert_int_equal(mh_rt_read_number(script->host.layout, script->steps[1].bytes + 8, 2),
                     3); /* rtm_tableid */
    expect(script, op, MH_OK, 0);

    struct mh_failure failure = {0};
    script = script_new("netbsd-10-amd64", 9);
    assert_int_equal(mh_bsd_apply(&script->host.base, op, &failure), MH_UNSUPPORTED);
    script_end(script);
}

/* ---- routes: whose they are ------------------------------------------------------------------------ */

static void test_only_routes_of_the_same_maker_are_deleted(void **state)
{
    static const char *const layouts[] = {"freebsd-14-amd64", "netbsd-10-amd64", "openbsd-8-amd64"};
    (void)state;
    for (size_t i = 0; i < 12; i++) {
        bool ours = i / 3 % 2, there_ours = i / 6;
        struct script *script = script_new(layouts[i % 3], 5);
        struct wanted wanted, there;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", ours ? OWN : 0, "192.0.2.254", NULL);
        const struct mh_route *found =
            &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", there_ours ? OWN : 0, "192.0.2.254", NULL)->of.route;
        bool dumps = i % 3 == 2;
        add_route_socket(script, 0);
        if (dumps)
            add_dump(script, found, 1);
        else {
            add_lookup(script, &op->of.route, 5, 0);
            add_told(script, found, 5);
        }
        if (ours == there_ours)
            add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, dumps ? 5 : 6, 0);
        expect(script, op, ours == there_ours ? MH_OK : MH_NOT_FOUND, ours == there_ours ? 0 : 3);
    }
}

/* ESRCH, an answer that covers the destination (NetBSD), or a dump without it. */
static void test_what_is_not_there_is_not_deleted(void **state)
{
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    const struct mh_route *cover =
        &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route;
    (void)state;
    struct script *script = script_new("freebsd-14-amd64", 5);
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 3);
    expect(script, op, MH_NOT_FOUND, 3);

    script = script_new("netbsd-10-amd64", 5);
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    add_told(script, cover, 5);
    expect(script, op, MH_NOT_FOUND, 3);

    script = script_new("openbsd-8-amd64", 5);
    add_route_socket(script, 0);
    add_dump(script, cover, 1);
    expect(script, op, MH_NOT_FOUND, 3);
}

/* Of OpenBSD's priorities it is the one that the op names. */
static void test_a_priority_is_asked_for(void **state)
{
    struct wanted wanted;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_DELETE, "10.0.0.0/8", OWN, "192.0.2.254", NULL);
    struct script *script = script_new("openbsd-7-i386", 5);
    (void)state;
    op->of.route.metric = 40;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    assert_int_equal(script->steps[1].bytes[10], 40); /* rtm_priority */
    add_told(script, &op->of.route, 5);
    add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, 6, 0);
    expect(script, op, MH_OK, 0);
}

/* How the place of a route with one next hop is looked at: a question, and on FreeBSD whether any routes
 * share a destination. OpenBSD's priority is not known: the table. Returns the number of the next message. */
static uint32_t add_place(struct script *script, const struct mh_op *op, const struct mh_route *found)
{
    const struct mh_rt_layout *layout = script->host.layout;
    if (layout->system == MH_RT_OPENBSD) {
        add_dump(script, found, 1);
        return 5;
    }
    add_lookup(script, &op->of.route, 5, 0);
    add_told(script, found, 5);
    if (layout->system == MH_RT_FREEBSD)
        add_bytes(script, CALL_SYSCTL, layout->numbers->groups, "", 0, 0);
    return 6;
}

static void test_another_programs_route_is_not_replaced(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 5);
        struct wanted wanted, there;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
        add_route_socket(script, 0);
        add_place(script, op, &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", 0, "192.0.2.254", NULL)->of.route);
        expect(script, op, MH_CONFLICT, 0);
    }
}

/* A dump that a real kernel told: its route is not ours, and everything else is no obstacle. */
static void test_recorded_tables_are_searched(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        if (kernel == NETBSD7) /* it has no several next hops */
            continue;
        struct recordings recordings = recordings_of(kernels[kernel].name);
        const struct recording *dump = recording_named(&recordings, "full-dump-inet");
        for (int i = 0; i < 2; i++) {
            struct script *script = script_new(kernels[kernel].layout, 5);
            struct wanted wanted;
            const struct mh_op *op =
                want(&wanted, MH_OP_ROUTE_REPLACE, i == 0 ? "10.32.16.0/20" : "10.32.17.0/24", OWN,
                     "192.0.2.254", "192.0.2.253");
            add_route_socket(script, 0);
            add_bytes(script, CALL_SYSCTL, script->host.layout->numbers->dump, dump->octets, dump->length, 0);
            for (size_t hop = 0; i == 1 && hop < 2; hop++)
                add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, hop, 5 + (uint32_t)hop, 0);
            expect(script, op, i == 0 ? MH_CONFLICT : MH_OK, 0);
        }
        recordings_free(&recordings);
    }
}

static void test_one_message_replaces_one_next_hop(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct script *script = script_new(kernels[kernel].layout, 5);
        struct wanted wanted, there;
        const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
        add_route_socket(script, 0);
        const struct mh_route *found =
            &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL)->of.route;
        uint32_t sequence = add_place(script, op, found);
        add_route_write(script, MH_OP_ROUTE_REPLACE, &op->of.route, 0, sequence, 0);
        expect(script, op, MH_OK, 0);
    }
}

/* ESRCH: it is added. */
static void test_what_is_not_there_is_added(void **state)
{
    struct script *script = script_new("netbsd-7-amd64", 5);
    struct wanted wanted;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
    expect(script, op, MH_OK, 0);
}

/* An answer is one of several routes: all are read, and another program's is among them. */
static void test_company_is_looked_for_in_the_table(void **state)
{
    struct wanted wanted, first, second;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, "192.0.2.253", NULL);
    struct mh_route there[] = {
        want(&first, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL)->of.route,
        want(&second, MH_OP_ROUTE_ADD, "10.0.0.0/8", 0, "192.0.2.252", NULL)->of.route};
    struct script *script = script_new("freebsd-14-amd64", 5);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    add_told(script, &there[0], 5);
    add_bytes(script, CALL_SYSCTL, script->host.layout->numbers->groups, "group", 5, 0);
    add_dump(script, there, 2);
    expect(script, op, MH_CONFLICT, 0);

    op->of.route.metric = there[0].metric = there[1].metric = 8;
    script = script_new("openbsd-8-amd64", 5);
    uint8_t bytes[MH_RT_REQUEST_SIZE];
    size_t length = compose(script->host.layout, MH_OP_ROUTE_ADD, &there[0], 0, 5, true, bytes);
    bytes[3] = (uint8_t)mh_rt_type_meaning(script->host.layout, MH_RT_MEANS_GET)->number;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    add_message(script, bytes, length); /* RTF_MPATH */
    add_dump(script, there, 2);
    expect(script, op, MH_CONFLICT, 0);

    script = script_new("openbsd-8-amd64", 5);
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 0);
    add_told(script, &there[0], 5);
    add_route_write(script, MH_OP_ROUTE_REPLACE, &op->of.route, 0, 6, 0);
    expect(script, op, MH_OK, 0);
}

/* A blackhole in place of a way: what kind of route it is cannot be changed. */
static void test_another_kind_of_route_replaces_in_two_steps(void **state)
{
    struct script *script = script_new("netbsd-10-amd64", 5);
    struct wanted wanted, there;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "10.0.0.0/8", OWN, NULL, NULL);
    const struct mh_route *found =
        &want(&there, MH_OP_ROUTE_ADD, "10.0.0.0/8", OWN, "192.0.2.254", NULL)->of.route;
    (void)state;
    add_route_socket(script, 0);
    add_place(script, op, found);
    add_route_write(script, MH_OP_ROUTE_DELETE, found, 0, 6, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 7, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("netbsd-10-amd64", 5);
    add_route_socket(script, 0);
    add_place(script, op, found);
    add_route_write(script, MH_OP_ROUTE_DELETE, found, 0, 6, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 7, 55);
    expect(script, op, MH_LOST, 55);
}

/* ---- routes: several next hops --------------------------------------------------------------------- */

static void test_each_next_hop_is_a_message(void **state)
{
    struct wanted wanted;
    const struct mh_op *op = want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    struct script *script = script_new("freebsd-14-amd64", 5);
    (void)state;
    add_route_socket(script, 0);
    add_lookup(script, &op->of.route, 5, 3);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 7, 0);
    expect(script, op, MH_OK, 0);

    script = script_new("openbsd-8-amd64", 5);
    add_route_socket(script, 0);
    add_dump(script, NULL, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 6, 0);
    assert_int_equal(mh_rt_read_number(script->host.layout, script->steps[2].bytes + 16, 4) & 0x40000,
                     0x40000);
    expect(script, op, MH_OK, 0); /* RTF_MPATH */

    struct mh_failure failure = {0};
    script = script_new("netbsd-10-amd64", 5);
    assert_int_equal(mh_bsd_apply(&script->host.base, op, &failure), MH_UNSUPPORTED);
    script_end(script);
}

/* FreeBSD 12, or net.route.multipath=0; and a gateway that is not to be reached. */
static void test_an_addition_that_fails_midway_is_taken_back(void **state)
{
    static const int natives[] = {17, 51, 51};
    static const enum mh_error errors[] = {MH_UNSUPPORTED, MH_UNREACHABLE, MH_LOST};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct wanted wanted;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
        struct script *script = script_new("freebsd-12-amd64", 5);
        add_route_socket(script, 0);
        add_lookup(script, &op->of.route, 5, 3);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 6, 0);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 7, natives[i]);
        add_route_write(script, MH_OP_ROUTE_DELETE, &op->of.route, 0, 8, i == 2 ? 1 : 0);
        expect(script, op, errors[i], i == 0 ? 0 : natives[i]);
    }
}

/* The one that is missing is added before the other goes. */
static void test_next_hops_are_exchanged(void **state)
{
    static const char *const layouts[] = {"freebsd-14-amd64", "openbsd-8-amd64"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct wanted wanted, there, old;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.253", "192.0.2.252");
        const struct mh_route *found =
            &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253")->of.route;
        const struct mh_route *gone =
            &want(&old, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route;
        struct script *script = script_new(layouts[i % 2], 5);
        add_route_socket(script, 0);
        add_dump(script, found, 1);
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 5, 0);
        add_route_write(script, MH_OP_ROUTE_DELETE, gone, 0, 6, i < 2 ? 0 : 3);
        expect(script, op, i < 2 ? MH_OK : MH_LOST, i < 2 ? 0 : 3);
    }
}

/* Nothing was changed yet. */
static void test_a_kernel_with_one_next_hop_says_so(void **state)
{
    struct wanted wanted, there;
    const struct mh_op *op =
        want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    struct script *script = script_new("freebsd-12-amd64", 5);
    (void)state;
    add_route_socket(script, 0);
    add_dump(script, &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", NULL)->of.route, 1);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 5, 17);
    expect(script, op, MH_UNSUPPORTED, 0);
}

static void test_a_weight_is_changed_by_adding_anew(void **state)
{
    struct wanted wanted, there, old;
    struct mh_op *op = want(&wanted, MH_OP_ROUTE_REPLACE, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253");
    const struct mh_route *found =
        &want(&there, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.254", "192.0.2.253")->of.route;
    const struct mh_route *gone =
        &want(&old, MH_OP_ROUTE_ADD, "0.0.0.0/0", OWN, "192.0.2.253", NULL)->of.route;
    struct script *script = script_new("freebsd-14-amd64", 5);
    (void)state;
    wanted.hops[1].weight = 3;
    add_route_socket(script, 0);
    add_dump(script, found, 1);
    add_route_write(script, MH_OP_ROUTE_DELETE, gone, 0, 5, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 1, 6, 0);
    expect(script, op, MH_OK, 0);
}

static void test_hostile_tables_do_no_harm(void **state)
{
    struct recordings recordings = recordings_of(kernels[OPENBSD8].name);
    const struct recording *dump = recording_named(&recordings, "full-dump-inet");
    (void)state;
    for (size_t at = 0; at < dump->length; at += 7) {
        struct script *script = script_new(kernels[OPENBSD8].layout, 5);
        struct wanted wanted;
        const struct mh_op *op =
            want(&wanted, MH_OP_ROUTE_REPLACE, "10.32.16.0/20", OWN, "192.0.2.254", NULL);
        add_route_socket(script, 0);
        add_bytes(script, CALL_SYSCTL, script->host.layout->numbers->dump, dump->octets, dump->length, 0);
        script->octets[script->used - dump->length + at] ^= 0xff;
        add_route_write(script, MH_OP_ROUTE_ADD, &op->of.route, 0, 5, 1);
        script->steps[script->count - 1].optional = true;
        add_close(script);
        assert_int_not_equal(mh_bsd_apply(&script->host.base, op, NULL), MH_OK);
        free(script);
    }
    recordings_free(&recordings);
}

/* ---- many ops -------------------------------------------------------------------------------------- */

static void test_nothing_is_tried_behind_a_failure(void **state)
{
    struct script *script = script_new("netbsd-10-amd64", 1);
    struct wanted first, second, third;
    struct mh_op ops[] = {*want(&first, MH_OP_ROUTE_ADD, "10.1.0.0/16", OWN, "192.0.2.254", NULL),
                          *want(&second, MH_OP_ROUTE_ADD, "10.2.0.0/16", OWN, "192.0.2.254", NULL),
                          *want(&third, MH_OP_ROUTE_ADD, "10.3.0.0/16", OWN, "192.0.2.254", NULL)};
    struct mh_failure failure = {0};
    size_t applied = 9;
    (void)state;
    add_route_socket(script, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &ops[0].of.route, 0, 1, 0);
    add_close(script);
    add_route_socket(script, 0);
    add_route_write(script, MH_OP_ROUTE_ADD, &ops[1].of.route, 0, 2, 17);
    add_close(script);
    assert_int_equal(mh_bsd_apply_all(&script->host.base, ops, 3, &applied, &failure), MH_EXISTS);
    assert_int_equal(applied, 1);
    assert_int_equal(mh_bsd_apply_all(&script->host.base, ops, 0, &applied, &failure), MH_OK);
    assert_int_equal(applied, 0);
    script_end(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_requests_are_made),
        cmocka_unit_test(test_own_routes_are_marked),
        cmocka_unit_test(test_lost_answers_are_told),
        cmocka_unit_test(test_nothing_is_added_beside_a_route_of_freebsd),
        cmocka_unit_test(test_tables_are_named),
        cmocka_unit_test(test_only_routes_of_the_same_maker_are_deleted),
        cmocka_unit_test(test_what_is_not_there_is_not_deleted),
        cmocka_unit_test(test_a_priority_is_asked_for),
        cmocka_unit_test(test_another_programs_route_is_not_replaced),
        cmocka_unit_test(test_recorded_tables_are_searched),
        cmocka_unit_test(test_one_message_replaces_one_next_hop),
        cmocka_unit_test(test_what_is_not_there_is_added),
        cmocka_unit_test(test_company_is_looked_for_in_the_table),
        cmocka_unit_test(test_another_kind_of_route_replaces_in_two_steps),
        cmocka_unit_test(test_each_next_hop_is_a_message),
        cmocka_unit_test(test_an_addition_that_fails_midway_is_taken_back),
        cmocka_unit_test(test_next_hops_are_exchanged),
        cmocka_unit_test(test_a_kernel_with_one_next_hop_says_so),
        cmocka_unit_test(test_a_weight_is_changed_by_adding_anew),
        cmocka_unit_test(test_hostile_tables_do_no_harm),
        cmocka_unit_test(test_nothing_is_tried_behind_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
