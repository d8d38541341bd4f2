#include "windows/host/event_source.h"

#include "common/errno_map.h"
#include "windows/host/wide.h"

#include <stdlib.h>

static const wchar_t source_key[] =
    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" MH_SERVICE_NAME;

/* The two highest bits of an identifier are its severity: success, informational, warning, error. */
static WORD type_of(DWORD id)
{
    static const WORD types[] = {EVENTLOG_INFORMATION_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
                                 EVENTLOG_ERROR_TYPE};
    return types[id >> 30];
}

void mh_event_write(const struct mh_scm *scm, DWORD id, const char *text)
{
    HANDLE log = scm->RegisterEventSourceW(NULL, MH_SERVICE_NAME);
    wchar_t *wide = mh_wide(text);
    const wchar_t *texts[] = {wide};
    if (log != NULL && wide != NULL)
        (void)scm->ReportEventW(log, type_of(id), 0, id, NULL, 1, 0, texts, NULL);
    free(wide);
    if (log != NULL)
        (void)scm->DeregisterEventSource(log);
}

static LSTATUS set_values(const struct mh_scm *scm, HKEY key, const wchar_t *image)
{
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    DWORD size = (DWORD)((wcslen(image) + 1) * sizeof *image);
    LSTATUS status = scm->RegSetValueExW(key, L"EventMessageFile", 0, REG_SZ, (const BYTE *)image, size);
    if (status == ERROR_SUCCESS)
        status =
            scm->RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, (const BYTE *)&types, sizeof types);
    return status;
}

enum mh_error mh_event_source_add(const struct mh_scm *scm, const wchar_t *image, struct mh_failure *failure)
{
    HKEY key;
    LSTATUS status =
        scm->RegCreateKeyExW(HKEY_LOCAL_MACHINE, source_key, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL);
    if (status == ERROR_SUCCESS) {
        status = set_values(scm, key, image);
        (void)scm->RegCloseKey(key);
    }
    return status == ERROR_SUCCESS
               ? MH_OK
               : mh_fail_errno(failure, (int)status, "cannot register with the event log");
}

enum mh_error mh_event_source_remove(const struct mh_scm *scm, struct mh_failure *failure)
{
    LSTATUS status = scm->RegDeleteTreeW(HKEY_LOCAL_MACHINE, source_key);
    return status == ERROR_SUCCESS || status == ERROR_FILE_NOT_FOUND
               ? MH_OK
               : mh_fail_errno(failure, (int)status, "cannot take the event log's source away");
}
