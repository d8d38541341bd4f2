/* Questions to BSD kernels: requests and answers are those of the recordings; what stands around the answer
 * is what a routing socket brings beside. */
#include "bsd/rtmsg_encode.h"
#include "unit/support.h"

#include "codec/rtmsg_fixture.h"
#include "codec/scripted_calls.h"
#include "core/select.h"

enum { FREEBSD12, FREEBSD13, NETBSD7, OPENBSD7, OPENBSD8 };

static struct mh_address address(const char *text)
{
    struct mh_address value = {0};
    if (text != NULL && text[0] != '\0')
        assert_true(mh_address_parse(text, strlen(text), &value));
    return value;
}

static uint32_t sequence_of(const struct mh_rt_layout *layout, const struct recording *recording)
{
    struct mh_rt_walk walk = {.layout = layout, .bytes = recording->octets, .length = recording->length};
    struct mh_rt_message message;
    assert_int_equal(mh_rt_next(&walk, &message, NULL), MH_OK);
    return (uint32_t)mh_rt_value(&message, MH_RT_SEQ);
}

/* A question of the recordings, about to be asked. */
struct asking {
    struct recordings recordings;
    const struct recording *request, *answer;
    struct script *script;
};

static struct asking begin(size_t kernel, const char *step)
{
    struct asking asking = {.recordings = recordings_of(kernels[kernel].name)};
    char name[96];
    (void)snprintf(name, sizeof name, "%s-request-RTM_GET", step);
    asking.request = recording_named(&asking.recordings, name);
    (void)snprintf(name, sizeof name, "%s-monitor00-RTM_GET", step);
    asking.answer = recording_named(&asking.recordings, name);
    asking.script = script_new(kernels[kernel].layout, 0);
    asking.script->host.question_number = sequence_of(asking.script->host.layout, asking.request);
    return asking;
}

static void end(struct asking *asking)
{
    script_end(asking->script);
    recordings_free(&asking->recordings);
}

/* The recorded question, with the flags of rget-net: some were recorded without RTF_UP and RTF_GATEWAY. */
static void add_question(struct script *script, const struct recording *request, int native)
{
    add_bytes(script, CALL_WRITE, 0, request->octets, request->length, native);
    uint8_t *written = script->octets + script->used - request->length;
    mh_rt_write_number(script->host.layout, written + (script->host.layout->system == MH_RT_OPENBSD ? 16 : 8),
                       4, 7);
}

static void add_request(struct asking *asking, int native)
{
    add_question(asking->script, asking->request, native);
}

static void add_answer(struct asking *asking)
{
    add_message(asking->script, asking->answer->octets, asking->answer->length);
}

static enum mh_error ask(struct asking *asking, const char *destination, struct mh_kernel_answer *answer,
                         struct mh_failure *failure)
{
    const struct mh_question question = {.destination = address(destination)};
    return mh_bsd_ask(&asking->script->host.base, &question, answer, failure);
}

/* ---- answers --------------------------------------------------------------------------------------- */

struct expectation {
    size_t kernel;
    const char *step, *destination, *next_hop, *source;
    uint32_t interface;
};

static const struct expectation expectations[] = {
    {FREEBSD12, "rget-net", "198.51.100.9", "192.0.2.254", "192.0.2.1", 3},
    {FREEBSD12, "rget-connected", "192.0.2.40", "", "192.0.2.1", 3},
    {FREEBSD12, "rget-inet6", "2001:db8:2:3::1", "2001:db8:1::fe", NULL, 3},
    {FREEBSD13, "rget-net", "198.51.100.9", "192.0.2.254", "192.0.2.1", 2},
    {FREEBSD13, "rget-connected", "192.0.2.40", "", "192.0.2.1", 2},
    {FREEBSD13, "rget-inet6", "2001:db8:2:3::1", "2001:db8:1::fe", NULL, 2},
    {NETBSD7, "rget-net", "198.51.100.9", "192.0.2.254", "192.0.2.1", 2},
    {NETBSD7, "rget-connected", "192.0.2.40", "", "192.0.2.1", 2},
    {OPENBSD7, "rget-net", "198.51.100.9", "192.0.2.254", "192.0.2.1", 3},
    {OPENBSD7, "rget-connected", "192.0.2.40", "", "192.0.2.1", 3},
    {OPENBSD7, "rget-inet6", "2001:db8:2:3::1", "2001:db8:1::fe", NULL, 3},
    {OPENBSD8, "rget-net", "198.51.100.9", "192.0.2.254", "192.0.2.1", 3},
    {OPENBSD8, "rget-connected", "192.0.2.40", "", "192.0.2.1", 3},
    {OPENBSD8, "rget-inet6", "2001:db8:2:3::1", "2001:db8:1::fe", NULL, 3},
};

