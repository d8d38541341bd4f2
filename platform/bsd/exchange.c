#define _GNU_SOURCE
#include "exchange.h"

#include "ioctl_layout.h"

enum { BSD_SOCK_RAW = 3, BSD_SOL_SOCKET = 0xffff, BSD_EINVAL = 22, BSD_EAGAIN = 35 };

/* ---- requests -------------------------------------------------------------------------------------- */

int32_t mh_bsd_next_sequence(struct mh_bsd *host)
{
    uint32_t next = atomic_fetch_add(&host->question_number, 1) & INT32_MAX;
    return next == 0 ? INT32_MAX : (int32_t)next;
}

/* The process may run under another FIB (setfib(1)), so that 0 is said too. */
static enum mh_error choose_table(struct mh_bsd *host, int descriptor, uint32_t table,
                                  struct mh_failure *failure)
{
    struct mh_failure own = {0};
    uint8_t bytes[4];
    mh_rt_write_number(host->layout, bytes, sizeof bytes, table);
    enum mh_error code = host->calls->table->setsockopt(host->calls, descriptor, BSD_SOL_SOCKET,
                                                        MH_IOCTL_SET_FIB, bytes, sizeof bytes, &own);
    if (own.native_code == BSD_EINVAL)
        return mh_fail(failure, MH_UNSUPPORTED, "there is no FIB %u: net.fibs says how many there are",
                       table);
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}

enum mh_error mh_bsd_route_open(struct mh_bsd *host, uint32_t table, int *descriptor,
                                struct mh_failure *failure)
{
    const struct mh_calls_table *calls = host->calls->table;
    if (host->layout->system == MH_RT_NETBSD && table != 0)
        return mh_fail(failure, MH_UNSUPPORTED, "NetBSD has one routing table");
    enum mh_error code =
        calls->socket(host->calls, host->layout->numbers->pf_route, BSD_SOCK_RAW, 0, descriptor, failure);
    if (code != MH_OK || host->layout->system != MH_RT_FREEBSD)
        return code;
    code = choose_table(host, *descriptor, table, failure);
    if (code != MH_OK)
        (void)calls->close(host->calls, *descriptor, NULL);
    return code;
}

/* FreeBSD and NetBSD keep routes to hosts without a mask, and find none with one. */
enum mh_error mh_bsd_compose_lookup(struct mh_bsd *host, const struct mh_route *route, bool whole,
                                    struct mh_bsd_question *question, struct mh_failure *failure)
{
    const struct mh_prefix *destination = &route->destination;
    *question = (struct mh_bsd_question){
        .sequence = mh_bsd_next_sequence(host), .table = route->table, .about = destination->address};
    const struct mh_rt_request request = {
        .sequence = question->sequence, .priority = route->metric, .route = true, .interface = whole};
    if (destination->length == mh_family_bits((enum mh_family)destination->address.family) &&
        host->layout->system != MH_RT_OPENBSD)
        return mh_rt_encode_question(host->layout, &destination->address, route->table, &request,
                                     question->bytes, sizeof question->bytes, &question->length, failure);
    return mh_rt_encode_lookup(host->layout, destination, route->table, &request, question->bytes,
                               sizeof question->bytes, &question->length, failure);
}

enum mh_error mh_bsd_route_write(struct mh_bsd *host, int descriptor, const uint8_t *bytes, size_t length,
                                 const char *what, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    enum mh_error code = host->calls->table->write(host->calls, descriptor, bytes, length, &own);
    if (code == MH_OK)
        return MH_OK;
    if (own.native_code == 0)
        return mh_fail(failure, code, "%s: %.240s", what, own.detail);
    code = mh_bsd_fail(failure, own.native_code, "the kernel refused %s", what);
    if (own.native_code != MH_BSD_NO_BUFFERS) /* of a reading socket it means that messages were lost */
        return code;
    if (failure != NULL)
        failure->code = MH_NO_MEMORY;
    return MH_NO_MEMORY;
}

/* ---- answers --------------------------------------------------------------------------------------- */

static bool is_own(struct mh_calls *calls, const struct mh_rt_message *message)
{
    return calls->table->process == NULL || mh_rt_value(message, MH_RT_PID) == calls->table->process(calls);
}

static bool is_answer(struct mh_bsd *host, const struct mh_rt_message *message,
                      const struct mh_bsd_question *question)
{
    return message->type != NULL && message->type->meaning == MH_RT_MEANS_GET && !message->foreign_version &&
           mh_rt_value(message, MH_RT_SEQ) == (uint32_t)question->sequence && is_own(host->calls, message);
}

