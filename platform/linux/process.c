/* What /proc says of processes. A socket has no name but its inode: the links of /proc/PID/fd show it to
 * those who may look, so finding the one who has it open means reading the links of all. */
#define _GNU_SOURCE
#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- texts ----------------------------------------------------------------------------------------- */

bool mh_process_number(const char *text, size_t length, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (*number > (UINT64_MAX - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    return length > 0;
}

bool mh_process_socket(const char *text, size_t length, uint64_t *inode)
{
    static const char before[] = "socket:[";
    const size_t start = sizeof before - 1;
    return length > start && memcmp(text, before, start) == 0 && text[length - 1] == ']' &&
           mh_process_number(text + start, length - start - 1, inode);
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

/* "812 (a name) S 811 ...": the name may hold anything, parentheses too. */
uint32_t mh_process_parent(const char *text)
{
    static const char before[] = ") S ";
    const char *behind = strrchr(text, ')');
    if (behind == NULL || strlen(behind) < sizeof before)
        return 0;
    unsigned long parent = strtoul(behind + sizeof before - 1, NULL, 10);
    return parent <= INT32_MAX ? (uint32_t)parent : 0;
}

/* ---- one process ----------------------------------------------------------------------------------- */

int mh_process_open(uint32_t pid)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/%" PRIu32, pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The text ends with a zero. Its length; 0 too when there is none. */
static size_t read_small(int process, const char *name, char *text, size_t size)
{
    int descriptor = openat(process, name, O_RDONLY | O_CLOEXEC);
    ssize_t length = descriptor < 0 ? -1 : read(descriptor, text, size - 1);
    if (descriptor >= 0)
        (void)close(descriptor);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

bool mh_process_read_name(int process, char name[MH_PROCESS_NAME_SIZE])
{
    char text[MH_PROCESS_NAME_SIZE + 1];
    size_t length = read_small(process, "comm", text, sizeof text);
    mh_process_name(text, length, name);
    return length > 0;
}

uint32_t mh_process_read_parent(int process)
{
    char text[1024];
    return read_small(process, "stat", text, sizeof text) > 0 ? mh_process_parent(text) : 0;
}

/* ---- who has a socket open ------------------------------------------------------------------------- */

static bool goes_on(struct mh_process_search *search)
{
    search->gave_up |= !search->is_over && mh_clock_boot() >= search->deadline;
    return !search->is_over && !search->gave_up;
}

static bool read_link(int descriptors, const char *name, uint64_t *inode)
{
    char text[64];
    ssize_t length = readlinkat(descriptors, name, text, sizeof text);
    return length > 0 && mh_process_socket(text, (size_t)length, inode);
}

void mh_process_search(struct mh_process_search *search, int process, uint32_t pid)
{
    int descriptors = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = descriptors < 0 ? NULL : fdopendir(descriptors);
    if (list == NULL) {
        search->was_refused |= errno == EACCES || errno == EPERM;
        if (descriptors >= 0)
            (void)close(descriptors);
        return;
    }
    uint64_t inode;
    for (const struct dirent *entry; goes_on(search) && (entry = readdir(list)) != NULL;)
        if (read_link(dirfd(list), entry->d_name, &inode))
            search->is_over = search->found(search->context, process, pid, inode);
    (void)closedir(list);
}

void mh_process_search_all(struct mh_process_search *search)
{
    DIR *list = opendir("/proc");
    if (list == NULL)
        return;
    for (const struct dirent *entry; goes_on(search) && (entry = readdir(list)) != NULL;) {
        uint64_t pid;
        if (!mh_process_number(entry->d_name, strlen(entry->d_name), &pid) || pid > INT32_MAX)
            continue;
        int process = mh_process_open((uint32_t)pid);
        if (process < 0)
            continue;
        mh_process_search(search, process, (uint32_t)pid);
        (void)close(process);
    }
    (void)closedir(list);
}