static void check_answer(const struct expectation *expected, const struct mh_kernel_answer *answer)
{
    struct mh_address next_hop = address(expected->next_hop), source = address(expected->source);
    assert_true(answer->found);
    assert_int_equal(answer->interface, expected->interface);
    assert_true(mh_address_equal(&answer->next_hop, &next_hop));
    assert_true(mh_address_equal(&answer->source, &source));
    assert_int_equal(answer->source_untold, expected->source == NULL);
}

/* NET_RT_SOURCE of OpenBSD is asked for where there is no gateway. */
static void add_table_source(struct script *script, const struct expectation *expected, const uint8_t *bytes,
                             size_t length)
{
    bool is_asked = script->host.layout->system == MH_RT_OPENBSD && expected->next_hop[0] == '\0';
    if (is_asked)
        add_step(script, (struct step){.call = CALL_SYSCTL, .argument = 7, .bytes = bytes, .length = length});
}

static void test_recorded_answers_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *expected = &expectations[i];
        struct asking asking = begin(expected->kernel, expected->step);
        struct mh_kernel_answer answer;
        add_route_socket(asking.script, 0);
        add_request(&asking, 0);
        add_answer(&asking);
        add_close(asking.script);
        add_table_source(asking.script, expected, NULL, 0);
        assert_int_equal(ask(&asking, expected->destination, &answer, NULL), MH_OK);
        check_answer(expected, &answer);
        end(&asking);
    }
}

