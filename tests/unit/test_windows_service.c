/* The service of Windows: what it answers to each control, how it is installed, started and stopped, on a
 * table of functions that answer from memory. */
#include "unit/support.h"

#include "platform.h"
#include "windows/host/event_source.h"
#include "windows/host/rights.h"
#include "windows/host/service.h"
#include "windows/host/service_command.h"
#include "windows/host/wide.h"

#include <sddl.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 64, LEVELS = 16 };

/* What the functions of one test see: they have no argument for it. */
static struct {
    LPHANDLER_FUNCTION_EX handler;
    void *context;
    SERVICE_STATUS told[KEPT];
    int told_count;
    DWORD events[KEPT];
    int event_count;
    bool no_dispatcher, no_handler;
    /* the service manager's side */
    bool exists, manager_refuses;
    DWORD create_error, change_error, start_error, stop_error, delete_error;
    SERVICE_STATUS_PROCESS
    states[KEPT]; /* what is answered one after the other; the last one again and again */
    int state_count, states_asked;
    wchar_t line[1024];
    bool changed, deleted, controlled;
    int levels[LEVELS], level_count, refused_level;
    int handles;
    ULONGLONG clock;
    bool key_made, key_deleted;
} fake;

static void begin(void)
{
    memset(&fake, 0, sizeof fake);
}

/* ---- the table ------------------------------------------------------------------------------------- */

static BOOL answer(DWORD error)
{
    SetLastError(error);
    return error == NO_ERROR;
}

static SC_HANDLE made(DWORD error)
{
    if (!answer(error))
        return NULL;
    fake.handles++;
    return (SC_HANDLE)&fake;
}

static SC_HANDLE WINAPI open_manager(const wchar_t *machine, const wchar_t *database, DWORD access)
{
    (void)machine;
    (void)database;
    (void)access;
    return made(fake.manager_refuses ? ERROR_ACCESS_DENIED : NO_ERROR);
}

static SC_HANDLE WINAPI open_service(SC_HANDLE manager, const wchar_t *name, DWORD access)
{
    (void)manager;
    (void)access;
    assert_true(wcscmp(name, L"multihomed") == 0);
    return made(fake.exists ? NO_ERROR : ERROR_SERVICE_DOES_NOT_EXIST);
}

static SC_HANDLE WINAPI create_service(SC_HANDLE manager, const wchar_t *name, const wchar_t *title,
                                       DWORD access, DWORD type, DWORD start, DWORD control,
                                       const wchar_t *line, const wchar_t *group, DWORD *tag,
                                       const wchar_t *dependencies, const wchar_t *account,
                                       const wchar_t *password)
{
    (void)manager;
    (void)name;
    (void)title;
    (void)access;
    (void)control;
    (void)group;
    (void)tag;
    (void)dependencies;
    (void)password;
    assert_int_equal(type, SERVICE_WIN32_OWN_PROCESS); /* and not one that may talk to the desktop */
    assert_int_equal(start, SERVICE_AUTO_START);
    assert_null(account); /* LocalSystem */
    wcscpy(fake.line, line);
    return made(fake.create_error);
}

static BOOL WINAPI change_config(SC_HANDLE service, DWORD type, DWORD start, DWORD control,
                                 const wchar_t *line, const wchar_t *group, DWORD *tag,
                                 const wchar_t *dependencies, const wchar_t *account, const wchar_t *password,
                                 const wchar_t *title)
{
    (void)service;
    (void)type;
    (void)start;
    (void)control;
    (void)group;
    (void)tag;
    (void)dependencies;
    (void)account;
    (void)password;
    (void)title;
    wcscpy(fake.line, line);
    fake.changed = true;
    return answer(fake.change_error);
}

static BOOL WINAPI change_config2(SC_HANDLE service, DWORD level, void *value)
{
    (void)service;
    assert_non_null(value);
    fake.levels[fake.level_count++] = (int)level;
    if (level == SERVICE_CONFIG_FAILURE_ACTIONS) {
        const SERVICE_FAILURE_ACTIONSW *actions = value;
        assert_int_equal(actions->cActions, 3);
        assert_int_equal(actions->lpsaActions[0].Delay, 5000);
        assert_int_equal(actions->lpsaActions[1].Delay, 30000);
        assert_int_equal(actions->lpsaActions[2].Type, SC_ACTION_NONE);
    }
    return answer((int)level == fake.refused_level ? ERROR_INVALID_LEVEL : NO_ERROR);
}

static BOOL WINAPI query_status(SC_HANDLE service, SC_STATUS_TYPE type, BYTE *buffer, DWORD size,
                                DWORD *needed)
{
    (void)service;
    assert_int_equal(type, SC_STATUS_PROCESS_INFO);
    assert_int_equal(size, sizeof fake.states[0]);
    int which = fake.states_asked < fake.state_count ? fake.states_asked++ : fake.state_count - 1;
    memcpy(buffer, &fake.states[which], size);
    *needed = size;
    return TRUE;
}

