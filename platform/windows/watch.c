/* Changes: NotifyIpInterfaceChange, NotifyUnicastIpAddressChange and NotifyRouteChange2 call back in threads
 * of the system's. What a call says becomes marks of sections, which the loop reads anew. NotifyAddrChange,
 * an older function, is a second source: its event makes addresses, interfaces and routes doubtful.
 *
 * Windows tells of neither neighbours nor of links that come and go without their addresses; the state of an
 * interface shows in its IP interface (MibParameterNotification: Connected). */
#include "windows/ip_helper.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#define INTERFACES (1U << MH_SECTION_INTERFACES)
#define ADDRESSES (1U << MH_SECTION_ADDRESSES)
#define SETTINGS (1U << MH_SECTION_SETTINGS)
#define ROUTES (1U << MH_SECTION_ROUTES)

enum { NOTICES = 3 };

struct mh_windows_watch {
    uv_async_t wake_up;
    const struct mh_iphlp *iphlp;
    mh_wake wake;
    void *context;
    atomic_uint marks; /* of sections, 1 << enum mh_section */
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

/* With an interface come and go its addresses and routes. */
static void WINAPI interface_changed(void *context, MIB_IPINTERFACE_ROW *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, INTERFACES | ADDRESSES | SETTINGS | ROUTES);
}

/* Whether a route is the host's own depends on addresses. */
static void WINAPI address_changed(void *context, MIB_UNICASTIPADDRESS_ROW *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, ADDRESSES | ROUTES);
}

static void WINAPI route_changed(void *context, MIB_IPFORWARD_ROW2 *row, MIB_NOTIFICATION_TYPE type)
{
    (void)row;
    (void)type;
    mark(context, ROUTES);
}

/* ---- NotifyAddrChange ------------------------------------------------------------------------------ */

/* Each call tells of one change, by the event, which the wait resets. */
static void ask_again(struct mh_windows_watch *watch)
{
    HANDLE unused = NULL;
    (void)MH_IPHLP_CALL(watch->iphlp, NotifyAddrChange, &unused, &watch->changed);
}

static void CALLBACK addresses_changed(void *context, BOOLEAN timed_out)
{
    struct mh_windows_watch *watch = context;
    (void)timed_out;
    ask_again(watch); /* before the reading, so that nothing falls between */
    mark(watch, INTERFACES | ADDRESSES | ROUTES);
}

/* What cannot be cancelled is not begun: the answer is written to memory of the watch. */
static void watch_addresses(struct mh_windows_watch *watch)
{
    if (watch->iphlp->CancelIPChangeNotify == NULL)
        return;
    watch->changed.hEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (watch->changed.hEvent == NULL ||
        !RegisterWaitForSingleObject(&watch->waiting, watch->changed.hEvent, addresses_changed, watch,
                                     INFINITE, WT_EXECUTEDEFAULT)) {
        watch->waiting = NULL;
        return;
    }
    ask_again(watch);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

static void woken(uv_async_t *handle)
{
    struct mh_windows_watch *watch = handle->data;
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

/* A function that this Windows lacks, or that fails, leaves its handle NULL. */
static void watch_changes(struct mh_windows_watch *watch)
{
    const struct mh_iphlp *iphlp = watch->iphlp;
    watch_addresses(watch);
    if (iphlp->CancelMibChangeNotify2 == NULL) /* they could not be ended */
        return;
    (void)MH_IPHLP_CALL(iphlp, NotifyIpInterfaceChange, AF_UNSPEC, interface_changed, watch, FALSE,
                        &watch->notices[0]);
    (void)MH_IPHLP_CALL(iphlp, NotifyUnicastIpAddressChange, AF_UNSPEC, address_changed, watch, FALSE,
                        &watch->notices[1]);
    (void)MH_IPHLP_CALL(iphlp, NotifyRouteChange2, AF_UNSPEC, route_changed, watch, FALSE,
                        &watch->notices[2]);
}

enum mh_error mh_windows_watch_open(struct mh_windows *host, struct uv_loop_s *loop, mh_wake wake,
                                    void *context, struct mh_failure *failure)
{
    struct mh_windows_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL || uv_async_init(loop, &watch->wake_up, woken) != 0) {
        free(watch);
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    }
    watch->wake_up.data = watch;
    watch->iphlp = &host->iphlp;
    watch->wake = wake;
    watch->context = context;
    host->watch = watch;
    watch_changes(watch);
    return MH_OK;
}

/* CancelMibChangeNotify2 waits for calls that are under way; so does UnregisterWaitEx here. */
static void end_notices(struct mh_windows_watch *watch)
{
    for (size_t i = 0; i < NOTICES; i++)
        if (watch->notices[i] != NULL)
            (void)MH_IPHLP_CALL(watch->iphlp, CancelMibChangeNotify2, watch->notices[i]);
    if (watch->waiting == NULL)
        return;
    (void)UnregisterWaitEx(watch->waiting, INVALID_HANDLE_VALUE);
    (void)watch->iphlp->CancelIPChangeNotify(&watch->changed);
}

static void release(uv_handle_t *handle)
{
    struct mh_windows_watch *watch = handle->data;
    if (watch->changed.hEvent != NULL)
        (void)CloseHandle(watch->changed.hEvent);
    free(watch);
}

void mh_windows_watch_close(struct mh_windows *host)
{
    struct mh_windows_watch *watch = host->watch;
    host->watch = NULL;
    if (watch == NULL)
        return;
    end_notices(watch);
    uv_close((uv_handle_t *)&watch->wake_up, release);
}
