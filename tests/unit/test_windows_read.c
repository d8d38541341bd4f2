/* What the Windows backend reads, asks and watches, on a table of functions that answers as it is told. */
#include "unit/support.h"
#include "unit/windows_fake.h"

#include <uv.h>

/* ---- a host and who listens to it ------------------------------------------------------------------ */

struct heard {
    size_t facts[MH_SECTION_COUNT], begun[MH_SECTION_COUNT], ended[MH_SECTION_COUNT];
    uint8_t route_types[FAKE_ROWS];
    struct mh_setting settings[FAKE_ROWS * MH_WINDOWS_SETTINGS];
};

static enum mh_error hear_begin(void *context, enum mh_section section)
{
    ((struct heard *)context)->begun[section]++;
    return MH_OK;
}

static enum mh_error hear_end(void *context, enum mh_section section)
{
    ((struct heard *)context)->ended[section]++;
    return MH_OK;
}

static enum mh_error hear_fact(void *context, const struct mh_fact *fact)
{
    struct heard *heard = context;
    size_t at = heard->facts[fact->section]++;
    if (fact->section == MH_SECTION_ROUTES)
        heard->route_types[at] = fact->of.route->type;
    if (fact->section == MH_SECTION_SETTINGS)
        heard->settings[at] = *fact->of.setting;
    return MH_OK;
}

static const bool all[MH_SECTION_COUNT] = {true, true, true, true, true, true, true};

static enum mh_error hear(struct mh_windows *host, struct heard *heard, struct mh_failure *failure)
{
    const struct mh_feed feed = {heard, hear_begin, hear_fact, hear_end};
    *heard = (struct heard){0};
    *failure = (struct mh_failure){0};
    return mh_windows_read_sections(host, all, &feed, failure);
}

/* Whether the remarks that are left speak of the function and the code, one of them exactly. */
static bool is_told(struct mh_windows *host, const char *function, DWORD code)
{
    struct mh_failure remark;
    char number[16];
    int found = 0;
    (void)snprintf(number, sizeof number, "(%lu)", code);
    while (mh_platform_remark(&host->base, &remark))
        found += remark.native_code == (int)code && strstr(remark.detail, function) != NULL &&
                 strstr(remark.detail, number) != NULL;
    return found == 1;
}

static bool is_quiet(struct mh_windows *host)
{
    struct mh_failure remark;
    return !mh_platform_remark(&host->base, &remark);
}

/* Two interfaces and one that carries no IP. */
static int start(void **state)
{
    static struct mh_windows host;
    memset(&fake, 0, sizeof fake);
    host = (struct mh_windows){.base.backend = &mh_backend_windows, .iphlp = fake_functions()};
    fake_interface(4, L"Ethernet", IF_TYPE_ETHERNET_CSMACD);
    fake_interface(7, L"Ethernet 2", IF_TYPE_ETHERNET_CSMACD);
    fake_interface(9, L"WAN Miniport", IF_TYPE_ETHERNET_CSMACD);
    fake_address(4, "192.0.2.1", 24);
    fake_address(7, "192.0.2.3", 24);
    fake_address(4, "2001:db8::1", 64);
    fake_route(4, "0.0.0.0", 0, "192.0.2.254");
    fake_route(4, "192.0.2.1", 32, "0.0.0.0");
    fake_route(4, "ff00::", 8, "::");
    fake_neighbor(4, "192.0.2.254", NlnsReachable);
    fake_setting(4, AF_INET, 25);
    fake_setting(7, AF_INET, 35);
    fake_setting(4, AF_INET6, 25);
    *state = &host;
    return 0;
}

