/* The service of Windows: what it answers to each control, how it is installed, started and stopped, on a
 * table of functions that answer from memory. */
#include "unit/windows_service_fake.h"

#include "platform.h"
#include "windows/act.h"
#include "windows/host/event_source.h"
#include "windows/host/service.h"
#include "windows/host/service_command.h"
#include "windows/ip_helper.h"

#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the program ----------------------------------------------------------------------------------- */

static struct {
    int told[8]; /* how often each control was */
    int runs, argc, exit_status;
    char **argv;
    void (*body)(void);
} seen;

static void hear(void *context, enum mh_service_control control)
{
    assert_ptr_equal(context, &seen);
    seen.told[control]++;
}

static int run_program(int argc, char **argv)
{
    seen.runs++;
    seen.argc = argc;
    seen.argv = argv;
    if (seen.body != NULL)
        seen.body();
    return seen.exit_status;
}

static bool check_program(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--wrong") == 0)
            return false;
    return true;
}

static const char *const with_paths[] = {"config", "state-dir", "platform=sim:", NULL};
static const struct mh_program program = {run_program, check_program, with_paths};

static void begin_program(void (*body)(void))
{
    begin();
    memset(&seen, 0, sizeof seen);
    seen.body = body;
}

/* ---- ServiceMain ----------------------------------------------------------------------------------- */

static DWORD control(DWORD number, DWORD event)
{
    return fake.handler(number, event, NULL, fake.context);
}

static void get_ready(void)
{
    assert_int_equal(mh_service_detach(NULL), MH_OK);
    mh_service_hear(hear, &seen);
    mh_service_ready();
}

static void leave(void)
{
    mh_service_stopping();
    mh_service_hear(NULL, NULL);
}

static void all_controls(void)
{
    get_ready();
    assert_int_equal(control(SERVICE_CONTROL_INTERROGATE, 0), NO_ERROR);
    assert_int_equal(control(SERVICE_CONTROL_PARAMCHANGE, 0), NO_ERROR);
    assert_int_equal(seen.told[MH_SERVICE_RELOAD], 1);
    assert_int_equal(control(SERVICE_CONTROL_POWEREVENT, PBT_APMSUSPEND), NO_ERROR);
    assert_int_equal(seen.told[MH_SERVICE_RESYNC], 0);
    assert_int_equal(control(SERVICE_CONTROL_POWEREVENT, PBT_APMRESUMEAUTOMATIC), NO_ERROR);
    assert_int_equal(seen.told[MH_SERVICE_RESYNC], 1);
    assert_int_equal(control(SERVICE_CONTROL_PAUSE, 0), ERROR_CALL_NOT_IMPLEMENTED);
    assert_int_equal(control(200, 0), ERROR_CALL_NOT_IMPLEMENTED);
    assert_int_equal(seen.told[MH_SERVICE_STOP], 0);
    assert_int_equal(control(SERVICE_CONTROL_STOP, 0), NO_ERROR);
    assert_int_equal(seen.told[MH_SERVICE_STOP], 1);
    leave();
    assert_int_equal(control(SERVICE_CONTROL_STOP, 0), NO_ERROR); /* nobody is told any more */
    assert_int_equal(seen.told[MH_SERVICE_STOP], 1);
}

/* The states in their order, and checkpoints that count up while one is pending. */
static void assert_life(DWORD last_error)
{
    static const int rank[] = {[SERVICE_START_PENDING] = 0,
                               [SERVICE_RUNNING] = 1,
                               [SERVICE_STOP_PENDING] = 2,
                               [SERVICE_STOPPED] = 3};
    assert_true(fake.told_count > 1);
    assert_int_equal(fake.told[0].dwCurrentState, SERVICE_START_PENDING);
    for (int i = 1; i < fake.told_count; i++) {
        const SERVICE_STATUS *before = &fake.told[i - 1], *after = &fake.told[i];
        assert_true(rank[after->dwCurrentState] >= rank[before->dwCurrentState]);
        if (after->dwCurrentState == before->dwCurrentState)
            assert_true(after->dwCheckPoint > before->dwCheckPoint && after->dwWaitHint > 0);
    }
    const SERVICE_STATUS *last = &fake.told[fake.told_count - 1];
    assert_int_equal(last->dwCurrentState, SERVICE_STOPPED);
    assert_int_equal(last->dwWin32ExitCode, last_error);
}

