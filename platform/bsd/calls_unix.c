/* DOC: The table that forwards calls over a UNIX socket: the lines of docs/bsd-calls.md, with another
 * machine's kernel, or one in memory, behind them. */
#define _GNU_SOURCE
#include "calls.h"
#include "calls_link.h"

#include "common/errno_map.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct forwarder {
    struct mh_calls base;
    pthread_rwlock_t using; /* written to when `link` is replaced; a link that is lost lets all go */
    struct mh_calls_link *link;
    int timeout;
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* "": it cannot be connected to again */
};

static enum mh_error connect_to(const char *path, int *connection, struct mh_failure *failure)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    memcpy(name.sun_path, path, strlen(path));
    *connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (*connection >= 0 && connect(*connection, (const struct sockaddr *)&name, sizeof name) == 0)
        return MH_OK;
    enum mh_error code = mh_fail_errno(failure, errno, "cannot reach the agent at %s", path);
    if (*connection >= 0)
        (void)close(*connection);
    return code;
}

static void end(struct mh_calls *calls)
{
    struct forwarder *forwarder = (struct forwarder *)calls;
    mh_calls_link_close(forwarder->link);
    pthread_rwlock_destroy(&forwarder->using);
    free(forwarder);
}

static enum mh_error renew(struct mh_calls *calls, struct mh_failure *failure)
{
    struct forwarder *forwarder = (struct forwarder *)calls;
    struct mh_calls_link *link;
    int connection;
    if (!mh_calls_link_is_lost(forwarder->link, failure))
        return MH_EXISTS;
    if (forwarder->path[0] == '\0')
        return MH_LOST;
    enum mh_error code = connect_to(forwarder->path, &connection, failure);
    if (code == MH_OK)
        code = mh_calls_link_open(connection, &link, failure);
    if (code != MH_OK)
        return code;
    pthread_rwlock_wrlock(&forwarder->using);
    mh_calls_link_close(forwarder->link);
    forwarder->link = link;
    pthread_rwlock_unlock(&forwarder->using);
    return MH_OK;
}

static void stop(struct mh_calls *calls)
{
    mh_calls_link_stop(((struct forwarder *)calls)->link);
}

/* ---- asking ---------------------------------------------------------------------------------------- */

/* MH_OK: the call succeeded, and the caller frees reply->line. */
static enum mh_error ask(struct mh_calls *calls, struct mh_calls_question *question,
                         struct mh_calls_reply *reply, const char *name, struct mh_failure *failure)
{
    struct forwarder *forwarder = (struct forwarder *)calls;
    if (question->timeout >= 0)
        question->timeout += forwarder->timeout;
    pthread_rwlock_rdlock(&forwarder->using);
    enum mh_error code = mh_calls_link_ask(forwarder->link, question, reply, failure);
    pthread_rwlock_unlock(&forwarder->using);
    if (code != MH_OK || !reply->answer.failed)
        return code;
    int native = (int)reply->answer.value;
    free(reply->line);
    *reply = (struct mh_calls_reply){0};
    return mh_bsd_fail(failure, native, "%s", name);
}

static enum mh_error refuse(struct mh_calls_reply *reply, const char *name, struct mh_failure *failure)
{
    free(reply->line);
    *reply = (struct mh_calls_reply){0};
    return mh_fail(failure, MH_MALFORMED, "the agent's answer to %s is not what it must be", name);
}

/* Calls that answer with a number from `least` to `most`, and with nothing else. */
static enum mh_error ask_number(struct mh_calls *calls, struct mh_calls_question *question, const char *name,
                                int64_t least, int64_t most, int64_t *number, struct mh_failure *failure)
{
    struct mh_calls_reply reply;
    enum mh_error code = ask(calls, question, &reply, name, failure);
    if (code != MH_OK)
        return code;
    if (reply.answer.octets_count != 0 || reply.answer.value < least || reply.answer.value > most)
        return refuse(&reply, name, failure);
    *number = reply.answer.value;
    free(reply.line);
    return MH_OK;
}

static enum mh_error ask_descriptor(struct mh_calls *calls, struct mh_calls_question *question,
                                    const char *name, int *descriptor, struct mh_failure *failure)
{
    int64_t number = -1;
    enum mh_error code = ask_number(calls, question, name, 0, INT32_MAX, &number, failure);
    *descriptor = (int)number;
    return code;
}

/* ---- the calls ------------------------------------------------------------------------------------- */

static enum mh_error forward_open(struct mh_calls *calls, const char *path, int flags, int *descriptor,
                                  struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    mh_text_add(&question.line, "open");
    mh_calls_add_octets(&question.line, path, strlen(path));
    mh_text_format(&question.line, " %d", flags);
    return ask_descriptor(calls, &question, "open", descriptor, failure);
}

static enum mh_error forward_close(struct mh_calls *calls, int descriptor, struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    int64_t number;
    mh_text_format(&question.line, "close %d", descriptor);
    return ask_number(calls, &question, "close", 0, 0, &number, failure);
}

