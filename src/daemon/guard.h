/* When the guard looks again after something that should be there was gone: at once, then ever later while it
 * comes to a fight with somebody who takes the same away each time. Pure. */
#ifndef MH_DAEMON_GUARD_H
#define MH_DAEMON_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MH_GUARD_FIRST = 50,       /* milliseconds: a burst of changes is looked at once */
    MH_GUARD_LAST = 60 * 1000, /* milliseconds */
    MH_GUARD_QUIET = 60 * 1000 /* milliseconds without a repair after which the first delay holds again */
};

enum { MH_GUARD_KEYS = 64 };

/* All zero: nothing was ever repaired. */
struct mh_guard {
    int64_t repaired;             /* when, on the clock that counts sleep; 0: never */
    unsigned rounds;              /* repairs in a row of what had been repaired before */
    bool again;                   /* the last one was such a repair */
    uint64_t keys[MH_GUARD_KEYS]; /* what was repaired last, a ring */
    size_t key_count;             /* ever put into it */
};

/* Milliseconds to wait before looking. */
int64_t mh_guard_delay(const struct mh_guard *guard, int64_t now);
/* A repair was made, or tried, now, of things with these keys: a round more when one of them is among the
 * last 64 that were repaired, or when none are given. */
void mh_guard_note(struct mh_guard *guard, int64_t now, const uint64_t keys[], size_t count);
/* True when the repair that was just noted is one of so many in a row that people should hear of it: the
 * 5th, 10th, 20th, 40th, ... */
bool mh_guard_is_fight(const struct mh_guard *guard);

#endif
