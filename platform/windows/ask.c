/* GetBestRoute2: the way and the source that Windows would take. With a source, or an interface, it looks at
 * routes of that interface only, as a strong host does. */
#include "windows/ip_helper.h"

#include "windows/convert.h"

#include <stdio.h>

/* What an application would be told (winsock2.h), in the words that the model has for it. */
static void refuse(struct mh_kernel_answer *answer, DWORD code)
{
    answer->native_code = (int)code;
    (void)snprintf(answer->native_name, sizeof answer->native_name, "%s",
                   code == ERROR_HOST_UNREACHABLE ? "EHOSTUNREACH" : "ENETUNREACH");
}

static bool is_no_way(DWORD code)
{
    return code == ERROR_NOT_FOUND || code == ERROR_FILE_NOT_FOUND || code == ERROR_NETWORK_UNREACHABLE ||
           code == ERROR_HOST_UNREACHABLE;
}

static void take(const MIB_IPFORWARD_ROW2 *row, const SOCKADDR_INET *source, struct mh_kernel_answer *answer)
{
    struct mh_route route;
    struct mh_next_hop hop;
    answer->source = mh_windows_address(source);
    if (!mh_windows_route(row, NULL, 0, &route, &hop))
        return;
    answer->found = true;
    answer->interface = hop.interface;
    answer->next_hop = hop.gateway;
    answer->type = route.type;
}

/* Of a row for the destination itself, as the route of a link would give it, the next hop is on link. */
static void drop_own_next_hop(const struct mh_question *question, struct mh_kernel_answer *answer)
{
    if (mh_address_equal(&answer->next_hop, &question->destination))
        answer->next_hop = (struct mh_address){0};
}

enum mh_error mh_windows_ask(struct mh_platform *platform, const struct mh_question *question,
                             struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    const struct mh_iphlp *iphlp = &mh_windows_of(platform)->iphlp;
    SOCKADDR_INET from, to, best;
    MIB_IPFORWARD_ROW2 row = {0};
    *answer = (struct mh_kernel_answer){0};
    mh_windows_socket_address(&question->source, 0, &from);
    mh_windows_socket_address(&question->destination,
                              mh_address_is_link_local(&question->destination) ? question->output : 0, &to);
    mh_windows_socket_address(&(struct mh_address){0}, 0, &best);
    DWORD code = MH_IPHLP_CALL(iphlp, GetBestRoute2, NULL, question->output,
                               question->source.family != MH_FAMILY_NONE ? &from : NULL, &to, 0, &row, &best);
    if (code == NO_ERROR) {
        take(&row, &best, answer);
        drop_own_next_hop(question, answer);
        return MH_OK;
    }
    if (!is_no_way(code))
        return mh_iphlp_fail(failure, code, "GetBestRoute2");
    refuse(answer, code);
    return MH_OK;
}
