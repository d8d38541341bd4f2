/* Changes: a routing socket, and a thread that waits for it, for the calls may lead to another machine. What
 * a message says is not taken as it stands, for much is missing in it (rtmsg_event.h): it makes sections
 * doubtful, and those are read anew once no message waits.
 *
 * FreeBSD's sockets hear of one FIB: this one of 0, those of watch_fibs.h of the others.
 *
 * The end of duplicate address detection is not told by all: while an address is tentative, addresses are
 * read again some times, later and later.
 *
 * Losses: OpenBSD says RTM_DESYNC, FreeBSD and NetBSD may say ENOBUFS or nothing at all (the recordings
 * "overflow"). So with those a queue that was half full counts as a loss too. What fills it is the octets,
 * and the mbufs that they lie in (sbreserve(), sbappendaddr()): a small message may take a whole cluster. */
#define _GNU_SOURCE
#include "exchange.h"
#include "watch_fibs.h"

#include <pthread.h>
#include <stdlib.h>
#include <uv.h>

enum {
    BSD_SOL_SOCKET = 0xffff,
    BSD_SO_RCVBUF = 0x1002,
    BSD_EAGAIN = 35,
    BSD_ENOBUFS = 55,
    RECEIVE_BUFFER = 224 << 10, /* NetBSD's limit is 256 KiB less a ninth (kern.sbmax), the others' higher */
    RECEIVE_BUFFER_LEAST = 8 << 10,
    MBUFS_NETBSD = 256 << 10,
    MBUFS_A_MESSAGE = 2304, /* MCLBYTES and MSIZE */
    MESSAGE_SIZE = 64 << 10,
    MESSAGES_A_CALL = 256,
    DRAIN_MOST = 100000,
    LOOK_AFTER = 1000, /* milliseconds; twice as long each time */
    LOOKS_MOST = 6,
    OPENBSD_ROUTE_TABLEFILTER = 2
};

struct mh_bsd_watch {
    uv_async_t wake_up;
    uv_timer_t later; /* runs while an address is tentative */
    int handles;      /* those two, that are open */
    unsigned looks;   /* after which it is believed to stay so */
    struct mh_bsd *host;
    mh_wake wake;
    void *context;
    struct mh_calls *calls;
    struct mh_bsd_fibs *fibs;
    int descriptor;
    size_t room;                       /* SO_RCVBUF */
    size_t octets_read, messages_read; /* since the queue was empty */
    pthread_t thread;
    bool running;         /* the thread is to be joined */
    pthread_mutex_t lock; /* what follows */
    pthread_cond_t changed;
    bool told; /* the loop knows that messages wait, and has not read them all */
    bool ending;
    struct mh_failure broken; /* code MH_OK: the thread waits */
    uint8_t message[MESSAGE_SIZE];
};

/* ---- waiting --------------------------------------------------------------------------------------- */

static bool wait_until_read(struct mh_bsd_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    while (watch->told && !watch->ending)
        pthread_cond_wait(&watch->changed, &watch->lock);
    bool going_on = !watch->ending;
    pthread_mutex_unlock(&watch->lock);
    return going_on;
}

static void tell_loop(struct mh_bsd_watch *watch, const struct mh_failure *broken)
{
    pthread_mutex_lock(&watch->lock);
    watch->told = true;
    if (broken != NULL)
        watch->broken = *broken;
    pthread_mutex_unlock(&watch->lock);
    (void)uv_async_send(&watch->wake_up);
}

static void *wait_for_messages(void *argument)
{
    struct mh_bsd_watch *watch = argument;
    struct mh_failure failure = {0};
    enum mh_error code = MH_OK;
    int ready;
    while (code == MH_OK && wait_until_read(watch)) {
        code = watch->calls->table->poll(watch->calls, watch->descriptor, MH_CALL_IN, -1, &ready, &failure);
        if (code != MH_INTERRUPTED)
            tell_loop(watch, code == MH_OK ? NULL : &failure);
    }
    return NULL;
}

static void woken(uv_async_t *handle)
{
    struct mh_bsd_watch *watch = handle->data;
    watch->wake(watch->context);
}

