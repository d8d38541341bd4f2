/* Running a program (posix_spawn(3)): three pipes, one poll loop, one deadline. */
#define _GNU_SOURCE
#include "posix/run.h"

#include "common/errno_map.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INPUT, OUTPUT, ERROR, STREAMS };

/* A program that runs. Descriptors are -1 once closed. */
struct child {
    pid_t process;
    int ours[STREAMS];
    int64_t deadline; /* mh_clock_boot */
    size_t input_done;
    size_t output_size;
    size_t error_length;
    const struct mh_run *run;
    struct mh_run_result *result;
};

/* ---- finding ---------------------------------------------------------------------------------------- */

static bool find_program(const char *name, char *path, size_t size)
{
    static const char *const directories[] = {
        "/usr/sbin",      "/sbin", "/usr/local/sbin",           "/usr/bin",
        "/usr/local/bin", "/bin",  "/run/current-system/sw/bin"};
    if (strchr(name, '/') != NULL)
        return (size_t)snprintf(path, size, "%s", name) < size && access(path, X_OK) == 0;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if ((size_t)snprintf(path, size, "%s/%s", directories[i], name) < size && access(path, X_OK) == 0)
            return true;
    return false;
}

bool mh_run_finds(const char *name)
{
    char path[1024];
    return find_program(name, path, sizeof path);
}

/* ---- starting --------------------------------------------------------------------------------------- */

static void close_end(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

/* Ours does not block. Without input the program reads from /dev/null. */
static bool open_streams(const struct mh_run *run, int ours[STREAMS], int theirs[STREAMS])
{
    for (int i = 0; i < STREAMS; i++) {
        int ends[2];
        if (i == INPUT && run->input == NULL) {
            theirs[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
            if (theirs[i] < 0)
                return false;
            continue;
        }
        if (pipe2(ends, O_CLOEXEC) != 0)
            return false;
        ours[i] = ends[i == INPUT];
        theirs[i] = ends[i != INPUT];
        if (fcntl(ours[i], F_SETFL, O_NONBLOCK) != 0)
            return false;
    }
    return true;
}

/* The program begins with no signal blocked or ignored. */
static int prepare_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0)
        code = posix_spawnattr_setsigdefault(attributes, &usual);
    if (code == 0)
        code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return code;
}

static int spawn_with(const char *path, const struct mh_run *run, const int theirs[STREAMS],
                      posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, pid_t *process)
{
    static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    int code = prepare_attributes(attributes);
    for (int i = 0; i < STREAMS && code == 0; i++)
        code = posix_spawn_file_actions_adddup2(actions, theirs[i], i);
    if (code == 0)
        code = posix_spawn(process, path, actions, attributes, (char *const *)run->arguments, environment);
    return code;
}

/* errno, or 0. */
static int spawn_program(const char *path, const struct mh_run *run, const int theirs[STREAMS],
                         pid_t *process)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = spawn_with(path, run, theirs, &actions, &attributes, process);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void close_ours(struct child *child)
{
    for (int i = 0; i < STREAMS; i++)
        close_end(&child->ours[i]);
}

static enum mh_error start(const char *path, struct child *child, struct mh_failure *failure)
{
    int theirs[STREAMS] = {-1, -1, -1};
    int code = open_streams(child->run, child->ours, theirs) ? 0 : errno;
    if (code == 0)
        code = spawn_program(path, child->run, theirs, &child->process);
    for (int i = 0; i < STREAMS; i++)
        close_end(&theirs[i]);
    if (code == 0)
        return MH_OK;
    close_ours(child);
    return mh_fail_errno(failure, code, "cannot run %s", path);
}

/* ---- talking ---------------------------------------------------------------------------------------- */

static bool is_passing(int code)
{
    return code == EINTR || code == EAGAIN || code == EWOULDBLOCK;
}

/* A program that does not read on is no failure: its status tells. */
static void give_input(struct child *child)
{
    ssize_t sent = write(child->ours[INPUT], child->run->input + child->input_done,
                         child->run->input_length - child->input_done);
    if (sent < 0 && is_passing(errno))
        return;
    child->input_done += sent > 0 ? (size_t)sent : 0;
    if (sent < 0 || child->input_done == child->run->input_length)
        close_end(&child->ours[INPUT]);
}

/* Room for one octet more than the limit, which is how too much is seen, and the NUL. */
static bool grow_output(struct child *child)
{
    struct mh_run_result *result = child->result;
    if (result->output_length + 1 < child->output_size)
        return true;
    size_t size = child->output_size == 0 ? 65536 : child->output_size * 2;
    if (size > child->run->output_limit + 2)
        size = child->run->output_limit + 2;
    char *larger = realloc(result->output, size);
    if (larger == NULL)
        return false;
    result->output = larger;
    child->output_size = size;
    return true;
}

