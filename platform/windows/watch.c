/* Changes: NotifyIpInterfaceChange, NotifyUnicastIpAddressChange and NotifyRouteChange2 call back in threads
 * of the system's. What a call says becomes marks of sections, which the loop reads anew. NotifyAddrChange,
 * an older function, is a second source: its event makes addresses, interfaces and routes doubtful.
 *
 * Windows tells of neither neighbours nor of links that come and go without their addresses; the state of an
 * interface shows in its IP interface (MibParameterNotification: Connected). So neighbours are read anew with
 * what they depend on, and from time to time; and so is what a source that Windows refuses would have told
 * of. */
#include "windows/ip_helper.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#define INTERFACES (1U << MH_SECTION_INTERFACES)
#define ADDRESSES (1U << MH_SECTION_ADDRESSES)
#define SETTINGS (1U << MH_SECTION_SETTINGS)
#define ROUTES (1U << MH_SECTION_ROUTES)
#define NEIGHBORS (1U << MH_SECTION_NEIGHBORS)

/* What each source tells of. With an interface come and go its addresses, routes and neighbours; whether a
 * route is the host's own depends on addresses. */
#define BY_INTERFACE (INTERFACES | ADDRESSES | SETTINGS | ROUTES | NEIGHBORS)
#define BY_ADDRESS (ADDRESSES | ROUTES | NEIGHBORS)
#define BY_ROUTE ROUTES
#define BY_ADDR_CHANGE (INTERFACES | ADDRESSES | ROUTES | NEIGHBORS)

enum { NOTICES = 3 };

struct mh_windows_watch {
    uv_async_t wake_up;
    uv_timer_t reread;
    struct mh_windows *host;
    mh_wake wake;
    void *context;
    atomic_uint marks;  /* of sections, 1 << enum mh_section */
    unsigned unheard;   /* marks of what no source tells of */
    atomic_ulong ended; /* why NotifyAddrChange tells no more, until the loop knows; NO_ERROR */
    HANDLE notices[NOTICES];
    HANDLE waiting;     /* of the thread pool, for `changed`; NULL: NotifyAddrChange is not used */
    OVERLAPPED changed; /* NotifyAddrChange's */
};

/* ---- threads of the system ------------------------------------------------------------------------- */

static void mark(struct mh_windows_watch *watch, unsigned marks)
{
    atomic_fetch_or(&watch->marks, marks);
    (void)uv_async_send(&watch->wake_up);
}

static void WINAPI interface_changed(void *context, MIB_IPINTERFACE_ROW *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, BY_INTERFACE);
}

static void WINAPI address_changed(void *context, MIB_UNICASTIPADDRESS_ROW *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, BY_ADDRESS);
}

static void WINAPI route_changed(void *context, MIB_IPFORWARD_ROW2 *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, BY_ROUTE);
}

/* ---- what is not told ------------------------------------------------------------------------------ */

/* A source that would have told of `marks`. */
static void miss(struct mh_windows_watch *watch, DWORD code, const char *function, unsigned marks)
{
    struct mh_failure failure;
    if (code == NO_ERROR)
        return;
    (void)mh_iphlp_fail(&failure, code, function);
    mh_windows_remark(watch->host, &failure, "what it would tell of is read anew every 30 seconds");
    watch->unheard |= marks;
}

static void reread(uv_timer_t *timer)
{
    struct mh_windows_watch *watch = timer->data;
    mark(watch, watch->unheard);
}

/* ---- NotifyAddrChange ------------------------------------------------------------------------------ */

/* Each call tells of one change, by the event, which the wait resets. */
static DWORD ask_again(struct mh_windows_watch *watch)
{
    HANDLE unused = NULL;
    DWORD code = MH_IPHLP_CALL(&watch->host->iphlp, NotifyAddrChange, &unused, &watch->changed);
    return code == ERROR_IO_PENDING ? NO_ERROR : code;
}

static void CALLBACK addresses_changed(void *context, BOOLEAN timed_out)
{
    struct mh_windows_watch *watch = context;
    (void)timed_out;
    DWORD code = ask_again(watch); /* before the reading, so that nothing falls between */
    if (code != NO_ERROR)
        atomic_store(&watch->ended, code);
    mark(watch, BY_ADDR_CHANGE);
}

