/* RTM_NEWADDRLABEL, RTM_DELADDRLABEL: struct ifaddrlblmsg and IFAL_* (linux/if_addrlabel.h), the way that
 * ip-addrlabel(8) writes them. */
#include "encode.h"

#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>

enum mh_error mh_encode_label(enum mh_op_kind kind, const struct mh_address_label *label,
                              struct mh_message *message, struct mh_failure *failure)
{
    bool adds = kind == MH_OP_LABEL_ADD;
    const struct ifaddrlblmsg fixed = {.ifal_family = mh_native_of_family(label->prefix.address.family),
                                       .ifal_prefixlen = label->prefix.length,
                                       .ifal_index = label->interface};
    if (label->prefix.address.family != MH_IPV6 || label->prefix.length > mh_family_bits(MH_IPV6))
        return mh_fail(failure, MH_INVALID, "an address label needs an IPv6 prefix");
    mh_message_begin(message, adds ? RTM_NEWADDRLABEL : RTM_DELADDRLABEL,
                     adds ? NLM_F_CREATE | NLM_F_EXCL : 0, &fixed, sizeof fixed);
    mh_message_put_address(message, IFAL_ADDRESS, &label->prefix.address);
    mh_message_put_u32(message, IFAL_LABEL, label->label);
    return mh_encode_end(message, failure);
}