static int nothing_leaks(void **state)
{
    (void)state;
    assert_int_equal(fake.allocated, 0);
    assert_int_equal(fake.notices, 0);
    return 0;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static void test_whole(void **state)
{
    struct heard heard;
    struct mh_failure failure;
    assert_int_equal(hear(*state, &heard, &failure), MH_OK);
    assert_int_equal(heard.facts[MH_SECTION_INTERFACES], 2);
    assert_int_equal(heard.facts[MH_SECTION_ADDRESSES], 3);
    assert_int_equal(heard.facts[MH_SECTION_ROUTES], 3);
    assert_int_equal(heard.facts[MH_SECTION_NEIGHBORS], 1);
    assert_int_equal(heard.facts[MH_SECTION_SETTINGS], 3 * MH_WINDOWS_SETTINGS);
    assert_int_equal(heard.route_types[0], MH_ROUTE_UNICAST);
    assert_int_equal(heard.route_types[1], MH_ROUTE_LOCAL);
    assert_int_equal(heard.route_types[2], MH_ROUTE_MULTICAST);
    for (int i = 0; i < MH_SECTION_COUNT; i++) { /* labels are not told: there is no table of policies */
        assert_int_equal(heard.begun[i], i != MH_SECTION_LABELS);
        assert_int_equal(heard.ended[i], i != MH_SECTION_LABELS);
    }
}

/* Without GetIpInterfaceTable every interface is shown, and asked for its settings. */
static void test_entries(void **state)
{
    struct heard heard;
    struct mh_failure failure;
    fake.ip_interface_table = ERROR_NOT_SUPPORTED;
    assert_int_equal(hear(*state, &heard, &failure), MH_OK);
    assert_int_equal(heard.facts[MH_SECTION_INTERFACES], 3);
    assert_int_equal(heard.facts[MH_SECTION_SETTINGS], 3 * MH_WINDOWS_SETTINGS);
    bool found = false;
    for (size_t i = 0; i < heard.facts[MH_SECTION_SETTINGS]; i++)
        found |= heard.settings[i].interface == 7 && heard.settings[i].id == MH_SETTING_INTERFACE_METRIC &&
                 heard.settings[i].value == 35;
    assert_true(found);
    assert_true(is_quiet(*state));
}

struct refusal {
    DWORD code;
    enum mh_error error; /* MH_OK: there is nothing to tell */
};

/* A reading in which `function` gives the code for the settings. */
static void check_no_settings(struct mh_windows *host, const struct refusal *row, const char *function,
                              struct heard *heard)
{
    struct mh_failure failure;
    assert_int_equal(hear(host, heard, &failure), row->error);
    assert_int_equal(heard->facts[MH_SECTION_SETTINGS], 0);
    assert_int_equal(heard->ended[MH_SECTION_SETTINGS], row->error == MH_OK);
    assert_int_equal(failure.native_code, row->error == MH_OK ? 0 : (int)row->code);
    assert_int_equal(strstr(failure.detail, function) != NULL, row->error != MH_OK);
}

/* Settings that are asked for one by one: an interface that has gone meanwhile has none; a Windows that does
 * not tell them is told of once. */
static void test_entry_errors(void **state)
{
    static const struct refusal rows[] = {{ERROR_FILE_NOT_FOUND, MH_OK},
                                          {ERROR_NOT_FOUND, MH_OK},
                                          {ERROR_INVALID_PARAMETER, MH_INVALID},
                                          {ERROR_ACCESS_DENIED, MH_PERMISSION},
                                          {ERROR_NOT_ENOUGH_MEMORY, MH_NO_MEMORY}};
    struct heard heard;
    struct mh_failure failure;
    fake.ip_interface_table = ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.ip_interface_entry = rows[i].code;
        check_no_settings(*state, &rows[i], "GetIpInterfaceEntry", &heard);
    }
    assert_true(is_quiet(*state));
    fake.ip_interface_entry = ERROR_NOT_SUPPORTED;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hear(*state, &heard, &failure), MH_OK);
        assert_int_equal(heard.facts[MH_SECTION_SETTINGS], 0);
        assert_int_equal(heard.ended[MH_SECTION_SETTINGS], 1);
        assert_int_equal(is_told(*state, "GetIpInterfaceEntry", ERROR_NOT_SUPPORTED), i == 0);
    }
}

/* The interfaces are asked for a second time, for their settings. */
static void test_entries_of_no_interfaces(void **state)
{
    static const struct refusal rows[] = {{ERROR_NOT_FOUND, MH_OK},
                                          {ERROR_INVALID_PARAMETER, MH_INVALID},
                                          {ERROR_ACCESS_DENIED, MH_PERMISSION},
                                          {ERROR_NOT_ENOUGH_MEMORY, MH_NO_MEMORY}};
    struct heard heard;
    fake.ip_interface_table = ERROR_NOT_SUPPORTED;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.if_table = rows[i].code;
        fake.if_table_spared = 1;
        check_no_settings(*state, &rows[i], "GetIfTable2", &heard);
        assert_int_equal(heard.facts[MH_SECTION_INTERFACES], 3);
        assert_int_equal(heard.ended[MH_SECTION_INTERFACES], 1);
    }
}

