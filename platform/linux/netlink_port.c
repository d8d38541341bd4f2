/* DOC: A notification carries the port id of the socket that asked for the change (nlmsg_pid, netlink(7)).
 * The first socket of a process has its process id as port id, others a number of the kernel's choosing, and
 * a number can be anybody's choice: so the socket's inode is what counts. /proc/net/netlink leads from the
 * port id to it, and the process that holds it has a descriptor of that name (process.h). */
#define _GNU_SOURCE
#include "netlink_port.h"

#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TABLE_LIMIT = 1 << 20, /* octets: some ten thousand sockets */
    SEARCH_LIMIT = 20      /* milliseconds */
};

/* ---- the table ------------------------------------------------------------------------------------- */

struct words {
    const char *next, *end;
};

/* The next word of a line, or false at its end. */
static bool next_word(struct words *words, const char **word, size_t *length)
{
    while (words->next < words->end && (*words->next == ' ' || *words->next == '\t'))
        words->next++;
    *word = words->next;
    while (words->next < words->end && *words->next != ' ' && *words->next != '\t')
        words->next++;
    *length = (size_t)(words->next - *word);
    return *length > 0;
}

/* "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode": the second is the netlink family, the third the port.
 */
static bool read_row(struct words row, uint32_t port, uint64_t *inode)
{
    enum { FAMILY = 1, PORT = 2, INODE = 9, COLUMNS = 10 };
    const char *word;
    size_t length;
    uint64_t values[COLUMNS] = {0};
    for (int i = 0; i < COLUMNS; i++) {
        bool wanted = i == FAMILY || i == PORT || i == INODE;
        if (!next_word(&row, &word, &length) || (wanted && !mh_process_number(word, length, &values[i])))
            return false;
    }
    *inode = values[INODE];
    return values[FAMILY] == 0 /* NETLINK_ROUTE */ && values[PORT] == port;
}

bool mh_netlink_inode(const char *text, size_t length, uint32_t port, uint64_t *inode)
{
    const char *end = text + length;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        line_end = line_end != NULL ? line_end : end;
        if (read_row((struct words){text, line_end}, port, inode))
            return true;
        text = line_end < end ? line_end + 1 : end;
    }
    return false;
}

static bool find_inode(uint32_t port, uint64_t *inode)
{
    char *text;
    size_t length;
    if (mh_file_read("/proc/net/netlink", TABLE_LIMIT, &text, &length, NULL) != MH_OK)
        return false;
    bool found = mh_netlink_inode(text, length, port, inode);
    free(text);
    return found;
}

/* ---- the process ----------------------------------------------------------------------------------- */

struct wanted {
    uint64_t inode;
    struct mh_culprit *culprit;
};

static bool name_culprit(void *context, int process, uint32_t pid, uint64_t inode)
{
    const struct wanted *wanted = context;
    if (inode != wanted->inode)
        return false;
    if (mh_process_read_name(process, wanted->culprit->process))
        wanted->culprit->pid = pid;
    return true;
}

/* Most ask by their first socket. */
static void search_first(struct mh_process_search *search, uint32_t port)
{
    int process = port <= INT32_MAX ? mh_process_open(port) : -1;
    if (process < 0)
        return;
    mh_process_search(search, process, port);
    (void)close(process);
}

void mh_netlink_port_holder(uint32_t port, struct mh_culprit *culprit)
{
    struct wanted wanted = {0, culprit};
    struct mh_process_search search = {
        .found = name_culprit, .context = &wanted, .deadline = mh_clock_boot() + SEARCH_LIMIT};
    *culprit = (struct mh_culprit){.unknown = "it had ended"};
    if (!find_inode(port, &wanted.inode))
        return;
    search_first(&search, port);
    mh_process_search_all(&search);
    if (search.gave_up)
        culprit->unknown = "there are too many processes to look through";
    else if (!search.is_over)
        culprit->unknown = "its process cannot be seen from here";
}
