/* FreeBSD tells a routing socket of the routes and addresses of its own FIB (SO_SETFIB) and of no other
 * (rtsock.c: raw_input_rts_cb()); messages do not name it. So there is a socket for each FIB but 0, whose
 * changes watch.c follows, with a thread that waits. What it hears is not read: that there was something
 * makes addresses and routes doubtful, and nothing can get lost. */
#define _GNU_SOURCE
#include "watch_fibs.h"

#include "exchange.h"

#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

enum { BSD_EAGAIN = 35, MESSAGES_A_TURN = 256 };

struct ear {
    struct mh_bsd_fibs *all;
    int descriptor;
    pthread_t thread;
    uint8_t message[MH_BSD_MESSAGE_SIZE];
};

struct mh_bsd_fibs {
    struct mh_calls *calls;
    uv_async_t *wake_up;
    _Atomic bool heard;
    size_t count;
    struct ear ears[MH_BSD_FIBS_HEARD];
};

/* false: the socket is of no more use. */
static bool swallow(struct ear *ear)
{
    struct mh_calls *calls = ear->all->calls;
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        struct mh_failure own = {0};
        size_t length = 0;
        enum mh_error code =
            calls->table->read(calls, ear->descriptor, ear->message, sizeof ear->message, &length, &own);
        if (own.native_code == BSD_EAGAIN)
            return true;
        if (own.native_code != MH_BSD_NO_BUFFERS && (code != MH_OK || length == 0))
            return false;
    }
    return true;
}

static void *listen_to_fib(void *argument)
{
    struct ear *ear = argument;
    struct mh_calls *calls = ear->all->calls;
    int ready;
    bool good = true;
    while (good && calls->table->poll(calls, ear->descriptor, MH_CALL_IN, -1, &ready, NULL) == MH_OK) {
        good = swallow(ear);
        atomic_store(&ear->all->heard, true);
        (void)uv_async_send(ear->all->wake_up);
    }
    return NULL;
}

static enum mh_error add_ear(struct mh_bsd *host, struct mh_bsd_fibs *fibs, uint16_t table,
                             struct mh_failure *failure)
{
    struct ear *ear = &fibs->ears[fibs->count];
    ear->all = fibs;
    enum mh_error code = mh_bsd_route_open(host, table, &ear->descriptor, failure);
    if (code != MH_OK)
        return code;
    if (pthread_create(&ear->thread, NULL, listen_to_fib, ear) != 0) {
        (void)host->calls->table->close(host->calls, ear->descriptor, NULL);
        return mh_fail(failure, MH_LIMIT, "there can be no more threads");
    }
    fibs->count++;
    return MH_OK;
}

enum mh_error mh_bsd_fibs_open(struct mh_bsd *host, struct uv_async_s *wake_up, struct mh_bsd_fibs **fibs,
                               struct mh_failure *failure)
{
    *fibs = NULL;
    enum mh_error code = host->layout->system == MH_RT_FREEBSD ? mh_bsd_learn_tables(host, failure) : MH_OK;
    if (code != MH_OK || host->layout->system != MH_RT_FREEBSD || host->table_count < 2)
        return code;
    struct mh_bsd_fibs *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    opened->calls = host->calls;
    opened->wake_up = wake_up;
    *fibs = opened; /* threads of those that were opened wait: only who ends the calls can take it back */
    for (uint16_t i = 1; code == MH_OK && i < host->table_count && opened->count < MH_BSD_FIBS_HEARD; i++)
        code = add_ear(host, opened, host->tables[i], failure);
    return code;
}

bool mh_bsd_fibs_heard(struct mh_bsd_fibs *fibs)
{
    return fibs != NULL && atomic_exchange(&fibs->heard, false);
}

void mh_bsd_fibs_close(struct mh_bsd_fibs *fibs, bool is_open)
{
    for (size_t i = 0; fibs != NULL && i < fibs->count; i++) {
        pthread_join(fibs->ears[i].thread, NULL);
        if (is_open)
            (void)fibs->calls->table->close(fibs->calls, fibs->ears[i].descriptor, NULL);
    }
    free(fibs);
}