static enum mh_error forward_socket(struct mh_calls *calls, int domain, int type, int protocol,
                                    int *descriptor, struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    mh_text_format(&question.line, "socket %d %d %d", domain, type, protocol);
    return ask_descriptor(calls, &question, "socket", descriptor, failure);
}

static enum mh_error forward_setsockopt(struct mh_calls *calls, int descriptor, int level, int option,
                                        const void *value, size_t length, struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    int64_t number;
    mh_text_format(&question.line, "setsockopt %d %d %d", descriptor, level, option);
    mh_calls_add_octets(&question.line, value, length);
    return ask_number(calls, &question, "setsockopt", 0, 0, &number, failure);
}

/* Both parts come back as long as they went. */
static enum mh_error forward_ioctl(struct mh_calls *calls, int descriptor, const struct mh_call_ioctl *call,
                                   struct mh_failure *failure)
{
    size_t parts = call->buffer != NULL ? 2 : 1;
    struct mh_calls_question question = {.octets_max = call->length + (parts == 2 ? call->buffer_length : 0)};
    struct mh_calls_reply reply;
    mh_text_format(&question.line, "ioctl %d %" PRIu64, descriptor, call->request);
    mh_calls_add_octets(&question.line, call->data, call->length);
    if (parts == 2) {
        mh_text_format(&question.line, " %zu", call->buffer_at);
        mh_calls_add_octets(&question.line, call->buffer, call->buffer_length);
    }
    enum mh_error code = ask(calls, &question, &reply, "ioctl", failure);
    if (code != MH_OK)
        return code;
    if (reply.answer.octets_count != parts || reply.answer.octets[0].length != call->length ||
        (parts == 2 && reply.answer.octets[1].length != call->buffer_length))
        return refuse(&reply, "ioctl", failure);
    mh_calls_take_octets(&reply.answer.octets[0], call->data);
    if (parts == 2)
        mh_calls_take_octets(&reply.answer.octets[1], call->buffer);
    free(reply.line);
    return MH_OK;
}

/* Without room for the old value the answer is how much there is; else it is what there is. */
static enum mh_error ask_sysctl(struct mh_calls *calls, struct mh_calls_question *question,
                                struct mh_call_sysctl *call, const char *name, struct mh_failure *failure)
{
    struct mh_calls_reply reply;
    size_t parts = call->old != NULL;
    question->octets_max = parts * call->capacity;
    mh_text_format(&question->line, " %zu", question->octets_max);
    if (call->value != NULL)
        mh_calls_add_octets(&question->line, call->value, call->value_length);
    enum mh_error code = ask(calls, question, &reply, name, failure);
    if (code != MH_OK)
        return code;
    if (reply.answer.octets_count != parts || reply.answer.value < 0 ||
        (parts == 1 && (uint64_t)reply.answer.value != reply.answer.octets[0].length))
        return refuse(&reply, name, failure);
    if (parts == 1)
        mh_calls_take_octets(&reply.answer.octets[0], call->old);
    call->length = (size_t)reply.answer.value;
    free(reply.line);
    return MH_OK;
}

static enum mh_error forward_sysctl(struct mh_calls *calls, struct mh_call_sysctl *call,
                                    struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    mh_text_add(&question.line, "sysctl ");
    for (size_t i = 0; i < call->count; i++)
        mh_text_format(&question.line, "%s%" PRId32, i > 0 ? "." : "", call->numbers[i]);
    return ask_sysctl(calls, &question, call, "sysctl", failure);
}

static enum mh_error forward_sysctlbyname(struct mh_calls *calls, struct mh_call_sysctl *call,
                                          struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    mh_text_add(&question.line, "sysctlbyname");
    mh_calls_add_octets(&question.line, call->name, strlen(call->name));
    return ask_sysctl(calls, &question, call, "sysctlbyname", failure);
}

static enum mh_error forward_read(struct mh_calls *calls, int descriptor, void *bytes, size_t capacity,
                                  size_t *length, struct mh_failure *failure)
{
    struct mh_calls_question question = {.octets_max = capacity};
    struct mh_calls_reply reply;
    mh_text_format(&question.line, "read %d %zu", descriptor, capacity);
    enum mh_error code = ask(calls, &question, &reply, "read", failure);
    *length = 0;
    if (code != MH_OK)
        return code;
    if (reply.answer.octets_count != 1 || reply.answer.value < 0 ||
        (uint64_t)reply.answer.value != reply.answer.octets[0].length)
        return refuse(&reply, "read", failure);
    mh_calls_take_octets(&reply.answer.octets[0], bytes);
    *length = reply.answer.octets[0].length;
    free(reply.line);
    return MH_OK;
}

static enum mh_error forward_write(struct mh_calls *calls, int descriptor, const void *bytes, size_t length,
                                   struct mh_failure *failure)
{
    struct mh_calls_question question = {0};
    int64_t written = 0;
    mh_text_format(&question.line, "write %d", descriptor);
    mh_calls_add_octets(&question.line, bytes, length);
    enum mh_error code = ask_number(calls, &question, "write", 0, (int64_t)length, &written, failure);
    if (code == MH_OK && (size_t)written != length)
        code = mh_fail(failure, MH_LOST, "only %" PRId64 " of %zu octets were written", written, length);
    return code;
}

