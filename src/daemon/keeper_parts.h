/* The keeper's state, shared by its files. Private to keeper*.c. */
#ifndef MH_DAEMON_KEEPER_PARTS_H
#define MH_DAEMON_KEEPER_PARTS_H

#include "api/json_text.h"
#include "daemon/guard.h"
#include "daemon/keeper.h"
#include "daemon/transaction.h"

#include <uv.h>

struct mh_keeper {
    struct mh_keeper_parts parts;
    struct mh_identity identity;
    struct mh_transactions *transactions;
    struct mh_config *config;   /* the confirmed document */
    struct mh_config *proposed; /* of the pending transaction; NULL: none is pending */
    char *file;                 /* the configuration file as it was read or written; NULL: there was none */
    size_t file_length;
    const struct mh_view *input;    /* between opening and closing a plan's input */
    const struct mh_view *observed; /* between observe and release */
    struct mh_guard guard;
    uint64_t circumstances; /* when it was looked last */
    uv_timer_t deadline;    /* of the pending transaction */
    uv_timer_t look;        /* at what others did */
    uv_timer_t reread;      /* of settings that the system does not tell of */
    int64_t plan_cost;      /* milliseconds that the last plan took */
    bool acting;            /* a transaction is under way: what is published now is its own doing */
};

/* What plans are made from, as it is now. Give it back. */
struct mh_plan_input mh_keeper_input_open(struct mh_keeper *keeper, const struct mh_config *config);
void mh_keeper_input_close(struct mh_keeper *keeper);

/* What the host is like apart from what is ours by this ledger, as it is known now. */
uint64_t mh_keeper_circumstances(struct mh_keeper *keeper, const struct mh_ledger *ledger);
/* Reads what is ours, or is to be by `config`, and changes without a word. */
void mh_keeper_reread(struct mh_keeper *keeper, const struct mh_config *config);
/* Makes the plan that leads to `config` from what is observed. The caller frees *plan. */
enum mh_error mh_keeper_plan(struct mh_keeper *keeper, const struct mh_config *config, struct mh_plan **plan);
/* The same with what it does to the host's users, as JSON (caller frees); NULL when out of memory. `asker`:
 * who is shown it. */
char *mh_keeper_show_plan(struct mh_keeper *keeper, const struct mh_config *config,
                          const struct mh_plan *plan, const struct mh_asker *asker, size_t *length);
/* Of that the sessions alone: an object. */
char *mh_keeper_show_sessions(struct mh_keeper *keeper, const struct mh_config *config,
                              const struct mh_plan *plan, const struct mh_asker *asker, size_t *length);
/* Writes that object (keeper_sessions.c). */
void mh_keeper_put_sessions(struct mh_json *json, const struct mh_keeper *keeper,
                            const struct mh_plan_input *input, const struct mh_plan *plan,
                            const struct mh_asker *asker);
/* As JSON (caller frees); NULL when out of memory. `attempt` (NULL: none) adds what only who began it is
 * told: the token, and the sessions. */
struct mh_keeper_attempt;
char *mh_keeper_show_transaction(const struct mh_keeper *keeper, const struct mh_transaction *transaction,
                                 const struct mh_keeper_attempt *attempt, size_t *length);

/* A transaction that is to begin, and what came of it. */
struct mh_keeper_attempt {
    struct mh_config *config; /* that the host is to follow */
    const struct mh_plan *plan;
    const char *text; /* the new file; NULL: the file is left alone */
    size_t length;
    int64_t timeout; /* as mh_transaction_request's */
    char token[MH_TRANSACTION_TOKEN_SIZE];
    char *sessions; /* as mh_keeper_show_sessions's; NULL: nobody asked */
    size_t sessions_length;
    const struct mh_transaction *begun; /* as mh_transactions_begin's; NULL: none was */
};

/* Finishes what earlier transactions left undone, as mh_transactions_ready. */
enum mh_error mh_keeper_settle(struct mh_keeper *keeper, struct mh_failure *failure);
/* Begins it, as mh_transactions_begin. */
enum mh_error mh_keeper_begin(struct mh_keeper *keeper, struct mh_keeper_attempt *attempt,
                              struct mh_failure *failure);
/* Makes the host as the file says; takes `text`, which is the file, over. Fills the change's answer. */
void mh_keeper_apply_file(struct mh_keeper *keeper, struct mh_config *config, char *text, size_t length,
                          struct mh_edit *edit);
/* `config` is in force from now on; takes the reference over. */
void mh_keeper_adopt(struct mh_keeper *keeper, struct mh_config *config);
/* Shows the transaction to clients. False when it is shown so already. */
bool mh_keeper_publish(struct mh_keeper *keeper, const struct mh_transaction *transaction);
/* Appends an event about a transaction, and wakes streams. */
void mh_keeper_announce(struct mh_keeper *keeper, enum mh_event_type type, const char *subject,
                        const char *detail);
/* Lets the document go that waited, unless its transaction still waits. */
void mh_keeper_forget_proposed(struct mh_keeper *keeper);
/* Sets the timers as the state of things wants them. */
void mh_keeper_set_timers(struct mh_keeper *keeper);

#endif
