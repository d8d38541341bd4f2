/* RTM_NEWLINK with an address (linux/if_link.h), and proxy entries: RTM_NEWNEIGH, RTM_DELNEIGH with NTF_PROXY
 * (linux/neighbour.h). */
#include "encode.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

enum mh_error mh_encode_link_address(const struct mh_link_address *link, struct mh_message *message,
                                     struct mh_failure *failure)
{
    const struct ifinfomsg fixed = {.ifi_index = (int)link->interface};
    if (link->interface == 0 || link->hardware_address_length == 0 ||
        link->hardware_address_length > MH_HARDWARE_ADDRESS_SIZE)
        return mh_fail(failure, MH_INVALID, "a link address needs an interface and its octets");
    mh_message_begin(message, RTM_NEWLINK, 0, &fixed, sizeof fixed);
    mh_message_put(message, IFLA_ADDRESS, link->hardware_address, link->hardware_address_length);
    return mh_encode_end(message, failure);
}

enum mh_error mh_encode_proxy(enum mh_op_kind kind, const struct mh_neighbor *proxy,
                              struct mh_message *message, struct mh_failure *failure)
{
    bool adds = kind == MH_OP_PROXY_ADD;
    const struct ndmsg fixed = {.ndm_family = mh_native_of_family(proxy->address.family),
                                .ndm_ifindex = (int)proxy->interface,
                                .ndm_state = NUD_PERMANENT,
                                .ndm_flags = NTF_PROXY};
    if (proxy->address.family == MH_FAMILY_NONE)
        return mh_fail(failure, MH_INVALID, "a proxy entry needs an address");
    mh_message_begin(message, adds ? RTM_NEWNEIGH : RTM_DELNEIGH, adds ? NLM_F_CREATE | NLM_F_EXCL : 0,
                     &fixed, sizeof fixed);
    mh_message_put_address(message, NDA_DST, &proxy->address);
    return mh_encode_end(message, failure);
}
