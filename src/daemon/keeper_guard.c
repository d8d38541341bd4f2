/* The host as it should be: at start, and whenever a view shows that it is not any more. */
#include "core/hash.h"
#include "core/op_json.h"
#include "daemon/config_file.h"
#include "daemon/keeper_parts.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- start and release ----------------------------------------------------------------------------- */

static void recover(struct mh_keeper *keeper)
{
    struct mh_failure failure = {0};
    keeper->acting = true;
    enum mh_error error = mh_transactions_start(keeper->transactions, &failure);
    keeper->acting = false;
    if (error != MH_OK)
        mh_log_write(keeper->parts.log, MH_LOG_ERROR, "nothing is changed until this is settled: %s",
                     failure.detail);
    if (mh_transactions_count(keeper->transactions) > 0) /* it has ended before: there is no change to tell */
        (void)mh_keeper_publish(keeper, mh_transactions_at(keeper->transactions, 0));
}

/* Recovery may have finished writing the file that was read before it. */
static struct mh_config *read_file(struct mh_keeper *keeper, struct mh_config *config)
{
    struct mh_failure failure = {0};
    char *text;
    size_t length;
    struct mh_config *fresh = mh_config_file_load(keeper->parts.config_path, &text, &length, &failure);
    if (fresh == NULL) {
        mh_log_write(keeper->parts.log, MH_LOG_ERROR, "the configuration file cannot be read again: %s",
                     failure.detail);
        return mh_config_retain(config);
    }
    keeper->file = text;
    keeper->file_length = length;
    return fresh;
}

static void log_failure(struct mh_keeper *keeper, const char *what, const struct mh_failure *failure)
{
    char detail[64];
    mh_log_write(keeper->parts.log, MH_LOG_ERROR, "%s: %s", what, failure->detail);
    (void)snprintf(detail, sizeof detail, "{\"code\": \"%s\"}", mh_error_word(failure->code));
    mh_keeper_announce(keeper, MH_EVENT_CONFIG_FAILED, "config", detail);
}

void mh_keeper_start(struct mh_keeper *keeper, struct mh_config *config)
{
    struct mh_failure failure = {0};
    struct mh_plan *plan;
    recover(keeper);
    struct mh_config *fresh = read_file(keeper, config);
    mh_keeper_adopt(keeper, fresh);
    enum mh_error error = mh_keeper_plan(keeper, fresh, &plan);
    struct mh_keeper_attempt attempt = {.config = fresh, .plan = plan};
    if (error == MH_OK && plan->step_count > 0)
        error = mh_keeper_begin(keeper, &attempt, &failure);
    if (error != MH_OK)
        log_failure(keeper, "the host is not as the configuration says", &failure);
    mh_plan_free(plan);
    mh_keeper_set_timers(keeper);
}

enum mh_error mh_keeper_release(struct mh_keeper *keeper, struct mh_failure *failure)
{
    struct mh_plan *plan;
    recover(keeper);
    mh_config_release(keeper->config);
    keeper->config = mh_config_empty();
    if (keeper->config == NULL || mh_keeper_plan(keeper, keeper->config, &plan) != MH_OK)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    struct mh_keeper_attempt attempt = {.config = keeper->config, .plan = plan};
    enum mh_error error = plan->step_count > 0 ? mh_keeper_begin(keeper, &attempt, failure) : MH_OK;
    mh_plan_free(plan);
    return error;
}

/* ---- guarding -------------------------------------------------------------------------------------- */

/* How many steps in a row are for the same member. */
static size_t count_alike(const struct mh_plan *plan, size_t first)
{
    size_t end = first + 1;
    while (end < plan->step_count && strcmp(plan->steps[first].member, plan->steps[end].member) == 0)
        end++;
    return end - first;
}

/* Of several steps the first whose culprit is known. */
static struct mh_culprit find_culprit(const struct mh_keeper *keeper, const struct mh_plan_step *steps,
                                      size_t count)
{
    struct mh_culprit found = {0}, culprit;
    for (size_t i = 0; i < count; i++) {
        mh_platform_culprit(keeper->parts.platform, &steps[i].op, &culprit);
        if (i == 0 || (found.pid == 0 && culprit.pid != 0))
            found = culprit;
    }
    return found;
}

/* `{"culprit": {"pid": 812, "process": "NetworkManager"}}`, or null with the reason. The caller frees it;
 * NULL: out of memory. */
static char *culprit_detail(const struct mh_culprit *culprit)
{
    json_t *detail = culprit->pid == 0
                         ? json_pack("{s:n, s:s}", "culprit", "culprit_unknown", culprit->unknown)
                         : json_pack("{s:{s:I, s:s}}", "culprit", "pid", (json_int_t)culprit->pid, "process",
                                     culprit->process);
    char *text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    return text;
}

static void announce_member(struct mh_keeper *keeper, const struct mh_snapshot *snapshot,
                            const struct mh_plan_step *steps, size_t count)
{
    const char *member = steps->member[0] == '\0' ? "/" : steps->member;
    const struct mh_culprit culprit = find_culprit(keeper, steps, count);
    char command[MH_DESCRIPTION_SIZE], who[MH_PROCESS_NAME_SIZE + 40] = "";
    char *detail = culprit_detail(&culprit);
    if (culprit.pid != 0)
        (void)snprintf(who, sizeof who, " (undone by %s, process %u)", culprit.process,
                       (unsigned)culprit.pid);
    mh_log_write(keeper->parts.log, MH_LOG_INFO, "put right for %s: %s%s", member,
                 mh_platform_describe(keeper->parts.platform, snapshot, &steps->op, command, sizeof command),
                 who);
    mh_keeper_announce(keeper, MH_EVENT_CONFIG_RESTORED, member, detail);
    free(detail);
}

