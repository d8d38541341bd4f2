/* Probes on functions of the test's own: what they are given, each answer and documented error, replies that
 * lie, and what is missing. */
#include "unit/support.h"

#include "windows/ip_helper.h"

#include "windows/icmp_reply.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define FAKE_HANDLE ((HANDLE)(intptr_t)0x1234)

/* What the functions answer, and what they were given. */
static struct {
    DWORD answer, code;      /* of the call that sends */
    DWORD count, parse_code; /* of the call that parses */
    ICMP_ECHO_REPLY reply;   /* Data: an offset in the buffer */
    uint8_t reply6[36];
    bool is_silent;    /* the event is not set */
    DWORD create_code; /* of the calls that create; NO_ERROR: they succeed */
    int open;          /* handles */
    HANDLE event;
    IPAddr from, to;
    SOCKADDR_IN6 from6, to6;
    DWORD reply_size, timeout;
    WORD size;
    void *buffer;
} fake;

/* ---- functions ------------------------------------------------------------------------------------- */

static HANDLE WINAPI create(void)
{
    SetLastError(fake.create_code);
    if (fake.create_code != NO_ERROR)
        return INVALID_HANDLE_VALUE;
    fake.open++;
    return FAKE_HANDLE;
}

static WINBOOL WINAPI close_handle(HANDLE handle)
{
    assert_ptr_equal(handle, FAKE_HANDLE);
    fake.open--;
    return TRUE;
}

static DWORD note(HANDLE event, void *buffer, DWORD reply_size, WORD size, DWORD timeout)
{
    fake.event = event;
    fake.buffer = buffer;
    fake.reply_size = reply_size;
    fake.size = size;
    fake.timeout = timeout;
    if (!fake.is_silent)
        (void)SetEvent(event);
    SetLastError(fake.code);
    return fake.answer;
}

static DWORD WINAPI send4(HANDLE handle, HANDLE event, FARPROC routine, void *context, IPAddr from, IPAddr to,
                          void *data, WORD size, PIP_OPTION_INFORMATION options, void *buffer,
                          DWORD reply_size, DWORD timeout)
{
    ICMP_ECHO_REPLY reply = fake.reply;
    assert_ptr_equal(handle, FAKE_HANDLE);
    assert_true(routine == NULL && context == NULL && options == NULL && data != NULL);
    reply.Data = (char *)buffer + (uintptr_t)fake.reply.Data;
    assert_true(reply_size >= sizeof reply + size + 8);
    memset(buffer, 0xff, reply_size); /* all of it may be written to */
    memcpy(buffer, &reply, sizeof reply);
    fake.from = from;
    fake.to = to;
    return note(event, buffer, reply_size, size, timeout);
}

static DWORD WINAPI send6(HANDLE handle, HANDLE event, FARPROC routine, void *context, SOCKADDR_IN6 *from,
                          SOCKADDR_IN6 *to, void *data, WORD size, PIP_OPTION_INFORMATION options,
                          void *buffer, DWORD reply_size, DWORD timeout)
{
    assert_ptr_equal(handle, FAKE_HANDLE);
    assert_true(routine == NULL && context == NULL && options == NULL && data != NULL);
    assert_true(reply_size >= sizeof fake.reply6 + size + 8);
    memset(buffer, 0xff, reply_size);
    memcpy(buffer, fake.reply6, sizeof fake.reply6);
    fake.from6 = *from;
    fake.to6 = *to;
    return note(event, buffer, reply_size, size, timeout);
}

static DWORD WINAPI parse(void *buffer, DWORD size)
{
    assert_non_null(buffer);
    assert_int_equal(size, fake.reply_size);
    SetLastError(fake.parse_code);
    return fake.count;
}

static struct mh_iphlp functions(void)
{
    return (struct mh_iphlp){.IcmpCreateFile = create,
                             .Icmp6CreateFile = create,
                             .IcmpCloseHandle = close_handle,
                             .IcmpSendEcho2Ex = send4,
                             .Icmp6SendEcho2 = (void *)send6,
                             .IcmpParseReplies = parse,
                             .Icmp6ParseReplies = parse};
}

/* ---- a host, a loop and an answer ------------------------------------------------------------------ */

static struct mh_windows host;
static uv_loop_t loop;

struct told {
    int times;
    struct mh_probe_answer answer;
};

