/* Being a service: log lines and readiness. */
#include "platform.h"
#include "windows/host/wide.h"

#include <stdlib.h>
#include <windows.h>

void mh_system_log(int level, const char *text)
{
    static const WORD types[] = {EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE, EVENTLOG_INFORMATION_TYPE,
                                 EVENTLOG_INFORMATION_TYPE};
    HANDLE log = RegisterEventSourceW(NULL, L"multihomed");
    wchar_t *wide = mh_wide(text);
    const wchar_t *texts[] = {wide};
    if (log != NULL && wide != NULL)
        (void)ReportEventW(log, types[level < 0 ? 0 : level > 3 ? 3 : level], 0, 1, NULL, 1, 0, texts, NULL);
    free(wide);
    if (log != NULL)
        (void)DeregisterEventSource(log);
}

void mh_service_ready(void)
{
}

void mh_service_stopping(void)
{
}

enum mh_error mh_service_detach(struct mh_failure *failure)
{
    return mh_fail(failure, MH_UNSUPPORTED,
                   "the service control manager does that on Windows; use --foreground");
}

void mh_service_detached(int exit_status)
{
    (void)exit_status;
}

enum mh_error mh_service_confine(const struct mh_paths *paths, struct mh_failure *failure)
{
    (void)paths;
    (void)failure;
    return MH_OK;
}
