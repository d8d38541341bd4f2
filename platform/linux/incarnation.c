/* This boot and this network namespace. */
#define _GNU_SOURCE
#include "platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* Linux 5.14; C libraries older than that do not name it */
#endif

/* random(4): a UUID that the kernel makes at its first use in a boot. */
static bool read_boot(char boot[MH_INCARNATION_SIZE])
{
    char *text;
    size_t length;
    if (mh_file_read("/proc/sys/kernel/random/boot_id", MH_INCARNATION_SIZE, &text, &length, NULL) != MH_OK)
        return false;
    length = strcspn(text, "\n");
    bool good = length > 0 && length < MH_INCARNATION_SIZE;
    if (good)
        (void)snprintf(boot, MH_INCARNATION_SIZE, "%.*s", (int)length, text);
    free(text);
    return good;
}

/* Without /proc: the second in which the system was started, as far as the clocks know it. */
static void guess_boot(char boot[MH_INCARNATION_SIZE])
{
    (void)snprintf(boot, MH_INCARNATION_SIZE, "since-%" PRId64, (mh_clock_wall() - mh_clock_boot()) / 10000);
}

static bool read_cookie(uint64_t *cookie)
{
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof *cookie;
    bool good = descriptor >= 0 && getsockopt(descriptor, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size) == 0;
    if (descriptor >= 0)
        (void)close(descriptor);
    return good;
}

void mh_host_incarnation(struct mh_incarnation *incarnation)
{
    uint64_t cookie;
    struct stat status = {0};
    if (!read_boot(incarnation->boot))
        guess_boot(incarnation->boot);
    if (read_cookie(&cookie)) {
        (void)snprintf(incarnation->space, sizeof incarnation->space, "cookie-%" PRIu64, cookie);
        return;
    }
    (void)stat("/proc/self/ns/net", &status);
    (void)snprintf(incarnation->space, sizeof incarnation->space, "inode-%ju", (uintmax_t)status.st_ino);
}
