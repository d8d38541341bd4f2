/* Lets a daemon on another machine work with this BSD's kernel: docs/bsd-calls.md. C library only.
 *
 *     cc -o agent agent.c && ./agent              one client, on standard input and output (ssh, serial line)
 *     cc -o agent agent.c && ./agent /tmp/socket  one client after the other, on a UNIX socket (mode 0600)
 *
 * Who talks to it has its rights. */
#include "agent_protocol.c" /* one file to compile, on a machine that has a compiler and nothing else */

#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/un.h>

static int real_open(const char *path, int flags)
{
    return open(path, flags);
}

static int real_setsockopt(int descriptor, int level, int option, const void *value, size_t length)
{
    return setsockopt(descriptor, level, option, value, (socklen_t)length);
}

static int real_ioctl(int descriptor, unsigned long request, void *data)
{
    return ioctl(descriptor, request, data);
}

static int real_sysctl(const int *numbers, unsigned count, void *old, size_t *length, void *value,
                       size_t value_length)
{
    return sysctl(numbers, count, old, length, value, value_length);
}

static int real_sysctlbyname(const char *name, void *old, size_t *length, void *value, size_t value_length)
{
#ifdef __OpenBSD__ /* it has none */
    (void)name, (void)old, (void)length, (void)value, (void)value_length;
    errno = ENOSYS;
    return -1;
#else
    return sysctlbyname(name, old, length, value, value_length);
#endif
}

static const struct agent_calls calls = {real_open,         socket, real_setsockopt, real_ioctl, real_sysctl,
                                         real_sysctlbyname, NULL};

static int listen_at(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof name.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name.sun_path, path, strlen(path));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)unlink(path);
    (void)umask(077);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&name, sizeof name) != 0 ||
        listen(listener, 1) != 0)
        return -1;
    return listener;
}

int main(int count, char **arguments)
{
    if (count == 1)
        return agent_serve(STDIN_FILENO, STDOUT_FILENO, &calls);
    int listener = listen_at(arguments[1]);
    if (listener < 0) {
        perror(arguments[1]);
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        (void)agent_serve(client, client, &calls);
        (void)close(client);
    }
}
