/* DOC: The keeper stands between what is wanted and what is. A change of the document becomes a plan, the
 * plan a transaction; the same plan, made again whenever a view is published, shows what somebody took away
 * or what has become possible, and is carried out as a transaction of its own. */
#include "core/dialect_traits.h"
#include "core/op_json.h"
#include "daemon/circumstances.h"
#include "daemon/keeper_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what transactions are given ------------------------------------------------------------------- */

static void apply(void *context, const struct mh_op *const *ops, size_t count, struct mh_failure *results)
{
    struct mh_keeper *keeper = context;
    for (size_t i = 0; i < count; i++)
        results[i] = (struct mh_failure){.code = MH_MORE};
    struct mh_op *list = calloc(count + 1, sizeof *list);
    size_t applied = 0;
    if (list == NULL) {
        if (count > 0)
            (void)mh_fail(&results[0], MH_NO_MEMORY, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = *ops[i];
    struct mh_failure failure = {0};
    enum mh_error error = mh_platform_apply_all(keeper->parts.platform, list, count, &applied, &failure);
    for (size_t i = 0; i < applied; i++)
        results[i].code = MH_OK;
    if (error != MH_OK && applied < count)
        results[applied] = failure;
    free(list);
}

static void release_observed(void *context)
{
    struct mh_keeper *keeper = context;
    if (keeper->observed == NULL)
        return;
    mh_route_store_done(keeper->parts.routes);
    mh_view_release(keeper->observed);
    keeper->observed = NULL;
}

static enum mh_error observe(void *context, struct mh_observed *observed, struct mh_failure *failure)
{
    struct mh_keeper *keeper = context;
    release_observed(keeper);
    enum mh_error error = mh_observer_resync(keeper->parts.observer, "a change was made", failure);
    if (error != MH_OK)
        return error;
    keeper->observed = mh_view_acquire(keeper->parts.views);
    observed->snapshot = &keeper->observed->snapshot;
    observed->routes = mh_route_store_read(keeper->parts.routes);
    return MH_OK;
}

static const struct mh_snapshot *known(void *context)
{
    struct mh_keeper *keeper = context;
    const struct mh_view *view = mh_view_acquire(keeper->parts.views);
    const struct mh_snapshot *snapshot = &view->snapshot;
    mh_view_release(view); /* the slot holds it while the loop, which alone replaces it, is here */
    return snapshot;
}

static void describe(void *context, const struct mh_op *op, struct mh_text *text)
{
    struct mh_keeper *keeper = context;
    char command[MH_DESCRIPTION_SIZE];
    mh_text_add(text,
                mh_platform_describe(keeper->parts.platform, known(keeper), op, command, sizeof command));
}

static int64_t clock_boot(void *context)
{
    (void)context;
    return mh_clock_boot();
}

static int64_t clock_wall(void *context)
{
    (void)context;
    return mh_clock_wall();
}

static bool random_bytes(void *context, void *bytes, size_t length)
{
    (void)context;
    return mh_random(bytes, length);
}

bool mh_keeper_publish(struct mh_keeper *keeper, const struct mh_transaction *transaction)
{
    size_t length, old_length;
    char *text = mh_keeper_show_transaction(keeper, transaction, NULL, &length);
    char *old = mh_pages_copy(keeper->parts.pages, transaction->record->id, &old_length);
    bool differs = text == NULL || old == NULL || length != old_length || memcmp(text, old, length) != 0;
    free(old);
    mh_pages_put(keeper->parts.pages, transaction->record->id, text, length);
    return differs;
}

static void changed(void *context)
{
    struct mh_keeper *keeper = context;
    if (keeper->transactions == NULL || mh_transactions_count(keeper->transactions) == 0)
        return;
    const struct mh_transaction *newest = mh_transactions_at(keeper->transactions, 0);
    char id[24], detail[64];
    if (!mh_keeper_publish(keeper, newest))
        return;
    (void)snprintf(id, sizeof id, "%lld", (long long)newest->record->id);
    (void)snprintf(detail, sizeof detail, "{\"state\": \"%s\"}", mh_transaction_state_word(newest->state));
    mh_keeper_announce(keeper, MH_EVENT_TRANSACTION_CHANGED, id, detail);
}

void mh_keeper_announce(struct mh_keeper *keeper, enum mh_event_type type, const char *subject,
                        const char *detail)
{
    mh_event_log_append(keeper->parts.events, type, mh_view_newest(keeper->parts.views), subject, detail);
    keeper->parts.published(keeper->parts.context);
}

/* ---- planning and acting --------------------------------------------------------------------------- */

struct mh_plan_input mh_keeper_input_open(struct mh_keeper *keeper, const struct mh_config *config)
{
    keeper->input = mh_view_acquire(keeper->parts.views);
    return (struct mh_plan_input){.config = config,
                                  .snapshot = &keeper->input->snapshot,
                                  .routes = mh_route_store_read(keeper->parts.routes),
                                  .ledger = mh_transactions_ledger(keeper->transactions),
                                  .dialect = keeper->identity.dialect,
                                  .capabilities = mh_platform_capabilities(keeper->parts.platform)};
}

void mh_keeper_input_close(struct mh_keeper *keeper)
{
    mh_route_store_done(keeper->parts.routes);
    mh_view_release(keeper->input);
    keeper->input = NULL;
}

uint64_t mh_keeper_circumstances(struct mh_keeper *keeper, const struct mh_ledger *ledger)
{
    const struct mh_view *view = mh_view_acquire(keeper->parts.views);
    uint64_t is = mh_circumstances(&view->snapshot, mh_route_store_read(keeper->parts.routes), ledger);
    mh_route_store_done(keeper->parts.routes);
    mh_view_release(view);
    return is;
}

enum mh_error mh_keeper_plan(struct mh_keeper *keeper, const struct mh_config *config, struct mh_plan **plan)
{
    const struct mh_plan_input input = mh_keeper_input_open(keeper, config);
    int64_t begun = mh_clock_boot();
    enum mh_error error = mh_plan_make(&input, plan);
    keeper->plan_cost = mh_clock_boot() - begun;
    mh_keeper_input_close(keeper);
    return error;
}

struct expectation {
    struct mh_keeper *keeper;
    const struct mh_config *config;
    const struct mh_plan *applied;
    uint64_t circumstances; /* that it was made for */
};

static bool waits(const struct mh_plan *plan, const struct mh_plan_note *note)
{
    for (size_t i = 0; i < plan->pending_count; i++)
        if (strcmp(plan->pending[i].member, note->member) == 0 &&
            strcmp(plan->pending[i].text, note->text) == 0)
            return true;
    return false;
}

/* Something that was waited for has come: a source has passed duplicate address detection. */
static bool has_come(const struct mh_plan *plan, const struct mh_plan *applied)
{
    for (size_t i = 0; i < applied->pending_count; i++)
        if (!waits(plan, &applied->pending[i]))
            return true;
    return false;
}

static bool is_tentative(const struct mh_snapshot *snapshot, const struct mh_interface_address *address)
{
    size_t count;
    const struct mh_interface_address *items = mh_snapshot_addresses_of(snapshot, address->interface, &count);
    for (size_t i = 0; i < count; i++)
        if (mh_address_equal(&items[i].address, &address->address))
            return (items[i].flags & MH_ADDRESS_TENTATIVE) != 0;
    return true;
}

/* An address that the plan took to be tentative has passed meanwhile, and can be a source of routes. */
static bool has_passed(const struct mh_keeper *keeper, const struct mh_plan *applied)
{
    const struct mh_snapshot *after = &applied->after;
    const struct mh_view *view = mh_view_acquire(keeper->parts.views);
    bool passed = false;
    for (size_t i = 0; i < after->address_count && !passed; i++)
        passed = (after->addresses[i].flags & MH_ADDRESS_TENTATIVE) != 0 &&
                 !is_tentative(&view->snapshot, &after->addresses[i]);
    mh_view_release(view);
    return passed;
}

static bool was_done(const struct mh_plan *applied, const struct mh_op *op)
{
    for (size_t i = 0; i < applied->step_count; i++)
        if (mh_op_equal(&applied->steps[i].op, op))
            return true;
    return false;
}

/* The first step that is still to be done. Where something has become possible that was waited for, that and
 * what follows main or an interface because of it is for the guard, in a moment: there only what was done
 * already, and is to be done again, is missing. */
static const struct mh_plan_step *find_missing(const struct mh_keeper *keeper, const struct mh_plan *plan,
                                               const struct mh_plan *applied)
{
    bool is_changed = plan->step_count > 0 && (has_come(plan, applied) || has_passed(keeper, applied));
    for (size_t i = 0; i < plan->step_count; i++)
        if (!is_changed || was_done(applied, &plan->steps[i].op))
            return &plan->steps[i];
    return NULL;
}

static bool is_as_it_was(const struct expectation *expectation)
{
    return mh_keeper_circumstances(expectation->keeper, &expectation->applied->ledger) ==
           expectation->circumstances;
}

/* The plan made again, from what is read anew, must be empty. Where a link, another program's address or its
 * gateway came or went meanwhile, what that brings with it is for the guard too. */
static enum mh_error verify(void *context, struct mh_failure *failure)
{
    const struct expectation *expectation = context;
    struct mh_keeper *keeper = expectation->keeper;
    struct mh_plan *plan;
    char command[MH_DESCRIPTION_SIZE];
    enum mh_error error = mh_observer_resync(keeper->parts.observer, "a change was made", failure);
    if (error == MH_OK)
        error = mh_keeper_plan(keeper, expectation->config, &plan);
    if (error != MH_OK)
        return error;
    const struct mh_plan_step *missing = find_missing(keeper, plan, expectation->applied);
    if (missing != NULL && is_as_it_was(expectation))
        error = mh_fail(failure, MH_CONFLICT, "the host is not as it should be afterwards; missing: %s",
                        mh_platform_describe(keeper->parts.platform, known(keeper), &missing->op, command,
                                             sizeof command));
    mh_plan_free(plan);
    return error;
}

/* A symbolic link stays one: what it leads to is replaced. A first document makes its directory. */
static enum mh_error prepare_file(const struct mh_keeper *keeper, const struct mh_keeper_attempt *attempt,
                                  char path[MH_PATH_SIZE], struct mh_failure *failure)
{
    if (attempt->text == NULL)
        return MH_OK;
    enum mh_error error = mh_file_follow(keeper->parts.config_path, path, failure);
    return error == MH_OK ? mh_directory_make_above(path, 0755, failure) : error;
}

enum mh_error mh_keeper_settle(struct mh_keeper *keeper, struct mh_failure *failure)
{
    bool was_in_the_way = mh_transactions_in_the_way(keeper->transactions) != NULL;
    keeper->acting = true;
    enum mh_error error = mh_transactions_ready(keeper->transactions, failure);
    keeper->acting = false;
    if (was_in_the_way && error == MH_OK)
        mh_keeper_look(keeper);
    return error;
}

enum mh_error mh_keeper_begin(struct mh_keeper *keeper, struct mh_keeper_attempt *attempt,
                              struct mh_failure *failure)
{
    struct expectation expectation = {
        keeper, attempt->config, attempt->plan,
        mh_keeper_circumstances(keeper, mh_transactions_ledger(keeper->transactions))};
    char path[MH_PATH_SIZE];
    const struct mh_config_change file = {path, keeper->file, keeper->file_length, attempt->text,
                                          attempt->length};
    const struct mh_transaction_request request = {.plan = attempt->plan,
                                                   .confirm_timeout = attempt->timeout,
                                                   .config = attempt->text == NULL ? NULL : &file,
                                                   .verify = verify,
                                                   .verify_context = &expectation};
    enum mh_error error = prepare_file(keeper, attempt, path, failure);
    if (error != MH_OK)
        return error;
    keeper->acting = true;
    error = mh_transactions_begin(keeper->transactions, &request, attempt->token, &attempt->begun, failure);
    keeper->acting = false;
    mh_keeper_set_timers(keeper);
    mh_keeper_look(keeper); /* what came about meanwhile was not looked at */
    return error;
}

void mh_keeper_adopt(struct mh_keeper *keeper, struct mh_config *config)
{
    mh_config_release(keeper->config);
    keeper->config = config;
    keeper->guard = (struct mh_guard){0}; /* what comes next is no fight about the document before */
    uv_timer_stop(&keeper->look);
    mh_observer_configure(keeper->parts.observer, config);
}

const struct mh_ledger *mh_keeper_ledger(const struct mh_keeper *keeper)
{
    return mh_transactions_ledger(keeper->transactions);
}

/* ---- timers ---------------------------------------------------------------------------------------- */

/* Clocks that count sleep do not wake a timer that does not: no longer than this is slept. */
enum { NAP = 1000 };

void mh_keeper_forget_proposed(struct mh_keeper *keeper)
{
    if (keeper->proposed == NULL || mh_transactions_pending(keeper->transactions) != NULL)
        return;
    mh_config_release(keeper->proposed);
    keeper->proposed = NULL;
}

static void tick(uv_timer_t *timer)
{
    struct mh_keeper *keeper = timer->data;
    keeper->acting = true;
    mh_transactions_tick(keeper->transactions);
    keeper->acting = false;
    mh_keeper_forget_proposed(keeper);
    const struct mh_transaction *pending = mh_transactions_pending(keeper->transactions);
    if (pending != NULL) /* somebody may have set the time of day */
        (void)mh_keeper_publish(keeper, pending);
    mh_keeper_set_timers(keeper);
    mh_keeper_look(keeper);
}

/* arp_ignore, arp_announce, arp_filter and address labels change without a word (DESIGN section 6), and so
 * does what pf holds. */
enum { REREAD = 30 * 1000 };

/* Rules of ours are there, and nobody tells when they go. Whether pf holds them is read with the settings. */
static bool has_unheard_rules(const struct mh_keeper *keeper)
{
    if (mh_dialect_traits(keeper->identity.dialect)->rules != MH_RULES_OF_PF)
        return false;
    const struct mh_view *view = mh_view_acquire(keeper->parts.views);
    bool has = false;
    for (size_t i = 0; i < view->snapshot.rule_count && !has; i++)
        has = view->snapshot.rules[i].owner == MH_OWNER_MULTIHOMED;
    mh_view_release(view);
    return has;
}

void mh_keeper_reread(struct mh_keeper *keeper, const struct mh_config *config)
{
    const struct mh_ledger *ledger = mh_transactions_ledger(keeper->transactions);
    if (ledger->setting_count > 0 || has_unheard_rules(keeper))
        mh_observer_reread(keeper->parts.observer, MH_SECTION_SETTINGS);
    if (ledger->label_count + config->label_count > 0)
        mh_observer_reread(keeper->parts.observer, MH_SECTION_LABELS);
}

static void reread(uv_timer_t *timer)
{
    struct mh_keeper *keeper = timer->data;
    mh_keeper_reread(keeper, keeper->config);
}

void mh_keeper_set_timers(struct mh_keeper *keeper)
{
    int64_t deadline = mh_transactions_deadline(keeper->transactions), left = deadline - mh_clock_boot();
    if (deadline < 0)
        uv_timer_stop(&keeper->deadline);
    else
        uv_timer_start(&keeper->deadline, tick, left < 0 ? 0 : left > NAP ? NAP : (uint64_t)left, 0);
    const struct mh_ledger *ledger = mh_transactions_ledger(keeper->transactions);
    mh_observer_own(keeper->parts.observer);
    bool owns = ledger->setting_count + ledger->label_count > 0 || has_unheard_rules(keeper);
    if (!owns)
        uv_timer_stop(&keeper->reread);
    else if (!uv_is_active((uv_handle_t *)&keeper->reread))
        uv_timer_start(&keeper->reread, reread, REREAD, REREAD);
}

/* ---- life ------------------------------------------------------------------------------------------ */

static bool make_transactions(struct mh_keeper *keeper)
{
    struct mh_transaction_parts parts = {.context = keeper,
                                         .apply = apply,
                                         .observe = observe,
                                         .release = release_observed,
                                         .known = known,
                                         .describe = describe,
                                         .clock_boot = clock_boot,
                                         .clock_wall = clock_wall,
                                         .random = random_bytes,
                                         .changed = changed,
                                         .storage = mh_storage_files(),
                                         .state_directory = keeper->parts.state_directory};
    mh_platform_incarnation(keeper->parts.platform, &parts.incarnation);
    keeper->transactions = mh_transactions_new(&parts);
    return keeper->transactions != NULL;
}

struct mh_keeper *mh_keeper_new(const struct mh_keeper_parts *parts)
{
    struct mh_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return NULL;
    keeper->parts = *parts;
    mh_platform_identity(parts->platform, &keeper->identity);
    if (!make_transactions(keeper)) {
        free(keeper);
        return NULL;
    }
    uv_timer_t *timers[] = {&keeper->deadline, &keeper->look, &keeper->reread};
    for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
        uv_timer_init(parts->loop, timers[i]);
        timers[i]->data = keeper;
    }
    return keeper;
}

void mh_keeper_stop(struct mh_keeper *keeper)
{
    uv_close((uv_handle_t *)&keeper->deadline, NULL);
    uv_close((uv_handle_t *)&keeper->look, NULL);
    uv_close((uv_handle_t *)&keeper->reread, NULL);
}

void mh_keeper_free(struct mh_keeper *keeper)
{
    if (keeper == NULL)
        return;
    mh_transactions_free(keeper->transactions);
    mh_config_release(keeper->config);
    mh_config_release(keeper->proposed);
    free(keeper->file);
    free(keeper);
}
