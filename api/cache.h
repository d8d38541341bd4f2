/* Responses that were rendered once and are sent again until the view changes. Bounded: a slot for each hash,
 * the newest wins. Any thread. */
#ifndef MH_API_CACHE_H
#define MH_API_CACHE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct MHD_Response;

enum { MH_CACHE_SLOTS = 64, MH_CACHE_KEY_LIMIT = 256, MH_CACHE_BODY_LIMIT = 256 * 1024 };

/* A rendered response; alive while somebody holds a reference. */
struct mh_cached {
    atomic_size_t references;
    struct MHD_Response *response;
    size_t key_length;
    char key[];
};

struct mh_cache {
    uv_mutex_t lock;
    uint64_t generation;
    struct mh_cached *slots[MH_CACHE_SLOTS];
};

bool mh_cache_init(struct mh_cache *cache);
void mh_cache_destroy(struct mh_cache *cache);

/* What was put under `key` for this generation, or NULL. A newer generation than before empties the cache. */
struct mh_cached *mh_cache_find(struct mh_cache *cache, uint64_t generation, const char *key);
/* Takes the response over in any case. NULL when out of memory (the response is then gone). Release what is
 * returned. */
struct mh_cached *mh_cache_put(struct mh_cache *cache, uint64_t generation, const char *key,
                               struct MHD_Response *response);
void mh_cached_release(struct mh_cached *cached);

#endif
