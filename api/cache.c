#include "api/cache.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

bool mh_cache_init(struct mh_cache *cache)
{
    memset(cache, 0, sizeof *cache);
    return uv_mutex_init(&cache->lock) == 0;
}

static void empty(struct mh_cache *cache)
{
    for (size_t i = 0; i < MH_CACHE_SLOTS; i++) {
        if (cache->slots[i] != NULL)
            mh_cached_release(cache->slots[i]);
        cache->slots[i] = NULL;
    }
}

void mh_cache_destroy(struct mh_cache *cache)
{
    empty(cache);
    uv_mutex_destroy(&cache->lock);
}

void mh_cached_release(struct mh_cached *cached)
{
    if (atomic_fetch_sub_explicit(&cached->references, 1, memory_order_acq_rel) != 1)
        return;
    MHD_destroy_response(cached->response);
    free(cached);
}

/* FNV-1a; sets *length. */
static size_t slot_of(const char *key, size_t *length)
{
    uint32_t hash = 2166136261U;
    const char *at = key;
    for (; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    *length = (size_t)(at - key);
    return (hash ^ hash >> 16) % MH_CACHE_SLOTS;
}

/* Under the lock. False: `generation` is older than what is kept. */
static bool follow(struct mh_cache *cache, uint64_t generation)
{
    if (generation > cache->generation) {
        empty(cache);
        cache->generation = generation;
    }
    return generation == cache->generation;
}

struct mh_cached *mh_cache_find(struct mh_cache *cache, uint64_t generation, const char *key)
{
    size_t length, slot = slot_of(key, &length);
    struct mh_cached *found = NULL;
    uv_mutex_lock(&cache->lock);
    struct mh_cached *cached = follow(cache, generation) ? cache->slots[slot] : NULL;
    if (cached != NULL && cached->key_length == length && memcmp(cached->key, key, length) == 0) {
        atomic_fetch_add_explicit(&cached->references, 1, memory_order_relaxed);
        found = cached;
    }
    uv_mutex_unlock(&cache->lock);
    return found;
}

static struct mh_cached *wrap(const char *key, size_t length, struct MHD_Response *response)
{
    struct mh_cached *cached = malloc(sizeof *cached + length + 1);
    if (cached == NULL) {
        MHD_destroy_response(response);
        return NULL;
    }
    atomic_init(&cached->references, 1);
    cached->response = response;
    cached->key_length = length;
    memcpy(cached->key, key, length + 1);
    return cached;
}

struct mh_cached *mh_cache_put(struct mh_cache *cache, uint64_t generation, const char *key,
                               struct MHD_Response *response)
{
    size_t length, slot = slot_of(key, &length);
    struct mh_cached *cached = wrap(key, length, response);
    if (cached == NULL || length > MH_CACHE_KEY_LIMIT)
        return cached;
    struct mh_cached *before = NULL;
    uv_mutex_lock(&cache->lock);
    if (follow(cache, generation)) {
        before = cache->slots[slot];
        cache->slots[slot] = cached;
        atomic_fetch_add_explicit(&cached->references, 1, memory_order_relaxed);
    }
    uv_mutex_unlock(&cache->lock);
    if (before != NULL)
        mh_cached_release(before);
    return cached;
}
