/* A table of the functions of the service manager, the event log and the registry that answer from memory.
 * What they are given is held against what docs/windows.md says of the service. */
#ifndef MH_TESTS_WINDOWS_SERVICE_FAKE_H
#define MH_TESTS_WINDOWS_SERVICE_FAKE_H

#include "unit/support.h"

#include "windows/host/scm.h"

#include <stdbool.h>
#include <string.h>

enum { KEPT = 64, LEVELS = 16, PROCESS = 4711 };

/* What the functions of one test see: they have no argument for it. */
static struct {
    LPHANDLER_FUNCTION_EX handler;
    void *context;
    SERVICE_STATUS told[KEPT];
    int told_count;
    struct {
        DWORD id;
        WORD type;
        wchar_t text[64];
    } events[KEPT];
    int event_count;
    bool no_dispatcher, no_handler;
    /* the service manager's side */
    bool exists, manager_refuses;
    DWORD create_error, change_error, key_error, delete_key_error, start_error, stop_error, delete_error;
    SERVICE_STATUS_PROCESS
    states[KEPT]; /* what is answered one after the other; the last one again and again */
    int state_count, states_asked;
    wchar_t line[1024];
    bool changed, deleted, controlled;
    int levels[LEVELS], level_count, refused_level;
    int handles;
    ULONGLONG clock;
    DWORD process_error, process_wait; /* OpenProcess's, WaitForSingleObject's */
    bool process_watched, process_waited_for;
    bool key_made, key_closed, key_deleted, file_set, types_set;
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
    (void)access;
    assert_true(wcscmp(name, L"multihomed") == 0);
    assert_non_null(wcsstr(title, L"multihomed"));
    assert_int_equal(type, SERVICE_WIN32_OWN_PROCESS); /* and not one that may talk to the desktop */
    assert_int_equal(start, SERVICE_AUTO_START);
    assert_int_equal(control, SERVICE_ERROR_NORMAL);
    assert_true(group == NULL && tag == NULL && dependencies == NULL);
    assert_true(account == NULL && password == NULL); /* LocalSystem */
    wcscpy(fake.line, line);
    return made(fake.create_error);
}

static BOOL WINAPI change_config(SC_HANDLE service, DWORD type, DWORD start, DWORD control,
                                 const wchar_t *line, const wchar_t *group, DWORD *tag,
                                 const wchar_t *dependencies, const wchar_t *account, const wchar_t *password,
                                 const wchar_t *title)
{
    (void)service;
    assert_int_equal(type, SERVICE_WIN32_OWN_PROCESS);
    assert_int_equal(start, SERVICE_AUTO_START);
    assert_int_equal(control, SERVICE_ERROR_NORMAL);
    assert_true(group == NULL && tag == NULL && dependencies == NULL);
    assert_true(wcscmp(account, L"LocalSystem") == 0); /* NULL would leave another that somebody set */
    assert_true(password[0] == L'\0');
    assert_non_null(wcsstr(title, L"multihomed"));
    wcscpy(fake.line, line);
    fake.changed = true;
    return answer(fake.change_error);
}

static void assert_failure_actions(const SERVICE_FAILURE_ACTIONSW *actions)
{
    assert_int_equal(actions->dwResetPeriod, 86400);
    assert_true(actions->lpRebootMsg == NULL && actions->lpCommand == NULL);
    assert_int_equal(actions->cActions, 3);
    assert_int_equal(actions->lpsaActions[0].Type, SC_ACTION_RESTART);
    assert_int_equal(actions->lpsaActions[0].Delay, 5000);
    assert_int_equal(actions->lpsaActions[1].Type, SC_ACTION_RESTART);
    assert_int_equal(actions->lpsaActions[1].Delay, 30000);
    assert_int_equal(actions->lpsaActions[2].Type, SC_ACTION_NONE);
}

/* A list of words, each with its zero, and one more. */
static void assert_privileges(const wchar_t *words)
{
    static const wchar_t expected[] = L"SeChangeNotifyPrivilege\0";
    assert_memory_equal(words, expected, sizeof expected);
}

static void assert_setting(DWORD level, const void *value)
{
    switch (level) {
    case SERVICE_CONFIG_DESCRIPTION:
        assert_true(wcslen(((const SERVICE_DESCRIPTIONW *)value)->lpDescription) > 20);
        return;
    case SERVICE_CONFIG_DELAYED_AUTO_START_INFO:
        assert_true(((const SERVICE_DELAYED_AUTO_START_INFO *)value)->fDelayedAutostart);
        return;
    case SERVICE_CONFIG_FAILURE_ACTIONS:
        assert_failure_actions(value);
        return;
    case SERVICE_CONFIG_FAILURE_ACTIONS_FLAG:
        assert_true(((const SERVICE_FAILURE_ACTIONS_FLAG *)value)->fFailureActionsOnNonCrashFailures);
        return;
    case SERVICE_CONFIG_SERVICE_SID_INFO:
        assert_int_equal(((const SERVICE_SID_INFO *)value)->dwServiceSidType, SERVICE_SID_TYPE_UNRESTRICTED);
        return;
    case SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO:
        assert_privileges(((const SERVICE_REQUIRED_PRIVILEGES_INFOW *)value)->pmszRequiredPrivileges);
        return;
    case SERVICE_CONFIG_PRESHUTDOWN_INFO:
        assert_int_equal(((const SERVICE_PRESHUTDOWN_INFO *)value)->dwPreshutdownTimeout, 30000);
        return;
    default:
        fail_msg("level %lu", level);
    }
}

