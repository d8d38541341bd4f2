/* Probes: ICMP echo requests from a source of one's own (IcmpSendEcho2Ex, Icmp6SendEcho2), answered by an
 * event, on which a thread of the system's pool waits, which wakes the loop.
 *
 * The system writes its answer to memory of ours until the event is set, however long that takes: a probe
 * that is given up before leaves that memory to a thread that waits for it. */
#include "windows/ip_helper.h"

#include "windows/convert.h"
#include "windows/icmp_reply.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Milliseconds that the system has to say by itself that time is up, and for its last word on what was given
 * up. */
enum { GRACE = 200, LAST_WORD = 2 * MH_PROBE_TIMEOUT_MAX };

/* What the system works on. */
struct exchange {
    HANDLE event; /* manual reset: it stays set */
    DWORD reply_size;
    uint8_t data[MH_PROBE_DATA_MAX];
    max_align_t reply[];
};

struct mh_windows_probe {
    uv_async_t wake_up;
    struct mh_windows_probe *next;
    struct mh_windows *host;
    struct mh_probe asked;
    mh_probed answered;
    void *context;
    HANDLE icmp;    /* INVALID_HANDLE_VALUE: none */
    HANDLE waiting; /* of the thread pool; NULL: none */
    struct exchange *exchange;
    DWORD refusal; /* what the call said at once; NO_ERROR: it is under way */
    uint64_t begun;
    _Atomic uint64_t ended; /* nanoseconds, as uv_hrtime */
};

static enum mh_family family_of(const struct mh_windows_probe *probe)
{
    return (enum mh_family)probe->asked.target.family;
}

static const char *function_of(const struct mh_windows_probe *probe)
{
    return family_of(probe) == MH_IPV4 ? "IcmpSendEcho2Ex" : "Icmp6SendEcho2";
}

/* ---- what the system works on ---------------------------------------------------------------------- */

static struct exchange *make_exchange(enum mh_family family, uint16_t size)
{
    DWORD reply_size = mh_windows_icmp_reply_size(family, size);
    struct exchange *exchange = calloc(1, sizeof *exchange + reply_size);
    if (exchange == NULL)
        return NULL;
    exchange->reply_size = reply_size;
    for (size_t i = 0; i < size; i++)
        exchange->data[i] = (uint8_t)('a' + i % 26);
    exchange->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (exchange->event != NULL)
        return exchange;
    free(exchange);
    return NULL;
}

static void free_exchange(struct exchange *exchange)
{
    (void)CloseHandle(exchange->event);
    free(exchange);
}

/* What may still be written to is not given back, ever. */
static DWORD WINAPI wait_for_last_word(void *context)
{
    struct exchange *exchange = context;
    if (WaitForSingleObject(exchange->event, LAST_WORD) == WAIT_OBJECT_0)
        free_exchange(exchange);
    return 0;
}

static bool is_settled(const struct exchange *exchange)
{
    return WaitForSingleObject(exchange->event, 0) == WAIT_OBJECT_0;
}

static void leave_exchange(struct exchange *exchange)
{
    if (is_settled(exchange))
        free_exchange(exchange);
    else
        (void)QueueUserWorkItem(wait_for_last_word, exchange, WT_EXECUTELONGFUNCTION);
}

/* ---- the end --------------------------------------------------------------------------------------- */

static void release(uv_handle_t *handle)
{
    free(handle->data);
}

static void unlink_probe(struct mh_windows_probe *probe)
{
    struct mh_windows_probe **link = &probe->host->probes;
    while (*link != NULL && *link != probe)
        link = &(*link)->next;
    if (*link != NULL)
        *link = probe->next;
}