/* A Windows without IPv6, and one without IPv4, which there is not. */
static void test_one_family(void **state)
{
    DWORD *const answers[] = {&fake.unicast_table, &fake.forward_table};
    struct heard heard;
    struct mh_failure failure;
    fake.refused_family = AF_INET6;
    fake.unicast_table = fake.forward_table = fake.net_table = ERROR_NOT_SUPPORTED;
    assert_int_equal(hear(*state, &heard, &failure), MH_OK);
    assert_int_equal(heard.facts[MH_SECTION_ADDRESSES], 2);
    assert_int_equal(heard.facts[MH_SECTION_ROUTES], 2);
    assert_int_equal(heard.facts[MH_SECTION_NEIGHBORS], 1);
    assert_true(is_quiet(*state));
    fake.unicast_table = fake.forward_table = fake.net_table = NO_ERROR;
    fake.refused_family = AF_INET;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        *answers[i] = ERROR_NOT_SUPPORTED;
        assert_int_equal(hear(*state, &heard, &failure), MH_UNSUPPORTED);
        *answers[i] = NO_ERROR;
    }
}

/* Settings of IPv4 only, asked for one by one. */
static void test_entries_of_one_family(void **state)
{
    struct mh_windows *host = *state;
    struct heard heard;
    struct mh_failure failure;
    host->iphlp.GetIpInterfaceTable = NULL;
    fake.ip_interface_entry = ERROR_NOT_SUPPORTED;
    fake.refused_family = AF_INET6;
    assert_int_equal(hear(host, &heard, &failure), MH_OK);
    assert_int_equal(heard.facts[MH_SECTION_SETTINGS], 2 * MH_WINDOWS_SETTINGS);
    assert_true(is_quiet(host));
}

static void test_errors(void **state)
{
    static const struct {
        DWORD code;
        enum mh_error error;
    } rows[] = {{ERROR_ACCESS_DENIED, MH_PERMISSION},     {ERROR_NOT_SUPPORTED, MH_UNSUPPORTED},
                {ERROR_INVALID_PARAMETER, MH_INVALID},    {ERROR_NOT_ENOUGH_MEMORY, MH_NO_MEMORY},
                {ERROR_OBJECT_ALREADY_EXISTS, MH_EXISTS}, {ERROR_NOT_FOUND, MH_OK}};
    static const struct {
        DWORD *answer;
        const char *function;
        enum mh_section section;
        bool needed;
        size_t without; /* facts of the section where the function is not supported */
    } calls[] = {{&fake.if_table, "GetIfTable2", MH_SECTION_INTERFACES, true, 0},
                 {&fake.ip_interface_table, "GetIpInterfaceTable", MH_SECTION_INTERFACES, false, 3},
                 {&fake.unicast_table, "GetUnicastIpAddressTable", MH_SECTION_ADDRESSES, true, 0},
                 {&fake.forward_table, "GetIpForwardTable2", MH_SECTION_ROUTES, true, 0},
                 {&fake.net_table, "GetIpNetTable2", MH_SECTION_NEIGHBORS, false, 0}};
    struct heard heard;
    struct mh_failure failure;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            bool goes_on = !calls[i].needed && rows[j].error == MH_UNSUPPORTED;
            enum mh_error expected = goes_on ? MH_OK : rows[j].error;
            *calls[i].answer = rows[j].code;
            assert_int_equal(hear(*state, &heard, &failure), expected);
            assert_int_equal(heard.facts[calls[i].section], goes_on ? calls[i].without : 0);
            assert_int_equal(heard.ended[calls[i].section], expected == MH_OK);
            assert_int_equal(failure.native_code, expected == MH_OK ? 0 : (int)rows[j].code);
            assert_int_equal(strstr(failure.detail, calls[i].function) != NULL, expected != MH_OK);
            *calls[i].answer = NO_ERROR;
            assert_int_equal(fake.allocated, 0);
        }
}

