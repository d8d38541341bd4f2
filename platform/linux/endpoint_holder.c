/* Who holds a socket (process.h), and which sockets the processes hold that a process descends from. */
#define _GNU_SOURCE
#include "endpoint.h"

#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    GENERATIONS = 64, /* more of them than any process has */
    PATIENCE = 300    /* milliseconds for one look */
};

/* The endpoints that are looked for, by inode. */
struct wanted {
    struct mh_endpoint **items;
    size_t count, left; /* `left`: whose holder is not known */
};

/* ---- the endpoints ---------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct mh_endpoint *const *left = a, *const *right = b;
    return ((*left)->inode > (*right)->inode) - ((*left)->inode < (*right)->inode);
}

static bool begin(struct wanted *wanted, struct mh_endpoint *endpoints, size_t count, bool again)
{
    *wanted = (struct wanted){.items = calloc(count + 1, sizeof(struct mh_endpoint *))};
    for (size_t i = 0; wanted->items != NULL && i < count; i++)
        if (endpoints[i].inode != 0 && (again || endpoints[i].pid == 0))
            wanted->items[wanted->count++] = &endpoints[i];
    if (wanted->items == NULL)
        return false;
    qsort(wanted->items, wanted->count, sizeof(struct mh_endpoint *), compare);
    wanted->left = wanted->count;
    return true;
}

/* The first endpoint of the inode, or the count. */
static size_t find(const struct wanted *wanted, uint64_t inode)
{
    size_t low = 0, high = wanted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (wanted->items[middle]->inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void name_holder(struct mh_endpoint *endpoint, int process, uint32_t pid)
{
    (void)mh_process_read_name(process, endpoint->process);
    endpoint->pid = pid;
    endpoint->process_unknown = NULL;
}

/* ---- holders --------------------------------------------------------------------------------------- */

static bool found_holder(void *context, int process, uint32_t pid, uint64_t inode)
{
    struct wanted *wanted = context;
    for (size_t i = find(wanted, inode); i < wanted->count && wanted->items[i]->inode == inode; i++)
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
    struct wanted wanted;
    struct mh_process_search search = {
        .found = found_holder, .context = &wanted, .deadline = mh_clock_boot() + PATIENCE};
    (void)platform;
    if (!begin(&wanted, endpoints, count, false))
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
    struct wanted *wanted = context;
    for (size_t i = find(wanted, inode); i < wanted->count && wanted->items[i]->inode == inode; i++) {
        name_holder(wanted->items[i], process, pid);
        wanted->items[i]->yours = true;
    }
    return false; /* each of its ancestors is looked at */
}

void mh_linux_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                size_t count)
{
    struct wanted wanted;
    struct mh_process_search search = {
        .found = found_own, .context = &wanted, .deadline = mh_clock_boot() + PATIENCE};
    (void)platform;
    if (pid == 0 || count == 0 || !begin(&wanted, endpoints, count, true))
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