/* What cannot be cancelled is not begun: the answer is written to memory of the watch. */
static void watch_addresses(struct mh_windows_watch *watch)
{
    if (watch->host->iphlp.CancelIPChangeNotify == NULL) {
        miss(watch, ERROR_PROC_NOT_FOUND, "CancelIPChangeNotify", BY_ADDR_CHANGE);
        return;
    }
    watch->changed.hEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (watch->changed.hEvent == NULL) {
        miss(watch, GetLastError(), "CreateEvent", BY_ADDR_CHANGE);
        return;
    }
    if (!RegisterWaitForSingleObject(&watch->waiting, watch->changed.hEvent, addresses_changed, watch,
                                     INFINITE, WT_EXECUTEDEFAULT)) {
        watch->waiting = NULL;
        miss(watch, GetLastError(), "RegisterWaitForSingleObject", BY_ADDR_CHANGE);
        return;
    }
    miss(watch, ask_again(watch), "NotifyAddrChange", BY_ADDR_CHANGE);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static void woken(uv_async_t *handle)
{
    struct mh_windows_watch *watch = handle->data;
    miss(watch, (DWORD)atomic_exchange(&watch->ended, NO_ERROR), "NotifyAddrChange", BY_ADDR_CHANGE);
    if (atomic_load(&watch->marks) != 0)
        watch->wake(watch->context);
}

void mh_windows_watch_take(struct mh_windows *host)
{
    unsigned marks = host->watch != NULL ? atomic_exchange(&host->watch->marks, 0) : 0;
    for (int i = 0; i < MH_SECTION_COUNT; i++)
        if ((marks >> i & 1U) != 0)
            host->stale[i] = true;
}

/* A function that this Windows lacks, or that fails, leaves its handle NULL. What could not be ended is not
 * begun. */
static void watch_changes(struct mh_windows_watch *watch)
{
    const struct mh_iphlp *iphlp = &watch->host->iphlp;
    DWORD code;
    watch_addresses(watch);
    if (iphlp->CancelMibChangeNotify2 == NULL) {
        miss(watch, ERROR_PROC_NOT_FOUND, "CancelMibChangeNotify2", BY_INTERFACE);
        return;
    }
    code = MH_IPHLP_CALL(iphlp, NotifyIpInterfaceChange, AF_UNSPEC, interface_changed, watch, FALSE,
                         &watch->notices[0]);
    miss(watch, code, "NotifyIpInterfaceChange", BY_INTERFACE);
    code = MH_IPHLP_CALL(iphlp, NotifyUnicastIpAddressChange, AF_UNSPEC, address_changed, watch, FALSE,
                         &watch->notices[1]);
    miss(watch, code, "NotifyUnicastIpAddressChange", BY_ADDRESS);
    code =
        MH_IPHLP_CALL(iphlp, NotifyRouteChange2, AF_UNSPEC, route_changed, watch, FALSE, &watch->notices[2]);
    miss(watch, code, "NotifyRouteChange2", BY_ROUTE);
}

static void begin(struct mh_windows_watch *watch, struct uv_loop_s *loop)
{
    watch->wake_up.data = watch;
    watch->reread.data = watch;
    watch->unheard = NEIGHBORS;
    watch_changes(watch);
    (void)uv_timer_init(loop, &watch->reread); /* answers 0 always, and so does the next with a function */
    (void)uv_timer_start(&watch->reread, reread, MH_WINDOWS_REREAD, MH_WINDOWS_REREAD);
}

enum mh_error mh_windows_watch_open(struct mh_windows *host, struct uv_loop_s *loop, mh_wake wake,
                                    void *context, struct mh_failure *failure)
{
    struct mh_windows_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL || uv_async_init(loop, &watch->wake_up, woken) != 0) {
        free(watch);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    watch->host = host;
    watch->wake = wake;
    watch->context = context;
    host->watch = watch;
    begin(watch, loop);
    return MH_OK;
}

/* CancelMibChangeNotify2 waits for calls that are under way; so does UnregisterWaitEx here. */
static void end_notices(struct mh_windows_watch *watch)
{
    for (size_t i = 0; i < NOTICES; i++)
        if (watch->notices[i] != NULL)
            (void)MH_IPHLP_CALL(&watch->host->iphlp, CancelMibChangeNotify2, watch->notices[i]);
    if (watch->waiting == NULL)
        return;
    (void)UnregisterWaitEx(watch->waiting, INVALID_HANDLE_VALUE);
    (void)watch->host->iphlp.CancelIPChangeNotify(&watch->changed);
}

/* Both handles are closed then. */
static void release(uv_handle_t *handle)
{
    struct mh_windows_watch *watch = handle->data;
    if (watch->changed.hEvent != NULL)
        (void)CloseHandle(watch->changed.hEvent);
    free(watch);
}

static void close_timer(uv_handle_t *handle)
{
    struct mh_windows_watch *watch = handle->data;
    uv_close((uv_handle_t *)&watch->reread, release);
}

void mh_windows_watch_close(struct mh_windows *host)
{
    struct mh_windows_watch *watch = host->watch;
    host->watch = NULL;
    if (watch == NULL)
        return;
    end_notices(watch);
    (void)uv_timer_stop(&watch->reread);
    uv_close((uv_handle_t *)&watch->wake_up, close_timer);
}
