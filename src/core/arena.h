/* Memory that is given back all at once: for things that live and end together, as a plan's ops. Not
 * synchronised. Pure. */
#ifndef MH_CORE_ARENA_H
#define MH_CORE_ARENA_H

#include <stddef.h>

struct mh_arena;

/* NULL when out of memory. */
struct mh_arena *mh_arena_new(void);
/* Ends everything that was taken from it. NULL is allowed. */
void mh_arena_free(struct mh_arena *arena);

/* `size` octets, aligned for anything and zero; NULL when out of memory. Size 0 gives a pointer too. */
void *mh_arena_take(struct mh_arena *arena, size_t size);
/* A copy of `size` octets; NULL when out of memory. */
void *mh_arena_copy(struct mh_arena *arena, const void *bytes, size_t size);
/* A formatted text; NULL when out of memory. */
char *mh_arena_print(struct mh_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