static void hear(void *context, const struct mh_probe_answer *answer)
{
    struct told *told = context;
    told->times++;
    told->answer = *answer;
}

static struct mh_address address(const char *text)
{
    struct mh_address parsed;
    assert_true(mh_address_parse(text, strlen(text), &parsed));
    return parsed;
}

enum { OCTETS = 32 };

static struct mh_probe probe_of(const char *source, const char *target)
{
    return (struct mh_probe){
        .source = address(source), .target = address(target), .interface = 7, .timeout = 100, .size = OCTETS};
}

/* A whole reply of 192.0.2.254, or 2001:db8::fe, after 2 ms. */
static int start(void **state)
{
    const struct mh_address from = address("192.0.2.254"), from6 = address("2001:db8::fe");
    memset(&fake, 0, sizeof fake);
    fake.code = ERROR_IO_PENDING;
    fake.count = 1;
    fake.reply = (ICMP_ECHO_REPLY){
        .RoundTripTime = 2, .DataSize = OCTETS, .Data = (void *)(uintptr_t)sizeof(ICMP_ECHO_REPLY)};
    memcpy(&fake.reply.Address, from.bytes, 4);
    memcpy(fake.reply6 + 6, from6.bytes, 16);
    fake.reply6[32] = 2;
    host = (struct mh_windows){.base.backend = &mh_backend_windows, .iphlp = functions()};
    *state = NULL;
    return uv_loop_init(&loop);
}

static int nothing_is_left(void **state)
{
    (void)state;
    mh_windows_probes_end(&host);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_null(host.probes);
    assert_int_equal(fake.open, 0);
    return uv_loop_close(&loop);
}

static struct mh_probe_answer ask(const struct mh_probe *probe)
{
    struct told told = {0};
    struct mh_failure failure;
    assert_int_equal(mh_platform_probe(&host.base, &loop, probe, hear, &told, &failure), MH_OK);
    assert_int_equal(told.times, 0); /* not before it returns */
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(told.times, 1);
    return told.answer;
}

static struct mh_probe_answer ask4(void)
{
    const struct mh_probe probe = probe_of("192.0.2.1", "192.0.2.254");
    return ask(&probe);
}

static struct mh_probe_answer ask6(void)
{
    const struct mh_probe probe = probe_of("2001:db8::1", "2001:db8::fe");
    return ask(&probe);
}

static void expect_reached(const struct mh_probe_answer *answer, const char *from)
{
    const struct mh_address expected = address(from);
    assert_int_equal(answer->outcome, MH_PROBE_REACHED);
    assert_true(mh_address_equal(&answer->from, &expected));
    assert_true(answer->round_trip < 3000); /* of a reply after 2 ms, however long waking up takes */
    assert_int_equal(answer->failure.code, MH_OK);
}

/* ---- what goes well -------------------------------------------------------------------------------- */

static void test_reached(void **state)
{
    const struct mh_address from = address("192.0.2.1"), to = address("192.0.2.254");
    (void)state;
    struct mh_probe_answer answer = ask4();
    expect_reached(&answer, "192.0.2.254");
    assert_memory_equal(&fake.from, from.bytes, 4);
    assert_memory_equal(&fake.to, to.bytes, 4);
    assert_int_equal(fake.timeout, 100);
    assert_int_equal(fake.size, OCTETS);
    fake.answer = ERROR_IO_PENDING; /* as the pages have it */
    fake.code = NO_ERROR;
    answer = ask4();
    expect_reached(&answer, "192.0.2.254");
    fake.answer = 1; /* at once, and without the event */
    fake.is_silent = true;
    answer = ask4();
    expect_reached(&answer, "192.0.2.254");
}

static void test_reached6(void **state)
{
    const struct mh_address from = address("2001:db8::1");
    (void)state;
    struct mh_probe_answer answer = ask6();
    expect_reached(&answer, "2001:db8::fe");
    assert_memory_equal(&fake.from6.sin6_addr, from.bytes, 16);
    assert_int_equal(fake.from6.sin6_family, AF_INET6);
    assert_int_equal(fake.from6.sin6_scope_id, 0);
    struct mh_probe local = probe_of("fe80::1", "fe80::2");
    answer = ask(&local);
    assert_int_equal(answer.outcome, MH_PROBE_REACHED);
    assert_int_equal(fake.from6.sin6_scope_id, 7);
    assert_int_equal(fake.to6.sin6_scope_id, 7);
    local.source.family = MH_FAMILY_NONE;
    answer = ask(&local);
    assert_int_equal(answer.outcome, MH_PROBE_REACHED);
    assert_int_equal(fake.from6.sin6_family, AF_INET6);
    assert_int_equal(fake.from6.sin6_addr.s6_addr[0], 0);
}