/* Interfaces are shown, and their settings, when both are known. */
static void test_interface_table_fails_for_settings(void **state)
{
    struct mh_windows *host = *state;
    const bool wanted[MH_SECTION_COUNT] = {[MH_SECTION_SETTINGS] = true};
    struct heard heard = {0};
    const struct mh_feed feed = {&heard, hear_begin, hear_fact, hear_end};
    struct mh_failure failure;
    fake.ip_interface_table = ERROR_NOT_ENOUGH_MEMORY;
    assert_int_equal(mh_windows_read_sections(host, wanted, &feed, &failure), MH_NO_MEMORY);
    assert_int_equal(heard.facts[MH_SECTION_SETTINGS], 0);
    assert_int_equal(heard.ended[MH_SECTION_SETTINGS], 0);
    assert_true(host->stale[MH_SECTION_SETTINGS]);
}

/* ---- functions that are missing -------------------------------------------------------------------- */

static void count_wake(void *context)
{
    ++*(int *)context;
}

/* `missing`: what the failure names; NULL: nothing is missing. */
static void expect_done(enum mh_error code, const struct mh_failure *failure, const char *missing)
{
    if (code == MH_OK)
        return;
    assert_non_null(missing);
    assert_int_equal(code, MH_UNSUPPORTED);
    assert_non_null(strstr(failure->detail, missing));
}

static void use_all(struct mh_windows *host, const char *name, bool is_free)
{
    struct heard heard;
    struct mh_failure failure;
    struct mh_kernel_answer answer;
    uv_loop_t loop;
    int wakes = 0;
    const struct mh_question question = {.destination = {MH_IPV4, {203, 0, 113, 9}}};
    enum mh_error code = hear(host, &heard, &failure);
    expect_done(code, &failure, name);
    code = mh_windows_ask(&host->base, &question, &answer, &failure);
    expect_done(code, &failure, name);
    struct mh_endpoints endpoints = {0};
    code = mh_windows_endpoints(&host->base, MH_ENDPOINT_LISTENING, &endpoints, &failure);
    expect_done(code, &failure, name);
    mh_endpoints_clear(&endpoints);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mh_windows_watch_open(host, &loop, count_wake, &wakes, &failure), MH_OK);
    mh_windows_watch_close(host);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    if (is_free)
        fake.allocated = 0; /* there is no way to give anything back */
    assert_int_equal(fake.allocated, 0);
    assert_int_equal(fake.notices, 0);
}