/* `route sourceaddr 198.51.100.2`; a kernel without such a thing; an answer that is none. */
static void test_the_preferred_source_of_the_table_is_not_that_of_what_is_on_link(void **state)
{
    static const struct expectation expected = {OPENBSD8, "rget-connected", "192.0.2.40", "", "192.0.2.1", 3};
    static const struct {
        uint8_t bytes[16];
        size_t length;
        int native;
        enum mh_error code;
        bool untold;
    } rows[] = {{{16, 2, 0, 0, 198, 51, 100, 2}, 16, 0, MH_OK, true},
                {{0}, 0, 22, MH_OK, false},
                {{0}, 0, 13, MH_PERMISSION, false},
                {{16, 24}, 16, 0, MH_MALFORMED, false},
                {{16, 2, 0, 0, 198, 51, 100, 2}, 8, 0, MH_MALFORMED, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asking asking = begin(expected.kernel, expected.step);
        struct mh_kernel_answer answer;
        struct expectation changed = expected;
        add_route_socket(asking.script, 0);
        add_request(&asking, 0);
        add_answer(&asking);
        add_close(asking.script);
        add_table_source(asking.script, &expected, rows[i].bytes, rows[i].length);
        asking.script->steps[asking.script->count - 1].native = rows[i].native;
        assert_int_equal(ask(&asking, expected.destination, &answer, NULL), rows[i].code);
        if (rows[i].untold)
            changed.source = NULL;
        if (rows[i].code == MH_OK)
            check_answer(&changed, &answer);
        end(&asking);
    }
}

static void test_no_way_is_an_answer(void **state)
{
    static const int natives[] = {3, 51, 65};
    static const char *const names[] = {"EADDRNOTAVAIL", "ENETUNREACH", "EHOSTUNREACH"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct asking asking = begin(OPENBSD8, "rget-net");
        struct mh_kernel_answer answer;
        add_route_socket(asking.script, 0);
        add_request(&asking, natives[i]);
        add_close(asking.script);
        assert_int_equal(ask(&asking, "198.51.100.9", &answer, NULL), MH_OK);
        assert_false(answer.found);
        assert_string_equal(answer.native_name, names[i]);
        end(&asking);
    }
}

/* What a socket hears that wants a source. */
static void test_without_a_route_systems_differ(void **state)
{
    static const struct {
        size_t kernel;
        const char *source, *native;
    } rows[] = {{FREEBSD12, "", "ENETUNREACH"},
                {NETBSD7, "", "EHOSTUNREACH"},
                {NETBSD7, "192.0.2.1", "EHOSTUNREACH"},
                {OPENBSD8, "", "EADDRNOTAVAIL"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asking asking = begin(rows[i].kernel, "rget-net");
        const struct mh_question question = {.destination = address("198.51.100.9"),
                                             .source = address(rows[i].source)};
        struct mh_kernel_answer answer;
        add_route_socket(asking.script, 0);
        add_request(&asking, 3);
        add_close(asking.script);
        assert_int_equal(mh_bsd_ask(&asking.script->host.base, &question, &answer, NULL), MH_OK);
        assert_string_equal(answer.native_name, rows[i].native);
        end(&asking);
    }
}

/* The answer "rget-net" of a FreeBSD with another number at `offset`: no way. */
static void expect_no_way(size_t kernel, size_t offset, uint32_t number, const char *native_name)
{
    struct asking asking = begin(kernel, "rget-net");
    struct mh_kernel_answer answer;
    uint8_t bytes[512];
    memcpy(bytes, asking.answer->octets, asking.answer->length);
    mh_rt_write_number(asking.script->host.layout, bytes + offset, 4, number);
    add_route_socket(asking.script, 0);
    add_request(&asking, 0);
    add_message(asking.script, bytes, asking.answer->length);
    add_close(asking.script);
    assert_int_equal(ask(&asking, "198.51.100.9", &answer, NULL), MH_OK);
    assert_false(answer.found);
    assert_string_equal(answer.native_name, native_name);
    end(&asking);
}

static void test_an_error_in_the_answer_counts(void **state)
{
    (void)state;
    expect_no_way(FREEBSD12, 24, 3, "ENETUNREACH"); /* rtm_errno: ESRCH */
}

static void test_routes_that_drop_are_no_way(void **state)
{
    (void)state;
    expect_no_way(FREEBSD13, 8, 0x843 | 0x8, "EHOSTUNREACH");
    expect_no_way(FREEBSD13, 8, 0x843 | 0x1000, "ENETUNREACH");
}

/* ---- what comes beside ----------------------------------------------------------------------------- */

/* Another program's answer, of another number; one of our number about another destination; a change; octets
 * that are no message; time that passed without one. */
static void test_the_answer_is_found_among_others(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct asking asking = begin(kernel, "rget-net");
        struct mh_kernel_answer answer;
        const struct mh_rt_layout *layout = asking.script->host.layout;
        const struct recording *other =
                                   recording_named(&asking.recordings, "rget-connected-monitor00-RTM_GET"),
                               *change = recording_named(&asking.recordings, "radd-net-monitor00-RTM_ADD");
        uint8_t same_number[512], broken[8] = {200, 0, 5, 4};
        size_t sequence_at = layout->system == MH_RT_OPENBSD ? 28 : 20;
        memcpy(same_number, other->octets, other->length);
        mh_rt_write_number(layout, same_number + sequence_at, 4, asking.script->host.question_number);
        add_route_socket(asking.script, 0);
        add_request(&asking, 0);
        add_message(asking.script, other->octets, other->length);
        add_message(asking.script, change->octets, change->length);
        add_message(asking.script, same_number, other->length);
        add_message(asking.script, broken, sizeof broken);
        add_nothing(asking.script);
        add_step(asking.script, (struct step){.call = CALL_POLL});
        add_nothing(asking.script); /* after all */
        add_step(asking.script, (struct step){.call = CALL_POLL});
        add_answer(&asking);
        add_close(asking.script);
        assert_int_equal(ask(&asking, "198.51.100.9", &answer, NULL), MH_OK);
        assert_true(answer.found);
        struct mh_address gateway = address("192.0.2.254");
        assert_true(mh_address_equal(&answer.next_hop, &gateway));
        end(&asking);
    }
}

static uint32_t process_known; /* to the table of calls below */

static uint32_t process(struct mh_calls *calls)
{
    (void)calls;
    return process_known;
}

/* Of our number and about our destination, but a blackhole that another program was told of. */
static void test_the_answer_to_another_process_is_passed_over(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct asking asking = begin(kernel, "rget-net");
        struct mh_calls_table knowing = scripted_table;
        const struct mh_rt_layout *layout = asking.script->host.layout;
        size_t process_at = layout->system == MH_RT_OPENBSD ? 24 : 16;
        struct mh_kernel_answer answer;
        uint8_t anothers[512];
        knowing.process = process;
        asking.script->base.table = &knowing;
        process_known = (uint32_t)mh_rt_read_number(layout, asking.answer->octets + process_at, 4);
        memcpy(anothers, asking.answer->octets, asking.answer->length);
        mh_rt_write_number(layout, anothers + process_at, 4, process_known + 1);
        mh_rt_write_number(layout, anothers + (layout->system == MH_RT_OPENBSD ? 16 : 8), 4, 0x1843);
        add_route_socket(asking.script, 0);
        add_request(&asking, 0);
        add_message(asking.script, anothers, asking.answer->length);
        add_answer(&asking);
        add_close(asking.script);
        assert_int_equal(ask(&asking, "198.51.100.9", &answer, NULL), MH_OK);
        assert_true(answer.found);
        end(&asking);
    }
}