static bool was_told(DWORD state)
{
    for (int i = 0; i < fake.told_count; i++)
        if (fake.told[i].dwCurrentState == state)
            return true;
    return false;
}

static int run_words(int argc, char **argv)
{
    return mh_service_command(&table, &program, argc, argv);
}

#define RUN(...) run_words(sizeof(char *[]){__VA_ARGS__} / sizeof(char *), (char *[]){__VA_ARGS__, NULL})

/* `number` is what docs/windows.md says; above it stands the severity, as in winnt.h. */
static void assert_event(int index, DWORD number, WORD type, const wchar_t *text)
{
    static const DWORD severities[] = {
        [EVENTLOG_INFORMATION_TYPE] = 1, [EVENTLOG_WARNING_TYPE] = 2, [EVENTLOG_ERROR_TYPE] = 3};
    assert_int_equal(fake.events[index].id & 0xffff, number);
    assert_int_equal(fake.events[index].id >> 30, severities[type]);
    assert_int_equal(fake.events[index].type, type);
    assert_true(wcscmp(fake.events[index].text, text) == 0);
}

static void test_each_control(void **state)
{
    (void)state;
    begin_program(all_controls);
    assert_int_equal(RUN("multihomed", "run", "--log-level", "debug"), MH_EXIT_DONE);
    assert_life(NO_ERROR);
    assert_true(was_told(SERVICE_RUNNING) && was_told(SERVICE_STOP_PENDING));
    assert_int_equal(seen.argc, 3); /* `run` in the place of the name; not what StartService was given */
    assert_string_equal(seen.argv[1], "--log-level");
    assert_int_equal(fake.event_count, 2);
    assert_event(0, 1, EVENTLOG_INFORMATION_TYPE, L"");
    assert_event(1, 2, EVENTLOG_INFORMATION_TYPE, L"");
}

static void shut_down(void)
{
    get_ready();
    assert_int_equal(control(SERVICE_CONTROL_PRESHUTDOWN, 0), NO_ERROR);
    assert_int_equal(control(SERVICE_CONTROL_SHUTDOWN, 0), NO_ERROR);
    assert_int_equal(seen.told[MH_SERVICE_STOP], 2);
    leave();
}

static void test_shutdown(void **state)
{
    (void)state;
    begin_program(shut_down);
    assert_int_equal(RUN("multihomed", "run"), MH_EXIT_DONE);
    assert_life(NO_ERROR);
}

static VOID WINAPI init_address(MIB_UNICASTIPADDRESS_ROW *row)
{
    (void)row;
}

static DWORD WINAPI delete_of_address(const MIB_UNICASTIPADDRESS_ROW *row)
{
    (void)row;
    return NO_ERROR;
}

static void assert_started_on(int told)
{
    assert_int_equal(fake.told_count, told);
    assert_int_equal(fake.told[told - 1].dwCurrentState, SERVICE_START_PENDING);
}

