/* The functions of Windows by which the service manager, its processes, the event log and the registry are
 * spoken to: one table, so that tests answer in their place. Private to platform/windows. */
#ifndef MH_WINDOWS_SCM_H
#define MH_WINDOWS_SCM_H

#include <windows.h>

/* These need what stands before them. */
#include <winreg.h>
#include <winsvc.h>

#define MH_SCM_FUNCTIONS(X)                                                                                  \
    X(OpenSCManagerW)                                                                                        \
    X(OpenServiceW)                                                                                          \
    X(CreateServiceW)                                                                                        \
    X(ChangeServiceConfigW)                                                                                  \
    X(ChangeServiceConfig2W)                                                                                 \
    X(QueryServiceStatusEx)                                                                                  \
    X(StartServiceW)                                                                                         \
    X(ControlService)                                                                                        \
    X(DeleteService)                                                                                         \
    X(CloseServiceHandle)                                                                                    \
    X(StartServiceCtrlDispatcherW)                                                                           \
    X(RegisterServiceCtrlHandlerExW)                                                                         \
    X(SetServiceStatus)                                                                                      \
    X(RegisterEventSourceW)                                                                                  \
    X(ReportEventW)                                                                                          \
    X(DeregisterEventSource)                                                                                 \
    X(RegCreateKeyExW)                                                                                       \
    X(RegSetValueExW)                                                                                        \
    X(RegDeleteTreeW)                                                                                        \
    X(RegCloseKey)                                                                                           \
    X(OpenProcess)                                                                                           \
    X(WaitForSingleObject)                                                                                   \
    X(CloseHandle)                                                                                           \
    X(GetTickCount64)                                                                                        \
    X(Sleep)

struct mh_scm {
#define MH_SCM_MEMBER(function) __typeof__(function) *function;
    MH_SCM_FUNCTIONS(MH_SCM_MEMBER)
#undef MH_SCM_MEMBER
};

/* Windows's own. */
extern const struct mh_scm mh_scm_system;

/* The service's name, and what it is called in lists. */
#define MH_SERVICE_NAME L"multihomed"
#define MH_SERVICE_TITLE L"multihomed (hosts with more than one IP address)"

#endif