static void test_without_an_answer_nobody_knows(void **state)
{
    struct asking asking = begin(NETBSD7, "rget-net");
    struct mh_kernel_answer answer;
    struct mh_failure failure = {0};
    (void)state;
    add_route_socket(asking.script, 0);
    add_request(&asking, 0);
    add_nothing(asking.script);
    add_step(asking.script, (struct step){.call = CALL_POLL, .error = MH_TIMEOUT});
    add_close(asking.script);
    assert_int_equal(ask(&asking, "198.51.100.9", &answer, &failure), MH_TIMEOUT);
    assert_int_equal(failure.code, MH_TIMEOUT);
    assert_false(answer.found);
    end(&asking);
}

/* ENOBUFS: the answer may be among what was dropped. */
static void test_a_lost_answer_is_asked_for_again(void **state)
{
    (void)state;
    for (int losses = 1; losses <= 3; losses++) {
        struct asking asking = begin(FREEBSD13, "rget-net");
        struct mh_kernel_answer answer;
        struct mh_failure failure = {0};
        add_route_socket(asking.script, 0);
        for (int i = 0; i < losses; i++) {
            add_request(&asking, 0);
            add_step(asking.script, (struct step){.call = CALL_READ, .native = 55});
        }
        if (losses < 3) {
            add_request(&asking, 0);
            add_answer(&asking);
        }
        add_close(asking.script);
        assert_int_equal(ask(&asking, "198.51.100.9", &answer, &failure), losses < 3 ? MH_OK : MH_LOST);
        end(&asking);
    }
}

/* Cut anywhere, or with any octet altered: an answer, none, or an error, and nothing is read beyond it. */
static void test_hostile_answers_do_no_harm(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < KERNELS; kernel++) {
        struct asking whole = begin(kernel, "rget-net");
        for (size_t at = 0; at < whole.answer->length; at++) {
            struct script *script = script_new(kernels[kernel].layout, whole.script->host.question_number);
            const struct mh_question question = {.destination = address("198.51.100.9")};
            struct mh_kernel_answer answer;
            uint8_t *bytes = need(malloc(whole.answer->length));
            memcpy(bytes, whole.answer->octets, whole.answer->length);
            bytes[at] = 0xff;
            add_route_socket(script, 0);
            add_question(script, whole.request, 0);
            add_message(script, bytes, at % 2 == 0 ? at : whole.answer->length);
            add_step(script, (struct step){.call = CALL_READ, .native = 35, .optional = true});
            add_step(script, (struct step){.call = CALL_POLL, .error = MH_TIMEOUT, .optional = true});
            add_close(script);
            add_step(script, (struct step){.call = CALL_SYSCTL, .argument = 7, .optional = true});
            enum mh_error code = mh_bsd_ask(&script->host.base, &question, &answer, NULL);
            assert_true(code == MH_OK || code == MH_TIMEOUT || code == MH_MALFORMED || code == MH_LOST ||
                        !answer.found);
            free(bytes);
            script_end(script);
        }
        free(whole.script);
        recordings_free(&whole.recordings);
    }
}