/* Recovery and a first apply come before the service is ready, and each op may take long. */
static void start_slowly(void)
{
    struct mh_windows host = {.iphlp = {.InitializeUnicastIpAddressEntry = init_address,
                                        .DeleteUnicastIpAddressEntry = delete_of_address}};
    const struct mh_op ops[3] = {{.kind = MH_OP_ADDRESS_DELETE, .of.address.address.family = MH_IPV4},
                                 {.kind = MH_OP_ADDRESS_DELETE, .of.address.address.family = MH_IPV6},
                                 {.kind = MH_OP_RULE_ADD}};
    struct mh_failure failure;
    size_t applied;
    assert_int_equal(mh_service_detach(NULL), MH_OK);
    int told = fake.told_count;
    mh_service_progress();
    assert_started_on(told + 1);
    assert_int_equal(mh_windows_apply_all(&host.base, ops, 3, &applied, &failure), MH_UNSUPPORTED);
    assert_int_equal(applied, 2);
    assert_started_on(told + 4);
    mh_service_hear(hear, &seen);
    mh_service_ready();
    assert_int_equal(fake.told_count, told + 5);
    mh_service_progress();
    assert_int_equal(mh_windows_apply_all(&host.base, ops, 2, &applied, &failure), MH_OK);
    assert_int_equal(fake.told_count, told + 5); /* RUNNING has no checkpoints */
    leave();
}

static void test_a_slow_start(void **state)
{
    (void)state;
    begin_program(start_slowly);
    assert_int_equal(RUN("multihomed", "run"), MH_EXIT_DONE);
    assert_life(NO_ERROR); /* the checkpoints rise, in it */
    int told = fake.told_count;
    mh_service_progress(); /* no service any more */
    assert_int_equal(fake.told_count, told);
}

static void fail_to_start(void)
{
    assert_int_equal(mh_service_detach(NULL), MH_OK);
    mh_system_log(0, "no such thing");
    mh_system_log(1, "strange");
    mh_system_log(2, "not of interest");
    seen.exit_status = MH_EXIT_CONFLICT;
}

static void test_a_failed_start(void **state)
{
    (void)state;
    begin_program(fail_to_start);
    (void)RUN("multihomed", "run");
    assert_life(ERROR_SERVICE_SPECIFIC_ERROR);
    assert_int_equal(fake.told[fake.told_count - 1].dwServiceSpecificExitCode, MH_EXIT_CONFLICT);
    assert_false(was_told(SERVICE_RUNNING));
    assert_int_equal(fake.event_count, 3);
    assert_event(0, 4, EVENTLOG_ERROR_TYPE, L"no such thing");
    assert_event(1, 3, EVENTLOG_WARNING_TYPE, L"strange");
    assert_event(2, 2, EVENTLOG_INFORMATION_TYPE, L"Exit status: 4.");
}

static void test_no_service_manager(void **state)
{
    (void)state;
    begin_program(NULL);
    fake.no_dispatcher = true;
    assert_int_equal(RUN("multihomed", "run"), MH_EXIT_UNSUPPORTED);
    assert_int_equal(seen.runs, 0);
    begin_program(NULL);
    fake.no_handler = true;
    (void)RUN("multihomed", "run");
    assert_int_equal(seen.runs + fake.told_count, 0);
    assert_int_equal(mh_service_detach(NULL), MH_UNSUPPORTED); /* no service any more */
    mh_service_ready();
    mh_system_log(0, "nobody listens");
    assert_int_equal(fake.told_count + fake.event_count, 0);
}

/* ---- words ----------------------------------------------------------------------------------------- */

static void test_other_words_are_the_program_s(void **state)
{
    (void)state;
    begin_program(NULL);
    seen.exit_status = 3;
    assert_int_equal(RUN("multihomed", "--foreground"), 3);
    assert_int_equal(RUN("multihomed"), 3);
    assert_int_equal(RUN("multihomed", "Install"), 3); /* the program refuses it */
    assert_int_equal(RUN("multihomed", ""), 3);
    assert_int_equal(seen.runs, 4);
}

static void test_words_too_many(void **state)
{
    char *const words[] = {"start", "stop", "uninstall"};
    (void)state;
    begin_program(NULL);
    fake.exists = true;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(RUN("multihomed", words[i], "--force"), MH_EXIT_USAGE);
    assert_int_equal(RUN("multihomed", "install", "--wrong"), MH_EXIT_USAGE);
    assert_false(fake.controlled || fake.deleted || fake.changed || fake.key_made || fake.key_deleted);
}

