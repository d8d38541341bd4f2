#include "windows/policy.h"

#include "core/rfc6724.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One question to WMI: of the thread that asks it and of who waits for the answer. */
struct question {
    struct mh_wmi wmi;
    HANDLE answered;
    volatile LONG references;
    enum mh_error code;
    struct mh_failure failure;
    struct mh_prefix_policies policies;
};

struct mh_windows_policy {
    struct mh_wmi wmi;
    mh_run_netsh *run;
    struct question *late; /* which nobody waits for any more; NULL: there is none */
};

enum { PATIENCE = 2000 }; /* milliseconds that the loop waits */

struct mh_windows_policy *mh_windows_policy_open(const struct mh_wmi *wmi, mh_run_netsh *run)
{
    struct mh_windows_policy *policy = calloc(1, sizeof *policy);
    if (policy != NULL)
        *policy = (struct mh_windows_policy){.wmi = *wmi, .run = run};
    return policy;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static void release(struct question *question)
{
    if (question == NULL || InterlockedDecrement(&question->references) != 0)
        return;
    if (question->answered != NULL)
        (void)CloseHandle(question->answered);
    free(question);
}

static DWORD WINAPI ask(void *context)
{
    struct question *question = context;
    question->code = mh_wmi_prefix_policies(&question->wmi, &question->policies, &question->failure);
    (void)SetEvent(question->answered);
    release(question);
    return 0;
}

static struct question *begin(const struct mh_windows_policy *policy)
{
    struct question *question = calloc(1, sizeof *question);
    if (question == NULL)
        return NULL;
    question->wmi = policy->wmi;
    question->references = 2;
    question->answered = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = question->answered != NULL ? CreateThread(NULL, 0, ask, question, 0, NULL) : NULL;
    if (thread != NULL) {
        (void)CloseHandle(thread);
        return question;
    }
    question->references = 1;
    release(question);
    return NULL;
}

static bool is_answered(const struct question *question, unsigned patience)
{
    return WaitForSingleObject(question->answered, patience) == WAIT_OBJECT_0;
}

/* What is late is of a table as it was: it is not used. */
static bool is_late(struct mh_windows_policy *policy)
{
    if (policy->late != NULL && is_answered(policy->late, 0)) {
        release(policy->late);
        policy->late = NULL;
    }
    return policy->late != NULL;
}

enum mh_error mh_windows_policy_read(struct mh_windows_policy *policy, unsigned patience,
                                     struct mh_prefix_policies *policies, struct mh_failure *failure)
{
    policies->count = 0;
    if (is_late(policy))
        return mh_fail(failure, MH_TIMEOUT, "WMI has not answered yet");
    struct question *question = begin(policy);
    if (question == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "no thread to ask WMI");
    if (!is_answered(question, patience)) {
        policy->late = question;
        return mh_fail(failure, MH_TIMEOUT, "WMI has not answered within %u ms", patience);
    }
    enum mh_error code = question->code;
    *policies = question->policies;
    if (code != MH_OK && failure != NULL)
        *failure = question->failure;
    release(question);
    return code;
}

void mh_windows_policy_close(struct mh_windows_policy *policy)
{
    if (policy != NULL)
        release(policy->late);
    free(policy);
}

/* ---- telling --------------------------------------------------------------------------------------- */

static enum mh_error tell_rows(const struct mh_prefix_policies *policies, const struct mh_feed *feed)
{
    enum mh_error code = feed->begin(feed->context, MH_SECTION_LABELS);
    for (size_t i = 0; i < policies->count && code == MH_OK; i++) {
        const struct mh_fact fact = {
            .section = MH_SECTION_LABELS, .change = MH_PRESENT, .of.label = &policies->rows[i]};
        code = feed->fact(feed->context, &fact);
    }
    return code == MH_OK ? feed->end(feed->context, MH_SECTION_LABELS) : code;
}

enum mh_error mh_windows_policy_tell(struct mh_windows_policy *policy, const struct mh_feed *feed,
                                     bool *unanswered)
{
    *unanswered = false;
    if (policy == NULL)
        return MH_OK;
    struct mh_prefix_policies *policies = malloc(sizeof *policies);
    if (policies == NULL)
        return MH_NO_MEMORY;
    enum mh_error code = mh_windows_policy_read(policy, PATIENCE, policies, NULL);
    *unanswered = code == MH_TIMEOUT;
    code = code == MH_OK && policies->count > 0 ? tell_rows(policies, feed) : MH_OK;
    free(policies);
    return code;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static const struct mh_address_label *find(const struct mh_prefix_policies *policies,
                                           const struct mh_prefix *prefix)
{
    for (size_t i = 0; i < policies->count; i++)
        if (mh_prefix_equal(&policies->rows[i].prefix, prefix))
            return &policies->rows[i];
    return NULL;
}

/* A row that is added has the precedence of the one which covered its prefix, so that only labels change. */
static uint32_t precedence_for(const struct mh_prefix_policies *policies, const struct mh_prefix *prefix)
{
    const struct mh_address_label *best = NULL;
    size_t count;
    for (size_t i = 0; i < policies->count; i++) {
        const struct mh_address_label *row = &policies->rows[i];
        if (row->prefix.length <= prefix->length && mh_prefix_contains(&row->prefix, &prefix->address) &&
            (best == NULL || row->prefix.length > best->prefix.length))
            best = row;
    }
    return best != NULL
               ? best->precedence
               : mh_rfc6724_lookup(mh_rfc6724_default_policy(&count), count, &prefix->address)->precedence;
}

static enum mh_error run_add(const struct mh_windows_policy *policy, const struct mh_address_label *row,
                             struct mh_failure *failure)
{
    char words[192];
    char prefix[MH_PREFIX_TEXT_SIZE];
    (void)snprintf(words, sizeof words,
                   "interface ipv6 add prefixpolicy prefix=%s precedence=%lu label=%lu store=active",
                   mh_prefix_format(&row->prefix, prefix), (unsigned long)row->precedence,
                   (unsigned long)row->label);
    return policy->run(words, failure);
}

static enum mh_error run_delete(const struct mh_windows_policy *policy, const struct mh_address_label *row,
                                struct mh_failure *failure)
{
    char words[128];
    char prefix[MH_PREFIX_TEXT_SIZE];
    (void)snprintf(words, sizeof words, "interface ipv6 delete prefixpolicy prefix=%s store=active",
                   mh_prefix_format(&row->prefix, prefix));
    return policy->run(words, failure);
}

/* The table before, and after. */
struct change {
    struct mh_prefix_policies before, after;
};

/* The system's own table may give way to the first row that somebody adds. */
static enum mh_error put_back_others(const struct mh_windows_policy *policy, const struct change *change,
                                     const struct mh_prefix *changed, struct mh_failure *failure)
{
    enum mh_error code = MH_OK;
    for (size_t i = 0; i < change->before.count && code == MH_OK; i++) {
        const struct mh_address_label *row = &change->before.rows[i];
        if (!mh_prefix_equal(&row->prefix, changed) && find(&change->after, &row->prefix) == NULL)
            code = run_add(policy, row, failure);
    }
    return code;
}

static enum mh_error check(const struct change *change, const struct mh_op *op,
                           const struct mh_address_label *row, struct mh_failure *failure)
{
    const struct mh_address_label *is = find(&change->after, &row->prefix);
    char text[MH_PREFIX_TEXT_SIZE];
    bool holds = op->kind == MH_OP_LABEL_ADD
                     ? is != NULL && is->label == row->label && is->precedence == row->precedence
                     : is == NULL;
    if (holds)
        return MH_OK;
    return mh_fail(failure, MH_LOST, "netsh ended well, but the policy table does not show it for %s",
                   mh_prefix_format(&row->prefix, text));
}

static enum mh_error carry_out(struct mh_windows_policy *policy, struct change *change,
                               const struct mh_op *op, struct mh_failure *failure)
{
    struct mh_address_label row = op->of.label;
    bool adds = op->kind == MH_OP_LABEL_ADD;
    struct mh_failure unread = {0};
    if (adds && row.precedence == 0)
        row.precedence = precedence_for(&change->before, &row.prefix);
    enum mh_error code = adds ? run_add(policy, &row, failure) : run_delete(policy, &row, failure);
    if (code != MH_OK)
        return code;
    if (mh_windows_policy_read(policy, PATIENCE, &change->after, &unread) != MH_OK)
        return mh_fail(failure, MH_LOST, "the policy table was changed and cannot be read back: %.200s",
                       unread.detail);
    if (put_back_others(policy, change, &row.prefix, &unread) != MH_OK)
        return mh_fail(failure, MH_LOST,
                       "rows of the policy table went with the change, and stay away: %.200s", unread.detail);
    return check(change, op, &row, failure);
}

/* `known` is the row that is there. */
static enum mh_error refuse(const struct mh_op *op, const struct mh_address_label *known,
                            struct mh_failure *failure)
{
    char text[MH_PREFIX_TEXT_SIZE];
    (void)mh_prefix_format(&op->of.label.prefix, text);
    if (op->of.label.prefix.address.family != MH_IPV6)
        return mh_fail(failure, MH_INVALID, "labels are for IPv6 prefixes");
    if (op->of.label.interface != 0)
        return mh_fail(failure, MH_UNSUPPORTED, "a label is for all interfaces on Windows");
    if (op->kind == MH_OP_LABEL_ADD && known != NULL)
        return mh_fail(failure, MH_EXISTS, "the policy table has %s already", text);
    if (op->kind == MH_OP_LABEL_DELETE && known == NULL)
        return mh_fail(failure, MH_NOT_FOUND, "the policy table has no %s", text);
    return MH_OK;
}

enum mh_error mh_windows_policy_apply(struct mh_windows_policy *policy, const struct mh_op *op,
                                      struct mh_failure *failure)
{
    struct change *change = policy != NULL ? calloc(1, sizeof *change) : NULL;
    struct mh_failure unread = {0};
    if (policy == NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "the policy table is not read here");
    if (change == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error code = mh_windows_policy_read(policy, PATIENCE, &change->before, &unread);
    if (code == MH_OK)
        code = refuse(op, find(&change->before, &op->of.label.prefix), failure);
    else
        code = mh_fail(failure, code == MH_NO_MEMORY ? code : MH_UNSUPPORTED,
                       "the policy table cannot be read, so it is not written: %.200s", unread.detail);
    if (code == MH_OK)
        code = carry_out(policy, change, op, failure);
    free(change);
    return code;
}