static enum mh_error forward_poll(struct mh_calls *calls, int descriptor, int events, int timeout, int *ready,
                                  struct mh_failure *failure)
{
    struct mh_calls_question question = {.timeout = timeout, .stoppable = true};
    int64_t number = 0;
    mh_text_format(&question.line, "poll %d %d %d", descriptor, events, timeout);
    enum mh_error code = ask_number(calls, &question, "poll", 0, INT16_MAX, &number, failure);
    *ready = (int)number;
    return code;
}

/* ---- run ------------------------------------------------------------------------------------------- */

/* The first line, cut. */
static void take_complaint(const struct mh_calls_octets *octets, char error[MH_RUN_ERROR_SIZE])
{
    struct mh_calls_octets first = *octets;
    if (first.length > MH_RUN_ERROR_SIZE - 1)
        first.length = MH_RUN_ERROR_SIZE - 1;
    mh_calls_take_octets(&first, error);
    error[first.length] = '\0';
    error[strcspn(error, "\n")] = '\0';
}

static enum mh_error take_run(struct mh_calls_reply *reply, struct mh_run_result *result,
                              struct mh_failure *failure)
{
    const struct mh_calls_octets *output = &reply->answer.octets[0];
    *result = (struct mh_run_result){.status = (int)reply->answer.value, .output_length = output->length};
    result->output = malloc(output->length + 1);
    if (result->output == NULL) {
        free(reply->line);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    mh_calls_take_octets(output, result->output);
    result->output[output->length] = '\0';
    take_complaint(&reply->answer.octets[1], result->error);
    free(reply->line);
    return MH_OK;
}

static enum mh_error forward_run(struct mh_calls *calls, const struct mh_run *run,
                                 struct mh_run_result *result, struct mh_failure *failure)
{
    struct mh_calls_question question = {.octets_max = run->output_limit + MH_RUN_ERROR_SIZE,
                                         .timeout = run->timeout};
    struct mh_calls_reply reply;
    *result = (struct mh_run_result){0};
    mh_text_format(&question.line, "run %d %zu", run->timeout, run->output_limit);
    mh_calls_add_octets(&question.line, run->input, run->input != NULL ? run->input_length : 0);
    for (const char *const *argument = run->arguments; *argument != NULL; argument++)
        mh_calls_add_octets(&question.line, *argument, strlen(*argument));
    enum mh_error code = ask(calls, &question, &reply, run->arguments[0], failure);
    if (code != MH_OK)
        return code;
    if (reply.answer.octets_count != 2 || reply.answer.value < 0 || reply.answer.value > 255 ||
        reply.answer.octets[0].length > run->output_limit)
        return refuse(&reply, "run", failure);
    return take_run(&reply, result, failure);
}

static const struct mh_calls_table table = {
    .end = end,
    .stop = stop,
    .renew = renew,
    .open = forward_open,
    .close = forward_close,
    .socket = forward_socket,
    .setsockopt = forward_setsockopt,
    .ioctl = forward_ioctl,
    .sysctl = forward_sysctl,
    .sysctlbyname = forward_sysctlbyname,
    .read = forward_read,
    .write = forward_write,
    .poll = forward_poll,
    .run = forward_run,
};

/* ---- connecting ------------------------------------------------------------------------------------ */

static enum mh_error forward_over(int connection, int timeout, const char *path, struct mh_calls **calls,
                                  struct mh_failure *failure)
{
    struct forwarder *forwarder = calloc(1, sizeof *forwarder);
    *calls = NULL;
    if (forwarder == NULL || pthread_rwlock_init(&forwarder->using, NULL) != 0) {
        (void)close(connection);
        free(forwarder);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    forwarder->base.table = &table;
    forwarder->timeout = timeout;
    memcpy(forwarder->path, path, strlen(path));
    enum mh_error code = mh_calls_link_open(connection, &forwarder->link, failure);
    if (code != MH_OK) {
        pthread_rwlock_destroy(&forwarder->using);
        free(forwarder);
        return code;
    }
    *calls = &forwarder->base;
    return MH_OK;
}

enum mh_error mh_calls_connected(int connection, int timeout, struct mh_calls **calls,
                                 struct mh_failure *failure)
{
    return forward_over(connection, timeout, "", calls, failure);
}

enum mh_error mh_calls_unix(const char *path, int timeout, struct mh_calls **calls,
                            struct mh_failure *failure)
{
    size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1, length = strlen(path);
    int connection;
    *calls = NULL;
    if (length == 0 || length > most)
        return mh_fail(failure, MH_INVALID, "a socket's path has 1 to %zu octets: \"%s\"", most, path);
    enum mh_error code = connect_to(path, &connection, failure);
    return code == MH_OK ? forward_over(connection, timeout, path, calls, failure) : code;
}
