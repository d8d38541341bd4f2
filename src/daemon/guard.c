#include "daemon/guard.h"

enum { PATIENCE = 3, FIGHT = 5 };

static bool is_quiet(const struct mh_guard *guard, int64_t now)
{
    return guard->repaired == 0 || now - guard->repaired >= MH_GUARD_QUIET;
}

int64_t mh_guard_delay(const struct mh_guard *guard, int64_t now)
{
    int64_t delay = MH_GUARD_FIRST;
    if (is_quiet(guard, now))
        return delay;
    for (unsigned i = PATIENCE; i < guard->rounds && delay < MH_GUARD_LAST; i++)
        delay *= 2;
    return delay < MH_GUARD_LAST ? delay : MH_GUARD_LAST;
}

void mh_guard_note(struct mh_guard *guard, int64_t now)
{
    guard->rounds = is_quiet(guard, now) ? 1 : guard->rounds + 1;
    guard->repaired = now;
}

bool mh_guard_is_fight(const struct mh_guard *guard)
{
    unsigned rounds = guard->rounds;
    while (rounds > FIGHT && rounds % 2 == 0)
        rounds /= 2;
    return rounds == FIGHT;
}
