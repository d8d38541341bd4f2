/* Being a Windows service, and asking the service manager for one (Services, learn.microsoft.com). Private to
 * platform/windows. */
#ifndef MH_WINDOWS_SERVICE_H
#define MH_WINDOWS_SERVICE_H

#include "common/service_status_windows.h"
#include "core/exit_status.h"
#include "platform.h"
#include "windows/host/scm.h"

/* ---- service.c: the one service of this process ---------------------------------------------------- */

/* Runs the program with these words as the service that the service manager has started this process for.
 * Blocks until it is STOPPED; what comes behind may not run any more, as the system ends the process when it
 * likes. MH_UNSUPPORTED: the process was not started by the service manager. */
enum mh_error mh_service_dispatch(const struct mh_scm *scm, const struct mh_program *program, int argc,
                                  char **argv, struct mh_failure *failure);

/* ---- service_install.c ----------------------------------------------------------------------------- */

/* What the service manager does not take of the settings that are no condition for running: `setting` says
 * which. */
typedef void (*mh_service_doubt)(const char *setting, const struct mh_failure *failure);
/* Makes the service with this command line (UTF-8), or gives it to the one that is there (*existed), which
 * goes on running as it is until its next start. MH_PERMISSION; MH_BUSY: one is being deleted. */
enum mh_error mh_service_install(const struct mh_scm *scm, const char *line, mh_service_doubt doubt,
                                 bool *existed, struct mh_failure *failure);
/* Stops the service, if it runs, and deletes it. MH_NOT_FOUND: there is none; else as mh_service_stop, and it
 * is not deleted then. */
enum mh_error mh_service_uninstall(const struct mh_scm *scm, struct mh_failure *failure);

/* ---- service_control.c ----------------------------------------------------------------------------- */

/* Start and stop wait until the service runs, or has ended and its process is gone. MH_NOT_FOUND: there is
 * no such service; MH_CONFLICT: it runs already; MH_IO: it ended instead; MH_TIMEOUT: its checkpoints stand
 * still, or it has stopped and its process has not ended 10 s later. Stopping what does not run is MH_OK, and
 * *stopped false. */
enum mh_error mh_service_start(const struct mh_scm *scm, struct mh_failure *failure);
enum mh_error mh_service_stop(const struct mh_scm *scm, bool *stopped, struct mh_failure *failure);

/* A service of the manager; both are closed by mh_service_close. */
struct mh_service_handles {
    SC_HANDLE manager, service;
};
/* `manager_access` and `access` are SC_MANAGER_... and SERVICE_...; MH_NOT_FOUND: no such service, and
 * `handles` has the manager all the same. */
enum mh_error mh_service_open(const struct mh_scm *scm, DWORD manager_access, DWORD access,
                              struct mh_service_handles *handles, struct mh_failure *failure);
void mh_service_close(const struct mh_scm *scm, struct mh_service_handles *handles);
/* Stops a service that was opened with SERVICE_STOP and SERVICE_QUERY_STATUS. */
enum mh_error mh_service_stop_opened(const struct mh_scm *scm, SC_HANDLE service, bool *stopped,
                                     struct mh_failure *failure);

#endif