static void test_sizes(void **state)
{
    static const uint16_t sizes[] = {0, 1, OCTETS, MH_PROBE_DATA_MAX};
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct mh_probe probe = probe_of("192.0.2.1", "192.0.2.254");
        probe.size = sizes[i];
        probe.source.family = MH_FAMILY_NONE;
        fake.reply.DataSize = sizes[i];
        struct mh_probe_answer answer = ask(&probe);
        expect_reached(&answer, "192.0.2.254");
        assert_int_equal(fake.reply_size, sizeof(ICMP_ECHO_REPLY) + sizes[i] + 8 + 2 * sizeof(void *));
        assert_int_equal(fake.from, 0);
    }
}

static void test_many_at_once(void **state)
{
    const struct mh_probe probe = probe_of("192.0.2.1", "192.0.2.254");
    struct told told[20] = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(told); i++)
        assert_int_equal(mh_platform_probe(&host.base, &loop, &probe, hear, &told[i], NULL), MH_OK);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < COUNT(told); i++)
        assert_int_equal(told[i].times, 1);
}

/* ---- what does not --------------------------------------------------------------------------------- */

static const struct status {
    DWORD code;
    enum mh_probe_outcome outcome;
    enum mh_error error;
    const char *name;
} statuses[] = {
    {IP_DEST_NET_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_NET_UNREACHABLE"},
    {IP_DEST_HOST_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_HOST_UNREACHABLE"},
    {IP_TTL_EXPIRED_TRANSIT, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_TTL_EXPIRED_TRANSIT"},
    {IP_REQ_TIMED_OUT, MH_PROBE_SILENT, MH_TIMEOUT, "IP_REQ_TIMED_OUT"},
    {IP_GENERAL_FAILURE, MH_PROBE_FAILED, MH_IO, "IP_GENERAL_FAILURE"},
    {IP_PACKET_TOO_BIG, MH_PROBE_FAILED, MH_LIMIT, "IP_PACKET_TOO_BIG"},
    {IP_BUF_TOO_SMALL, MH_PROBE_FAILED, MH_LIMIT, "IP_BUF_TOO_SMALL"},
};

static void expect_status(const struct mh_probe_answer *answer, const struct status *status)
{
    assert_int_equal(answer->outcome, status->outcome);
    assert_int_equal(answer->round_trip, 0);
    assert_int_equal(answer->failure.code, status->error);
    assert_int_equal(answer->failure.native_code, status->code);
    assert_string_equal(answer->failure.native_name, status->name);
}

/* In the reply, as the code of the call that parses, and left in the buffer by a call that finds nothing. */
static void test_statuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        fake.count = 1;
        fake.parse_code = NO_ERROR;
        fake.reply.Status = statuses[i].code;
        memcpy(fake.reply6 + 28, &statuses[i].code, 4);
        struct mh_probe_answer answer = ask4();
        expect_status(&answer, &statuses[i]);
        assert_int_equal(answer.from.bytes[3], 254);
        answer = ask6();
        expect_status(&answer, &statuses[i]);
        fake.count = 0;
        answer = ask4();
        expect_status(&answer, &statuses[i]);
        fake.parse_code = statuses[i].code;
        fake.reply.Status = IP_SUCCESS;
        answer = ask4();
        expect_status(&answer, &statuses[i]);
    }
}

/* What the pages of IcmpSendEcho2Ex and Icmp6SendEcho2 name, and what sending says. */
static void test_refusals(void **state)
{
    static const struct status rows[] = {
        {ERROR_ACCESS_DENIED, MH_PROBE_FAILED, MH_PERMISSION, "ERROR_ACCESS_DENIED"},
        {ERROR_CALL_NOT_IMPLEMENTED, MH_PROBE_FAILED, MH_UNSUPPORTED, "ERROR_CALL_NOT_IMPLEMENTED"},
        {ERROR_INSUFFICIENT_BUFFER, MH_PROBE_FAILED, MH_LIMIT, "ERROR_INSUFFICIENT_BUFFER"},
        {ERROR_INVALID_PARAMETER, MH_PROBE_FAILED, MH_INVALID, "ERROR_INVALID_PARAMETER"},
        {ERROR_NOT_ENOUGH_MEMORY, MH_PROBE_FAILED, MH_NO_MEMORY, "ERROR_NOT_ENOUGH_MEMORY"},
        {ERROR_NOT_SUPPORTED, MH_PROBE_FAILED, MH_UNSUPPORTED, "ERROR_NOT_SUPPORTED"},
        {ERROR_NETWORK_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "ERROR_NETWORK_UNREACHABLE"},
        {ERROR_TIMEOUT, MH_PROBE_SILENT, MH_TIMEOUT, "ERROR_TIMEOUT"},
        {4711, MH_PROBE_FAILED, MH_IO, "error 4711"},
    };
    (void)state;
    fake.is_silent = true;
    for (size_t i = 0; i < COUNT(rows) + COUNT(statuses); i++) {
        const struct status *row = i < COUNT(rows) ? &rows[i] : &statuses[i - COUNT(rows)];
        fake.code = row->code;
        struct mh_probe_answer answer = ask4();
        expect_status(&answer, row);
        answer = ask6();
        expect_status(&answer, row);
        assert_int_equal(answer.from.family, MH_FAMILY_NONE);
    }
    fake.code = NO_ERROR; /* refused without a word */
    assert_int_equal(ask4().failure.native_code, ERROR_GEN_FAILURE);
}

/* The event is never set, and what the system might write to stays. */
static void test_silence(void **state)
{
    (void)state;
    fake.is_silent = true;
    struct mh_probe_answer answer = ask4();
    expect_status(&answer, &statuses[3]);
    memset(fake.buffer, 1, fake.reply_size);
    (void)SetEvent(fake.event);
}

static void test_closed_meanwhile(void **state)
{
    const struct mh_probe probe = probe_of("192.0.2.1", "192.0.2.254");
    struct told told = {0};
    (void)state;
    fake.is_silent = true;
    for (int i = 0; i < 3; i++)
        assert_int_equal(mh_platform_probe(&host.base, &loop, &probe, hear, &told, NULL), MH_OK);
    mh_windows_probes_end(&host);
    assert_int_equal(fake.open, 0);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(told.times, 0);
}

static void test_handles(void **state)
{
    static const struct {
        DWORD code;
        enum mh_error error;
    } rows[] = {{ERROR_ACCESS_DENIED, MH_PERMISSION},
                {ERROR_NOT_ENOUGH_MEMORY, MH_NO_MEMORY},
                {ERROR_NOT_SUPPORTED, MH_UNSUPPORTED},
                {ERROR_INVALID_PARAMETER, MH_INVALID}};
    const struct mh_probe probes[] = {probe_of("192.0.2.1", "192.0.2.254"),
                                      probe_of("2001:db8::1", "2001:db8::fe")};
    static const char *const functions_of[] = {"IcmpCreateFile: ", "Icmp6CreateFile: "};
    struct told told = {0};
    struct mh_failure failure;
    (void)state;
    for (size_t i = 0; i < COUNT(rows) * COUNT(probes); i++) {
        size_t row = i / COUNT(probes), family = i % COUNT(probes);
        fake.create_code = rows[row].code;
        assert_int_equal(mh_platform_probe(&host.base, &loop, &probes[family], hear, &told, &failure),
                         rows[row].error);
        assert_int_equal(failure.native_code, rows[row].code);
        assert_int_equal(strncmp(failure.detail, functions_of[family], strlen(functions_of[family])), 0);
    }
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(told.times, 0);
}

/* ---- replies that lie ------------------------------------------------------------------------------ */

static void expect_malformed(void)
{
    struct mh_probe_answer answer = ask4();
    assert_int_equal(answer.outcome, MH_PROBE_FAILED);
    assert_int_equal(answer.failure.code, MH_MALFORMED);
    assert_int_equal(answer.round_trip, 0);
}

static void test_lies(void **state)
{
    static const USHORT sizes[] = {0, 1, OCTETS - 1, OCTETS + 1, 0xffff};
    static const intptr_t places[] = {-1,         0,          1,         sizeof(ICMP_ECHO_REPLY) - 1,
                                      0x10000000, INTPTR_MIN, INTPTR_MAX};
    const ICMP_ECHO_REPLY good = fake.reply;
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        fake.reply.DataSize = sizes[i];
        expect_malformed();
    }
    fake.reply = good;
    for (size_t i = 0; i < COUNT(places); i++) {
        fake.reply.Data = (void *)places[i];
        expect_malformed();
    }
    fake.reply.Data = (void *)(intptr_t)(mh_windows_icmp_reply_size(MH_IPV4, OCTETS) - OCTETS);
    assert_int_equal(ask4().outcome, MH_PROBE_REACHED); /* the last place where it fits */
    fake.reply.Data = (char *)fake.reply.Data + 1;
    expect_malformed();
    fake.reply = good;
    fake.reply.Address = 0;
    expect_malformed();
    memset(&fake.reply, 0, sizeof fake.reply); /* an event for nothing */
    expect_malformed();
    fake.count = 0xffffffff;
    fake.reply = good;
    assert_int_equal(ask4().outcome, MH_PROBE_REACHED);
    memset(fake.reply6, 0, sizeof fake.reply6);
    assert_int_equal(ask6().failure.code, MH_MALFORMED);
    memset(&fake.reply, 0xff, sizeof fake.reply);
    memset(fake.reply6, 0xff, sizeof fake.reply6);
    assert_int_equal(ask4().outcome, MH_PROBE_FAILED);
    assert_int_equal(ask6().outcome, MH_PROBE_FAILED);
}

