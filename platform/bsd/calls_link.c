#define _GNU_SOURCE
#include "calls_link.h"

#include "common/errno_map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SEND_TIMEOUT = 10000 }; /* milliseconds in which nothing can be sent */
enum { LINE_OVERHEAD = 256 };  /* number, word, value and spaces of an answer */
enum { INPUT_MIN = 65536 };

/* One who waits; on the stack of mh_calls_link_ask. */
struct waiter {
    struct waiter *next;
    uint64_t id;
    char *line; /* the answer, once it is there */
    size_t length;
};

struct mh_calls_link {
    int connection;
    int wake[2]; /* a pipe that ends the reader */
    pthread_t reader;
    pthread_mutex_t sending; /* one line at a time; taken before `lock` */
    pthread_mutex_t lock;    /* what follows */
    pthread_cond_t changed;
    struct waiter *waiters;
    uint64_t last_id;
    size_t longest; /* of lines that may come */
    bool stopped;
    struct mh_failure lost; /* code MH_OK: the connection is there */

    /* The reader's own: what came and is no line yet. */
    char *input;
    size_t input_length, input_capacity, searched;
};

/* ---- losing ---------------------------------------------------------------------------------------- */

/* The first reason stays. */
static void lose(struct mh_calls_link *link, const char *reason)
{
    pthread_mutex_lock(&link->lock);
    if (link->lost.code == MH_OK)
        (void)mh_fail(&link->lost, MH_LOST, "the connection to the agent is lost: %s", reason);
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
    (void)shutdown(link->connection, SHUT_RDWR);
}

bool mh_calls_link_is_lost(struct mh_calls_link *link, struct mh_failure *failure)
{
    pthread_mutex_lock(&link->lock);
    bool lost = link->lost.code != MH_OK;
    if (lost && failure != NULL)
        *failure = link->lost;
    pthread_mutex_unlock(&link->lock);
    return lost;
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* Gives the line to who waits for it; whose time has passed gets nothing. False: nobody asked for it. */
static bool hand_over(struct mh_calls_link *link, uint64_t id, const char *line, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, line, length);
    copy[length] = '\0';
    pthread_mutex_lock(&link->lock);
    struct waiter *waiter = link->waiters;
    while (waiter != NULL && (waiter->id != id || waiter->line != NULL))
        waiter = waiter->next;
    bool asked = id > 0 && id <= link->last_id;
    if (waiter != NULL) {
        waiter->line = copy;
        waiter->length = length;
        copy = NULL;
        pthread_cond_broadcast(&link->changed);
    }
    pthread_mutex_unlock(&link->lock);
    free(copy);
    return asked;
}

/* NULL, or what is wrong with it. */
static const char *take_line(struct mh_calls_link *link, const char *line, size_t length)
{
    struct mh_calls_answer answer;
    if (mh_calls_parse(line, length, &answer) != MH_OK)
        return "it sent a line that is no answer";
    return hand_over(link, answer.id, line, length) ? NULL : "it answered what nobody asked";
}

static const char *take_lines(struct mh_calls_link *link)
{
    char *begin = link->input, *end = link->input + link->input_length, *newline;
    const char *wrong = NULL;
    while (wrong == NULL &&
           (newline = memchr(begin + link->searched, '\n', (size_t)(end - begin) - link->searched)) != NULL) {
        wrong = take_line(link, begin, (size_t)(newline - begin));
        begin = newline + 1;
        link->searched = 0;
    }
    link->input_length = (size_t)(end - begin);
    if (begin != link->input) /* a long line comes in many parts, none of which is to move it */
        memmove(link->input, begin, link->input_length);
    link->searched = link->input_length;
    return wrong;
}

/* Room for more, within the longest line that was asked for. */
static const char *make_room(struct mh_calls_link *link)
{
    if (link->input_length < link->input_capacity)
        return NULL;
    pthread_mutex_lock(&link->lock);
    size_t longest = link->longest;
    pthread_mutex_unlock(&link->lock);
    if (link->input_length > longest)
        return "it sent a line that is longer than any answer";
    size_t capacity = link->input_capacity < INPUT_MIN ? INPUT_MIN : link->input_capacity * 2;
    char *input = realloc(link->input, capacity);
    if (input == NULL)
        return "out of memory";
    link->input = input;
    link->input_capacity = capacity;
    return NULL;
}

