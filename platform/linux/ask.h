/* Asking the kernel for its own decision (RTM_GETROUTE). Any thread: one question at a time. */
#ifndef MH_LINUX_ASK_H
#define MH_LINUX_ASK_H

#include "platform.h"

#include <pthread.h>

struct mh_asker {
    pthread_mutex_t lock;
    int descriptor; /* -1: opened by the first question */
    uint32_t port;
    uint32_t sequence;
};

void mh_asker_init(struct mh_asker *asker);
void mh_asker_clear(struct mh_asker *asker);

/* As mh_platform_ask says. */
enum mh_error mh_linux_ask(struct mh_platform *platform, const struct mh_question *question,
                           struct mh_kernel_answer *answer, struct mh_failure *failure);

#endif
