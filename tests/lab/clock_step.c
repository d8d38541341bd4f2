/* Sets the time of day of one program only: preloaded (ld.so(8), LD_PRELOAD), it adds to CLOCK_REALTIME the
 * seconds that the file named by MH_CLOCK_STEP holds; without the file, none. Other clocks are the kernel's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long step(void)
{
    const char *path = getenv("MH_CLOCK_STEP");
    int descriptor = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    char text[24] = "";
    if (descriptor < 0)
        return 0;
    if (read(descriptor, text, sizeof text - 1) < 0)
        text[0] = '\0';
    (void)close(descriptor);
    return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += step();
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
        return -1;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *now)
{
    struct timespec precise = {0};
    (void)clock_gettime(CLOCK_REALTIME, &precise);
    if (now != NULL)
        *now = precise.tv_sec;
    return precise.tv_sec;
}