/* UnregisterWaitEx waits for a call that is under way. */
static void end(struct mh_windows_probe *probe)
{
    unlink_probe(probe);
    if (probe->waiting != NULL)
        (void)UnregisterWaitEx(probe->waiting, INVALID_HANDLE_VALUE);
    if (probe->icmp != INVALID_HANDLE_VALUE)
        (void)probe->host->iphlp.IcmpCloseHandle(probe->icmp);
    leave_exchange(probe->exchange);
    uv_close((uv_handle_t *)&probe->wake_up, release);
}

void mh_windows_probes_end(struct mh_windows *host)
{
    while (host->probes != NULL)
        end(host->probes);
}

/* ---- the answer ------------------------------------------------------------------------------------ */

static void read_answer(struct mh_windows_probe *probe, struct mh_probe_answer *answer)
{
    struct exchange *exchange = probe->exchange;
    uint64_t nanoseconds = atomic_load(&probe->ended) - probe->begun;
    *answer = (struct mh_probe_answer){0};
    if (probe->refusal != NO_ERROR)
        mh_windows_icmp_status(probe->refusal, function_of(probe), answer);
    else if (!is_settled(exchange))
        mh_windows_icmp_status(IP_REQ_TIMED_OUT, function_of(probe), answer);
    else
        mh_windows_icmp_reply(&probe->host->iphlp, family_of(probe), exchange->reply, exchange->reply_size,
                              probe->asked.size, nanoseconds / 1000, answer);
}

static void woken(uv_async_t *handle)
{
    struct mh_windows_probe *probe = handle->data;
    struct mh_probe_answer answer;
    mh_probed answered = probe->answered;
    void *context = probe->context;
    read_answer(probe, &answer);
    end(probe); /* first: who is answered may close the platform */
    answered(context, &answer);
}

/* In a thread of the pool's, once: the event is set, or its time is up. */
static void CALLBACK settled(void *context, BOOLEAN timed_out)
{
    struct mh_windows_probe *probe = context;
    (void)timed_out;
    atomic_store(&probe->ended, uv_hrtime());
    (void)uv_async_send(&probe->wake_up);
}

/* ---- the beginning --------------------------------------------------------------------------------- */

static DWORD send4(struct mh_windows_probe *probe)
{
    struct exchange *exchange = probe->exchange;
    IPAddr from = 0, to;
    if (probe->asked.source.family != MH_FAMILY_NONE)
        memcpy(&from, probe->asked.source.bytes, sizeof from);
    memcpy(&to, probe->asked.target.bytes, sizeof to);
    return probe->host->iphlp.IcmpSendEcho2Ex(probe->icmp, exchange->event, NULL, NULL, from, to,
                                              exchange->data, probe->asked.size, NULL, exchange->reply,
                                              exchange->reply_size, probe->asked.timeout);
}

static uint32_t zone_of(const struct mh_windows_probe *probe, const struct mh_address *address)
{
    return mh_address_is_link_local(address) ? probe->asked.interface : 0;
}

static DWORD send6(struct mh_windows_probe *probe)
{
    struct exchange *exchange = probe->exchange;
    const struct mh_probe *asked = &probe->asked;
    SOCKADDR_INET from, to;
    mh_windows_socket_address(&asked->source, zone_of(probe, &asked->source), &from);
    from.Ipv6.sin6_family = AF_INET6; /* also of "any" */
    mh_windows_socket_address(&asked->target, zone_of(probe, &asked->target), &to);
    return probe->host->iphlp.Icmp6SendEcho2(probe->icmp, exchange->event, NULL, NULL, &from.Ipv6, &to.Ipv6,
                                             exchange->data, asked->size, NULL, exchange->reply,
                                             exchange->reply_size, asked->timeout);
}

/* With an event, the pages have it that the functions answer ERROR_IO_PENDING; Windows has that as the last
 * error, and returns 0. What has replies at once need not set the event. */
