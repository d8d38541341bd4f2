/* Who holds a socket: the links of /proc/PID/fd name its inode (proc_pid_fd(5)). And which sockets the
 * processes hold that a process descends from: /proc/PID/stat names its parent (proc_pid_stat(5)). */
#define _GNU_SOURCE
#include "endpoint.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    GENERATIONS = 64, /* more of them than any process has */
    PATIENCE = 300    /* milliseconds for one look at all processes */
};

/* The endpoints that are looked for, by inode. */
struct search {
    struct mh_endpoint **wanted;
    size_t count, left; /* `left`: whose holder is not known */
    bool is_yours;      /* those that are found are marked */
    bool was_refused;   /* a process would not be looked at */
    bool gave_up;
};

/* ---- looking for inodes ---------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct mh_endpoint *const *left = a, *const *right = b;
    return ((*left)->inode > (*right)->inode) - ((*left)->inode < (*right)->inode);
}

static bool begin(struct search *search, struct mh_endpoint *endpoints, size_t count, bool again)
{
    *search = (struct search){.wanted = calloc(count + 1, sizeof(struct mh_endpoint *))};
    for (size_t i = 0; search->wanted != NULL && i < count; i++)
        if (endpoints[i].inode != 0 && (again || endpoints[i].pid == 0))
            search->wanted[search->count++] = &endpoints[i];
    if (search->wanted == NULL)
        return false;
    qsort(search->wanted, search->count, sizeof(struct mh_endpoint *), compare);
    search->left = search->count;
    return true;
}

/* The first endpoint of the inode, or the count. */
static size_t find(const struct search *search, uint64_t inode)
{
    size_t low = 0, high = search->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (search->wanted[middle]->inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- one process ----------------------------------------------------------------------------------- */

static size_t read_small(int directory, const char *name, char *text, size_t size)
{
    int descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return 0;
    ssize_t length = read(descriptor, text, size - 1);
    (void)close(descriptor);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

static void name_holder(struct mh_endpoint *endpoint, int directory, uint32_t pid)
{
    char name[MH_PROCESS_NAME_SIZE] = "";
    (void)read_small(directory, "comm", name, sizeof name);
    name[strcspn(name, "\n")] = '\0';
    endpoint->pid = pid;
    endpoint->process_unknown = NULL;
    memcpy(endpoint->process, name, sizeof name);
}

static void found(struct search *search, uint64_t inode, int directory, uint32_t pid)
{
    for (size_t i = find(search, inode); i < search->count && search->wanted[i]->inode == inode; i++) {
        struct mh_endpoint *endpoint = search->wanted[i];
        search->left -= endpoint->pid == 0 && search->left > 0;
        if (endpoint->pid == 0 || search->is_yours)
            name_holder(endpoint, directory, pid);
        endpoint->yours |= search->is_yours;
    }
}

/* "socket:[4711]" */
static bool read_inode(int descriptors, const char *name, uint64_t *inode)
{
    char text[64];
    ssize_t length = readlinkat(descriptors, name, text, sizeof text - 1);
    if (length <= 0)
        return false;
    text[length] = '\0';
    return sscanf(text, "socket:[%" SCNu64 "]", inode) == 1;
}

static void search_process(struct search *search, int directory, uint32_t pid)
{
    int descriptors = openat(directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = descriptors < 0 ? NULL : fdopendir(descriptors);
    if (list == NULL) {
        search->was_refused |= errno == EACCES || errno == EPERM;
        if (descriptors >= 0)
            (void)close(descriptors);
        return;
    }
    uint64_t inode;
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && read_inode(dirfd(list), entry->d_name, &inode))
            found(search, inode, directory, pid);
    (void)closedir(list);
}

static int open_process(uint32_t pid)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%" PRIu32, pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- all processes --------------------------------------------------------------------------------- */

static void search_all(struct search *search)
{
    int64_t end = mh_clock_boot() + PATIENCE;
    DIR *list = opendir("/proc");
    if (list == NULL)
        return;
    for (const struct dirent *entry; search->left > 0 && (entry = readdir(list)) != NULL;) {
        uint32_t pid =
            isdigit((unsigned char)entry->d_name[0]) ? (uint32_t)strtoul(entry->d_name, NULL, 10) : 0;
        int directory = pid == 0 ? -1 : open_process(pid);
        if (directory < 0)
            continue;
        search_process(search, directory, pid);
        (void)close(directory);
        search->gave_up = mh_clock_boot() > end && search->left > 0;
        if (search->gave_up)
            break;
    }
    (void)closedir(list);
}

static const char *why_unknown(const struct search *search, const struct mh_endpoint *endpoint)
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
    struct search search;
    (void)platform;
    if (!begin(&search, endpoints, count, false))
        search.gave_up = true;
    else if (search.left > 0)
        search_all(&search);
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = why_unknown(&search, &endpoints[i]);
    free(search.wanted);
}

/* ---- ancestors ------------------------------------------------------------------------------------- */

/* "812 (a name) S 811 ...": the name may hold anything, parentheses too. 0: it has none, or is gone. */
static uint32_t parent_of(int directory)
{
    char text[1024];
    unsigned parent = 0;
    if (read_small(directory, "stat", text, sizeof text) == 0)
        return 0;
    const char *behind = strrchr(text, ')');
    return behind != NULL && sscanf(behind + 1, " %*c %u", &parent) == 1 ? parent : 0;
}

void mh_linux_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                size_t count)
{
    struct search search;
    (void)platform;
    bool ready = pid != 0 && count > 0 && begin(&search, endpoints, count, true);
    if (!ready)
        return;
    search.is_yours = true;
    for (int i = 0; i < GENERATIONS && pid > 1; i++) { /* the first process is everybody's ancestor */
        int directory = open_process(pid);
        if (directory < 0)
            break;
        search_process(&search, directory, pid);
        pid = parent_of(directory);
        (void)close(directory);
    }
    free(search.wanted);
}
