/* Tells when the host file may have changed. Asleep until then: the directory is watched, nothing is polled.
 */
#ifndef MH_SIM_WATCH_H
#define MH_SIM_WATCH_H

#include "core/error.h"

struct uv_loop_s;
struct sim_watch;

struct sim_watch_events {
    void (*file_changed)(void *context); /* perhaps: somebody wrote to the file, replaced it or removed it */
    void (*due)(void *context);          /* after sim_watch_poke */
    void *context;
};

/* Watches `file`, also when it is replaced by a rename, and when it is gone for a while. */
enum mh_error sim_watch_start(struct uv_loop_s *loop, const char *file, const struct sim_watch_events *events,
                              struct sim_watch **watch, struct mh_failure *failure);
/* Has `due` called soon, from the loop. NULL is allowed. */
void sim_watch_poke(struct sim_watch *watch);
/* No event comes after this. The loop frees the rest when it runs next. NULL is allowed. */
void sim_watch_stop(struct sim_watch *watch);

#endif
