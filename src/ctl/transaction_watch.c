/* Watching a transaction that waits to be confirmed.
 *
 * The seconds are counted here, on a clock that counts sleep: the service's deadline is told in the time of
 * day, which somebody may set. What has become of the transaction is the service's to say, so it is asked
 * every second; it need not answer, for it is the network that is being changed.
 *
 * Enter counts only once a person can have seen the countdown: one typed ahead is no confirmation. */
#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "fetch.h"
#include "plan_words.h"
#include "platform.h"
#include "token_store.h"
#include "transaction.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    STANDARD_INPUT = 0,
    ANSWER_SECONDS = 2,
    /* milliseconds */
    TICK = 1000,
    HASTE = 500,     /* at the beginning, when Enter does not count */
    PATIENCE = 15000 /* beyond the end, in which reverting may take its time */
};

struct watch {
    struct mh_ctl *ctl;
    const char *id, *token;
    int64_t begin, end; /* mh_clock_boot */
    bool reads;         /* Enter is heard */
    bool is_over;
    enum mh_exit status;
    uv_timer_t timer;
    uv_signal_t interrupt;
    uv_tty_t input;
    char typed[64];
};

static long long seconds_left(const struct watch *watch)
{
    int64_t left = watch->end - mh_clock_boot();
    return left > 0 ? (left + 999) / 1000 : 0;
}

static void close_all(struct watch *watch)
{
    uv_close((uv_handle_t *)&watch->timer, NULL);
    uv_close((uv_handle_t *)&watch->interrupt, NULL);
    if (watch->reads)
        uv_close((uv_handle_t *)&watch->input, NULL);
}

/* The line of the countdown is left as it is. */
static void finish(struct watch *watch, enum mh_exit status)
{
    if (watch->is_over)
        return;
    watch->is_over = true;
    watch->status = status;
    close_all(watch);
}

static void show_countdown(const struct watch *watch)
{
    (void)fprintf(stderr, "\r%4lld s left: %s keeps it, Ctrl-C leaves it to be reverted ",
                  seconds_left(watch), watch->reads ? "Enter" : "`multihomectl confirm`");
    (void)fflush(stderr);
}

static void end_line(void)
{
    (void)fputs("\n", stderr);
}

static enum mh_exit show_end(struct mh_ctl *ctl, const json_t *transaction)
{
    struct mh_text text = {0};
    bool is_kept = strcmp(mh_member_text(transaction, "state"), "confirmed") == 0;
    mh_transaction_show_end(ctl->screen, &text, transaction);
    return mh_screen_put(ctl->screen, &text) && is_kept ? MH_EXIT_DONE : MH_EXIT_FAILED;
}

/* ---- what can happen ------------------------------------------------------------------------------- */

/* Quietly: while the network changes, no answer is no news. */
static json_t *ask_quietly(struct watch *watch)
{
    struct mh_text target = {0};
    struct mh_response response = {0};
    json_t *transaction = NULL;
    mh_text_add(&target, "/v1/transactions/");
    mh_client_encode(&target, watch->id);
    const struct mh_client_request sent = {
        .method = "GET", .target = target.bytes, .seconds = ANSWER_SECONDS};
    if (!target.failed && mh_client_send(watch->ctl->client, &sent, &response) == MH_CLIENT_ANSWERED &&
        response.status == 200 && response.body.bytes != NULL)
        transaction = json_loadb(response.body.bytes, response.body.length, 0, NULL);
    mh_text_clear(&target);
    mh_response_clear(&response);
    return transaction;
}

static void on_tick(uv_timer_t *timer)
{
    struct watch *watch = timer->data;
    show_countdown(watch);
    json_t *transaction = ask_quietly(watch);
    const char *state = mh_member_text(transaction, "state");
    if (state[0] != '\0' && strcmp(state, "pending") != 0) {
        end_line();
        mh_token_store_drop(mh_client_place(watch->ctl->client), watch->id);
        finish(watch, show_end(watch->ctl, transaction));
    } else if (mh_clock_boot() > watch->end + PATIENCE) {
        end_line();
        finish(watch,
               mh_ctl_complain(MH_EXIT_UNREACHABLE,
                               "the service does not say what has become of transaction %s", watch->id));
    }
    json_decref(transaction);
}

static void on_interrupt(uv_signal_t *signal, int number)
{
    struct watch *watch = signal->data;
    (void)number;
    end_line();
    (void)fprintf(stderr,
                  "  Left alone: it is reverted in %lld s, unless `multihomectl confirm` keeps it before.\n",
                  seconds_left(watch));
    finish(watch, MH_EXIT_FAILED);
}

static void confirm(struct watch *watch)
{
    struct mh_response response;
    json_t *transaction;
    enum mh_exit status =
        mh_transaction_confirm(watch->ctl, watch->id, watch->token, &response, &transaction);
    if (status == MH_EXIT_DONE)
        status = show_end(watch->ctl, transaction);
    /* Without an answer the countdown goes on: perhaps it was the change that cut it off. */
    if (status != MH_EXIT_UNREACHABLE)
        finish(watch, status);
    json_decref(transaction);
    mh_response_clear(&response);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
    struct watch *watch = handle->data;
    (void)wanted;
    *room = uv_buf_init(watch->typed, sizeof watch->typed);
}

static void on_typed(uv_stream_t *stream, ssize_t length, const uv_buf_t *typed)
{
    struct watch *watch = stream->data;
    if (length < 0)
        (void)uv_read_stop(stream);
    else if (length > 0 && memchr(typed->base, '\n', (size_t)length) != NULL && !watch->is_over &&
             mh_clock_boot() >= watch->begin + HASTE)
        confirm(watch);
}

/* ---- whole ----------------------------------------------------------------------------------------- */

static void listen_to_enter(struct watch *watch, uv_loop_t *loop)
{
    if (uv_guess_handle(STANDARD_INPUT) != UV_TTY || uv_tty_init(loop, &watch->input, STANDARD_INPUT, 1) != 0)
        return;
    watch->input.data = watch;
    watch->reads = true;
    (void)uv_read_start((uv_stream_t *)&watch->input, give_room, on_typed);
}

static void begin(struct watch *watch, uv_loop_t *loop)
{
    (void)uv_timer_init(loop, &watch->timer);
    (void)uv_signal_init(loop, &watch->interrupt);
    watch->timer.data = watch->interrupt.data = watch;
    listen_to_enter(watch, loop);
    (void)uv_signal_start(&watch->interrupt, on_interrupt, SIGINT);
    (void)uv_timer_start(&watch->timer, on_tick, 0, TICK);
}

enum mh_exit mh_transaction_watch(struct mh_ctl *ctl, const json_t *transaction, uint64_t milliseconds)
{
    uv_loop_t loop;
    struct watch watch = {.ctl = ctl,
                          .id = mh_member_text(transaction, "id"),
                          .token = mh_member_text(transaction, "token"),
                          .begin = mh_clock_boot()};
    if (uv_loop_init(&loop) != 0)
        return mh_ctl_complain(MH_EXIT_FAILED, "out of memory");
    watch.end = watch.begin + (int64_t)milliseconds;
    (void)fflush(stdout);
    begin(&watch, &loop);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return watch.status;
}
