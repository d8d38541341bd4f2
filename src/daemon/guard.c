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

static bool was_repaired(const struct mh_guard *guard, uint64_t key)
{
    for (size_t i = 0; i < guard->key_count && i < MH_GUARD_KEYS; i++)
        if (guard->keys[i] == key)
            return true;
    return false;
}

void mh_guard_note(struct mh_guard *guard, int64_t now, const uint64_t keys[], size_t count)
{
    if (is_quiet(guard, now))
        *guard = (struct mh_guard){0};
    guard->again = count == 0 || guard->rounds == 0;
    for (size_t i = 0; i < count && !guard->again; i++)
        guard->again = was_repaired(guard, keys[i]);
    for (size_t i = 0; i < count; i++)
        guard->keys[guard->key_count++ % MH_GUARD_KEYS] = keys[i];
    guard->rounds += guard->again;
    guard->repaired = now;
}

bool mh_guard_is_fight(const struct mh_guard *guard)
{
    unsigned rounds = guard->again ? guard->rounds : 0;
    while (rounds > FIGHT && rounds % 2 == 0)
        rounds /= 2;
    return rounds == FIGHT;
}