static void test_nothing_found(void **state)
{
    (void)state;
    fake.count = 0;
    fake.parse_code = ERROR_INVALID_PARAMETER;
    assert_int_equal(ask4().failure.native_code, ERROR_INVALID_PARAMETER);
    fake.parse_code = NO_ERROR;
    assert_int_equal(ask4().failure.native_code, ERROR_GEN_FAILURE);
    assert_int_equal(ask6().failure.native_code, ERROR_GEN_FAILURE);
}

/* ---- what is missing ------------------------------------------------------------------------------- */

static void expect_missing(const char *name, const struct mh_probe *probe)
{
    struct mh_failure failure;
    struct told told = {0};
    enum mh_error code = mh_platform_probe(&host.base, &loop, probe, hear, &told, &failure);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    bool is_of_the_other = told.times == 1;
    assert_true(is_of_the_other ? code == MH_OK : code == MH_UNSUPPORTED);
    if (!is_of_the_other)
        assert_non_null(strstr(failure.detail, name));
    host.iphlp = functions();
}

static void test_missing(void **state)
{
    const struct mh_probe four = probe_of("192.0.2.1", "192.0.2.254"), six = probe_of("2001:db8::1", "::2");
    (void)state;
#define WITHOUT(function)                                                                                    \
    host.iphlp.function = NULL;                                                                              \
    expect_missing(#function, &four);                                                                        \
    host.iphlp.function = NULL;                                                                              \
    expect_missing(#function, &six);
    MH_IPHLP_FUNCTIONS(WITHOUT)
#undef WITHOUT
    host.iphlp = (struct mh_iphlp){0};
    assert_int_equal(mh_platform_probe(&host.base, &loop, &four, hear, NULL, NULL), MH_UNSUPPORTED);
}

static void test_out_of_bounds(void **state)
{
    struct mh_probe probes[5];
    (void)state;
    for (size_t i = 0; i < COUNT(probes); i++)
        probes[i] = probe_of("192.0.2.1", "192.0.2.254");
    probes[0].source = address("2001:db8::1");
    probes[1].target.family = MH_FAMILY_NONE;
    probes[2].timeout = 0;
    probes[3].timeout = MH_PROBE_TIMEOUT_MAX + 1;
    probes[4].size = MH_PROBE_DATA_MAX + 1;
    for (size_t i = 0; i < COUNT(probes); i++)
        assert_int_equal(mh_platform_probe(&host.base, &loop, &probes[i], hear, NULL, NULL), MH_INVALID);
}

int main(void)
{
#define RUN(name) cmocka_unit_test_setup_teardown(name, start, nothing_is_left)
    const struct CMUnitTest tests[] = {
        RUN(test_reached),       RUN(test_reached6), RUN(test_sizes),         RUN(test_many_at_once),
        RUN(test_statuses),      RUN(test_refusals), RUN(test_silence),       RUN(test_closed_meanwhile),
        RUN(test_handles),       RUN(test_lies),     RUN(test_nothing_found), RUN(test_missing),
        RUN(test_out_of_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