static BOOL WINAPI start_service(SC_HANDLE service, DWORD count, const wchar_t **words)
{
    (void)service;
    (void)words;
    assert_int_equal(count, 0);
    return answer(fake.start_error);
}

static BOOL WINAPI control_service(SC_HANDLE service, DWORD control, SERVICE_STATUS *status)
{
    (void)service;
    memset(status, 0, sizeof *status);
    assert_int_equal(control, SERVICE_CONTROL_STOP);
    fake.controlled = true;
    return answer(fake.stop_error);
}

static BOOL WINAPI delete_service(SC_HANDLE service)
{
    (void)service;
    fake.deleted = true;
    return answer(fake.delete_error);
}

static BOOL WINAPI close_handle(SC_HANDLE handle)
{
    assert_non_null(handle);
    fake.handles--;
    return TRUE;
}

static BOOL WINAPI dispatch(const SERVICE_TABLE_ENTRYW *table)
{
    wchar_t name[] = L"multihomed", hostile[] = L"--config=C:\\evil.json", *words[] = {name, hostile, NULL};
    if (fake.no_dispatcher)
        return answer(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT);
    assert_true(wcscmp(table[0].lpServiceName, name) == 0);
    assert_null(table[1].lpServiceName);
    table[0].lpServiceProc(2, words);
    return TRUE;
}

static SERVICE_STATUS_HANDLE WINAPI register_handler(const wchar_t *name, LPHANDLER_FUNCTION_EX handler,
                                                     void *context)
{
    (void)name;
    fake.handler = handler;
    fake.context = context;
    return fake.no_handler ? NULL : (SERVICE_STATUS_HANDLE)&fake;
}

static BOOL WINAPI set_status(SERVICE_STATUS_HANDLE handle, SERVICE_STATUS *status)
{
    assert_ptr_equal(handle, &fake);
    assert_true(fake.told_count < KEPT);
    fake.told[fake.told_count++] = *status;
    return TRUE;
}

static HANDLE WINAPI register_source(const wchar_t *server, const wchar_t *name)
{
    assert_null(server);
    assert_true(wcscmp(name, L"multihomed") == 0);
    return &fake;
}

static BOOL WINAPI report_event(HANDLE log, WORD type, WORD category, DWORD id, PSID user, WORD count,
                                DWORD size, const wchar_t **texts, void *data)
{
    (void)log;
    (void)type;
    (void)category;
    (void)user;
    (void)size;
    (void)data;
    assert_int_equal(count, 1);
    assert_non_null(texts[0]);
    fake.events[fake.event_count++] = id;
    return TRUE;
}

static BOOL WINAPI deregister_source(HANDLE log)
{
    assert_ptr_equal(log, &fake);
    return TRUE;
}

static LSTATUS WINAPI create_key(HKEY above, const wchar_t *name, DWORD reserved, wchar_t *class,
                                 DWORD options, REGSAM access, SECURITY_ATTRIBUTES *rights, HKEY *key,
                                 DWORD *was)
{
    (void)reserved;
    (void)class;
    (void)options;
    (void)access;
    (void)rights;
    (void)was;
    assert_ptr_equal(above, HKEY_LOCAL_MACHINE);
    assert_true(wcsstr(name, L"\\EventLog\\Application\\multihomed") != NULL);
    *key = (HKEY)&fake;
    fake.key_made = true;
    return ERROR_SUCCESS;
}

static LSTATUS WINAPI set_value(HKEY key, const wchar_t *name, DWORD reserved, DWORD type, const BYTE *data,
                                DWORD size)
{
    (void)key;
    (void)name;
    (void)reserved;
    (void)type;
    (void)data;
    assert_true(size > 0);
    return ERROR_SUCCESS;
}

static LSTATUS WINAPI delete_tree(HKEY above, const wchar_t *name)
{
    (void)above;
    (void)name;
    fake.key_deleted = true;
    return ERROR_FILE_NOT_FOUND;
}

static LSTATUS WINAPI close_key(HKEY key)
{
    (void)key;
    return ERROR_SUCCESS;
}

static ULONGLONG WINAPI clock_now(void)
{
    return fake.clock;
}

static void WINAPI wait_for(DWORD milliseconds)
{
    fake.clock += milliseconds;
}