/* NULL, or why there is nothing more to come. */
static const char *read_some(struct mh_calls_link *link)
{
    const char *wrong = make_room(link);
    if (wrong != NULL)
        return wrong;
    ssize_t count = recv(link->connection, link->input + link->input_length,
                         link->input_capacity - link->input_length, 0);
    if (count == 0)
        return "it closed the connection";
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
    link->input_length += (size_t)count;
    return take_lines(link);
}

static void *read_answers(void *argument)
{
    struct mh_calls_link *link = argument;
    struct pollfd polled[] = {{.fd = link->connection, .events = POLLIN},
                              {.fd = link->wake[0], .events = POLLIN}};
    for (;;) {
        int count = poll(polled, 2, -1);
        if (count < 0 && errno != EINTR)
            break;
        if (polled[1].revents != 0)
            return NULL;
        const char *wrong = count > 0 && polled[0].revents != 0 ? read_some(link) : NULL;
        if (wrong != NULL) {
            lose(link, wrong);
            return NULL;
        }
    }
    lose(link, "poll failed");
    return NULL;
}

/* ---- open and close -------------------------------------------------------------------------------- */

static bool make_locks(struct mh_calls_link *link)
{
    pthread_condattr_t attributes;
    return pthread_mutex_init(&link->sending, NULL) == 0 && pthread_mutex_init(&link->lock, NULL) == 0 &&
           pthread_condattr_init(&attributes) == 0 &&
           pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
           pthread_cond_init(&link->changed, &attributes) == 0 && pthread_condattr_destroy(&attributes) == 0;
}