/* ---- looking again --------------------------------------------------------------------------------- */

static void look_again(uv_timer_t *timer)
{
    struct mh_bsd_watch *watch = timer->data;
    watch->host->stale[MH_SECTION_ADDRESSES] = true;
    watch->wake(watch->context);
}

void mh_bsd_watch_settle(struct mh_bsd *host)
{
    struct mh_bsd_watch *watch = host->watch;
    if (watch == NULL)
        return;
    if (!host->unsettled)
        watch->looks = 0;
    if (!host->unsettled || watch->looks == LOOKS_MOST || uv_is_active((uv_handle_t *)&watch->later))
        return;
    uv_timer_start(&watch->later, look_again, (uint64_t)LOOK_AFTER << watch->looks, 0);
    watch->looks++;
}

/* ---- open and close -------------------------------------------------------------------------------- */

static void release(uv_handle_t *handle)
{
    struct mh_bsd_watch *watch = handle->data;
    if (--watch->handles > 0)
        return;
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

/* As much room as the system gives. */
static enum mh_error enlarge(struct mh_bsd *host, struct mh_bsd_watch *watch, struct mh_failure *failure)
{
    enum mh_error code = MH_LIMIT;
    uint8_t size[4];
    for (watch->room = RECEIVE_BUFFER; watch->room >= RECEIVE_BUFFER_LEAST; watch->room /= 2) {
        struct mh_failure own = {0};
        mh_rt_write_number(host->layout, size, sizeof size, watch->room);
        code = host->calls->table->setsockopt(host->calls, watch->descriptor, BSD_SOL_SOCKET, BSD_SO_RCVBUF,
                                              size, sizeof size, &own);
        if (code != MH_OK && failure != NULL)
            *failure = own;
        if (own.native_code != BSD_ENOBUFS)
            break;
    }
    return code;
}

/* OpenBSD tells of the process's own rtable unless asked for any (route(4)). A kernel that does not know the
 * option tells of all. */
static void hear_all_tables(struct mh_bsd *host, struct mh_bsd_watch *watch)
{
    static const uint8_t any[4] = {0xff, 0xff, 0xff, 0xff};
    (void)host->calls->table->setsockopt(host->calls, watch->descriptor, host->layout->numbers->pf_route,
                                         OPENBSD_ROUTE_TABLEFILTER, any, sizeof any, NULL);
}

static enum mh_error open_socket(struct mh_bsd *host, struct mh_bsd_watch *watch, struct mh_failure *failure)
{
    const struct mh_calls_table *table = host->calls->table;
    enum mh_error code = mh_bsd_route_open(host, 0, &watch->descriptor, failure);
    if (code != MH_OK)
        return code;
    code = enlarge(host, watch, failure);
    if (code == MH_OK && host->layout->system == MH_RT_OPENBSD)
        hear_all_tables(host, watch);
    if (code != MH_OK)
        (void)table->close(host->calls, watch->descriptor, NULL);
    return code;
}

static enum mh_error start_thread(struct mh_bsd_watch *watch, struct mh_failure *failure)
{
    watch->running = pthread_create(&watch->thread, NULL, wait_for_messages, watch) == 0;
    return watch->running ? MH_OK : mh_fail(failure, MH_LIMIT, "there can be no more threads");
}

enum mh_error mh_bsd_watch_open(struct mh_bsd *host, struct uv_loop_s *loop, mh_wake wake, void *context,
                                struct mh_failure *failure)
{
    struct mh_bsd_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error code = open_socket(host, watch, failure);
    if (code != MH_OK || pthread_mutex_init(&watch->lock, NULL) != 0 ||
        pthread_cond_init(&watch->changed, NULL) != 0 || uv_async_init(loop, &watch->wake_up, woken) != 0) {
        free(watch);
        return code != MH_OK ? code : mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    (void)uv_timer_init(loop, &watch->later); /* it cannot fail */
    watch->handles = 2;
    watch->later.data = watch;
    watch->host = host;
    watch->wake_up.data = watch;
    watch->wake = wake;
    watch->context = context;
    watch->calls = host->calls;
    code = start_thread(watch, failure);
    if (code != MH_OK) {
        uv_close((uv_handle_t *)&watch->later, release);
        uv_close((uv_handle_t *)&watch->wake_up, release);
        return code;
    }
    host->watch = watch; /* also after an error, to be closed with the host: threads wait */
    return mh_bsd_fibs_open(host, &watch->wake_up, &watch->fibs, failure);
}

/* The thread's poll has ended, or is about to. */
static void forget_socket(struct mh_bsd_watch *watch, bool is_open)
{
    pthread_mutex_lock(&watch->lock); /* it may wait for messages to be read */
    watch->ending = true;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    if (watch->running)
        pthread_join(watch->thread, NULL);
    watch->running = watch->ending = false;
    if (is_open && watch->descriptor >= 0)
        (void)watch->calls->table->close(watch->calls, watch->descriptor, NULL);
    watch->descriptor = -1;
}

/* There may be others at the far end of another connection. */
static void forget_fibs(struct mh_bsd *host, struct mh_bsd_watch *watch)
{
    mh_bsd_fibs_close(watch->fibs, false);
    watch->fibs = NULL;
    host->tables_known = false;
}

enum mh_error mh_bsd_watch_mend(struct mh_bsd *host, bool renewed, struct mh_failure *failure)
{
    struct mh_bsd_watch *watch = host->watch;
    pthread_mutex_lock(&watch->lock);
    bool broken = watch->broken.code != MH_OK;
    pthread_mutex_unlock(&watch->lock);
    if (!broken && !renewed)
        return MH_OK;
    forget_socket(watch, !renewed);
    if (renewed)
        forget_fibs(host, watch);
    enum mh_error code = open_socket(host, watch, failure);
    if (code == MH_OK && watch->fibs == NULL)
        code = mh_bsd_fibs_open(host, &watch->wake_up, &watch->fibs, failure);
    if (code != MH_OK) {
        watch->descriptor = -1;
        (void)mh_fail(&watch->broken, MH_LOST, "there is no routing socket");
        return code;
    }
    watch->octets_read = watch->messages_read = 0;
    watch->told = false;
    watch->broken = (struct mh_failure){0};
    code = start_thread(watch, failure);
    if (code != MH_OK)
        (void)mh_fail(&watch->broken, MH_LOST, "nobody waits for messages");
    return code;
}

void mh_bsd_watch_close(struct mh_bsd_watch *watch)
{
    if (watch == NULL)
        return;
    pthread_mutex_lock(&watch->lock); /* before its poll ends, so that it does not begin another */
    watch->ending = true;
    pthread_mutex_unlock(&watch->lock);
    watch->calls->table->stop(watch->calls);
    forget_socket(watch, true);
    mh_bsd_fibs_close(watch->fibs, true);
    uv_close((uv_handle_t *)&watch->later, release);
    uv_close((uv_handle_t *)&watch->wake_up, release);
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* The queue is empty: the thread may wait again. */
static void drained(struct mh_bsd_watch *watch)
{
    watch->octets_read = watch->messages_read = 0;
    pthread_mutex_lock(&watch->lock);
    watch->told = watch->broken.code != MH_OK;
    pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

/* MH_NOT_FOUND: no message waits. */
static enum mh_error receive(struct mh_bsd_watch *watch, size_t *length, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    enum mh_error code = watch->calls->table->read(watch->calls, watch->descriptor, watch->message,
                                                   sizeof watch->message, length, &own);
    if (code != MH_OK && own.native_code == BSD_EAGAIN)
        return MH_NOT_FOUND;
    if (code == MH_OK && *length == 0)
        return mh_fail(failure, MH_LOST, "the routing socket is closed");
    if (code != MH_OK && failure != NULL)
        *failure = own;
    watch->octets_read += *length;
    watch->messages_read++;
    return code;
}

enum mh_error mh_bsd_watch_drain(struct mh_bsd *host, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    size_t length;
    for (int i = 0; i < DRAIN_MOST && code == MH_OK; i++) {
        struct mh_failure own = {0};
        code = receive(host->watch, &length, &own);
        if (own.native_code == BSD_ENOBUFS)
            code = MH_OK;
        else if (code != MH_OK && failure != NULL)
            *failure = own;
    }
    if (code == MH_NOT_FOUND)
        drained(host->watch);
    else if (code == MH_OK) /* there are more, and more */
        (void)uv_async_send(&host->watch->wake_up);
    return code == MH_NOT_FOUND ? MH_OK : code;
}

/* Routes follow interfaces and addresses, on some systems without a word. */
static void mark(struct mh_bsd *host, enum mh_section section)
{
    host->stale[section] = true;
    if (section == MH_SECTION_INTERFACES || section == MH_SECTION_ADDRESSES)
        host->watch->looks = 0;
    if (section == MH_SECTION_INTERFACES)
        host->stale[MH_SECTION_ADDRESSES] = true;
    if (section == MH_SECTION_INTERFACES || section == MH_SECTION_ADDRESSES)
        host->stale[MH_SECTION_ROUTES] = true;
}

static enum mh_error take_message(struct mh_bsd *host, const struct mh_rt_message *message,
                                  struct mh_failure *failure)
{
    static const struct mh_rt_context context = {0};
    struct mh_rt_event event;
    enum mh_error code = mh_rt_event_of(message, &context, &event, failure);
    if (code != MH_OK)
        return code;
    if (event.outcome == MH_RT_ALL_LOST)
        return mh_fail(failure, MH_LOST, "the kernel dropped messages");
    if (event.section == MH_SECTION_ROUTES && event.outcome == MH_RT_FACT)
        mh_bsd_note_route(host, &event);
    else if (event.outcome == MH_RT_FACT || event.outcome == MH_RT_DOUBT)
        mark(host, event.section);
    else if (event.outcome == MH_RT_UNTOLD)
        mark(host, MH_SECTION_ROUTES);
    return MH_OK;
}

static enum mh_error take_messages(struct mh_bsd *host, size_t length, struct mh_failure *failure)
{
    struct mh_rt_walk walk = {host->layout, host->watch->message, length, 0, false};
    struct mh_rt_message message;
    enum mh_error code;
    while ((code = mh_rt_next(&walk, &message, failure)) == MH_OK)
        if ((code = take_message(host, &message, failure)) != MH_OK)
            return code;
    return code == MH_NOT_FOUND ? MH_OK : code;
}

static bool may_have_overflowed(const struct mh_bsd *host)
{
    const struct mh_bsd_watch *watch = host->watch;
    size_t mbufs = watch->room * 8; /* sb_efficiency */
    if (host->layout->system == MH_RT_OPENBSD)
        return false;
    if (host->layout->system == MH_RT_NETBSD)
        mbufs = watch->room * 2 < MBUFS_NETBSD ? watch->room * 2 : MBUFS_NETBSD;
    return watch->octets_read >= watch->room / 2 || watch->messages_read * MBUFS_A_MESSAGE >= mbufs / 2;
}

static enum mh_error why_broken(struct mh_bsd_watch *watch, struct mh_failure *failure)
{
    pthread_mutex_lock(&watch->lock);
    enum mh_error code = watch->broken.code;
    if (code != MH_OK && failure != NULL)
        *failure = watch->broken;
    pthread_mutex_unlock(&watch->lock);
    return code;
}

enum mh_error mh_bsd_watch_read(struct mh_bsd *host, struct mh_failure *failure)
{
    struct mh_bsd_watch *watch = host->watch;
    enum mh_error code = why_broken(watch, failure);
    size_t length;
    if (mh_bsd_fibs_heard(watch->fibs))
        mark(host, MH_SECTION_ADDRESSES);
    for (int i = 0; i < MESSAGES_A_CALL && code == MH_OK; i++) {
        code = receive(watch, &length, failure);
        if (code == MH_OK)
            code = take_messages(host, length, failure);
        if (code == MH_OK && may_have_overflowed(host))
            code = mh_fail(failure, MH_LOST, "the kernel may have dropped messages");
    }
    if (code == MH_OK) {
        (void)uv_async_send(&watch->wake_up);
        return MH_MORE;
    }
    if (code == MH_NOT_FOUND) {
        drained(watch);
        return MH_OK;
    }
    return code;
}
