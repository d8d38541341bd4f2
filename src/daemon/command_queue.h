/* The loop's end of commands.h. */
#ifndef MH_DAEMON_COMMAND_QUEUE_H
#define MH_DAEMON_COMMAND_QUEUE_H

#include "daemon/commands.h"

struct uv_loop_s;

/* Loop thread: carries out one command. */
typedef void (*mh_command_runner)(void *context, enum mh_command_kind kind, struct mh_edit *edit,
                                  struct mh_command_result *result);

struct mh_commands *mh_commands_new(struct uv_loop_s *loop, mh_command_runner runner, void *context);
/* Answers what waits with MH_BUSY and takes nothing more. Free it when the loop has run once more. */
void mh_commands_stop(struct mh_commands *commands);
void mh_commands_free(struct mh_commands *commands);

#endif
