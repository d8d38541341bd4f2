/* Installing the service. It runs as LocalSystem: Windows lets only Administrators, to whom LocalSystem
 * belongs, change addresses, routes and interfaces (SetIpInterfaceEntry: ERROR_ACCESS_DENIED), which
 * LocalService does not. No privilege is needed for that, so all are taken from its token but
 * SeChangeNotifyPrivilege, which the system never takes. Its SID is added to the token for rules of firewalls
 * and lists of access control; a restricted token would be refused by the network's own objects. */
#include "common/errno_map.h"
#include "windows/host/service.h"
#include "windows/host/wide.h"

#include <stdlib.h>

enum {
    FIRST_RESTART = 5000, /* milliseconds */
    SECOND_RESTART = 30000,
    PRESHUTDOWN = 30000,
    FORGET_FAILURES = 24 * 3600 /* seconds */
};

static const DWORD ALL_OF_IT =
    SERVICE_CHANGE_CONFIG | SERVICE_QUERY_STATUS | SERVICE_START | SERVICE_STOP | DELETE;

/* ---- what is set beside the command line ----------------------------------------------------------- */

struct setting {
    DWORD level;
    const char *name;
    void *value;
};

static void apply_settings(const struct mh_scm *scm, SC_HANDLE service, const struct setting *settings,
                           mh_service_doubt doubt)
{
    for (; settings->value != NULL; settings++) {
        struct mh_failure failure;
        if (scm->ChangeServiceConfig2W(service, settings->level, settings->value))
            continue;
        (void)mh_fail_errno(&failure, (int)GetLastError(), "the service manager does not take it");
        doubt(settings->name, &failure);
    }
}

static void configure(const struct mh_scm *scm, SC_HANDLE service, mh_service_doubt doubt)
{
    wchar_t text[] =
        L"Knows what RFC 1122 asks of a host with more than one IP address, sets what is missing, and "
        L"answers at http://127.0.0.1:8642.";
    wchar_t privileges[] = L"SeChangeNotifyPrivilege\0";
    SC_ACTION actions[] = {
        {SC_ACTION_RESTART, FIRST_RESTART}, {SC_ACTION_RESTART, SECOND_RESTART}, {SC_ACTION_NONE, 0}};
    SERVICE_DESCRIPTIONW description = {text};
    SERVICE_DELAYED_AUTO_START_INFO delayed = {TRUE};
    SERVICE_FAILURE_ACTIONSW failure_actions = {.dwResetPeriod = FORGET_FAILURES,
                                                .cActions = sizeof actions / sizeof actions[0],
                                                .lpsaActions = actions};
    SERVICE_FAILURE_ACTIONS_FLAG not_only_crashes = {TRUE};
    SERVICE_SID_INFO sid = {SERVICE_SID_TYPE_UNRESTRICTED};
    SERVICE_REQUIRED_PRIVILEGES_INFOW required = {privileges};
    SERVICE_PRESHUTDOWN_INFO preshutdown = {PRESHUTDOWN};
    const struct setting settings[] = {
        {SERVICE_CONFIG_DESCRIPTION, "description", &description},
        {SERVICE_CONFIG_DELAYED_AUTO_START_INFO, "delayed start", &delayed},
        {SERVICE_CONFIG_FAILURE_ACTIONS, "restarts after failures", &failure_actions},
        {SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, "restarts after an end with an error", &not_only_crashes},
        {SERVICE_CONFIG_SERVICE_SID_INFO, "SID", &sid},
        {SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, "list of privileges", &required},
        {SERVICE_CONFIG_PRESHUTDOWN_INFO, "time before a shutdown", &preshutdown},
        {0, NULL, NULL}};
    apply_settings(scm, service, settings, doubt);
}

/* ---- install --------------------------------------------------------------------------------------- */

static SC_HANDLE create(const struct mh_scm *scm, SC_HANDLE manager, const wchar_t *line)
{
    return scm->CreateServiceW(manager, MH_SERVICE_NAME, MH_SERVICE_TITLE, ALL_OF_IT,
                               SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, line,
                               NULL, NULL, NULL, NULL, NULL);
}

static bool change(const struct mh_scm *scm, SC_HANDLE service, const wchar_t *line)
{
    return scm->ChangeServiceConfigW(service, SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                                     SERVICE_ERROR_NORMAL, line, NULL, NULL, NULL, L"LocalSystem", L"",
                                     MH_SERVICE_TITLE);
}

static enum mh_error fail_install(struct mh_failure *failure)
{
    DWORD error = GetLastError();
    if (error == ERROR_SERVICE_MARKED_FOR_DELETE)
        return mh_fail(failure, MH_BUSY,
                       "a service of this name is being deleted: close the Services window and the like");
    return mh_fail_errno(failure, (int)error, "cannot install the service");
}

enum mh_error mh_service_install(const struct mh_scm *scm, const char *line, mh_service_doubt doubt,
                                 bool *existed, struct mh_failure *failure)
{
    struct mh_service_handles handles;
    wchar_t *wide = mh_wide(line);
    if (wide == NULL)
        return mh_fail(failure, MH_INVALID, "the command line is no UTF-8");
    enum mh_error code =
        mh_service_open(scm, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE, ALL_OF_IT, &handles, failure);
    *existed = code == MH_OK;
    if (*existed && !change(scm, handles.service, wide))
        code = fail_install(failure);
    if (code == MH_NOT_FOUND && handles.manager != NULL) {
        handles.service = create(scm, handles.manager, wide);
        code = handles.service != NULL ? MH_OK : fail_install(failure);
    }
    if (code == MH_OK)
        configure(scm, handles.service, doubt);
    mh_service_close(scm, &handles);
    free(wide);
    return code;
}

enum mh_error mh_service_uninstall(const struct mh_scm *scm, struct mh_failure *failure)
{
    struct mh_service_handles handles;
    bool stopped;
    enum mh_error code = mh_service_open(scm, SC_MANAGER_CONNECT,
                                         SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE, &handles, failure);
    if (code == MH_OK)
        code = mh_service_stop_opened(scm, handles.service, &stopped, failure);
    if (code == MH_OK && !scm->DeleteService(handles.service))
        code = GetLastError() == ERROR_SERVICE_MARKED_FOR_DELETE
                   ? MH_OK
                   : mh_fail_errno(failure, (int)GetLastError(), "cannot delete the service");
    mh_service_close(scm, &handles);
    return code;
}
