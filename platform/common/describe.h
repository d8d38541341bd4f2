/* Writing an op as the command that an administrator would type. Pure; any thread. */
#ifndef MH_PLATFORM_COMMON_DESCRIBE_H
#define MH_PLATFORM_COMMON_DESCRIBE_H

#include "core/op.h"
#include "core/snapshot.h"

/* A command that is being written. */
struct mh_description {
    char *text; /* `size` octets, the caller's; always ends with NUL */
    size_t size, used;
    bool full; /* something did not fit */
    const struct mh_snapshot *snapshot;
};

/* Adds text as printf(3) makes it. */
void mh_describe_add(struct mh_description *description, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Adds one word as sh(1) reads it: in single quotes where it has to be. */
void mh_describe_word(struct mh_description *description, const char *word);
/* The interface's name in the snapshot; "if7" when it is not there, which ip(8) understands. */
const char *mh_describe_interface(const struct mh_description *description, uint32_t index,
                                  char name[MH_NAME_SIZE]);
/* Adds " dev eth0", the words before the name as given. */
void mh_describe_name(struct mh_description *description, const char *before, uint32_t index);

/* The op in the words of a system; false when it has none for it. */
typedef bool (*mh_describe_op)(struct mh_description *description, const struct mh_op *op);

/* What mh_platform_describe answers, with a renderer. */
const char *mh_describe(mh_describe_op render, const struct mh_snapshot *snapshot, const struct mh_op *op,
                        char *text, size_t size);

/* What a Linux route has beside what the model knows (mh_route.native), as words of ip-route(8): " mtu 1400
 * realms 3/4". Answers how many more there are, for which this has no words. */
unsigned mh_describe_native(struct mh_description *description, const struct mh_route *route);

/* ip(8) and sysctl(8). An address's mark (IFA_PROTO) is left out: iproute2 has a word for it since 6.4 only.
 */
bool mh_describe_linux(struct mh_description *description, const struct mh_op *op);

/* netsh. */
bool mh_describe_windows(struct mh_description *description, const struct mh_op *op);

/* ifconfig(8), route(8), sysctl(8), arp(8), ndp(8). */
bool mh_describe_freebsd(struct mh_description *description, const struct mh_op *op);
bool mh_describe_netbsd(struct mh_description *description, const struct mh_op *op);
bool mh_describe_openbsd(struct mh_description *description, const struct mh_op *op);
/* FreeBSD's and OpenBSD's rules, and routes of tables 5200 to 5999: what mh_describe_is_pf says of an op. */
bool mh_describe_is_pf(const struct mh_op *op);
bool mh_describe_pf(struct mh_description *description, const struct mh_op *op);

#endif
