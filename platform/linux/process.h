/* Processes as /proc shows them: the sockets that each has open, its name, its parent. */
#ifndef MH_LINUX_PROCESS_H
#define MH_LINUX_PROCESS_H

#include "platform.h"

/* ---- texts, pure ----------------------------------------------------------------------------------- */

/* A decimal number that is all of the text, and fits. */
bool mh_process_number(const char *text, size_t length, uint64_t *number);
/* What a link of /proc/PID/fd says of a socket: "socket:[INODE]", proc_pid_fd(5). False: it is another file.
 */
bool mh_process_socket(const char *text, size_t length, uint64_t *inode);
/* A process's name as it says it itself (/proc/PID/comm: any octets): what is not printable ASCII becomes
 * '?'. */
void mh_process_name(const char *text, size_t length, char name[MH_PROCESS_NAME_SIZE]);
/* The parent in the text of /proc/PID/stat, proc_pid_stat(5); 0: none. */
uint32_t mh_process_parent(const char *text);

/* ---- one process ----------------------------------------------------------------------------------- */

/* The descriptor of /proc/PID, or -1 when there is none. What is read by it is of this process, even when it
 * has ended and another has its number. The caller closes it. */
int mh_process_open(uint32_t pid);
/* False: it has ended; the name is empty then. */
bool mh_process_read_name(int process, char name[MH_PROCESS_NAME_SIZE]);
/* 0: it has none, or has ended. */
uint32_t mh_process_read_parent(int process);

/* ---- who has a socket open ------------------------------------------------------------------------- */

struct mh_process_search {
    /* Told of each socket that the process has open: its inode. True: that is enough. */
    bool (*found)(void *context, int process, uint32_t pid, uint64_t inode);
    void *context;
    int64_t deadline; /* mh_clock_boot; kept also within a process that has many files open */
    bool is_over;     /* enough was found */
    bool gave_up;     /* the deadline came before */
    bool was_refused; /* a process would not be looked at */
};

/* Looks at one process, at all of them, until enough is found or the deadline comes. */
void mh_process_search(struct mh_process_search *search, int process, uint32_t pid);
void mh_process_search_all(struct mh_process_search *search);

#endif