static void test_missing(void **state)
{
    struct mh_windows *host = *state;
    fake.best = fake_route_row(4, "203.0.113.0", 24, "192.0.2.254");
    use_all(host, NULL, false);
    assert_true(is_quiet(host));
#define WITHOUT(function)                                                                                    \
    host->iphlp.function = NULL;                                                                             \
    use_all(host, #function, strcmp(#function, "FreeMibTable") == 0);                                        \
    host->iphlp = fake_functions();
    MH_IPHLP_FUNCTIONS(WITHOUT)
#undef WITHOUT
    host->iphlp = (struct mh_iphlp){0};
    use_all(host, "this Windows has no ", true);
}

static void test_missing_told(void **state)
{
    struct mh_windows *host = *state;
    struct heard heard;
    struct mh_failure failure;
    host->iphlp.GetIpForwardTable2 = NULL;
    assert_int_equal(hear(host, &heard, &failure), MH_UNSUPPORTED);
    assert_int_equal(failure.native_code, ERROR_PROC_NOT_FOUND);
    assert_non_null(strstr(failure.detail, "this Windows has no GetIpForwardTable2"));
}

/* What the host is shown without is told once, however often it is read. */
static void test_missing_remarked(void **state)
{
    struct mh_windows *host = *state;
    struct heard heard;
    struct mh_failure failure;
    host->iphlp.GetIpNetTable2 = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hear(host, &heard, &failure), MH_OK);
        assert_int_equal(is_told(host, "has no GetIpNetTable2", ERROR_PROC_NOT_FOUND), i == 0);
    }
    host->iphlp.GetIpNetTable2 = fake_functions().GetIpNetTable2;
    fake.net_table = ERROR_INVALID_FUNCTION; /* Wine 8's, of IPv6 */
    fake.refused_family = AF_INET6;
    assert_int_equal(hear(host, &heard, &failure), MH_OK);
    assert_int_equal(heard.facts[MH_SECTION_NEIGHBORS], 1);
    assert_true(is_told(host, "GetIpNetTable2", ERROR_INVALID_FUNCTION));
    host->iphlp.GetIpInterfaceTable = NULL;
    host->iphlp.InitializeIpInterfaceEntry = NULL;
    assert_int_equal(hear(host, &heard, &failure), MH_OK);
    assert_true(is_told(host, "has no InitializeIpInterfaceEntry", ERROR_PROC_NOT_FOUND));
    host->iphlp.GetIpInterfaceEntry = NULL;
    host->iphlp.InitializeIpInterfaceEntry = fake_functions().InitializeIpInterfaceEntry;
    assert_int_equal(hear(host, &heard, &failure), MH_OK);
    assert_true(is_told(host, "has no GetIpInterfaceEntry", ERROR_PROC_NOT_FOUND));
    for (int i = 0; i < 2 * MH_WINDOWS_REMARKS; i++) { /* more than there is room for */
        (void)mh_iphlp_fail(&failure, (DWORD)(20000 + i), "NotifyRouteChange2");
        mh_windows_remark(host, &failure, "");
    }
    while (mh_platform_remark(&host->base, &failure))
        assert_int_not_equal(failure.native_code, 0);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static void test_ask(void **state)
{
    struct mh_windows *host = *state;
    struct mh_kernel_answer answer;
    struct mh_failure failure;
    struct mh_question question = {.destination = {MH_IPV4, {203, 0, 113, 9}}, .output = 4};
    fake.best = fake_route_row(4, "0.0.0.0", 0, "192.0.2.254");
    fake_socket_address("192.0.2.1", &fake.best_source);
    assert_int_equal(mh_windows_ask(&host->base, &question, &answer, &failure), MH_OK);
    assert_true(answer.found);
    assert_int_equal(answer.interface, 4);
    assert_int_equal(answer.next_hop.bytes[3], 254);
    assert_int_equal(answer.source.bytes[3], 1);
    assert_int_equal(fake.asked_interface, 4);
    assert_false(fake.asked_with_source);
    question.source = answer.source;
    fake.best = fake_route_row(4, "203.0.113.0", 24, "0.0.0.0");
    assert_int_equal(mh_windows_ask(&host->base, &question, &answer, &failure), MH_OK);
    assert_true(fake.asked_with_source);
    assert_int_equal(answer.next_hop.family, MH_FAMILY_NONE);
}

