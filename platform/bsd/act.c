/* DOC: Ops on BSDs. Addresses go by ioctl(2), routes and proxies by routing sockets (route(4)), settings by
 * sysctl(3), rules by the packet filter. The kernel has carried a request out, or refused it, when the call
 * returns. It does not ask whose an address or a route is: that is looked at before, so that nothing of
 * another program is altered or taken away. */
#include "act.h"
#include "anchor.h"

static enum mh_error apply(struct mh_bsd *host, const struct mh_op *op, struct mh_failure *failure)
{
    switch (op->kind) {
    case MH_OP_ADDRESS_ADD:
    case MH_OP_ADDRESS_DELETE:
    case MH_OP_ADDRESS_FLAGS:
        return mh_bsd_apply_address(host, op, failure);
    case MH_OP_ROUTE_ADD:
    case MH_OP_ROUTE_REPLACE:
    case MH_OP_ROUTE_DELETE:
        return mh_bsd_apply_route(host, op, failure);
    case MH_OP_SETTING_SET:
        return mh_bsd_write_setting(host, &op->of.setting, failure);
    case MH_OP_LINK_ADDRESS_SET:
        return mh_bsd_apply_link(host, op, failure);
    case MH_OP_PROXY_ADD:
    case MH_OP_PROXY_DELETE:
        return mh_bsd_apply_proxy(host, op, failure);
    case MH_OP_LABEL_ADD:
    case MH_OP_LABEL_DELETE:
        return mh_bsd_apply_label(host, op, failure);
    default:
        return mh_fail(failure, MH_UNSUPPORTED, "this system does not know %s", mh_op_word(op->kind));
    }
}

/* Consecutive ops on our rules of the packet filter are loaded at once. */
static enum mh_error apply_some(struct mh_bsd *host, const struct mh_op *ops, size_t count, size_t *applied,
                                struct mh_failure *failure)
{
    size_t row = 0;
    while (row < count && mh_bsd_is_anchored(&ops[row]))
        row++;
    enum mh_error code =
        row > 0 ? mh_bsd_anchor_apply(host, ops, row, failure) : apply(host, &ops[0], failure);
    *applied = code != MH_OK ? 0 : row > 0 ? row : 1;
    return code;
}

enum mh_error mh_bsd_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                               size_t *applied, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (*applied = 0; *applied < count && code == MH_OK;) {
        size_t done = 0;
        code = apply_some(mh_bsd_of(platform), &ops[*applied], count - *applied, &done, failure);
        *applied += done;
    }
    return code;
}

enum mh_error mh_bsd_apply(struct mh_platform *platform, const struct mh_op *op, struct mh_failure *failure)
{
    size_t applied;
    return mh_bsd_apply_all(platform, op, 1, &applied, failure);
}
