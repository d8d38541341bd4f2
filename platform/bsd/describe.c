/* Ops as the commands of the system at the far end. */
#include "common/describe.h"
#include "bsd.h"

const char *mh_bsd_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                            const struct mh_op *op, char *text, size_t size)
{
    static const mh_describe_op renderers[] = {[MH_RT_FREEBSD] = mh_describe_freebsd,
                                               [MH_RT_NETBSD] = mh_describe_netbsd,
                                               [MH_RT_OPENBSD] = mh_describe_openbsd};
    const struct mh_bsd *host = (const struct mh_bsd *)platform;
    return mh_describe(renderers[host->layout->system], snapshot, op, text, size);
}
