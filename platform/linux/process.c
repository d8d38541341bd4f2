/* DOC: A notification carries the port id of the socket that asked for the change (nlmsg_pid, netlink(7)).
 * The first socket of a process has its process id as port id, others a number of the kernel's choosing, and
 * a number can be anybody's choice: so the socket's inode is what counts. /proc/net/netlink leads from the
 * port id to it, and the process that holds it has a descriptor of that name. */
#define _GNU_SOURCE
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TABLE_LIMIT = 1 << 20, /* octets: some ten thousand sockets */
    SEARCH_LIMIT = 20      /* milliseconds */
};

/* ---- texts ----------------------------------------------------------------------------------------- */

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

static bool read_number(const char *word, size_t length, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)word[i]) || *number > (UINT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + (uint64_t)(word[i] - '0');
    }
    return length > 0;
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
        if (!next_word(&row, &word, &length) || (wanted && !read_number(word, length, &values[i])))
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

bool mh_is_socket_link(const char *text, size_t length, uint64_t inode)
{
    char expected[40];
    int size = snprintf(expected, sizeof expected, "socket:[%" PRIu64 "]", inode);
    return size > 0 && length == (size_t)size && memcmp(text, expected, length) == 0;
}

void mh_process_name(const char *text, size_t length, char name[MH_PROCESS_NAME_SIZE])
{
    size_t used = 0;
    if (length > 0 && text[length - 1] == '\n')
        length--;
    for (; used < length && used < MH_PROCESS_NAME_SIZE - 1; used++)
        name[used] = (char)(text[used] >= ' ' && text[used] <= '~' ? text[used] : '?');
    name[used] = '\0';
}

/* ---- the search ------------------------------------------------------------------------------------ */

/* Whether one of the process's descriptors is that socket. False too when we may not look. */
static bool holds(uint32_t pid, uint64_t inode, int64_t deadline)
{
    char path[40], link[64];
    (void)snprintf(path, sizeof path, "/proc/%" PRIu32 "/fd", pid);
    DIR *directory = opendir(path);
    bool found = false;
    const struct dirent *entry;
    while (directory != NULL && !found && mh_clock_boot() < deadline &&
           (entry = readdir(directory)) != NULL) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, link, sizeof link);
        found = length > 0 && mh_is_socket_link(link, (size_t)length, inode);
    }
    if (directory != NULL)
        (void)closedir(directory);
    return found;
}

/* 0: none that can be seen has it, or the time is over. */
static uint32_t find_holder(uint64_t inode, int64_t deadline)
{
    DIR *directory = opendir("/proc");
    uint32_t found = 0;
    const struct dirent *entry;
    while (directory != NULL && found == 0 && mh_clock_boot() < deadline &&
           (entry = readdir(directory)) != NULL) {
        uint64_t pid;
        if (read_number(entry->d_name, strlen(entry->d_name), &pid) && pid <= INT32_MAX &&
            holds((uint32_t)pid, inode, deadline))
            found = (uint32_t)pid;
    }
    if (directory != NULL)
        (void)closedir(directory);
    return found;
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

static bool read_name(uint32_t pid, char name[MH_PROCESS_NAME_SIZE])
{
    char path[40], *text;
    size_t length;
    (void)snprintf(path, sizeof path, "/proc/%" PRIu32 "/comm", pid);
    if (mh_file_read(path, 4096, &text, &length, NULL) != MH_OK)
        return false;
    mh_process_name(text, length, name);
    free(text);
    return true;
}

void mh_process_of_port(uint32_t port, struct mh_culprit *culprit)
{
    int64_t deadline = mh_clock_boot() + SEARCH_LIMIT;
    uint64_t inode;
    *culprit = (struct mh_culprit){.unknown = "it had ended"};
    if (!find_inode(port, &inode))
        return;
    uint32_t pid = port <= INT32_MAX && holds(port, inode, deadline) ? port : find_holder(inode, deadline);
    if (pid == 0)
        culprit->unknown = mh_clock_boot() < deadline ? "its process cannot be seen from here"
                                                      : "there are too many processes to look through";
    else if (read_name(pid, culprit->process))
        culprit->pid = pid;
}