/* One event for each member whose object had gone, or had become possible. */
static void announce_repair(struct mh_keeper *keeper, const struct mh_plan *plan)
{
    const struct mh_view *view = mh_view_acquire(keeper->parts.views);
    for (size_t i = 0, count; i < plan->step_count; i += count) {
        count = count_alike(plan, i);
        announce_member(keeper, &view->snapshot, &plan->steps[i], count);
    }
    mh_view_release(view);
}

static uint64_t key_of(const struct mh_op *op)
{
    struct mh_text text = {0};
    mh_op_write(&text, op);
    uint64_t key = text.failed ? 0 : mh_hash(text.bytes, text.length);
    mh_text_clear(&text);
    return key;
}

static void note_repair(struct mh_keeper *keeper, const struct mh_plan *plan)
{
    uint64_t keys[MH_GUARD_KEYS];
    size_t count = plan->step_count < MH_GUARD_KEYS ? plan->step_count : MH_GUARD_KEYS;
    for (size_t i = 0; i < count; i++)
        keys[i] = key_of(&plan->steps[i].op);
    mh_guard_note(&keeper->guard, mh_clock_boot(), keys, count);
}

static void repair(struct mh_keeper *keeper, const struct mh_plan *plan)
{
    struct mh_failure failure = {0};
    struct mh_keeper_attempt attempt = {.config = keeper->config, .plan = plan};
    note_repair(keeper, plan);
    enum mh_error error = mh_keeper_begin(keeper, &attempt, &failure);
    if (error == MH_OK)
        announce_repair(keeper, plan);
    else
        log_failure(keeper, "the host cannot be put right", &failure);
    if (mh_guard_is_fight(&keeper->guard))
        mh_log_write(
            keeper->parts.log, MH_LOG_WARNING,
            "something undoes the configuration again and again: %u repairs in a row; the next ones wait",
            keeper->guard.rounds);
    if (error != MH_OK)
        mh_keeper_look(keeper);
}

/* One that waits looks again at its end. A failed one is tried again: what kept it from being taken back may
 * have changed. */
static bool is_in_the_way(struct mh_keeper *keeper)
{
    const struct mh_transaction *other = mh_transactions_in_the_way(keeper->transactions);
    if (other == NULL)
        return false;
    if (other->state == MH_TRANSACTION_PENDING)
        return true;
    mh_guard_note(&keeper->guard, mh_clock_boot(), NULL, 0);
    enum mh_error error = mh_keeper_settle(keeper, NULL);
    mh_keeper_set_timers(keeper);
    return error != MH_OK;
}

static void look(uv_timer_t *timer)
{
    struct mh_keeper *keeper = timer->data;
    struct mh_plan *plan;
    if (is_in_the_way(keeper) || mh_keeper_plan(keeper, keeper->config, &plan) != MH_OK)
        return;
    if (plan->step_count > 0)
        repair(keeper, plan);
    mh_plan_free(plan);
}

static bool asks_for_intents(const struct mh_intents *intents)
{
    return intents->send != 0 || intents->receive != 0 || intents->arp_reply != 0 ||
           intents->arp_announce != 0 || intents->arp_filter != 0 || intents->arp_proxy != 0 ||
           intents->reverse_path != 0;
}

static bool asks_for_something(const struct mh_config *config)
{
    bool asks = config->address_count + config->route_count + config->uplink_count +
                        config->source_preference_count + config->label_count >
                    0 ||
                config->source_routing == MH_SWITCH_ON || asks_for_intents(&config->intents);
    for (size_t i = 0; i < config->interface_count && !asks; i++)
        asks = asks_for_intents(&config->interfaces[i].ipv4) || asks_for_intents(&config->interfaces[i].ipv6);
    return asks;
}

/* There is nothing to keep: hosts whose configuration asks for nothing are only observed. */
static bool is_idle(const struct mh_keeper *keeper)
{
    const struct mh_ledger *ledger = mh_transactions_ledger(keeper->transactions);
    return keeper->config == NULL ||
           (ledger->setting_count + ledger->address_count + ledger->label_count == 0 &&
            ledger->sources[0].value.family == MH_FAMILY_NONE &&
            ledger->sources[1].value.family == MH_FAMILY_NONE && !asks_for_something(keeper->config));
}

/* Where plans take long (a million routes), they are made the more seldom: a tenth of the time at most. */
enum { SHARE = 10 };

/* What there is to do has changed by itself: whatever was a fight before, this is none. */
static void make_up(struct mh_keeper *keeper)
{
    uint64_t is = mh_keeper_circumstances(keeper, mh_transactions_ledger(keeper->transactions));
    if (is == keeper->circumstances)
        return;
    keeper->circumstances = is;
    keeper->guard = (struct mh_guard){0};
    if (uv_timer_get_due_in(&keeper->look) > MH_GUARD_FIRST)
        uv_timer_stop(&keeper->look);
}

void mh_keeper_look(struct mh_keeper *keeper)
{
    if (keeper->acting || is_idle(keeper))
        return;
    make_up(keeper);
    if (uv_is_active((uv_handle_t *)&keeper->look))
        return;
    int64_t delay = mh_guard_delay(&keeper->guard, mh_clock_boot());
    if (delay < keeper->plan_cost * SHARE)
        delay = keeper->plan_cost * SHARE;
    uv_timer_start(&keeper->look, look, (uint64_t)delay, 0);
}