/* The connection does not block, and no program that is run inherits anything of this. */
static bool make_descriptors(struct mh_calls_link *link)
{
    return pipe2(link->wake, O_CLOEXEC) == 0 && fcntl(link->connection, F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(link->connection, F_SETFD, FD_CLOEXEC) == 0;
}

static void free_link(struct mh_calls_link *link)
{
    (void)close(link->connection);
    for (int i = 0; i < 2; i++)
        if (link->wake[i] >= 0)
            (void)close(link->wake[i]);
    free(link->input);
    free(link);
}

enum mh_error mh_calls_link_open(int connection, struct mh_calls_link **link, struct mh_failure *failure)
{
    struct mh_calls_link *made = calloc(1, sizeof *made);
    *link = NULL;
    if (made == NULL) {
        (void)close(connection);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    made->connection = connection;
    made->wake[0] = made->wake[1] = -1;
    made->longest = LINE_OVERHEAD;
    int native = make_locks(made) && make_descriptors(made)
                     ? pthread_create(&made->reader, NULL, read_answers, made)
                     : EIO;
    if (native != 0) {
        free_link(made);
        return mh_fail_errno(failure, native, "cannot talk to the agent");
    }
    *link = made;
    return MH_OK;
}

void mh_calls_link_close(struct mh_calls_link *link)
{
    if (link == NULL)
        return;
    while (write(link->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
    pthread_join(link->reader, NULL);
    pthread_cond_destroy(&link->changed);
    pthread_mutex_destroy(&link->lock);
    pthread_mutex_destroy(&link->sending);
    free_link(link);
}

void mh_calls_link_stop(struct mh_calls_link *link)
{
    pthread_mutex_lock(&link->lock);
    link->stopped = true;
    pthread_cond_broadcast(&link->changed);
    pthread_mutex_unlock(&link->lock);
}

/* ---- sending --------------------------------------------------------------------------------------- */

/* NULL, or what went wrong: part of the line may be out, so nothing more can be said. */
static const char *send_bytes(struct mh_calls_link *link, const char *bytes, size_t length)
{
    struct pollfd polled = {.fd = link->connection, .events = POLLOUT};
    while (length > 0) {
        ssize_t count = send(link->connection, bytes, length, MSG_NOSIGNAL);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (errno == EAGAIN) {
            if (poll(&polled, 1, SEND_TIMEOUT) == 0)
                return "it does not read";
        } else if (errno != EINTR)
            return strerror(errno);
    }
    return NULL;
}

/* Puts the waiter on the list under the next number. */
static enum mh_error enlist(struct mh_calls_link *link, const struct mh_calls_question *question,
                            struct waiter *waiter, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    size_t longest = LINE_OVERHEAD + 2 * question->octets_max;
    pthread_mutex_lock(&link->lock);
    if (link->lost.code != MH_OK)
        code = mh_fail(failure, MH_IO, "%s", link->lost.detail);
    else if (link->stopped && question->stoppable)
        code = mh_fail(failure, MH_INTERRUPTED, "the agent is not asked any more");
    else {
        *waiter = (struct waiter){.next = link->waiters, .id = ++link->last_id};
        link->waiters = waiter;
        if (link->longest < longest)
            link->longest = longest;
    }
    pthread_mutex_unlock(&link->lock);
    return code;
}

static enum mh_error send_question(struct mh_calls_link *link, const struct mh_calls_question *question,
                                   struct waiter *waiter, struct mh_failure *failure)
{
    char number[32];
    const char *wrong = NULL;
    pthread_mutex_lock(&link->sending);
    enum mh_error code = enlist(link, question, waiter, failure);
    if (code == MH_OK) {
        int length = snprintf(number, sizeof number, "%" PRIu64 " ", waiter->id);
        wrong = send_bytes(link, number, (size_t)length);
        if (wrong == NULL)
            wrong = send_bytes(link, question->line.bytes, question->line.length);
    }
    pthread_mutex_unlock(&link->sending);
    if (wrong != NULL)
        lose(link, wrong); /* the waiter finds out */
    return code;
}

/* ---- waiting --------------------------------------------------------------------------------------- */

static struct timespec after(int milliseconds)
{
    struct timespec at = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += milliseconds % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

static void leave_list(struct mh_calls_link *link, const struct waiter *waiter)
{
    struct waiter **at = &link->waiters;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

/* Under the lock. An answer that is there counts, whatever happened behind it. */
static enum mh_error wait_for(struct mh_calls_link *link, const struct mh_calls_question *question,
                              const struct waiter *waiter, struct mh_failure *failure)
{
    struct timespec deadline = after(question->timeout);
    int native = 0;
    while (waiter->line == NULL && native != ETIMEDOUT && link->lost.code == MH_OK &&
           !(link->stopped && question->stoppable))
        native = question->timeout < 0 ? pthread_cond_wait(&link->changed, &link->lock)
                                       : pthread_cond_timedwait(&link->changed, &link->lock, &deadline);
    if (waiter->line != NULL)
        return MH_OK;
    if (link->lost.code != MH_OK)
        return mh_fail(failure, MH_LOST, "%s", link->lost.detail);
    if (link->stopped && question->stoppable)
        return mh_fail(failure, MH_INTERRUPTED, "the agent is not asked any more");
    return mh_fail(failure, MH_TIMEOUT, "the agent did not answer within %d ms", question->timeout);
}

static enum mh_error take_reply(struct waiter *waiter, const struct mh_calls_question *question,
                                struct mh_calls_reply *reply, struct mh_failure *failure)
{
    size_t octets = 0;
    reply->line = waiter->line;
    (void)mh_calls_parse(waiter->line, waiter->length, &reply->answer); /* the reader has seen it */
    for (size_t i = 0; i < reply->answer.octets_count; i++)
        octets += reply->answer.octets[i].length;
    if (octets <= question->octets_max)
        return MH_OK;
    free(reply->line);
    *reply = (struct mh_calls_reply){0};
    return mh_fail(failure, MH_MALFORMED, "the agent answered with %zu octets, where there is room for %zu",
                   octets, question->octets_max);
}

enum mh_error mh_calls_link_ask(struct mh_calls_link *link, struct mh_calls_question *question,
                                struct mh_calls_reply *reply, struct mh_failure *failure)
{
    struct waiter waiter = {0};
    *reply = (struct mh_calls_reply){0};
    mh_text_add(&question->line, "\n");
    enum mh_error code = question->line.failed ? mh_fail(failure, MH_NO_MEMORY, "out of memory")
                                               : send_question(link, question, &waiter, failure);
    mh_text_clear(&question->line);
    if (code != MH_OK)
        return code;
    pthread_mutex_lock(&link->lock);
    code = wait_for(link, question, &waiter, failure);
    leave_list(link, &waiter);
    pthread_mutex_unlock(&link->lock);
    return code == MH_OK ? take_reply(&waiter, question, reply, failure) : code;
}
