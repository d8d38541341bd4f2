#include "api/asker.h"

static uint16_t port_of(const struct mh_api *api)
{
    for (const struct mh_listener *listener = api->listeners; listener != NULL; listener = listener->next)
        if (!listener->local)
            return listener->port;
    return 0;
}

struct mh_asker mh_asker_of(const struct mh_request *request)
{
    struct mh_asker asker = {.api_port = port_of(request->api)};
    struct mh_peer peer;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == NULL)
        return asker;
    if (!request->listener->local)
        (void)mh_peer_address((int)info->connect_fd, &asker.address, &asker.port);
    else if (mh_peer_of((int)info->connect_fd, &peer) == MH_OK)
        asker.pid = peer.pid;
    return asker;
}
