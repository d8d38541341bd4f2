/* The table of address policies, of which the model has the labels (ip6addrctl(8), struct in6_addrpolicy).
 * OpenBSD has none. */
#include "bsd.h"

#include "ioctl_read_figures.h"

#include <stdlib.h>
#include <string.h>

enum {
#define OFFSET(structure, member, offset) AT_##member = (offset),
    MH_BSD_ADDRPOLICY(OFFSET)
#undef OFFSET
        SIN6_ADDR = 8,
    SIN6_SIZE = 28,
    BSD_ENOENT = 2,
    BSD_EAFNOSUPPORT = 47
};

/* False: the mask is no prefix. */
static bool take_prefix(const struct mh_rt_layout *layout, const uint8_t *policy, struct mh_prefix *prefix)
{
    struct mh_address address = mh_address_from_bytes(MH_IPV6, policy + AT_addr + SIN6_ADDR);
    struct mh_rt_sockaddr mask;
    uint8_t bytes[SIN6_SIZE];
    memcpy(bytes, policy + AT_addrmask, sizeof bytes);
    bytes[0] = SIN6_SIZE; /* it need not say its length */
    bytes[1] = layout->inet6;
    if (!mh_rt_decode_sockaddr(layout, bytes, sizeof bytes, &mask))
        return false;
    mh_rt_decode_mask(&mask, MH_IPV6);
    *prefix = mh_prefix_of(&address, mask.prefix_length);
    return mask.contiguous;
}

static enum mh_error tell(struct mh_bsd *host, const uint8_t *bytes, size_t length,
                          const struct mh_feed *feed, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    if (length % MH_BSD_ADDRPOLICY_SIZE != 0)
        return mh_fail(failure, MH_MALFORMED, "the table of address policies has %zu octets", length);
    for (size_t at = 0; at < length && code == MH_OK; at += MH_BSD_ADDRPOLICY_SIZE) {
        struct mh_address_label label = {
            .label = (uint32_t)mh_rt_read_number(host->layout, bytes + at + AT_label, 4),
            .precedence = (uint32_t)mh_rt_read_number(host->layout, bytes + at + AT_preced, 4)};
        const struct mh_fact fact = {.section = MH_SECTION_LABELS, .change = MH_PRESENT, .of.label = &label};
        if (take_prefix(host->layout, bytes + at, &label.prefix))
            code = feed->fact(feed->context, &fact);
    }
    return code;
}

enum mh_error mh_bsd_read_labels(struct mh_bsd *host, const struct mh_feed *feed, struct mh_failure *failure)
{
    struct mh_failure own = {0};
    uint8_t *bytes;
    size_t length;
    if (host->layout->system == MH_RT_OPENBSD)
        return MH_OK;
    enum mh_error code =
        mh_calls_read_named(host->calls, "net.inet6.ip6.addrctlpolicy", &bytes, &length, &own);
    if (own.native_code == BSD_ENOENT || own.native_code == BSD_EAFNOSUPPORT) /* a kernel without IPv6 */
        return MH_OK;
    if (code == MH_OK)
        code = tell(host, bytes, length, feed, &own);
    if (code != MH_OK && failure != NULL)
        *failure = own;
    free(bytes);
    return code;
}