static BOOL WINAPI change_config2(SC_HANDLE service, DWORD level, void *value)
{
    (void)service;
    assert_non_null(value);
    for (int i = 0; i < fake.level_count; i++)
        assert_int_not_equal(fake.levels[i], level); /* so that as many as there are levels are all of them */
    fake.levels[fake.level_count++] = (int)level;
    assert_setting(level, value);
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
    assert_true(fake.process_watched || fake.process_error == ERROR_INVALID_PARAMETER);
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
    assert_ptr_equal(log, &fake);
    assert_int_equal(category, 0);
    assert_true(user == NULL && size == 0 && data == NULL);
    assert_int_equal(count, 1);
    assert_true(fake.event_count < KEPT);
    fake.events[fake.event_count].id = id;
    fake.events[fake.event_count].type = type;
    (void)wcsncpy(fake.events[fake.event_count++].text, texts[0], 63);
    return TRUE;
}

static BOOL WINAPI deregister_source(HANDLE log)
{
    assert_ptr_equal(log, &fake);
    return TRUE;
}

static const wchar_t source_key[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\multihomed";
static const wchar_t source_image[] = L"C:\\Program Files\\\xe4\\multihomed.exe";

static LSTATUS WINAPI create_key(HKEY above, const wchar_t *name, DWORD reserved, wchar_t *class,
                                 DWORD options, REGSAM access, SECURITY_ATTRIBUTES *rights, HKEY *key,
                                 DWORD *was)
{
    (void)reserved;
    (void)class;
    (void)was;
    assert_ptr_equal(above, HKEY_LOCAL_MACHINE);
    assert_true(wcscmp(name, source_key) == 0);
    assert_int_equal(options, REG_OPTION_NON_VOLATILE);
    assert_int_equal(access, KEY_SET_VALUE);
    assert_null(rights);
    *key = (HKEY)&fake;
    fake.key_made = true;
    return (LSTATUS)fake.key_error;
}

static LSTATUS WINAPI set_value(HKEY key, const wchar_t *name, DWORD reserved, DWORD type, const BYTE *data,
                                DWORD size)
{
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    assert_ptr_equal(key, &fake);
    assert_int_equal(reserved, 0);
    if (wcscmp(name, L"EventMessageFile") == 0) {
        assert_int_equal(type, REG_SZ);
        assert_int_equal(size, sizeof source_image); /* with its zero */
        assert_memory_equal(data, source_image, size);
        fake.file_set = true;
        return ERROR_SUCCESS;
    }
    assert_true(wcscmp(name, L"TypesSupported") == 0);
    assert_int_equal(type, REG_DWORD);
    assert_int_equal(size, sizeof types);
    assert_memory_equal(data, &types, size);
    fake.types_set = true;
    return ERROR_SUCCESS;
}

static LSTATUS WINAPI delete_tree(HKEY above, const wchar_t *name)
{
    assert_ptr_equal(above, HKEY_LOCAL_MACHINE);
    assert_true(wcscmp(name, source_key) == 0);
    fake.key_deleted = true;
    return (LSTATUS)fake.delete_key_error;
}

static LSTATUS WINAPI close_key(HKEY key)
{
    assert_ptr_equal(key, &fake);
    fake.key_closed = true;
    return ERROR_SUCCESS;
}

static BOOL WINAPI close_object(HANDLE object)
{
    assert_ptr_equal(object, &fake);
    fake.handles--;
    return TRUE;
}

static HANDLE WINAPI open_process(DWORD access, BOOL inherited, DWORD number)
{
    assert_int_equal(access, SYNCHRONIZE);
    assert_false(inherited);
    assert_int_equal(number, PROCESS);
    assert_false(fake.controlled);
    fake.process_watched = fake.process_error == NO_ERROR;
    return made(fake.process_error);
}

static DWORD WINAPI wait_for_object(HANDLE process, DWORD milliseconds)
{
    assert_true(fake.process_watched);
    assert_ptr_equal(process, &fake);
    assert_in_range(milliseconds, 1000, 60000);
    assert_int_equal(fake.states[fake.state_count - 1].dwCurrentState, SERVICE_STOPPED);
    assert_int_equal(fake.states_asked, fake.state_count);
    fake.process_waited_for = true;
    SetLastError(ERROR_INVALID_HANDLE);
    return fake.process_wait;
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
                                    .OpenProcess = open_process,
                                    .WaitForSingleObject = wait_for_object,
                                    .CloseHandle = close_object,
                                    .GetTickCount64 = clock_now,
                                    .Sleep = wait_for};

#endif
