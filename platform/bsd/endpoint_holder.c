/* Who holds a socket: the open files of all processes (sysctl(3): kern.file, NetBSD's kern.file2), in which a
 * socket has the name that the list of sockets calls it by. */
#include "bsd.h"

#include "common/held_sockets.h"
#include "pcb.h"
#include "pcb_numbers.h"

#include <stdlib.h>
#include <string.h>

enum { EVERY_PROCESS = -1, GENERATIONS = 64 /* more of them than any process has */ };
/* Alike on all. */
enum { KERN_PROC_PID = FREEBSD_KERN_PROC_PID, KERN_FILE_BYPID = OPENBSD_KERN_FILE_BYPID };

/* The open files, and which endpoints are looked for among them. */
struct search {
    struct mh_bsd *host;
    struct mh_held_sockets held;
    uint8_t *bytes;
    size_t length;
};

/* ---- asking ---------------------------------------------------------------------------------------- */

static enum mh_error read_files(struct search *search)
{
    const struct mh_rt_layout *layout = search->host->layout;
    const int32_t size = mh_pcb_layout_of(layout)->file_size;
    int32_t numbers[] = {MH_BSD_CTL_KERN, FREEBSD_KERN_FILE, KERN_FILE_BYPID, EVERY_PROCESS, size, INT32_MAX};
    if (layout->system == MH_RT_FREEBSD)
        return mh_calls_read_table(search->host->calls, numbers, 2, &search->bytes, &search->length, NULL);
    numbers[1] = layout->system == MH_RT_NETBSD ? NETBSD_KERN_FILE2 : OPENBSD_KERN_FILE;
    return mh_calls_read_table(search->host->calls, numbers, 6, &search->bytes, &search->length, NULL);
}

/* False: it has ended, or is not to be seen. */
static bool read_process(struct mh_bsd *host, uint32_t pid, struct mh_pcb_process *process)
{
    static const int32_t lists[] = {[MH_RT_FREEBSD] = FREEBSD_KERN_PROC,
                                    [MH_RT_NETBSD] = NETBSD_KERN_PROC2,
                                    [MH_RT_OPENBSD] = OPENBSD_KERN_PROC};
    const struct mh_rt_layout *layout = host->layout;
    const int32_t size = mh_pcb_layout_of(layout)->process_size;
    const int32_t numbers[] = {MH_BSD_CTL_KERN, lists[layout->system], KERN_PROC_PID, (int32_t)pid, size, 1};
    struct mh_pcb_table table = {.layout = layout};
    uint8_t *bytes;
    if (mh_calls_read_table(host->calls, numbers, layout->system == MH_RT_FREEBSD ? 4 : 6, &bytes,
                            &table.length, NULL) != MH_OK)
        return false;
    table.bytes = bytes;
    bool found = mh_pcb_read_process(&table, process) == MH_OK && process->pid == pid;
    free(bytes);
    return found;
}

/* ---- finding --------------------------------------------------------------------------------------- */

static bool begin(struct search *search, struct mh_endpoint *endpoints, size_t count, bool again)
{
    return mh_held_sockets_begin(&search->held, endpoints, count, again) &&
           (search->held.count == 0 || read_files(search) == MH_OK);
}

static void end(struct search *search)
{
    free(search->held.items);
    free(search->bytes);
}

/* Tells of each endpoint looked for that `pid`, or any process when it is 0, has open. */
static void each_held(struct search *search, uint32_t pid,
                      void (*found)(struct mh_endpoint *endpoint, const struct mh_pcb_file *file))
{
    const struct mh_pcb_table table = {search->host->layout, search->bytes, search->length};
    const struct mh_held_sockets *held = &search->held;
    struct mh_pcb_file file;
    size_t offset = 0;
    while (mh_pcb_next_file(&table, &offset, &file) == MH_OK) {
        if (pid != 0 && file.pid != pid)
            continue;
        for (size_t i = mh_held_sockets_find(held, file.key);
             i < held->count && held->items[i]->inode == file.key; i++)
            found(held->items[i], &file);
    }
}

static void take_holder(struct mh_endpoint *endpoint, const struct mh_pcb_file *file)
{
    if (endpoint->pid != 0)
        return;
    endpoint->pid = file->pid;
    endpoint->process_unknown = NULL;
    memcpy(endpoint->process, file->process, sizeof endpoint->process);
}

/* Several sockets of one process follow one another as a rule. */
static void name_holders(struct mh_bsd *host, struct mh_endpoint *endpoints, size_t count)
{
    struct mh_pcb_process process = {0};
    for (size_t i = 0; i < count; i++) {
        if (endpoints[i].pid == 0 || endpoints[i].process[0] != '\0')
            continue;
        if (process.pid != endpoints[i].pid && !read_process(host, endpoints[i].pid, &process))
            process = (struct mh_pcb_process){.pid = endpoints[i].pid}; /* has ended: it had no name */
        memcpy(endpoints[i].process, process.name, sizeof process.name);
    }
}

void mh_bsd_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    struct search search = {.host = mh_bsd_of(platform)};
    bool read = begin(&search, endpoints, count, false);
    if (read)
        each_held(&search, 0, take_holder);
    for (size_t i = 0; i < count; i++)
        if (endpoints[i].pid == 0 && !read)
            endpoints[i].process_unknown = "the kernel did not tell which files the processes have open";
        else if (endpoints[i].pid == 0)
            endpoints[i].process_unknown = endpoints[i].inode == 0
                                               ? "the kernel tells who has it open to root only"
                                               : "no process that can be seen has it open";
    name_holders(search.host, endpoints, count);
    end(&search);
}

/* ---- ancestors ------------------------------------------------------------------------------------- */

static void take_own(struct mh_endpoint *endpoint, const struct mh_pcb_file *file)
{
    endpoint->pid = 0;
    take_holder(endpoint, file);
    endpoint->yours = true;
}

void mh_bsd_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints, size_t count)
{
    struct search search = {.host = mh_bsd_of(platform)};
    struct mh_pcb_process process;
    if (pid == 0 || count == 0)
        return;
    bool read = begin(&search, endpoints, count, true);
    read = read && search.held.count > 0;
    for (int i = 0; read && i < GENERATIONS && pid > 1; i++) { /* the first process is everybody's ancestor */
        each_held(&search, pid, take_own);
        if (!read_process(search.host, pid, &process))
            break;
        pid = process.parent;
    }
    name_holders(search.host, endpoints, count);
    end(&search);
}