/* ---- what cannot be asked -------------------------------------------------------------------------- */

static void refuse(size_t kernel, const struct mh_question *question, enum mh_error expected)
{
    struct script *script = script_new(kernels[kernel].layout, 1);
    struct mh_failure failure = {0};
    struct mh_kernel_answer answer;
    assert_int_equal(mh_bsd_ask(&script->host.base, question, &answer, &failure), expected);
    assert_string_not_equal(failure.detail, "");
    script_end(script);
}

static void test_what_cannot_be_asked_is_said(void **state)
{
    const struct mh_question from = {.destination = address("192.0.2.9"), .source = address("192.0.2.1")},
                             by = {.destination = address("192.0.2.9"), .output = 3},
                             nowhere = {.source = address("192.0.2.1")},
                             mixed = {.destination = address("192.0.2.9"), .source = address("::1")};
    (void)state;
    refuse(FREEBSD13, &from, MH_UNSUPPORTED);
    refuse(OPENBSD8, &from, MH_UNSUPPORTED);
    refuse(NETBSD7, &by, MH_UNSUPPORTED);
    refuse(NETBSD7, &nowhere, MH_INVALID);
    refuse(NETBSD7, &mixed, MH_INVALID);
}

/* NetBSD 7 answered with the gateway's entry in the neighbour cache. */
static void test_an_answer_without_the_gateway_is_none(void **state)
{
    struct asking asking = begin(NETBSD7, "rget-inet6");
    struct mh_kernel_answer answer;
    struct mh_failure failure = {0};
    (void)state;
    add_route_socket(asking.script, 0);
    add_request(&asking, 0);
    add_answer(&asking);
    add_close(asking.script);
    assert_int_equal(ask(&asking, "2001:db8:2:3::1", &answer, &failure), MH_UNSUPPORTED);
    assert_false(answer.found);
    end(&asking);
}

static void test_a_socket_that_cannot_be_opened(void **state)
{
    struct script *script = script_new("openbsd-8-amd64", 1);
    const struct mh_question question = {.destination = address("192.0.2.9")};
    struct mh_failure failure = {0};
    struct mh_kernel_answer answer;
    (void)state;
    add_step(script, (struct step){.call = CALL_SOCKET, .argument = 1703, .native = 24});
    assert_int_equal(mh_bsd_ask(&script->host.base, &question, &answer, &failure), MH_LIMIT);
    assert_int_equal(failure.native_code, 24);
    script_end(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_answers_are_understood),
        cmocka_unit_test(test_the_preferred_source_of_the_table_is_not_that_of_what_is_on_link),
        cmocka_unit_test(test_no_way_is_an_answer),
        cmocka_unit_test(test_without_a_route_systems_differ),
        cmocka_unit_test(test_an_error_in_the_answer_counts),
        cmocka_unit_test(test_routes_that_drop_are_no_way),
        cmocka_unit_test(test_the_answer_is_found_among_others),
        cmocka_unit_test(test_the_answer_to_another_process_is_passed_over),
        cmocka_unit_test(test_without_an_answer_nobody_knows),
        cmocka_unit_test(test_a_lost_answer_is_asked_for_again),
        cmocka_unit_test(test_hostile_answers_do_no_harm),
        cmocka_unit_test(test_what_cannot_be_asked_is_said),
        cmocka_unit_test(test_an_answer_without_the_gateway_is_none),
        cmocka_unit_test(test_a_socket_that_cannot_be_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
