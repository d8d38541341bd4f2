/* DOC: The table of this machine's own calls: each one is the system's. Compiled when the target is a BSD. */
#include "calls.h"
#include "named_sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <unistd.h>

struct host {
    struct mh_calls base;
    int wake[2]; /* a pipe with something in it once polls are to end */
};

static void end(struct mh_calls *calls)
{
    struct host *host = (struct host *)calls;
    (void)close(host->wake[0]);
    (void)close(host->wake[1]);
    free(host);
}

static void stop(struct mh_calls *calls)
{
    while (write(((struct host *)calls)->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
}

static uint32_t process(struct mh_calls *calls)
{
    (void)calls;
    return (uint32_t)getpid();
}

/* What a call that gives -1 and errno means. */
static enum mh_error result(long value, const char *name, struct mh_failure *failure)
{
    return value >= 0 ? MH_OK : mh_bsd_fail(failure, errno, "%s", name);
}

static enum mh_error host_open(struct mh_calls *calls, const char *path, int flags, int *descriptor,
                               struct mh_failure *failure)
{
    (void)calls;
    *descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK);
    return result(*descriptor, "open", failure);
}

static enum mh_error host_close(struct mh_calls *calls, int descriptor, struct mh_failure *failure)
{
    (void)calls;
    return result(close(descriptor), "close", failure);
}

static enum mh_error host_socket(struct mh_calls *calls, int domain, int type, int protocol, int *descriptor,
                                 struct mh_failure *failure)
{
    (void)calls;
    *descriptor = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    return result(*descriptor, "socket", failure);
}

static enum mh_error host_setsockopt(struct mh_calls *calls, int descriptor, int level, int option,
                                     const void *value, size_t length, struct mh_failure *failure)
{
    (void)calls;
    return result(setsockopt(descriptor, level, option, value, (socklen_t)length), "setsockopt", failure);
}

static enum mh_error host_ioctl(struct mh_calls *calls, int descriptor, const struct mh_call_ioctl *call,
                                struct mh_failure *failure)
{
    (void)calls;
    if (call->buffer != NULL) {
        if (call->length < sizeof call->buffer || call->buffer_at > call->length - sizeof call->buffer)
            return mh_fail(failure, MH_INVALID, "an ioctl's buffer has no place in its data");
        memcpy((char *)call->data + call->buffer_at, &call->buffer, sizeof call->buffer);
    }
    return result(ioctl(descriptor, (unsigned long)call->request, call->data), "ioctl", failure);
}

static enum mh_error host_sysctl(struct mh_calls *calls, struct mh_call_sysctl *call,
                                 struct mh_failure *failure)
{
    (void)calls;
    call->length = call->capacity;
    return result(sysctl(call->numbers, (unsigned)call->count, call->old, &call->length,
                         (void *)(uintptr_t)call->value, call->value_length),
                  "sysctl", failure);
}

static enum mh_error host_sysctlbyname(struct mh_calls *calls, struct mh_call_sysctl *call,
                                       struct mh_failure *failure)
{
    (void)calls;
    call->length = call->capacity;
    return result(mh_named_sysctl(call->name, call->old, &call->length, call->value, call->value_length),
                  "sysctlbyname", failure);
}

static enum mh_error host_read(struct mh_calls *calls, int descriptor, void *bytes, size_t capacity,
                               size_t *length, struct mh_failure *failure)
{
    (void)calls;
    ssize_t count = read(descriptor, bytes, capacity);
    *length = count > 0 ? (size_t)count : 0;
    return result(count, "read", failure);
}

static enum mh_error host_write(struct mh_calls *calls, int descriptor, const void *bytes, size_t length,
                                struct mh_failure *failure)
{
    (void)calls;
    ssize_t count = write(descriptor, bytes, length);
    if (count >= 0 && (size_t)count != length)
        return mh_fail(failure, MH_LOST, "only %zd of %zu octets were written", count, length);
    return result(count, "write", failure);
}

static enum mh_error host_poll(struct mh_calls *calls, int descriptor, int events, int timeout, int *ready,
                               struct mh_failure *failure)
{
    struct pollfd polled[] = {{.fd = descriptor, .events = (short)events},
                              {.fd = ((struct host *)calls)->wake[0], .events = POLLIN}};
    int count = poll(polled, 2, timeout);
    *ready = polled[0].revents;
    if (count > 0 && polled[1].revents != 0)
        return mh_fail(failure, MH_INTERRUPTED, "the system is not asked any more");
    return result(count, "poll", failure);
}

static enum mh_error host_run(struct mh_calls *calls, const struct mh_run *run, struct mh_run_result *ran,
                              struct mh_failure *failure)
{
    (void)calls;
    return mh_run(run, ran, failure);
}

static const struct mh_calls_table table = {
    .end = end,
    .stop = stop,
    .process = process,
    .open = host_open,
    .close = host_close,
    .socket = host_socket,
    .setsockopt = host_setsockopt,
    .ioctl = host_ioctl,
    .sysctl = host_sysctl,
    .sysctlbyname = host_sysctlbyname,
    .read = host_read,
    .write = host_write,
    .poll = host_poll,
    .run = host_run,
};

enum mh_error mh_calls_host(struct mh_calls **calls, struct mh_failure *failure)
{
    struct host *host = calloc(1, sizeof *host);
    *calls = NULL;
    if (host == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    host->base.table = &table;
    if (pipe2(host->wake, O_CLOEXEC) != 0) {
        free(host);
        return mh_bsd_fail(failure, errno, "pipe2");
    }
    *calls = &host->base;
    return MH_OK;
}
