/* What transactions do to the host: applying steps, and taking them back by comparing with what is there. */
#include "core/undo.h"
#include "daemon/transaction_parts.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- applying -------------------------------------------------------------------------------------- */

static enum mh_error fail_memory(struct mh_failure *failure)
{
    return mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

/* The step's failure in the transaction's words: "operation 3 of 7, ip addr add ...: it exists". */
static enum mh_error fail_step(const struct mh_transaction_entry *entry, size_t step,
                               const struct mh_failure *why, struct mh_failure *failure)
{
    const char *native = entry->record->native[step];
    enum mh_error error = mh_fail(failure, why->code, "operation %zu of %zu%s%.100s: %.180s", step + 1,
                                  entry->record->step_count, native[0] != '\0' ? ", " : "", native,
                                  why->detail[0] != '\0' ? why->detail : mh_error_text(why->code));
    if (failure != NULL) {
        failure->native_code = why->native_code;
        (void)snprintf(failure->native_name, sizeof failure->native_name, "%s", why->native_name);
    }
    return error;
}

static enum mh_error note_results(struct mh_transaction_entry *entry, const struct mh_failure *results,
                                  struct mh_failure *failure)
{
    enum mh_error error = MH_OK;
    for (size_t i = 0; i < entry->record->step_count; i++) {
        entry->steps[i] = results[i].code == MH_OK     ? MH_STEP_APPLIED
                          : results[i].code == MH_MORE ? MH_STEP_PLANNED
                                                       : MH_STEP_FAILED;
        if (error == MH_OK && entry->steps[i] == MH_STEP_FAILED)
            error = fail_step(entry, i, &results[i], failure);
    }
    /* Nobody failed, but not all were tried: that is no success either. */
    for (size_t i = 0; error == MH_OK && i < entry->record->step_count; i++)
        if (entry->steps[i] != MH_STEP_APPLIED)
            error = mh_fail(failure, MH_IO, "not every operation was tried");
    return error;
}

enum mh_error mh_transaction_apply(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                   struct mh_failure *failure)
{
    const struct mh_transaction_parts *parts = &transactions->parts;
    size_t count = entry->record->step_count;
    const struct mh_op **ops = calloc(count + 1, sizeof(struct mh_op *));
    struct mh_failure *results = calloc(count + 1, sizeof *results);
    if (ops == NULL || results == NULL) {
        free(ops);
        free(results);
        return fail_memory(failure);
    }
    for (size_t i = 0; i < count; i++)
        ops[i] = &entry->record->steps[i].op;
    if (count > 0)
        parts->apply(parts->context, ops, count, results);
    enum mh_error error = note_results(entry, results, failure);
    free(ops);
    free(results);
    return error;
}

/* ---- taking back ----------------------------------------------------------------------------------- */

/* Readings that the kernel disturbs are worth a second try. A revert that still is not told what is there,
 * or not done after a few rounds, is a failed one. */
enum { READINGS = 2, ROUNDS = 3, TRIES = 3 };

struct revert {
    struct mh_transactions *transactions;
    struct mh_transaction_entry *entry;
    struct mh_undo *undo;
    const struct mh_op **ops; /* to be executed next; room for all */
    size_t count;
    struct mh_failure *results;
    struct mh_failure worst; /* of the last round; what is there or gone already is no failure */
    struct mh_observed observed;
    bool seen; /* `observed` holds */
};

static void look(struct revert *revert)
{
    const struct mh_transaction_parts *parts = &revert->transactions->parts;
    if (revert->seen && parts->release != NULL)
        parts->release(parts->context);
    revert->seen = false;
    for (int i = 0; i < READINGS && !revert->seen; i++)
        revert->seen = parts->observe(parts->context, &revert->observed, NULL) == MH_OK;
}

static void end_looking(struct revert *revert)
{
    const struct mh_transaction_parts *parts = &revert->transactions->parts;
    if (revert->seen && parts->release != NULL)
        parts->release(parts->context);
    revert->seen = false;
}

static bool is_harmless(enum mh_error code)
{
    return code == MH_OK || code == MH_EXISTS || code == MH_NOT_FOUND;
}

/* The order of IPv4 addresses decides which of a subnet is the primary, and what goes with it: none may come
 * behind one that failed and shall be tried again. */
static bool is_alone(const struct mh_op *op)
{
    return (op->kind == MH_OP_ADDRESS_ADD || op->kind == MH_OP_ADDRESS_DELETE) &&
           op->of.address.address.family == MH_IPV4;
}

static size_t batch_length(const struct revert *revert, size_t first)
{
    size_t end = first + 1;
    if (is_alone(revert->ops[first]))
        return 1;
    while (end < revert->count && !is_alone(revert->ops[end]))
        end++;
    return end - first;
}

static void run_batch(const struct revert *revert, size_t first, size_t count)
{
    const struct mh_transaction_parts *parts = &revert->transactions->parts;
    for (size_t i = 0; i < count; i++)
        revert->results[i] = (struct mh_failure){0};
    parts->apply(parts->context, revert->ops + first, count, revert->results);
}

/* How many were tried; the worst failure among them is noted. */
static size_t count_tried(struct revert *revert, size_t count)
{
    size_t tried = 0;
    for (; tried < count && revert->results[tried].code != MH_MORE; tried++)
        if (is_harmless(revert->worst.code) && !is_harmless(revert->results[tried].code))
            revert->worst = revert->results[tried];
    return tried;
}

/* Every op is tried, whatever became of those before it. */
static void run(struct revert *revert)
{
    revert->worst = (struct mh_failure){0};
    for (size_t done = 0; done < revert->count;) {
        size_t count = batch_length(revert, done);
        run_batch(revert, done, count);
        for (int i = 1; i < TRIES && count == 1 && !is_harmless(revert->results[0].code); i++)
            run_batch(revert, done, count);
        size_t tried = count_tried(revert, count);
        done += tried > 0 ? tried : count; /* no progress is the end */
    }
}

/* Where the platform's own words are all there is to go by: the last step that it did not leave alone. */
static size_t place_by_results(const struct revert *revert, size_t count)
{
    size_t place = 0;
    while (place < count && revert->entry->steps[mh_undo_step(revert->undo, place)] == MH_STEP_PLANNED)
        place++;
    return place;
}

static void choose_first(struct revert *revert)
{
    size_t count;
    const struct mh_op *const *row = mh_undo_ops(revert->undo, &count);
    size_t place = revert->seen
                       ? mh_undo_place(revert->undo, revert->observed.snapshot, revert->observed.routes)
                       : place_by_results(revert, count);
    revert->count = count - place;
    for (size_t i = 0; i < revert->count; i++)
        revert->ops[i] = row[place + i];
}

static enum mh_error fail_undone(const struct revert *revert, struct mh_failure *failure)
{
    const struct mh_failure *worst = &revert->worst;
    if (is_harmless(worst->code))
        return mh_fail(failure, MH_CONFLICT,
                       revert->seen ? "the system shows other values than those that were given back to it"
                                    : "the host could not be read");
    if (failure != NULL)
        *failure = *worst;
    return worst->code;
}

static enum mh_error rounds(struct revert *revert, struct mh_failure *failure)
{
    look(revert);
    choose_first(revert);
    for (int round = 0; round < ROUNDS; round++) {
        run(revert);
        look(revert);
        if (!revert->seen)
            return is_harmless(revert->worst.code) ? MH_OK : fail_undone(revert, failure);
        revert->count =
            mh_undo_missing(revert->undo, revert->observed.snapshot, revert->observed.routes, revert->ops);
        if (revert->count == 0)
            return MH_OK;
    }
    return fail_undone(revert, failure);
}

/* What is left in `ops` is what could not be put back. */
static void note_steps(const struct revert *revert, enum mh_error error)
{
    size_t count, row_count;
    const struct mh_op *const *row = mh_undo_ops(revert->undo, &row_count);
    struct mh_transaction_entry *entry = revert->entry;
    for (size_t i = 0; i < entry->record->step_count; i++)
        if (entry->steps[i] == MH_STEP_APPLIED)
            entry->steps[i] = MH_STEP_REVERTED;
    count = error == MH_OK ? 0 : revert->count;
    for (size_t i = 0, place = 0; i < count && place < row_count; place++)
        if (row[place] == revert->ops[i]) {
            entry->steps[mh_undo_step(revert->undo, place)] = MH_STEP_FAILED;
            i++;
        }
}

static bool prepare(struct revert *revert)
{
    size_t count;
    const struct mh_record *record = revert->entry->record;
    revert->undo = mh_undo_new(record->steps, record->step_count);
    if (revert->undo == NULL)
        return false;
    (void)mh_undo_ops(revert->undo, &count);
    revert->ops = calloc(count + 1, sizeof(struct mh_op *));
    revert->results = calloc(count + 1, sizeof *revert->results);
    return revert->ops != NULL && revert->results != NULL;
}

enum mh_error mh_transaction_undo(struct mh_transactions *transactions, struct mh_transaction_entry *entry,
                                  struct mh_failure *failure)
{
    struct revert revert = {.transactions = transactions, .entry = entry};
    enum mh_error error = prepare(&revert) ? rounds(&revert, failure) : fail_memory(failure);
    end_looking(&revert);
    if (revert.undo != NULL && revert.ops != NULL)
        note_steps(&revert, error);
    mh_undo_free(revert.undo);
    free(revert.ops);
    free(revert.results);
    return error;
}
