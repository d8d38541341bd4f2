#include "daemon/command_queue.h"

#include <stdlib.h>
#include <uv.h>

enum { CAPACITY = 64 };

struct command {
    enum mh_command_kind kind;
    struct mh_edit *edit;
    mh_command_done done;
    void *context;
};

struct mh_commands {
    uv_mutex_t lock;
    uv_async_t wake;
    bool stopped;
    size_t first, count;
    struct command ring[CAPACITY];
    mh_command_runner runner;
    void *context;
};

static bool take(struct mh_commands *commands, struct command *command)
{
    uv_mutex_lock(&commands->lock);
    bool found = commands->count > 0;
    if (found) {
        *command = commands->ring[commands->first];
        commands->first = (commands->first + 1) % CAPACITY;
        commands->count--;
    }
    uv_mutex_unlock(&commands->lock);
    return found;
}

static void run_waiting(uv_async_t *wake)
{
    struct mh_commands *commands = wake->data;
    struct command command;
    while (take(commands, &command)) {
        struct mh_command_result result = {0};
        commands->runner(commands->context, command.kind, command.edit, &result);
        command.done(command.context, &result);
    }
}

struct mh_commands *mh_commands_new(struct uv_loop_s *loop, mh_command_runner runner, void *context)
{
    struct mh_commands *commands = calloc(1, sizeof *commands);
    if (commands == NULL || uv_mutex_init(&commands->lock) != 0) {
        free(commands);
        return NULL;
    }
    if (uv_async_init(loop, &commands->wake, run_waiting) != 0) {
        uv_mutex_destroy(&commands->lock);
        free(commands);
        return NULL;
    }
    commands->wake.data = commands;
    commands->runner = runner;
    commands->context = context;
    return commands;
}

bool mh_commands_submit(struct mh_commands *commands, enum mh_command_kind kind, struct mh_edit *edit,
                        mh_command_done done, void *context)
{
    uv_mutex_lock(&commands->lock);
    bool room = !commands->stopped && commands->count < CAPACITY;
    if (room) {
        commands->ring[(commands->first + commands->count) % CAPACITY] =
            (struct command){kind, edit, done, context};
        commands->count++;
        uv_async_send(&commands->wake);
    }
    uv_mutex_unlock(&commands->lock);
    return room;
}

void mh_commands_stop(struct mh_commands *commands)
{
    uv_mutex_lock(&commands->lock);
    commands->stopped = true;
    uv_mutex_unlock(&commands->lock);
    struct command command;
    struct mh_command_result result = {.code = MH_BUSY};
    (void)mh_fail(&result.failure, MH_BUSY, "the service ends");
    while (take(commands, &command))
        command.done(command.context, &result);
    uv_close((uv_handle_t *)&commands->wake, NULL);
}

void mh_commands_free(struct mh_commands *commands)
{
    if (commands == NULL)
        return;
    uv_mutex_destroy(&commands->lock);
    free(commands);
}