/* The number may by chance be that of another program's question. */
static bool is_about(const struct mh_rt_event *event, const struct mh_bsd_question *question)
{
    const struct mh_prefix *destination = &event->of.route.destination;
    if (event->section == MH_SECTION_NEIGHBORS)
        return mh_address_equal(&event->of.neighbor.address, &question->about);
    return mh_prefix_contains(destination, &question->about);
}

static enum mh_error take_answer(const struct mh_bsd_question *question, struct mh_bsd_reply *reply,
                                 bool *done, struct mh_failure *failure)
{
    const struct mh_rt_context context = {.table = question->table, .answer = true};
    uint64_t native = mh_rt_value(&reply->message, MH_RT_ERRNO);
    *done = reply->told = true;
    if (native == MH_BSD_NO_PROCESS)
        return mh_fail(failure, MH_NOT_FOUND, "there is no such route");
    if (native != 0)
        return mh_bsd_fail(failure, (int)native, "the kernel refused to tell a route");
    enum mh_error code = mh_rt_event_of(&reply->message, &context, &reply->event, failure);
    if (code != MH_OK)
        return MH_MALFORMED;
    *done = reply->told = reply->event.outcome == MH_RT_UNTOLD || is_about(&reply->event, question);
    return MH_OK;
}

/* One datagram, which holds one message. */
static enum mh_error take_message(struct mh_bsd *host, const struct mh_bsd_question *question,
                                  struct mh_bsd_reply *reply, size_t length, bool *done,
                                  struct mh_failure *failure)
{
    struct mh_rt_walk walk = {.layout = host->layout, .bytes = reply->bytes, .length = length};
    if (mh_rt_next(&walk, &reply->message, NULL) != MH_OK || !is_answer(host, &reply->message, question))
        return MH_OK;
    return take_answer(question, reply, done, failure);
}

static enum mh_error fail_late(struct mh_failure *failure)
{
    return mh_fail(failure, MH_TIMEOUT, "the kernel did not answer a question about a route in time");
}

/* Until there is a message. */
static enum mh_error await_message(struct mh_bsd *host, int descriptor, int64_t deadline,
                                   struct mh_failure *failure)
{
    int ready = 0;
    int64_t left = deadline - mh_clock_boot();
    if (left <= 0)
        return fail_late(failure);
    enum mh_error code =
        host->calls->table->poll(host->calls, descriptor, MH_CALL_IN, (int)left, &ready, failure);
    return code != MH_OK || ready != 0 ? code : fail_late(failure);
}

/* What has come: mostly the answer is there when it has been asked for. *length 0: nothing. */
static enum mh_error read_message(struct mh_bsd *host, int descriptor, struct mh_bsd_reply *reply,
                                  size_t *length, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    enum mh_error code =
        host->calls->table->read(host->calls, descriptor, reply->bytes, sizeof reply->bytes, length, &own);
    if (code == MH_OK && *length == 0)
        return mh_fail(failure, MH_LOST, "the routing socket ended");
    if (own.native_code == BSD_EAGAIN) {
        *length = 0;
        return MH_OK;
    }
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}

/* Other messages may come for ever. */
static enum mh_error await_answer(struct mh_bsd *host, int descriptor, const struct mh_bsd_question *question,
                                  int64_t deadline, struct mh_bsd_reply *reply, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (bool done = false; code == MH_OK && !done;) {
        size_t length = 0;
        code = read_message(host, descriptor, reply, &length, failure);
        if (code == MH_OK && length == 0)
            code = await_message(host, descriptor, deadline, failure);
        else if (code == MH_OK)
            code = take_message(host, question, reply, length, &done, failure);
        if (code == MH_OK && !done && mh_clock_boot() >= deadline)
            code = fail_late(failure);
    }
    return code;
}

/* The system drops messages where the socket's buffer is full (ENOBUFS): a question does no harm twice. */
enum mh_error mh_bsd_route_ask(struct mh_bsd *host, int descriptor, const struct mh_bsd_question *question,
                               struct mh_bsd_reply *reply, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    enum mh_error code = MH_LOST;
    int64_t deadline = question->deadline != 0 ? question->deadline : mh_clock_boot() + MH_BSD_ANSWER_TIMEOUT;
    reply->told = false;
    for (int i = 0; i < MH_BSD_QUESTIONS && code == MH_LOST; i++) {
        code = mh_bsd_route_write(host, descriptor, question->bytes, question->length,
                                  "a question about a route", &own);
        if (code == MH_OK)
            code = await_answer(host, descriptor, question, deadline, reply, &own);
        if (code == MH_LOST && own.native_code != MH_BSD_NO_BUFFERS)
            break;
    }
    if (code == MH_NOT_FOUND)
        return mh_bsd_fail(failure, MH_BSD_NO_PROCESS, "there is no such route");
    if (code != MH_OK && failure != NULL)
        *failure = own;
    return code;
}
