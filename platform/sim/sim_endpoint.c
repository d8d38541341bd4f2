#include "sim_endpoint.h"

enum mh_error sim_endpoints_list(const struct sim_host *host, unsigned states, struct mh_endpoints *endpoints,
                                 struct mh_failure *failure)
{
    const struct mh_endpoint *items = mh_list_items(host->endpoints);
    enum mh_error error = MH_OK;
    for (size_t i = 0; i < mh_list_count(host->endpoints) && error == MH_OK; i++) {
        struct mh_endpoint endpoint = items[i];
        endpoint.yours = false;
        if (endpoint.state & states)
            error = mh_endpoints_add(endpoints, &endpoint);
    }
    if (error == MH_OK || error == MH_LIMIT)
        return MH_OK;
    mh_endpoints_clear(endpoints);
    return mh_fail(failure, error, "%s", mh_error_text(error));
}

void sim_endpoints_holders(struct mh_endpoint *endpoints, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = "the host file names none";
}

/* A socket's inode is its place in the file. */
void sim_endpoints_ancestry(const struct sim_host *host, struct mh_endpoint *endpoints, size_t count)
{
    const struct mh_endpoint *items = mh_list_items(host->endpoints);
    size_t known = mh_list_count(host->endpoints);
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].inode > 0 && endpoints[i].inode <= known)
            endpoints[i].yours |= items[endpoints[i].inode - 1].yours;
}
