#include "api/park.h"

#include <microhttpd.h>

bool mh_park_init(struct mh_park *park, size_t limit)
{
    *park = (struct mh_park){.limit = limit};
    return uv_mutex_init(&park->lock) == 0;
}

void mh_park_destroy(struct mh_park *park)
{
    uv_mutex_destroy(&park->lock);
}

static void count_one(struct mh_park *park, size_t count)
{
    bool told = (park->count == 0) != (count == 0);
    park->count = count;
    if (told && park->changed != NULL)
        park->changed(park->context, count);
}

bool mh_park_enter(struct mh_park *park, struct mh_parked *parked, struct MHD_Connection *connection)
{
    *parked = (struct mh_parked){.connection = connection};
    uv_mutex_lock(&park->lock);
    bool room = !park->closed && park->count < park->limit;
    if (room) {
        parked->next = park->first;
        if (parked->next != NULL)
            parked->next->link = &parked->next;
        parked->link = &park->first;
        park->first = parked;
        count_one(park, park->count + 1);
    }
    uv_mutex_unlock(&park->lock);
    if (!room)
        mh_park_wake_all(park, true);
    return room;
}

void mh_park_leave(struct mh_park *park, struct mh_parked *parked)
{
    uv_mutex_lock(&park->lock);
    if (parked->link != NULL) {
        *parked->link = parked->next;
        if (parked->next != NULL)
            parked->next->link = parked->link;
        parked->link = NULL;
        count_one(park, park->count - 1);
    }
    uv_mutex_unlock(&park->lock);
}

enum mh_park_answer mh_park_sleep(struct mh_park *park, struct mh_parked *parked, bool *heartbeat)
{
    enum mh_park_answer answer = MH_PARK_LOOK_AGAIN;
    uv_mutex_lock(&park->lock);
    *heartbeat = parked->heartbeat;
    if (park->closed) {
        answer = MH_PARK_CLOSED;
    } else if (!parked->woken) {
        MHD_suspend_connection(parked->connection);
        parked->suspended = true;
        answer = MH_PARK_SUSPENDED;
    }
    parked->woken = parked->heartbeat = false;
    uv_mutex_unlock(&park->lock);
    return answer;
}

/* Under the lock. */
static void wake(struct mh_parked *parked, bool heartbeat)
{
    parked->woken = true;
    parked->heartbeat = parked->heartbeat || heartbeat;
    if (!parked->suspended)
        return;
    parked->suspended = false;
    MHD_resume_connection(parked->connection);
}

void mh_park_wake(struct mh_park *park, struct mh_parked *parked)
{
    uv_mutex_lock(&park->lock);
    if (parked->link != NULL)
        wake(parked, false);
    uv_mutex_unlock(&park->lock);
}

void mh_park_wake_all(struct mh_park *park, bool heartbeat)
{
    uv_mutex_lock(&park->lock);
    for (struct mh_parked *parked = park->first; parked != NULL; parked = parked->next)
        wake(parked, heartbeat);
    uv_mutex_unlock(&park->lock);
}

void mh_park_close(struct mh_park *park)
{
    uv_mutex_lock(&park->lock);
    park->closed = true;
    uv_mutex_unlock(&park->lock);
    mh_park_wake_all(park, false);
}

size_t mh_park_count(struct mh_park *park)
{
    uv_mutex_lock(&park->lock);
    size_t count = park->count;
    uv_mutex_unlock(&park->lock);
    return count;
}
