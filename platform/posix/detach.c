/* Being a service: leaving the terminal, and the system's log. */
#define _DEFAULT_SOURCE
#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* The child's end of the pipe to the waiting parent, between mh_service_detach and mh_service_detached;
 * -1: nobody waits. It belongs to the process, like its terminal: there is no object of ours to keep it
 * in. */
static int parent_pipe = -1;

void mh_system_log(int level, const char *text)
{
    static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    int priority = priorities[level < 0 ? 0 : level > 3 ? 3 : level];
    openlog("multihomed", LOG_PID, LOG_DAEMON); /* remembers its arguments, no more */
    syslog(priority, "%s", text);
}

/* What the shell gets when the child ended before it was ready. */
static int status_of_ended(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void wait_for_child(int descriptor, pid_t child)
{
    unsigned char status;
    ssize_t got;
    do
        got = read(descriptor, &status, 1);
    while (got < 0 && errno == EINTR);
    /* _exit: what was registered with atexit(3) is the child's business. */
    _exit(got == 1 ? status : status_of_ended(child));
}

static enum mh_error make_pipe(int ends[2], struct mh_failure *failure)
{
    if (pipe(ends) != 0)
        return mh_fail_errno(failure, errno, "cannot make a pipe");
    for (int i = 0; i < 2; i++)
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return MH_OK;
}

enum mh_error mh_service_detach(struct mh_failure *failure)
{
    int ends[2];
    enum mh_error error = make_pipe(ends, failure);
    if (error != MH_OK)
        return error;
    (void)fflush(NULL); /* or both processes would write what is still buffered */
    pid_t child = fork();
    if (child < 0) {
        error = mh_fail_errno(failure, errno, "cannot fork");
        (void)close(ends[0]);
        (void)close(ends[1]);
        return error;
    }
    if (child > 0) {
        (void)close(ends[1]);
        wait_for_child(ends[0], child);
    }
    (void)close(ends[0]);
    (void)setsid();
    parent_pipe = ends[1];
    return MH_OK;
}

/* Only now: until it is ready the child tells its troubles to the terminal. */
static void leave_terminal(void)
{
    (void)fflush(NULL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return;
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        (void)dup2(null, i);
    if (null > STDERR_FILENO)
        (void)close(null);
}

void mh_service_detached(int exit_status)
{
    if (parent_pipe < 0)
        return;
    unsigned char status = (unsigned char)exit_status;
    leave_terminal();
    while (write(parent_pipe, &status, 1) < 0 && errno == EINTR)
        continue;
    (void)close(parent_pipe);
    parent_pipe = -1;
}