static void test_paths_are_made_absolute(void **state)
{
    char *words[] = {"--config",     "a b.json", "--state-dir=..\\s", "--log-level=info", "--config=",
                     "--configured", "x",        "--config"};
    (void)state;
    char **made = mh_service_words(&program, words, 8);
    assert_non_null(made);
    assert_string_equal(made[0], "run");
    assert_string_equal(made[1], "--config");
    assert_int_equal(made[2][1], ':');
    assert_non_null(strstr(made[2], "\\a b.json"));
    assert_memory_equal(made[3], "--state-dir=", 12);
    assert_int_equal(made[3][13], ':');
    assert_null(strstr(made[3], ".."));
    assert_string_equal(made[4], "--log-level=info");
    assert_string_equal(made[5], "--config=");
    assert_string_equal(made[6], "--configured");
    assert_string_equal(made[7], "x");
    assert_string_equal(made[8], "--config");
    assert_null(made[9]);
    mh_service_words_free(made);
}

static void test_a_path_behind_a_word(void **state)
{
    char *words[] = {
        "--platform",         "sim:a b.json",   "--platform=sim:..\\h.json", "--platform",    "windows",
        "--platform=windows", "--platform=sim", "--platforms=sim:x",         "--log-level=x", "sim:x"};
    (void)state;
    char **made = mh_service_words(&program, words, 10);
    assert_non_null(made);
    assert_memory_equal(made[2], "sim:", 4);
    assert_int_equal(made[2][5], ':');
    assert_non_null(strstr(made[2], "\\a b.json"));
    assert_memory_equal(made[3], "--platform=sim:", 15);
    assert_int_equal(made[3][16], ':');
    assert_null(strstr(made[3], ".."));
    for (size_t i = 3; i < 10; i++)
        assert_string_equal(made[i + 1], words[i]);
    mh_service_words_free(made);
}

/* Windows itself takes apart what we put together. */
static void test_the_line_of_a_service(void **state)
{
    struct mh_failure failure;
    bool existed;
    int count;
    (void)state;
    begin();
    assert_int_equal(mh_service_install(&table,
                                        "\"C:\\Program Files\\\xc3\xa4\\m.exe\" run \"--config=C:\\a b\\\\\"",
                                        NULL, &existed, &failure),
                     MH_OK);
    wchar_t **words = CommandLineToArgvW(fake.line, &count);
    assert_int_equal(count, 3);
    assert_true(wcscmp(words[0], L"C:\\Program Files\\\xe4\\m.exe") == 0);
    assert_true(wcscmp(words[2], L"--config=C:\\a b\\") == 0);
    LocalFree(words);
}

/* ---- install and uninstall ------------------------------------------------------------------------- */

static int doubts;

static void count_doubt(const char *setting, const struct mh_failure *failure)
{
    assert_non_null(setting);
    assert_true(failure->detail[0] != '\0');
    doubts++;
}

static enum mh_error install(bool *existed)
{
    struct mh_failure failure;
    doubts = 0;
    enum mh_error code = mh_service_install(&table, "\"C:\\m.exe\" run", count_doubt, existed, &failure);
    assert_int_equal(fake.handles, 0);
    return code;
}

static void test_install(void **state)
{
    bool existed = true;
    (void)state;
    begin();
    assert_int_equal(install(&existed), MH_OK);
    assert_false(existed || fake.changed);
    assert_int_equal(fake.level_count, 7);
    assert_int_equal(doubts, 0);
    assert_true(wcscmp(fake.line, L"\"C:\\m.exe\" run") == 0);
    begin();
    fake.exists = true;
    assert_int_equal(install(&existed), MH_OK);
    assert_true(existed && fake.changed);
    assert_int_equal(fake.level_count, 7);
}

