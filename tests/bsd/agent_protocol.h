/* The agent's half of docs/bsd-calls.md: reads requests, has them carried out, writes answers. It needs
 * POSIX and nothing else, so that tests run it on any system, with calls of their own. */
#ifndef MH_TESTS_BSD_AGENT_PROTOCOL_H
#define MH_TESTS_BSD_AGENT_PROTOCOL_H

#include <stddef.h>
#include <sys/types.h>

/* Each as the system call of its name: -1 and errno. What read and poll are asked of is a real descriptor. */
struct agent_calls {
    int (*open)(const char *path, int flags);
    int (*socket)(int domain, int type, int protocol);
    int (*setsockopt)(int descriptor, int level, int option, const void *value, size_t length);
    int (*ioctl)(int descriptor, unsigned long request, void *data);
    int (*sysctl)(const int *numbers, unsigned count, void *old, size_t *length, void *value,
                  size_t value_length);
    int (*sysctlbyname)(const char *name, void *old, size_t *length, void *value, size_t value_length);
    /* This system's errno as the BSD's number; NULL: it is one. */
    int (*number_of)(int code);
};

/* Serves one client until it closes `in`; what was opened for it is closed. 0, or 1 when the connection broke
 * or a line was too long. */
int agent_serve(int in, int out, const struct agent_calls *calls);

#endif