static void test_ask_errors(void **state)
{
    static const struct {
        DWORD code;
        enum mh_error error;
        const char *name;
    } rows[] = {
        {ERROR_NOT_FOUND, MH_OK, "ENETUNREACH"},         {ERROR_NETWORK_UNREACHABLE, MH_OK, "ENETUNREACH"},
        {ERROR_HOST_UNREACHABLE, MH_OK, "EHOSTUNREACH"}, {ERROR_ACCESS_DENIED, MH_PERMISSION, ""},
        {ERROR_NOT_SUPPORTED, MH_UNSUPPORTED, ""},       {ERROR_INVALID_PARAMETER, MH_INVALID, ""}};
    struct mh_windows *host = *state;
    struct mh_kernel_answer answer;
    struct mh_failure failure;
    const struct mh_question question = {.destination = {MH_IPV4, {203, 0, 113, 9}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake.best_route = rows[i].code;
        assert_int_equal(mh_windows_ask(&host->base, &question, &answer, &failure), rows[i].error);
        assert_false(answer.found);
        assert_string_equal(answer.native_name, rows[i].name);
    }
}

/* ---- watching -------------------------------------------------------------------------------------- */

#define INTERFACES (1U << MH_SECTION_INTERFACES)
#define ADDRESSES (1U << MH_SECTION_ADDRESSES)
#define SETTINGS (1U << MH_SECTION_SETTINGS)
#define ROUTES (1U << MH_SECTION_ROUTES)
#define NEIGHBORS (1U << MH_SECTION_NEIGHBORS)

static void expect_stale(struct mh_windows *host, unsigned marks)
{
    mh_windows_watch_take(host);
    for (int i = 0; i < MH_SECTION_COUNT; i++) {
        assert_int_equal(host->stale[i], marks >> i & 1U);
        host->stale[i] = false;
    }
}

static void test_watch(void **state)
{
    struct mh_windows *host = *state;
    struct mh_failure failure;
    uv_loop_t loop;
    int wakes = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mh_windows_watch_open(host, &loop, count_wake, &wakes, &failure), MH_OK);
    assert_int_equal(fake.notices, 3);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(wakes, 0);
    fake.route_changed(fake.context, NULL, MibAddInstance);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(wakes, 1);
    expect_stale(host, ROUTES);
    fake.address_changed(fake.context, NULL, MibDeleteInstance);
    expect_stale(host, ADDRESSES | ROUTES | NEIGHBORS);
    fake.interface_changed(fake.context, NULL, MibParameterNotification);
    expect_stale(host, ADDRESSES | ROUTES | NEIGHBORS | INTERFACES | SETTINGS);
    expect_stale(host, 0);
    assert_true(is_quiet(host));
    mh_windows_watch_close(host);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* The second source: each call tells once, and is made again. */
static void test_watch_addresses(void **state)
{
    struct mh_windows *host = *state;
    struct mh_failure failure;
    uv_loop_t loop;
    int wakes = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mh_windows_watch_open(host, &loop, count_wake, &wakes, &failure), MH_OK);
    for (LONG turn = 1; turn <= 3; turn++) {
        assert_int_equal(fake.address_questions, turn); /* again before the loop is told */
        assert_true(SetEvent(fake.address_event));
        while (wakes < turn)
            (void)uv_run(&loop, UV_RUN_ONCE);
        expect_stale(host, ADDRESSES | ROUTES | INTERFACES | NEIGHBORS);
    }
    mh_windows_watch_close(host);
    assert_int_equal(fake.address_questions, 0);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void find_timer(uv_handle_t *handle, void *context)
{
    if (handle->type == UV_TIMER)
        *(uv_timer_t **)context = (uv_timer_t *)handle;
}

/* What is read anew from time to time. */
static void expect_reread(struct mh_windows *host, uv_loop_t *loop, const int *wakes, unsigned marks)
{
    uv_timer_t *timer = NULL;
    int before = *wakes;
    uv_walk(loop, find_timer, &timer);
    assert_non_null(timer);
    assert_true(uv_is_active((uv_handle_t *)timer));
    assert_int_equal(uv_timer_get_repeat(timer), MH_WINDOWS_REREAD);
    assert_int_equal(uv_timer_start(timer, timer->timer_cb, 0, MH_WINDOWS_REREAD), 0);
    while (*wakes == before)
        (void)uv_run(loop, UV_RUN_ONCE);
    expect_stale(host, marks);
}

/* One source refuses, or is missing: that is no reason not to run, and is told. */
static void watch_without(struct mh_windows *host, const char *function, DWORD code, unsigned marks)
{
    struct mh_failure failure;
    uv_loop_t loop;
    int wakes = 0;
    host->remark_count = host->remarks_taken = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mh_windows_watch_open(host, &loop, count_wake, &wakes, &failure), MH_OK);
    expect_stale(host, 0);
    assert_int_equal(host->remark_count, function != NULL);
    assert_true(function == NULL || is_told(host, function, code));
    expect_reread(host, &loop, &wakes, marks | NEIGHBORS);
    mh_windows_watch_close(host);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(fake.notices, 0);
}

static void test_watch_refused(void **state)
{
    static const DWORD codes[] = {ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_PARAMETER,
                                  ERROR_NOT_SUPPORTED,  ERROR_CANCELLED,         ERROR_ACCESS_DENIED};
    static const struct {
        DWORD *answer;
        const char *function;
        unsigned marks;
    } sources[] = {
        {&fake.notify_interface, "NotifyIpInterfaceChange", INTERFACES | ADDRESSES | SETTINGS | ROUTES},
        {&fake.notify_address, "NotifyUnicastIpAddressChange", ADDRESSES | ROUTES},
        {&fake.notify_route, "NotifyRouteChange2", ROUTES},
        {&fake.notify_addr, "NotifyAddrChange", INTERFACES | ADDRESSES | ROUTES}};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++) {
            *sources[i].answer = codes[j];
            watch_without(*state, sources[i].function, codes[j], sources[i].marks);
            *sources[i].answer = NO_ERROR;
        }
    watch_without(*state, NULL, NO_ERROR, 0);
}