static void send_request(struct mh_windows_probe *probe)
{
    SetLastError(NO_ERROR);
    DWORD answer = family_of(probe) == MH_IPV4 ? send4(probe) : send6(probe);
    DWORD code = GetLastError();
    if (answer == ERROR_IO_PENDING || (answer == 0 && code == ERROR_IO_PENDING))
        return;
    if (answer == 0)
        probe->refusal = code != NO_ERROR ? code : ERROR_GEN_FAILURE;
    (void)SetEvent(probe->exchange->event);
}

static const char *find_missing(const struct mh_iphlp *iphlp, enum mh_family family)
{
    const struct {
        bool is_there;
        const char *name;
    } needed[] = {{iphlp->IcmpCloseHandle != NULL, "IcmpCloseHandle"},
                  {family != MH_IPV4 || iphlp->IcmpCreateFile != NULL, "IcmpCreateFile"},
                  {family != MH_IPV4 || iphlp->IcmpSendEcho2Ex != NULL, "IcmpSendEcho2Ex"},
                  {family != MH_IPV4 || iphlp->IcmpParseReplies != NULL, "IcmpParseReplies"},
                  {family != MH_IPV6 || iphlp->Icmp6CreateFile != NULL, "Icmp6CreateFile"},
                  {family != MH_IPV6 || iphlp->Icmp6SendEcho2 != NULL, "Icmp6SendEcho2"},
                  {family != MH_IPV6 || iphlp->Icmp6ParseReplies != NULL, "Icmp6ParseReplies"}};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].is_there)
            return needed[i].name;
    return NULL;
}

static struct mh_windows_probe *make(struct mh_windows *host, struct uv_loop_s *loop,
                                     const struct mh_probe *asked)
{
    struct mh_windows_probe *probe = calloc(1, sizeof *probe);
    if (probe == NULL)
        return NULL;
    *probe = (struct mh_windows_probe){.host = host, .asked = *asked, .icmp = INVALID_HANDLE_VALUE};
    probe->exchange = make_exchange(family_of(probe), asked->size);
    if (probe->exchange != NULL && uv_async_init(loop, &probe->wake_up, woken) == 0) {
        probe->wake_up.data = probe;
        probe->next = host->probes;
        host->probes = probe;
        return probe;
    }
    if (probe->exchange != NULL)
        free_exchange(probe->exchange);
    free(probe);
    return NULL;
}

/* Nothing is under way, so that nobody will set the event. */
static enum mh_error give_up(struct mh_windows_probe *probe, struct mh_failure *failure, const char *function)
{
    enum mh_error code = mh_iphlp_fail(failure, GetLastError(), function);
    (void)SetEvent(probe->exchange->event);
    end(probe);
    return code;
}

enum mh_error mh_windows_probe(struct mh_platform *platform, struct uv_loop_s *loop,
                               const struct mh_probe *asked, mh_probed answered, void *context,
                               struct mh_failure *failure)
{
    struct mh_windows *host = mh_windows_of(platform);
    enum mh_family family = (enum mh_family)asked->target.family;
    const char *missing = find_missing(&host->iphlp, family);
    if (missing != NULL)
        return mh_iphlp_fail(failure, ERROR_PROC_NOT_FOUND, missing);
    struct mh_windows_probe *probe = make(host, loop, asked);
    if (probe == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    probe->answered = answered;
    probe->context = context;
    probe->icmp = family == MH_IPV4 ? host->iphlp.IcmpCreateFile() : host->iphlp.Icmp6CreateFile();
    if (probe->icmp == INVALID_HANDLE_VALUE)
        return give_up(probe, failure, family == MH_IPV4 ? "IcmpCreateFile" : "Icmp6CreateFile");
    probe->begun = uv_hrtime();
    if (!RegisterWaitForSingleObject(&probe->waiting, probe->exchange->event, settled, probe,
                                     asked->timeout + GRACE, WT_EXECUTEONLYONCE)) {
        probe->waiting = NULL;
        return give_up(probe, failure, "RegisterWaitForSingleObject");
    }
    send_request(probe);
    return MH_OK;
}
