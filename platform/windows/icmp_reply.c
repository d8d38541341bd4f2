#include "windows/icmp_reply.h"

#include <stdio.h>
#include <string.h>

/* ---- codes ----------------------------------------------------------------------------------------- */

/* The numbers of IP_STATUS are those of other errors too (11001 is WSAHOST_NOT_FOUND): their texts are not
 * FormatMessage's. */
static const struct status {
    DWORD code;
    enum mh_probe_outcome outcome;
    enum mh_error error;
    const char *name, *text;
} statuses[] = {
    {IP_BUF_TOO_SMALL, MH_PROBE_FAILED, MH_LIMIT, "IP_BUF_TOO_SMALL", "the buffer is too small"},
    {IP_DEST_NET_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_NET_UNREACHABLE",
     "the network is unreachable"},
    {IP_DEST_HOST_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_HOST_UNREACHABLE",
     "the host is unreachable"},
    {IP_DEST_PROT_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_PROT_UNREACHABLE",
     "the protocol is unreachable, or prohibited"},
    {IP_DEST_PORT_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_PORT_UNREACHABLE",
     "the port is unreachable"},
    {IP_NO_RESOURCES, MH_PROBE_FAILED, MH_NO_MEMORY, "IP_NO_RESOURCES", "the system lacks resources"},
    {IP_BAD_OPTION, MH_PROBE_FAILED, MH_INVALID, "IP_BAD_OPTION", "an option is wrong"},
    {IP_HW_ERROR, MH_PROBE_FAILED, MH_IO, "IP_HW_ERROR", "the hardware failed"},
    {IP_PACKET_TOO_BIG, MH_PROBE_FAILED, MH_LIMIT, "IP_PACKET_TOO_BIG", "the packet is too big for the way"},
    {IP_REQ_TIMED_OUT, MH_PROBE_SILENT, MH_TIMEOUT, "IP_REQ_TIMED_OUT", "nobody answered in time"},
    {IP_BAD_REQ, MH_PROBE_FAILED, MH_INVALID, "IP_BAD_REQ", "the request is wrong"},
    {IP_BAD_ROUTE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_BAD_ROUTE", "the route is bad"},
    {IP_TTL_EXPIRED_TRANSIT, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_TTL_EXPIRED_TRANSIT",
     "the hop limit was reached on the way"},
    {IP_TTL_EXPIRED_REASSEM, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_TTL_EXPIRED_REASSEM",
     "fragments were missing"},
    {IP_PARAM_PROBLEM, MH_PROBE_FAILED, MH_INVALID, "IP_PARAM_PROBLEM",
     "somebody did not understand the header"},
    {IP_SOURCE_QUENCH, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_SOURCE_QUENCH",
     "a router had no room for it"},
    {IP_OPTION_TOO_BIG, MH_PROBE_FAILED, MH_LIMIT, "IP_OPTION_TOO_BIG", "an option is too big"},
    {IP_BAD_DESTINATION, MH_PROBE_FAILED, MH_INVALID, "IP_BAD_DESTINATION", "the destination is wrong"},
    {IP_DEST_UNREACHABLE, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_UNREACHABLE",
     "the destination is unreachable"},
    {IP_TIME_EXCEEDED, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_TIME_EXCEEDED",
     "the hop limit was reached on the way"},
    {IP_BAD_HEADER, MH_PROBE_FAILED, MH_INVALID, "IP_BAD_HEADER", "somebody did not understand the header"},
    {IP_UNRECOGNIZED_NEXT_HEADER, MH_PROBE_FAILED, MH_INVALID, "IP_UNRECOGNIZED_NEXT_HEADER",
     "somebody did not know the next header"},
    {IP_ICMP_ERROR, MH_PROBE_FAILED, MH_IO, "IP_ICMP_ERROR", "an ICMP error came"},
    {IP_DEST_SCOPE_MISMATCH, MH_PROBE_UNREACHABLE, MH_UNREACHABLE, "IP_DEST_SCOPE_MISMATCH",
     "the source's scope ends before the destination"},
    {IP_GENERAL_FAILURE, MH_PROBE_FAILED, MH_IO, "IP_GENERAL_FAILURE",
     "it could not be sent: the source may not be an address of this host"},
};

static const struct status *find(DWORD code)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (statuses[i].code == code)
            return &statuses[i];
    return NULL;
}

static enum mh_probe_outcome outcome_of(enum mh_error error)
{
    return error == MH_UNREACHABLE ? MH_PROBE_UNREACHABLE
           : error == MH_TIMEOUT   ? MH_PROBE_SILENT
                                   : MH_PROBE_FAILED;
}

void mh_windows_icmp_status(DWORD code, const char *function, struct mh_probe_answer *answer)
{
    const struct status *status = find(code);
    if (status == NULL) {
        answer->outcome = outcome_of(mh_iphlp_fail(&answer->failure, code, function));
        return;
    }
    answer->outcome = status->outcome;
    (void)mh_fail(&answer->failure, status->error, "%s: %s", function, status->text);
    answer->failure.native_code = (int)code;
    (void)snprintf(answer->failure.native_name, sizeof answer->failure.native_name, "%s", status->name);
}

