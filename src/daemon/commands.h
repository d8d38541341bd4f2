/* What API threads ask the loop to do. Submitted from any thread, carried out in order on the loop's. */
#ifndef MH_DAEMON_COMMANDS_H
#define MH_DAEMON_COMMANDS_H

#include "core/error.h"

#include <stdbool.h>
#include <stdint.h>

enum mh_command_kind {
    MH_COMMAND_PING, /* nothing: the answer shows that the loop runs */
    MH_COMMAND_RESYNC,
    MH_COMMAND_EDIT /* `edit` says what */
};

struct mh_edit; /* edit.h */

struct mh_command_result {
    enum mh_error code;
    uint64_t generation; /* of the view that shows the outcome */
    struct mh_failure failure;
};

/* Called once, on the loop thread, for every command that was accepted, also when the service ends first
 * (MH_BUSY). */
typedef void (*mh_command_done)(void *context, const struct mh_command_result *result);

struct mh_commands;

/* False when the queue is full or the service ends: `done` is not called then. `edit` (NULL but for
 * MH_COMMAND_EDIT) stays the submitter's, who leaves it alone until `done` is called. */
bool mh_commands_submit(struct mh_commands *commands, enum mh_command_kind kind, struct mh_edit *edit,
                        mh_command_done done, void *context);

#endif