static void test_install_fails(void **state)
{
    bool existed;
    (void)state;
    begin();
    fake.manager_refuses = true;
    assert_int_equal(install(&existed), MH_PERMISSION);
    begin();
    fake.create_error = ERROR_SERVICE_MARKED_FOR_DELETE;
    assert_int_equal(install(&existed), MH_BUSY);
    begin();
    fake.exists = true;
    fake.change_error = ERROR_ACCESS_DENIED;
    assert_int_equal(install(&existed), MH_PERMISSION);
    assert_int_equal(fake.level_count, 0);
    begin();
    fake.refused_level = SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO;
    assert_int_equal(install(&existed), MH_OK);
    assert_int_equal(doubts, 1);
    assert_int_equal(fake.level_count, 7);
}

static void test_the_event_source(void **state)
{
    struct mh_failure failure;
    (void)state;
    begin();
    assert_int_equal(mh_event_source_add(&table, source_image, &failure), MH_OK);
    assert_true(fake.key_made && fake.file_set && fake.types_set && fake.key_closed);
    begin();
    fake.key_error = ERROR_ACCESS_DENIED;
    assert_int_equal(mh_event_source_add(&table, source_image, &failure), MH_PERMISSION);
    assert_false(fake.file_set || fake.types_set || fake.key_closed);
    begin();
    assert_int_equal(mh_event_source_remove(&table, &failure), MH_OK);
    assert_true(fake.key_deleted);
    fake.delete_key_error = ERROR_FILE_NOT_FOUND;
    assert_int_equal(mh_event_source_remove(&table, &failure), MH_OK);
    fake.delete_key_error = ERROR_ACCESS_DENIED;
    assert_int_equal(mh_event_source_remove(&table, &failure), MH_PERMISSION);
}

/* The service manager knows the process until it has told STOPPED. */
static void state_is(DWORD now, DWORD checkpoint)
{
    fake.states[fake.state_count++] =
        (SERVICE_STATUS_PROCESS){.dwCurrentState = now,
                                 .dwCheckPoint = checkpoint,
                                 .dwWaitHint = 1000,
                                 .dwProcessId = now == SERVICE_STOPPED ? 0 : PROCESS};
}

static void test_uninstall_stops_first(void **state)
{
    struct mh_failure failure;
    (void)state;
    begin();
    assert_int_equal(mh_service_uninstall(&table, &failure), MH_NOT_FOUND);
    fake.exists = true;
    state_is(SERVICE_RUNNING, 0);
    state_is(SERVICE_STOP_PENDING, 1);
    state_is(SERVICE_STOPPED, 0);
    assert_int_equal(mh_service_uninstall(&table, &failure), MH_OK);
    assert_true(fake.controlled && fake.deleted);
    assert_int_equal(fake.handles, 0);
    begin();
    fake.exists = true;
    state_is(SERVICE_RUNNING, 0);
    fake.stop_error = ERROR_ACCESS_DENIED;
    assert_int_equal(mh_service_uninstall(&table, &failure), MH_PERMISSION);
    assert_false(fake.deleted);
    assert_int_equal(fake.handles, 0);
}

/* ---- start and stop -------------------------------------------------------------------------------- */

static enum mh_error start_it(void)
{
    struct mh_failure failure;
    fake.exists = true;
    enum mh_error code = mh_service_start(&table, &failure);
    assert_int_equal(fake.handles, 0);
    return code;
}

static void test_start(void **state)
{
    (void)state;
    begin();
    for (DWORD i = 1; i < 20; i++)
        state_is(SERVICE_START_PENDING, i);
    state_is(SERVICE_RUNNING, 0);
    assert_int_equal(start_it(), MH_OK);
    begin();
    state_is(SERVICE_START_PENDING, 1);
    assert_int_equal(start_it(), MH_TIMEOUT); /* and not for ever */
    begin();
    state_is(SERVICE_STOPPED, 0);
    assert_int_equal(start_it(), MH_IO);
    begin();
    fake.start_error = ERROR_SERVICE_ALREADY_RUNNING;
    assert_int_equal(start_it(), MH_CONFLICT);
}