static void test_watch_missing(void **state)
{
    const unsigned most = INTERFACES | ADDRESSES | ROUTES;
    struct mh_windows *host = *state;
#define WATCH_WITHOUT(function, marks)                                                                       \
    host->iphlp.function = NULL;                                                                             \
    watch_without(host, "this Windows has no " #function ":", ERROR_PROC_NOT_FOUND, marks);                  \
    host->iphlp = fake_functions();
    WATCH_WITHOUT(NotifyIpInterfaceChange, most | SETTINGS)
    WATCH_WITHOUT(NotifyUnicastIpAddressChange, ADDRESSES | ROUTES)
    WATCH_WITHOUT(NotifyRouteChange2, ROUTES)
    WATCH_WITHOUT(CancelMibChangeNotify2, most | SETTINGS)
    WATCH_WITHOUT(NotifyAddrChange, most)
    WATCH_WITHOUT(CancelIPChangeNotify, most)
#undef WATCH_WITHOUT
}

/* NotifyAddrChange goes well once, and is refused when it is called again, in a thread of the system's. */
static void test_watch_refused_later(void **state)
{
    struct mh_windows *host = *state;
    struct mh_failure failure;
    uv_loop_t loop;
    int wakes = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(mh_windows_watch_open(host, &loop, count_wake, &wakes, &failure), MH_OK);
    expect_reread(host, &loop, &wakes, NEIGHBORS);
    fake.notify_addr = ERROR_NOT_ENOUGH_MEMORY;
    assert_true(SetEvent(fake.address_event));
    for (int before = wakes; wakes == before;)
        (void)uv_run(&loop, UV_RUN_ONCE);
    expect_stale(host, ADDRESSES | ROUTES | INTERFACES | NEIGHBORS);
    assert_true(is_told(host, "NotifyAddrChange", ERROR_NOT_ENOUGH_MEMORY));
    expect_reread(host, &loop, &wakes, ADDRESSES | ROUTES | INTERFACES | NEIGHBORS);
    mh_windows_watch_close(host);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- sockets --------------------------------------------------------------------------------------- */

enum { LISTENING = MH_ENDPOINT_LISTENING, CONNECTED = MH_ENDPOINT_CONNECTED };

static void fake_connections(void)
{
    const MIB_TCPROW_OWNER_PID rows[] = {
        {MIB_TCP_STATE_LISTEN, 0, 0x1600, 0, 0, 4},
        {MIB_TCP_STATE_ESTAB, 0x010200c0, 0x1600, 0x096433c6, 0x00d4, GetCurrentProcessId()},
        {MIB_TCP_STATE_TIME_WAIT, 0x010200c0, 0x1600, 0x096433c6, 0x01d4, 0},
    };
    memcpy(fake.tcp, rows, sizeof rows);
    fake.tcp_count = 3;
}

static void test_endpoints(void **state)
{
    struct mh_windows *host = *state;
    struct mh_endpoints endpoints = {0};
    struct mh_failure failure;
    fake_connections();
    fake.tcp_refusals = 3;
    assert_int_equal(mh_windows_endpoints(&host->base, LISTENING | CONNECTED, &endpoints, &failure), MH_OK);
    assert_int_equal(endpoints.count, 3);
    const struct mh_endpoint *session = &endpoints.items[1];
    assert_int_equal(session->state, CONNECTED);
    assert_int_equal(session->local_port, 22);
    assert_int_equal(session->remote_port, 54272);
    assert_int_equal(session->local.bytes[3], 1);
    assert_int_equal(session->remote.bytes[0], 198);
    assert_int_equal(endpoints.items[2].protocol, MH_ENDPOINT_UDP);
    assert_int_equal(endpoints.items[2].local_port, 53);
    mh_windows_holders(&host->base, endpoints.items, endpoints.count);
    assert_string_equal(session->process, "unit_windows_read.exe");
    assert_non_null(endpoints.items[2].process_unknown);
    mh_windows_ancestry(&host->base, GetCurrentProcessId(), endpoints.items, endpoints.count);
    assert_true(session->yours);
    assert_false(endpoints.items[2].yours);
    mh_endpoints_clear(&endpoints);
    assert_int_equal(mh_windows_endpoints(&host->base, CONNECTED, &endpoints, &failure), MH_OK);
    assert_int_equal(endpoints.count, 1);
    mh_endpoints_clear(&endpoints);
}

static void test_endpoints_refused(void **state)
{
    struct mh_windows *host = *state;
    struct mh_endpoints endpoints = {0};
    struct mh_failure failure;
    fake_connections();
    fake.tcp_refusals = 1000;
    assert_int_equal(mh_windows_endpoints(&host->base, LISTENING, &endpoints, &failure), MH_LOST);
    fake.tcp_refusals = 0;
    fake.tcp_count = 1000; /* more than there is room for */
    assert_int_equal(mh_windows_endpoints(&host->base, LISTENING, &endpoints, &failure), MH_MALFORMED);
    fake_connections();
    host->iphlp.GetExtendedTcpTable = NULL;
    assert_int_equal(mh_windows_endpoints(&host->base, LISTENING, &endpoints, &failure), MH_UNSUPPORTED);
    assert_non_null(strstr(failure.detail, "GetExtendedTcpTable"));
}

/* Each code of both functions, of both families: only IPv6 may be missing. */
static void test_endpoints_errors(void **state)
{
    static const struct {
        DWORD code;
        enum mh_error error;
    } rows[] = {{ERROR_ACCESS_DENIED, MH_PERMISSION},
                {ERROR_NOT_SUPPORTED, MH_UNSUPPORTED},
                {ERROR_INVALID_PARAMETER, MH_INVALID}};
    static const struct {
        DWORD *answer;
        const char *function;
        size_t left; /* endpoints without IPv6 */
    } calls[] = {{&fake.tcp_answer, "GetExtendedTcpTable", 2}, {&fake.udp_answer, "GetExtendedUdpTable", 1}};
    static const ADDRESS_FAMILY refused[] = {AF_UNSPEC, AF_INET, AF_INET6};
    struct mh_windows *host = *state;
    struct mh_failure failure;
    fake_connections();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++)
            for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++) {
                struct mh_endpoints endpoints = {0};
                bool goes_on = refused[k] == AF_INET6 && rows[j].error == MH_UNSUPPORTED;
                fake.refused_family = refused[k];
                *calls[i].answer = rows[j].code;
                failure = (struct mh_failure){0};
                assert_int_equal(mh_windows_endpoints(&host->base, LISTENING, &endpoints, &failure),
                                 goes_on ? MH_OK : rows[j].error);
                assert_int_equal(endpoints.count, goes_on ? calls[i].left : 0);
                assert_int_equal(failure.native_code, goes_on ? 0 : (int)rows[j].code);
                assert_int_equal(strstr(failure.detail, calls[i].function) != NULL, !goes_on);
                mh_endpoints_clear(&endpoints);
                *calls[i].answer = NO_ERROR;
            }
}