/* ---- replies --------------------------------------------------------------------------------------- */

/* ICMPV6_ECHO_REPLY: its address is packed (the SDK's ipexport.h), which mingw-w64's header has otherwise. */
enum { REPLY6_ADDRESS = 6, REPLY6_STATUS = 28, REPLY6_TIME = 32, REPLY6_SIZE = 36 };
enum { ICMP_ERROR_SIZE = 8, IO_STATUS_SIZE = 2 * sizeof(void *) };

DWORD mh_windows_icmp_reply_size(enum mh_family family, uint16_t size)
{
    size_t reply = family == MH_IPV4 ? sizeof(ICMP_ECHO_REPLY) : REPLY6_SIZE;
    return (DWORD)(reply + size + ICMP_ERROR_SIZE + IO_STATUS_SIZE);
}

struct reply {
    struct mh_address from;
    ULONG status, milliseconds;
    bool is_whole; /* what was sent came back */
};

/* The data lies behind the reply, in the buffer. */
static bool has_data(const ICMP_ECHO_REPLY *reply, const void *buffer, DWORD length, uint16_t size)
{
    uintptr_t start = (uintptr_t)buffer, data = (uintptr_t)reply->Data;
    if (reply->DataSize != size)
        return false;
    return size == 0 ||
           (data >= start + sizeof *reply && data <= start + length && length - (data - start) >= size);
}

static struct reply read_reply4(const void *buffer, DWORD length, uint16_t size)
{
    ICMP_ECHO_REPLY native;
    memcpy(&native, buffer, sizeof native);
    struct reply reply = {.status = native.Status,
                          .milliseconds = native.RoundTripTime,
                          .is_whole = native.Address != 0 && has_data(&native, buffer, length, size)};
    if (native.Address != 0) {
        reply.from.family = MH_IPV4;
        memcpy(reply.from.bytes, &native.Address, sizeof native.Address);
    }
    return reply;
}

static struct reply read_reply6(const uint8_t *buffer)
{
    static const uint8_t none[16];
    struct reply reply = {.is_whole = memcmp(buffer + REPLY6_ADDRESS, none, sizeof none) != 0};
    memcpy(&reply.status, buffer + REPLY6_STATUS, sizeof reply.status);
    memcpy(&reply.milliseconds, buffer + REPLY6_TIME, sizeof reply.milliseconds);
    if (reply.is_whole) {
        reply.from.family = MH_IPV6;
        memcpy(reply.from.bytes, buffer + REPLY6_ADDRESS, sizeof none);
    }
    return reply;
}

/* Windows counts whole milliseconds. What was measured is finer, but holds the time until this program was
 * woken up, too. */
static uint32_t round_trip(const struct reply *reply, uint64_t measured)
{
    uint64_t most = ((uint64_t)reply->milliseconds + 1) * 1000 - 1;
    uint64_t time = measured < most ? measured : most;
    return time < UINT32_MAX ? (uint32_t)time : UINT32_MAX;
}

static void take(const struct reply *reply, const char *function, uint64_t measured,
                 struct mh_probe_answer *answer)
{
    answer->from = reply->from;
    if (reply->status != IP_SUCCESS) {
        mh_windows_icmp_status(reply->status, function, answer);
    } else if (reply->is_whole) {
        answer->outcome = MH_PROBE_REACHED;
        answer->round_trip = round_trip(reply, measured);
    } else {
        answer->outcome = MH_PROBE_FAILED;
        (void)mh_fail(&answer->failure, MH_MALFORMED, "%s: the reply is not one to what was sent", function);
    }
}

void mh_windows_icmp_reply(const struct mh_iphlp *iphlp, enum mh_family family, void *buffer, DWORD length,
                           uint16_t size, uint64_t measured, struct mh_probe_answer *answer)
{
    const char *function = family == MH_IPV4 ? "IcmpParseReplies" : "Icmp6ParseReplies";
    *answer = (struct mh_probe_answer){0};
    SetLastError(NO_ERROR);
    DWORD count = family == MH_IPV4 ? iphlp->IcmpParseReplies(buffer, length)
                                    : iphlp->Icmp6ParseReplies(buffer, length);
    DWORD code = GetLastError();
    struct reply reply = family == MH_IPV4 ? read_reply4(buffer, length, size) : read_reply6(buffer);
    /* Without replies, the reason is told by the code, or left in the buffer. */
    if (count == 0 && find(code) == NULL && find(reply.status) == NULL)
        mh_windows_icmp_status(code != NO_ERROR ? code : ERROR_GEN_FAILURE, function, answer);
    else if (count == 0 && find(code) != NULL)
        mh_windows_icmp_status(code, function, answer);
    else
        take(&reply, function, measured, answer);
}