static enum mh_error take_output(struct child *child, struct mh_failure *failure)
{
    struct mh_run_result *result = child->result;
    if (!grow_output(child))
        return mh_fail(failure, MH_NO_MEMORY, "no memory for the output of %s", child->run->arguments[0]);
    ssize_t got = read(child->ours[OUTPUT], result->output + result->output_length,
                       child->output_size - result->output_length - 1);
    if (got < 0 && is_passing(errno))
        return MH_OK;
    if (got <= 0) {
        close_end(&child->ours[OUTPUT]);
        return MH_OK;
    }
    result->output_length += (size_t)got;
    if (result->output_length > child->run->output_limit)
        return mh_fail(failure, MH_LIMIT, "%s writes more than %zu octets", child->run->arguments[0],
                       child->run->output_limit);
    return MH_OK;
}

/* Only the beginning is kept, all of it is read. */
static void take_error(struct child *child)
{
    char text[1024];
    ssize_t got = read(child->ours[ERROR], text, sizeof text);
    if (got < 0 && is_passing(errno))
        return;
    if (got <= 0)
        close_end(&child->ours[ERROR]);
    for (ssize_t i = 0; i < got && child->error_length + 1 < sizeof child->result->error; i++)
        child->result->error[child->error_length++] = text[i] != '\0' ? text[i] : '?';
}

static enum mh_error fail_late(const struct child *child, struct mh_failure *failure)
{
    return mh_fail(failure, MH_TIMEOUT, "%s did not end within %d ms", child->run->arguments[0],
                   child->run->timeout);
}

static int time_left(const struct child *child)
{
    int64_t left = child->deadline - mh_clock_boot();
    return left > 0 ? (int)left : 0;
}

/* Until the program has closed what it writes to. */
static enum mh_error talk(struct child *child, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    while (code == MH_OK && (child->ours[OUTPUT] >= 0 || child->ours[ERROR] >= 0)) {
        struct pollfd polls[STREAMS] = {{child->ours[INPUT], POLLOUT, 0},
                                        {child->ours[OUTPUT], POLLIN, 0},
                                        {child->ours[ERROR], POLLIN, 0}};
        int left = time_left(child);
        int ready = left > 0 ? poll(polls, STREAMS, left) : 0;
        if (ready == 0)
            return fail_late(child, failure);
        if (ready < 0 && errno != EINTR)
            return mh_fail_errno(failure, errno, "cannot wait for %s", child->run->arguments[0]);
        if (ready < 0)
            continue;
        if (polls[INPUT].revents != 0)
            give_input(child);
        if (polls[ERROR].revents != 0)
            take_error(child);
        if (polls[OUTPUT].revents != 0)
            code = take_output(child, failure);
    }
    return code;
}

/* ---- ending ----------------------------------------------------------------------------------------- */

static void reap(struct child *child)
{
    int status;
    kill(child->process, SIGKILL);
    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR) {
    }
}

/* A program may close its output and go on: the deadline holds all the same. */
static enum mh_error wait_for_end(struct child *child, struct mh_failure *failure)
{
    static const struct timespec moment = {0, 1000000};
    int status;
    for (;;) {
        pid_t ended = waitpid(child->process, &status, WNOHANG);
        if (ended == child->process)
            break;
        if (ended < 0 && errno != EINTR)
            return mh_fail_errno(failure, errno, "cannot learn how %s ended", child->run->arguments[0]);
        if (time_left(child) == 0) {
            reap(child);
            return fail_late(child, failure);
        }
        nanosleep(&moment, NULL);
    }
    child->result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return MH_OK;
}

static void finish_texts(struct child *child)
{
    struct mh_run_result *result = child->result;
    if (result->output != NULL)
        result->output[result->output_length] = '\0';
    result->error[strcspn(result->error, "\r\n")] = '\0';
}

enum mh_error mh_run(const struct mh_run *run, struct mh_run_result *result, struct mh_failure *failure)
{
    char path[1024];
    struct child child = {.ours = {-1, -1, -1}, .run = run, .result = result};
    *result = (struct mh_run_result){0};
    if (!find_program(run->arguments[0], path, sizeof path))
        return mh_fail(failure, MH_NOT_FOUND, "there is no program %s", run->arguments[0]);
    child.deadline = mh_clock_boot() + run->timeout;
    enum mh_error code = start(path, &child, failure);
    if (code != MH_OK)
        return code;
    code = talk(&child, failure);
    close_ours(&child);
    if (code != MH_OK)
        reap(&child);
    else
        code = wait_for_end(&child, failure);
    if (code == MH_OK && !grow_output(&child))
        code = mh_fail(failure, MH_NO_MEMORY, "no memory for the output of %s", run->arguments[0]);
    if (code == MH_OK)
        finish_texts(&child);
    else
        mh_run_clear(result);
    return code;
}

void mh_run_clear(struct mh_run_result *result)
{
    free(result->output);
    *result = (struct mh_run_result){0};
}