/* ---- the library ----------------------------------------------------------------------------------- */

static void test_argument(void **state)
{
    struct mh_iphlp iphlp;
    struct mh_failure failure;
    (void)state;
    assert_int_equal(mh_iphlp_open("nonsense", &iphlp, &failure), MH_INVALID);
    assert_int_equal(mh_iphlp_open("iphlpapi=C:\\no\\such.dll", &iphlp, &failure), MH_UNSUPPORTED);
    assert_int_equal(mh_iphlp_open("iphlpapi=C:\\windows\\system32\\kernel32.dll", &iphlp, &failure), MH_OK);
    assert_true(iphlp.GetIfTable2 == NULL);
    mh_iphlp_close(&iphlp);
    assert_int_equal(mh_iphlp_open(NULL, &iphlp, &failure), MH_OK);
    assert_true(iphlp.GetIfTable2 != NULL && iphlp.FreeMibTable != NULL);
    mh_iphlp_close(&iphlp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_entries, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_entry_errors, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_entries_of_no_interfaces, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_one_family, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_entries_of_one_family, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_errors, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_interface_table_fails_for_settings, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_missing, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_missing_told, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_missing_remarked, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_ask, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_ask_errors, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_endpoints, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_endpoints_refused, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_endpoints_errors, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_watch, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_watch_addresses, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_watch_refused, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_watch_missing, start, nothing_leaks),
        cmocka_unit_test_setup_teardown(test_watch_refused_later, start, nothing_leaks),
        cmocka_unit_test(test_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
