/* Which layout a kernel's messages have, by what it says of itself. */
#include "bsd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* <sys/sysctl.h>, alike on all but where a system is named. */
enum { CTL_HW = 6, HW_MACHINE = 1, HW_MACHINE_ARCH_NETBSD = 10, HW_MACHINE_ARCH_FREEBSD = 11 };

/* The layouts of releases, best first. Between NetBSD 7 and 8 messages and numbers of tables changed, and not
 * since; FreeBSD 13 and 14 differ in no message. */
static const struct release {
    const char *system; /* kern.ostype */
    unsigned first, last;
    const char *layout;
} releases[] = {
    {"FreeBSD", 14, UINT32_MAX, "freebsd-14"}, {"FreeBSD", 13, 13, "freebsd-13"},
    {"FreeBSD", 13, 13, "freebsd-14"},         {"FreeBSD", 12, 12, "freebsd-12"},
    {"NetBSD", 8, UINT32_MAX, "netbsd-10"},    {"NetBSD", 7, 7, "netbsd-7"},
    {"OpenBSD", 8, UINT32_MAX, "openbsd-8"},   {"OpenBSD", 7, 7, "openbsd-7"},
};

enum mh_error mh_bsd_read_text(struct mh_calls *calls, int32_t group, int32_t what, char *text, size_t size,
                               struct mh_failure *failure)
{
    const int32_t numbers[] = {group, what};
    uint8_t *bytes;
    size_t length, used = 0;
    text[0] = '\0';
    enum mh_error code = mh_calls_read_table(calls, numbers, 2, &bytes, &length, failure);
    if (code != MH_OK)
        return code;
    while (used < length && used + 1 < size && bytes[used] > ' ' && bytes[used] < 0x7f) {
        text[used] = (char)bytes[used];
        used++;
    }
    text[used] = '\0';
    free(bytes);
    return MH_OK;
}

static const struct mh_rt_layout *find(const char *system, const char *release, const char *machine)
{
    unsigned long number = strtoul(release, NULL, 10);
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        const struct release *row = &releases[i];
        char name[64];
        if (strcmp(system, row->system) != 0 || number < row->first || number > row->last)
            continue;
        (void)snprintf(name, sizeof name, "%s-%s", row->layout, machine);
        const struct mh_rt_layout *layout = mh_rt_layout_find(name);
        if (layout != NULL)
            return layout;
    }
    return NULL;
}

enum mh_error mh_bsd_own_layout(struct mh_calls *calls, const struct mh_rt_layout **layout,
                                struct mh_failure *failure)
{
    /* One kind of machine may have processors of several (NetBSD's evbarm), and the other way round
     * (OpenBSD's macppc): the first word that is known says it. OpenBSD has the first only. */
    static const int32_t words[] = {HW_MACHINE, HW_MACHINE_ARCH_NETBSD, HW_MACHINE_ARCH_FREEBSD};
    char system[24], release[32], machine[32] = "", first[32] = "?";
    *layout = NULL;
    enum mh_error code =
        mh_bsd_read_text(calls, MH_BSD_CTL_KERN, MH_BSD_KERN_OSTYPE, system, sizeof system, failure);
    if (code == MH_OK)
        code =
            mh_bsd_read_text(calls, MH_BSD_CTL_KERN, MH_BSD_KERN_OSRELEASE, release, sizeof release, failure);
    for (size_t i = 0; code == MH_OK && *layout == NULL && i < sizeof words / sizeof words[0]; i++) {
        if (mh_bsd_read_text(calls, CTL_HW, words[i], machine, sizeof machine, NULL) != MH_OK)
            continue;
        *layout = find(system, release, machine);
        if (i == 0)
            memcpy(first, machine, sizeof first);
    }
    if (code == MH_OK && *layout == NULL)
        return mh_fail(
            failure, MH_UNSUPPORTED,
            "no layout of messages is known for %s %s on %s; name one that fits: bsd:LAYOUT (rtmsg-dump "
            "--list shows them)",
            system, release, first);
    return code;
}
