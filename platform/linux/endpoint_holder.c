/* Who holds a socket (process.h), and which sockets the processes hold that a process descends from. */
#define _GNU_SOURCE
#include "endpoint.h"

#include "common/held_sockets.h"
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    GENERATIONS = 64, /* more of them than any process has */
    PATIENCE = 300    /* milliseconds for one look */
};

static void name_holder(struct mh_endpoint *endpoint, int process, uint32_t pid)
{
    (void)mh_process_read_name(process, endpoint->process);
    endpoint->pid = pid;
    endpoint->process_unknown = NULL;
}

/* ---- holders --------------------------------------------------------------------------------------- */

static bool found_holder(void *context, int process, uint32_t pid, uint64_t inode)
{
    struct mh_held_sockets *wanted = context;
    for (size_t i = mh_held_sockets_find(wanted, inode);
         i < wanted->count && wanted->items[i]->inode == inode; i++)
        if (wanted->items[i]->pid == 0) {
            name_holder(wanted->items[i], process, pid);
            wanted->left--;
        }
    return wanted->left == 0;
}

static const char *why_unknown(const struct mh_process_search *search, const struct mh_endpoint *endpoint)
{
    if (endpoint->inode == 0)
        return "no process has it open";
    if (search->gave_up)
        return "there are too many processes to look at all of them";
    return search->was_refused ? "some processes cannot be looked at without privileges"
                               : "no process that can be seen from here has it open";
}

void mh_linux_endpoint_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    struct mh_held_sockets wanted;
    struct mh_process_search search = {
        .found = found_holder, .context = &wanted, .deadline = mh_clock_boot() + PATIENCE};
    (void)platform;
    if (!mh_held_sockets_begin(&wanted, endpoints, count, false))
        search.gave_up = true;
    else if (wanted.left > 0)
        mh_process_search_all(&search);
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = why_unknown(&search, &endpoints[i]);
    free(wanted.items);
}

/* ---- ancestors ------------------------------------------------------------------------------------- */

static bool found_own(void *context, int process, uint32_t pid, uint64_t inode)
{
    struct mh_held_sockets *wanted = context;
    for (size_t i = mh_held_sockets_find(wanted, inode);
         i < wanted->count && wanted->items[i]->inode == inode; i++) {
        name_holder(wanted->items[i], process, pid);
        wanted->items[i]->yours = true;
    }
    return false; /* each of its ancestors is looked at */
}

void mh_linux_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                size_t count)
{
    struct mh_held_sockets wanted;
    struct mh_process_search search = {
        .found = found_own, .context = &wanted, .deadline = mh_clock_boot() + PATIENCE};
    (void)platform;
    if (pid == 0 || count == 0 || !mh_held_sockets_begin(&wanted, endpoints, count, true))
        return;
    for (int i = 0; i < GENERATIONS && pid > 1; i++) { /* the first process is everybody's ancestor */
        int process = mh_process_open(pid);
        if (process < 0)
            break;
        mh_process_search(&search, process, pid);
        pid = mh_process_read_parent(process);
        (void)close(process);
    }
    free(wanted.items);
}
