/* One thing that is wanted of an interface, and what the host makes of it: desired, effective, the system's
 * own values behind that, and whether the two agree (DESIGN section 5). Texts live in an arena or are static.
 * Pure. */
#ifndef MH_CORE_ASPECT_H
#define MH_CORE_ASPECT_H

#include "core/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { MH_ASPECT_TEXTS_MAX = 8, MH_ASPECT_NATIVES_MAX = 8 };

/* A value as the system has it: "net.ipv4.conf.eth0.arp_ignore" and 1, "rule 5260" and "from 192.0.2.1 ...".
 */
struct mh_native_value {
    const char *key;
    const char *text; /* NULL: `number` */
    int32_t number;
};

struct mh_aspect {
    const char *desired;   /* the configuration's word; NULL: it says nothing */
    const char *effective; /* a word; NULL: there is nothing that it could be of (`reason`) */
    bool undecided;        /* effective is "indeterminate" */
    const char *reason;    /* why they do not agree, or why there is no `effective`; NULL otherwise */
    size_t evidence_count, native_count;
    const char *evidence[MH_ASPECT_TEXTS_MAX]; /* sentences: what decides */
    struct mh_native_value natives[MH_ASPECT_NATIVES_MAX];
    bool no_memory; /* something could not be noted */
};

/* 1: agree; 0: not; -1: one of them is not known, or nothing is desired. */
int mh_aspect_agrees(const struct mh_aspect *aspect);

/* A sentence; those beyond the room are left out. */
void mh_aspect_say(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets `effective` to NULL, and the reason. */
void mh_aspect_nothing(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets `effective` to "indeterminate", and the reason. */
void mh_aspect_undecide(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void mh_aspect_reason(struct mh_aspect *aspect, struct mh_arena *memory, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A native value with the key that `format` makes. Those beyond the room are left out. */
void mh_aspect_number(struct mh_aspect *aspect, struct mh_arena *memory, int32_t number, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));
/* The same with a text, which is copied. */
void mh_aspect_text(struct mh_aspect *aspect, struct mh_arena *memory, const char *text, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

#endif