static const struct mh_scm table = {.OpenSCManagerW = open_manager,
                                    .OpenServiceW = open_service,
                                    .CreateServiceW = create_service,
                                    .ChangeServiceConfigW = change_config,
                                    .ChangeServiceConfig2W = change_config2,
                                    .QueryServiceStatusEx = query_status,
                                    .StartServiceW = start_service,
                                    .ControlService = control_service,
                                    .DeleteService = delete_service,
                                    .CloseServiceHandle = close_handle,
                                    .StartServiceCtrlDispatcherW = dispatch,
                                    .RegisterServiceCtrlHandlerExW = register_handler,
                                    .SetServiceStatus = set_status,
                                    .RegisterEventSourceW = register_source,
                                    .ReportEventW = report_event,
                                    .DeregisterEventSource = deregister_source,
                                    .RegCreateKeyExW = create_key,
                                    .RegSetValueExW = set_value,
                                    .RegDeleteTreeW = delete_tree,
                                    .RegCloseKey = close_key,
                                    .GetTickCount64 = clock_now,
                                    .Sleep = wait_for};

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

static const char *const with_paths[] = {"config", "state-dir", NULL};
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

static void test_each_control(void **state)
{
    (void)state;
    begin_program(all_controls);
    assert_int_equal(RUN("multihomed", "run", "--log-level", "debug"), MH_EXIT_DONE);
    assert_life(NO_ERROR);
    assert_true(was_told(SERVICE_RUNNING) && was_told(SERVICE_STOP_PENDING));
    assert_int_equal(seen.argc, 3); /* `run` in the place of the name; not what StartService was given */
    assert_string_equal(seen.argv[1], "--log-level");
    assert_int_equal(fake.event_count, 2); /* ready, ended */
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
    assert_int_equal(fake.events[0] >> 30, 3); /* error, */
    assert_int_equal(fake.events[1] >> 30, 2); /* warning, */
    assert_int_equal(fake.events[2] >> 30, 1); /* information */
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

static void state_is(DWORD now, DWORD checkpoint)
{
    fake.states[fake.state_count++] =
        (SERVICE_STATUS_PROCESS){.dwCurrentState = now, .dwCheckPoint = checkpoint, .dwWaitHint = 1000};
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
    assert_true(stopped && fake.controlled);
    begin();
    fake.exists = true;
    state_is(SERVICE_STOP_PENDING, 1); /* somebody else has asked already */
    assert_int_equal(mh_service_stop(&table, &stopped, &failure), MH_TIMEOUT);
    assert_false(stopped || fake.controlled);
}

/* ---- rights ---------------------------------------------------------------------------------------- */

static void assert_sddl(PSECURITY_DESCRIPTOR descriptor, const wchar_t *expected)
{
    wchar_t *text;
    assert_true(ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor, SDDL_REVISION_1,
                                                                     DACL_SECURITY_INFORMATION, &text, NULL));
    assert_memory_equal(text, expected, wcslen(expected) * sizeof *expected);
    assert_null(wcsstr(text, L";;;WD)")); /* everyone, */
    assert_null(wcsstr(text, L";;;BU)")); /* users, */
    assert_null(wcsstr(text, L";;;AU)")); /* who is logged on */
    LocalFree(text);
}

static void test_lists_of_rights(void **state)
{
    PSECURITY_DESCRIPTOR descriptor;
    struct mh_rights rights;
    (void)state;
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(MH_RIGHTS_HOME, SDDL_REVISION_1,
                                                                     &descriptor, NULL));
    assert_sddl(descriptor, MH_RIGHTS_HOME);
    LocalFree(descriptor);
    assert_true(mh_rights_of(0750, true, &rights));
    assert_sddl(rights.attributes.lpSecurityDescriptor, MH_RIGHTS_HOME);
    mh_rights_free(&rights);
    assert_true(mh_rights_of(0600, false, &rights));
    assert_sddl(rights.attributes.lpSecurityDescriptor, L"D:P(A;;FA;;;SY)(A;;FA;;;BA)");
    mh_rights_free(&rights);
}

static void test_the_home_directory(void **state)
{
    wchar_t temporary[MAX_PATH + 1];
    char path[4 * MAX_PATH], base[4 * MAX_PATH];
    struct mh_failure failure = {0};
    (void)state;
    assert_true(GetTempPathW(MAX_PATH + 1, temporary) > 0 && mh_narrow(temporary, base, sizeof base));
    (void)snprintf(path, sizeof path, "%smh home %lu", base, (unsigned long)GetCurrentProcessId());
    assert_int_equal(mh_rights_protect(path, &failure), MH_OK);
    assert_int_equal(mh_rights_protect(path, &failure), MH_OK); /* there already, and ours */
    wchar_t *wide = mh_wide_path(path);
    assert_true(RemoveDirectoryW(wide));
    free(wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_control),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_a_failed_start),
        cmocka_unit_test(test_no_service_manager),
        cmocka_unit_test(test_other_words_are_the_program_s),
        cmocka_unit_test(test_words_too_many),
        cmocka_unit_test(test_paths_are_made_absolute),
        cmocka_unit_test(test_the_line_of_a_service),
        cmocka_unit_test(test_install),
        cmocka_unit_test(test_install_fails),
        cmocka_unit_test(test_uninstall_stops_first),
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_lists_of_rights),
        cmocka_unit_test(test_the_home_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
