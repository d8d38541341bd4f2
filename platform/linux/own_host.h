/* This service's own table of the packet filter on the host: read and written by the nft program, watched by
 * netlink. One thread. */
#ifndef MH_LINUX_OWN_HOST_H
#define MH_LINUX_OWN_HOST_H

#include "core/op.h"
#include "own_table.h"
#include "platform.h"

struct uv_poll_s;

/* The socket on which the kernel tells of changes of nftables. */
struct mh_own_watch {
    int descriptor; /* -1: not watched: the table is read whenever settings are */
    struct uv_poll_s *poll;
    mh_wake wake;
    void *context;
};

struct mh_own_host {
    struct mh_own_watch watch;
    enum mh_own_table_state state; /* as last read */
    struct mh_own_table table;     /* likewise; all zero: never */
    bool doubted;                  /* it may be another one by now */
    struct mh_list *exempt_links;  /* uint32_t: loopback and dummy interfaces, as last seen; NULL: never */
};

struct mh_linux;

void mh_own_host_init(struct mh_own_host *own);
/* The loop must turn once more to free the handle of the watch. */
void mh_own_host_clear(struct mh_own_host *own);

/* ---- own_host.c ------------------------------------------------------------------------------------ */

/* Tells the settings that the table holds, of all interfaces, and whether there can be one. Runs
 * nft only where the kernel has the table and it may have changed. Where the addresses of loopback and dummy
 * interfaces have changed, or an interface of the sets is gone, the sets follow. `names` of `count`
 * interfaces. */
struct mh_own_link {
    uint32_t index;
    const char *name;
};
enum mh_error mh_own_tell(struct mh_linux *host, const struct mh_feed *feed, const struct mh_own_link *links,
                          size_t count, struct mh_failure *failure);

/* Carries out the ops from the first on that set what the table holds (mh_own_holds), all by one run of nft,
 * all or none; *applied of them. An op that cannot be (its interface is gone) ends it, those before it are
 * carried out. Errors as of mh_platform_apply_all. */
enum mh_error mh_own_apply(struct mh_linux *host, const struct mh_op *ops, size_t count, size_t *applied,
                           struct mh_failure *failure);

/* An address of this interface is one that the table has to know. */
bool mh_own_follows(const struct mh_linux *host, uint32_t interface);

/* ---- own_watch.c ----------------------------------------------------------------------------------- */

/* Watches nftables from now on, if the system allows. */
void mh_own_watch_open(struct mh_own_host *own, struct uv_loop_s *loop, mh_wake wake, void *context);
/* Reads what has come without waiting. True when this service's table was meant, or something was lost. */
bool mh_own_watch_read(struct mh_own_host *own);
/* Whether the kernel has the table: MH_OK, MH_NOT_FOUND; MH_PERMISSION, MH_UNSUPPORTED, ... when it does not
 * tell. */
enum mh_error mh_own_find(void);

#endif
