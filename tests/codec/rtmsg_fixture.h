/* What the tests of the routing-socket codec share: reading recordings (fixtures/bsd/KERNEL.txt, see
 * collect_rtmsg.py). */
#ifndef MH_TESTS_RTMSG_FIXTURE_H
#define MH_TESTS_RTMSG_FIXTURE_H

#include "core/digit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel {
    const char *name, *layout;
};
static const struct kernel kernels[] = {{"freebsd12", "freebsd-12-amd64"},
                                        {"freebsd13", "freebsd-13-amd64"},
                                        {"netbsd7", "netbsd-7-amd64"},
                                        {"openbsd73-i386", "openbsd-7-i386"},
                                        {"openbsd80", "openbsd-8-amd64"}};
enum { KERNELS = sizeof kernels / sizeof kernels[0] };

/* One recording: its octets in memory of exactly their number. */
struct recording {
    char name[96]; /* "radd-net-request-RTM_ADD" */
    uint8_t *octets;
    size_t length;
};

struct recordings {
    struct recording *all;
    size_t count;
};

static inline void *need(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(EXIT_FAILURE);
    }
    return memory;
}

static inline void add_digits(struct recording *recording, const char *line)
{
    size_t more = strspn(line, "0123456789abcdef") / 2;
    recording->octets = need(realloc(recording->octets, recording->length + more));
    for (size_t i = 0; i < more; i++)
        recording->octets[recording->length++] =
            (uint8_t)(mh_hexadecimal_value(line[2 * i]) << 4 | mh_hexadecimal_value(line[2 * i + 1]));
}

/* All recordings of a kernel; ends the test program when there is no such file. */
static inline struct recordings recordings_of(const char *kernel)
{
    char path[512], line[1024];
    struct recordings found = {NULL, 0};
    (void)snprintf(path, sizeof path, "%s/codec/fixtures/bsd/%s.txt", MH_TEST_DIRECTORY, kernel);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(EXIT_FAILURE);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "capture ", 8) == 0) {
            found.all = need(realloc(found.all, (found.count + 1) * sizeof *found.all));
            memset(&found.all[found.count], 0, sizeof *found.all);
            (void)sscanf(line, "capture %95s", found.all[found.count++].name);
        } else if (line[0] != '|' && found.count > 0) {
            add_digits(&found.all[found.count - 1], line);
        }
    }
    (void)fclose(file);
    return found;
}

static inline void recordings_free(struct recordings *recordings)
{
    for (size_t i = 0; i < recordings->count; i++)
        free(recordings->all[i].octets);
    free(recordings->all);
}

/* By name; ends the test program when there is none. */
static inline const struct recording *recording_named(const struct recordings *recordings, const char *name)
{
    for (size_t i = 0; i < recordings->count; i++)
        if (strcmp(recordings->all[i].name, name) == 0)
            return &recordings->all[i];
    fprintf(stderr, "there is no recording %s\n", name);
    exit(EXIT_FAILURE);
}

static inline int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

#endif
