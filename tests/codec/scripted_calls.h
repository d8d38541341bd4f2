/* A kernel that follows a script: the calls that the BSD backend makes must be those of the script, in its
 * order and octet by octet, and are answered as it says. */
#ifndef MH_TESTS_SCRIPTED_CALLS_H
#define MH_TESTS_SCRIPTED_CALLS_H

#include "bsd/bsd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum call {
    CALL_OPEN,
    CALL_SOCKET,
    CALL_SETSOCKOPT,
    CALL_IOCTL,
    CALL_SYSCTL,
    CALL_READ,
    CALL_WRITE,
    CALL_POLL,
    CALL_CLOSE
};
static const char *const call_names[] = {"open", "socket", "setsockopt", "ioctl", "sysctl",
                                         "read", "write",  "poll",       "close"};

/* What a call brings, and what it is answered. */
struct step {
    enum call call;
    int64_t argument;     /* open: the flags; socket: domain * 100 + type; setsockopt: the option; ioctl: the
                             request; sysctl: the fifth number, or 0 */
    const uint8_t *bytes; /* what must be given, or (sysctl, read) what is told; open: the path */
    size_t length;
    const uint8_t *answer; /* ioctl: what comes back, as long as what is given; NULL: that */
    int native;            /* errno; 0: it is done */
    enum mh_error error;   /* an error without errno: the connection's; poll with MH_TIMEOUT: time is over */
    bool optional;         /* it may be left out */
};

enum { STEPS_MAX = 40, OCTETS_MAX = 65536, DESCRIPTOR = 7 };

struct script {
    struct mh_calls base;
    struct mh_bsd host;
    struct step steps[STEPS_MAX];
    size_t count, at;
    uint8_t octets[OCTETS_MAX]; /* of steps that were made in the test */
    size_t used;
};

static inline void print_octets(const char *what, const uint8_t *bytes, size_t length)
{
    print_error("%s (%zu):", what, length);
    for (size_t i = 0; i < length; i++)
        print_error("%s%02x", i % 32 == 0 ? "\n  " : "", bytes[i]);
    print_error("\n");
}

static inline const struct step *next_step(struct mh_calls *calls, enum call call, int64_t argument)
{
    struct script *script = (struct script *)calls;
    while (script->at < script->count && script->steps[script->at].optional &&
           script->steps[script->at].call != call)
        script->at++;
    if (script->at >= script->count)
        fail_msg("%s (%lld) is not in the script, which has ended", call_names[call], (long long)argument);
    const struct step *step = &script->steps[script->at];
    if (step->call != call || step->argument != argument)
        fail_msg("step %zu: %s (0x%llx) was called where the script has %s (0x%llx)", script->at,
                 call_names[call], (unsigned long long)argument, call_names[step->call],
                 (unsigned long long)step->argument);
    script->at++;
    return step;
}

static inline void check_octets(struct mh_calls *calls, const struct step *step, const void *bytes,
                                size_t length)
{
    if (step->length == length && memcmp(step->bytes, bytes, length) == 0)
        return;
    print_octets("expected", step->bytes, step->length);
    print_octets("given", bytes, length);
    fail_msg("step %zu: %s with other octets", ((struct script *)calls)->at - 1, call_names[step->call]);
}

static inline enum mh_error answer_step(const struct step *step, struct mh_failure *failure)
{
    if (step->error != MH_OK)
        return mh_fail(failure, step->error, "the agent is gone");
    return step->native == 0 ? MH_OK : mh_bsd_fail(failure, step->native, "%s", call_names[step->call]);
}

static inline enum mh_error scripted_open(struct mh_calls *calls, const char *path, int flags,
                                          int *descriptor, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_OPEN, flags);
    check_octets(calls, step, path, strlen(path));
    *descriptor = DESCRIPTOR;
    return answer_step(step, failure);
}

static inline enum mh_error scripted_socket(struct mh_calls *calls, int domain, int type, int protocol,
                                            int *descriptor, struct mh_failure *failure)
{
    assert_int_equal(protocol, 0);
    *descriptor = DESCRIPTOR;
    return answer_step(next_step(calls, CALL_SOCKET, domain * 100 + type), failure);
}

static inline enum mh_error scripted_close(struct mh_calls *calls, int descriptor, struct mh_failure *failure)
{
    assert_int_equal(descriptor, DESCRIPTOR);
    return answer_step(next_step(calls, CALL_CLOSE, 0), failure);
}

static inline enum mh_error scripted_setsockopt(struct mh_calls *calls, int descriptor, int level, int option,
                                                const void *value, size_t length, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_SETSOCKOPT, option);
    assert_int_equal(descriptor, DESCRIPTOR);
    assert_int_equal(level, 0xffff);
    check_octets(calls, step, value, length);
    return answer_step(step, failure);
}

static inline enum mh_error scripted_ioctl(struct mh_calls *calls, int descriptor,
                                           const struct mh_call_ioctl *call, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_IOCTL, (int64_t)call->request);
    assert_int_equal(descriptor, DESCRIPTOR);
    assert_null(call->buffer);
    check_octets(calls, step, call->data, call->length);
    if (step->answer != NULL)
        memcpy(call->data, step->answer, step->length);
    return answer_step(step, failure);
}

