/* When the guard looks again after something that should be there was gone: at once, then ever later while it
 * comes to a fight with somebody who takes it away each time. Pure. */
#ifndef MH_DAEMON_GUARD_H
#define MH_DAEMON_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MH_GUARD_FIRST = 50,       /* milliseconds: a burst of changes is looked at once */
    MH_GUARD_LAST = 60 * 1000, /* milliseconds */
    MH_GUARD_QUIET = 60 * 1000 /* milliseconds without a repair after which the first delay holds again */
};

/* All zero: nothing was ever repaired. */
struct mh_guard {
    int64_t repaired; /* when, on the clock that counts sleep; 0: never */
    unsigned rounds;  /* repairs in a row */
};

/* Milliseconds to wait before looking. */
int64_t mh_guard_delay(const struct mh_guard *guard, int64_t now);
/* A repair was made, or tried, now. */
void mh_guard_note(struct mh_guard *guard, int64_t now);
/* True when the repair that was just noted is one of so many in a row that people should hear of it: the
 * 5th, 10th, 20th, 40th, ... */
bool mh_guard_is_fight(const struct mh_guard *guard);

#endif
