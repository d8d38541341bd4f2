/* Address labels: the policy table of RFC 6724 section 2.1, as ip6addrctl(8) writes it. A row has a
 * precedence too, which decides among destinations: a row that is added has that of the row which it takes
 * the place of, else that of the row that covered its prefix, so that only labels change. */
#include "act.h"
#include "rtmsg_encode.h"

#include <stdlib.h>
#include <string.h>

enum { BSD_IPPROTO_IPV6 = 41 };
enum { DEFAULT_PRECEDENCE = 40 }; /* of ::/0, RFC 6724 section 2.1 */

struct policy {
    struct mh_prefix prefix;
    uint32_t precedence;
};

static struct policy read_policy(const struct mh_rt_layout *layout, const uint8_t *row)
{
    struct mh_rt_sockaddr address, mask;
    struct policy policy = {.precedence = DEFAULT_PRECEDENCE};
    if (!mh_rt_decode_sockaddr(layout, row, MH_IOCTL_POLICY_MASK, &address) || address.kind != MH_RT_INET6 ||
        !mh_rt_decode_sockaddr(layout, row + MH_IOCTL_POLICY_MASK, MH_IOCTL_POLICY_MASK, &mask))
        return policy;
    mh_rt_decode_mask(&mask, MH_IPV6);
    policy.prefix = mh_prefix_of(&address.address, mask.prefix_length);
    policy.precedence = (uint32_t)mh_rt_read_number(layout, row + MH_IOCTL_POLICY_PRECEDENCE, 4);
    return policy;
}

/* Of the longest prefix in the table that holds this one. */
static enum mh_error find_precedence(struct mh_bsd *host, const struct mh_prefix *prefix,
                                     uint32_t *precedence, struct mh_failure *failure)
{
    const int32_t numbers[] = {MH_BSD_CTL_NET, host->layout->inet6, BSD_IPPROTO_IPV6, MH_IOCTL_POLICY_SYSCTL};
    uint8_t *bytes;
    size_t length;
    int longest = -1;
    enum mh_error code = mh_calls_read_table(host->calls, numbers, 4, &bytes, &length, failure);
    *precedence = DEFAULT_PRECEDENCE;
    if (code == MH_NOT_FOUND) /* ENOENT: a kernel without IPv6 */
        return mh_fail(failure, MH_UNSUPPORTED, "this kernel has no table of address labels");
    if (code != MH_OK)
        return code;
    for (size_t at = 0; length - at >= MH_IOCTL_POLICY_SIZE; at += MH_IOCTL_POLICY_SIZE) {
        const struct policy policy = read_policy(host->layout, bytes + at);
        if (policy.prefix.address.family != MH_IPV6 || policy.prefix.length <= longest ||
            policy.prefix.length > prefix->length || !mh_prefix_contains(&policy.prefix, &prefix->address))
            continue;
        longest = policy.prefix.length;
        *precedence = policy.precedence;
    }
    free(bytes);
    return MH_OK;
}

enum mh_error mh_bsd_apply_label(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    const struct mh_address_label *label = &op->of.label;
    bool adds = op->kind == MH_OP_LABEL_ADD;
    uint8_t structure[MH_IOCTL_SIZE_MAX] = {0};
    uint32_t precedence = label->precedence;
    if (mh_ioctl_request_of(host->layout, MH_IOCTL_LABEL_ADD)->name == NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "OpenBSD has no table of address labels");
    if (label->prefix.address.family != MH_IPV6)
        return mh_fail(failure, MH_INVALID, "labels are for IPv6 prefixes");
    if (label->interface != 0 || label->label > INT32_MAX)
        return mh_fail(failure, MH_UNSUPPORTED, "a label is for all interfaces here, and at most %d",
                       INT32_MAX);
    enum mh_error code = MH_OK;
    if (adds && precedence == 0)
        code = find_precedence(host, &label->prefix, &precedence, failure);
    if (code != MH_OK)
        return code;
    const struct mh_rt_sockaddr mask = mh_rt_mask_of(host->layout, &label->prefix);
    mh_bsd_put_address(host, structure, 0, &label->prefix.address, 0);
    mh_rt_encode_sockaddr(host->layout, &mask, structure + MH_IOCTL_POLICY_MASK);
    mh_rt_write_number(host->layout, structure + MH_IOCTL_POLICY_PRECEDENCE, 4, precedence);
    mh_rt_write_number(host->layout, structure + MH_IOCTL_POLICY_LABEL, 4, label->label);
    return mh_bsd_ioctl(host, host->layout->inet6, adds ? MH_IOCTL_LABEL_ADD : MH_IOCTL_LABEL_DELETE,
                        structure, op, failure);
}