/* Answers twice: how much there is, and what. */
static inline enum mh_error scripted_sysctl(struct mh_calls *calls, struct mh_call_sysctl *call,
                                            struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_SYSCTL, call->count > 4 ? call->numbers[4] : 0);
    call->length = step->length;
    if (call->old == NULL && step->native == 0)
        ((struct script *)calls)->at--;
    else if (step->native == 0) {
        assert_true(step->length <= call->capacity);
        if (step->length > 0)
            memcpy(call->old, step->bytes, step->length);
    }
    return answer_step(step, failure);
}

static inline enum mh_error scripted_read(struct mh_calls *calls, int descriptor, void *bytes,
                                          size_t capacity, size_t *length, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_READ, 0);
    assert_int_equal(descriptor, DESCRIPTOR);
    *length = step->length < capacity ? step->length : capacity;
    if (*length > 0)
        memcpy(bytes, step->bytes, *length);
    return answer_step(step, failure);
}

static inline enum mh_error scripted_write(struct mh_calls *calls, int descriptor, const void *bytes,
                                           size_t length, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_WRITE, 0);
    assert_int_equal(descriptor, DESCRIPTOR);
    check_octets(calls, step, bytes, length);
    return answer_step(step, failure);
}

static inline enum mh_error scripted_poll(struct mh_calls *calls, int descriptor, int events, int timeout,
                                          int *ready, struct mh_failure *failure)
{
    const struct step *step = next_step(calls, CALL_POLL, 0);
    assert_int_equal(descriptor, DESCRIPTOR);
    assert_int_equal(events, MH_CALL_IN);
    assert_in_range(timeout, 0, 5000);
    *ready = step->error == MH_TIMEOUT ? 0 : MH_CALL_IN;
    return step->error == MH_TIMEOUT ? MH_OK : answer_step(step, failure);
}

static const struct mh_calls_table scripted_table = {
    .open = scripted_open,
    .socket = scripted_socket,
    .close = scripted_close,
    .setsockopt = scripted_setsockopt,
    .ioctl = scripted_ioctl,
    .sysctl = scripted_sysctl,
    .sysctlbyname = scripted_sysctl,
    .read = scripted_read,
    .write = scripted_write,
    .poll = scripted_poll,
};

/* The first question or request has the number `sequence`. */
static inline struct script *script_new(const char *layout, uint32_t sequence)
{
    struct script *script = calloc(1, sizeof *script);
    assert_non_null(script);
    script->base.table = &scripted_table;
    script->host.layout = mh_rt_layout_find(layout);
    assert_non_null(script->host.layout);
    script->host.calls = &script->base;
    script->host.question_number = sequence;
    return script;
}

/* Everything in it must have happened. */
static inline void script_end(struct script *script)
{
    while (script->at < script->count && script->steps[script->at].optional)
        script->at++;
    if (script->at != script->count)
        fail_msg("the script's step %zu (%s) did not happen", script->at,
                 call_names[script->steps[script->at].call]);
    free(script);
}

static inline void add_step(struct script *script, struct step step)
{
    assert_true(script->count < STEPS_MAX);
    script->steps[script->count++] = step;
}

/* Octets that stay as long as the script. */
static inline uint8_t *keep_octets(struct script *script, const void *bytes, size_t length)
{
    assert_true(script->used + length <= OCTETS_MAX);
    uint8_t *kept = script->octets + script->used;
    memcpy(kept, bytes, length);
    script->used += length;
    return kept;
}

static inline void add_bytes(struct script *script, enum call call, int64_t argument, const void *bytes,
                             size_t length, int native)
{
    add_step(script, (struct step){.call = call,
                                   .argument = argument,
                                   .bytes = keep_octets(script, bytes, length),
                                   .length = length,
                                   .native = native});
}

/* A routing socket is opened; FreeBSD's is given its FIB. */
static inline void add_route_socket(struct script *script, uint32_t table)
{
    uint8_t fib[4];
    add_step(script, (struct step){.call = CALL_SOCKET, .argument = 1703});
    if (script->host.layout->system == MH_RT_NETBSD)
        script->steps[script->count - 1].argument = script->host.layout->numbers->pf_route * 100 + 3;
    if (script->host.layout->system != MH_RT_FREEBSD)
        return;
    mh_rt_write_number(script->host.layout, fib, 4, table);
    add_bytes(script, CALL_SETSOCKOPT, 0x1014, fib, 4, 0);
}

static inline void add_close(struct script *script)
{
    add_step(script, (struct step){.call = CALL_CLOSE});
}

/* Nothing is there to read. */
static inline void add_nothing(struct script *script)
{
    add_step(script, (struct step){.call = CALL_READ, .native = 35});
}

/* A message is there. */
static inline void add_message(struct script *script, const void *bytes, size_t length)
{
    add_bytes(script, CALL_READ, 0, bytes, length, 0);
}

#endif