static void test_stop(void **state)
{
    struct mh_failure failure;
    bool stopped = true;
    (void)state;
    begin();
    fake.exists = true;
    state_is(SERVICE_STOPPED, 0);
    assert_int_equal(mh_service_stop(&table, &stopped, &failure), MH_OK);
    assert_false(stopped || fake.controlled);
    begin();
    fake.exists = true;
    state_is(SERVICE_START_PENDING, 1);
    state_is(SERVICE_RUNNING, 0);
    state_is(SERVICE_STOPPED, 0);
    assert_int_equal(mh_service_stop(&table, &stopped, &failure), MH_OK);
    assert_true(stopped && fake.controlled && fake.process_waited_for);
    assert_int_equal(fake.handles, 0);
    begin();
    fake.exists = true;
    state_is(SERVICE_STOP_PENDING, 1); /* somebody else has asked already */
    assert_int_equal(mh_service_stop(&table, &stopped, &failure), MH_TIMEOUT);
    assert_false(stopped || fake.controlled);
}

static enum mh_error stop_running_one(bool *stopped, struct mh_failure *failure)
{
    fake.exists = true;
    state_is(SERVICE_RUNNING, 0);
    state_is(SERVICE_STOP_PENDING, 1);
    state_is(SERVICE_STOPPED, 0);
    enum mh_error code = mh_service_stop(&table, stopped, failure);
    assert_int_equal(fake.handles, 0);
    return code;
}

/* STOPPED is the service's word; that its process has ended is another's. */
static void test_a_process_that_does_not_end(void **state)
{
    struct mh_failure failure;
    bool stopped = true;
    (void)state;
    begin();
    fake.process_wait = WAIT_TIMEOUT;
    assert_int_equal(stop_running_one(&stopped, &failure), MH_TIMEOUT);
    assert_non_null(strstr(failure.detail, "its process has not ended within 10 seconds"));
    assert_false(stopped);
    begin();
    fake.process_wait = WAIT_FAILED;
    assert_int_not_equal(stop_running_one(&stopped, &failure), MH_OK);
    assert_false(stopped);
    begin();
    fake.process_error = ERROR_ACCESS_DENIED;
    assert_int_equal(stop_running_one(&stopped, &failure), MH_PERMISSION);
    assert_false(stopped || fake.controlled);
    begin();
    fake.process_error = ERROR_INVALID_PARAMETER; /* it is gone already */
    assert_int_equal(stop_running_one(&stopped, &failure), MH_OK);
    assert_true(stopped && !fake.process_waited_for);
}

static void test_uninstall_waits_for_the_process(void **state)
{
    struct mh_failure failure;
    (void)state;
    begin();
    fake.exists = true;
    fake.process_wait = WAIT_TIMEOUT;
    state_is(SERVICE_RUNNING, 0);
    state_is(SERVICE_STOPPED, 0);
    assert_int_equal(mh_service_uninstall(&table, &failure), MH_TIMEOUT);
    assert_false(fake.deleted);
    assert_int_equal(fake.handles, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_control),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_a_slow_start),
        cmocka_unit_test(test_a_failed_start),
        cmocka_unit_test(test_no_service_manager),
        cmocka_unit_test(test_other_words_are_the_program_s),
        cmocka_unit_test(test_words_too_many),
        cmocka_unit_test(test_paths_are_made_absolute),
        cmocka_unit_test(test_a_path_behind_a_word),
        cmocka_unit_test(test_the_line_of_a_service),
        cmocka_unit_test(test_install),
        cmocka_unit_test(test_install_fails),
        cmocka_unit_test(test_the_event_source),
        cmocka_unit_test(test_uninstall_stops_first),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_a_process_that_does_not_end),
        cmocka_unit_test(test_uninstall_waits_for_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
