/* DOC: What the packet filter does with one packet: all base chains of a hook in their order (filter_walk.c
 * runs one of them). A drop anywhere is final; an accept ends its chain only. What is not understood, or not
 * known of the packet, makes the answer indeterminate only when it matters: when another value would have
 * led elsewhere. */
#include "core/filter_walk.h"

#include <stdio.h>

enum { STEPS_MAX = 1000000, TRACKING_PRIORITY = -200 /* NF_IP_PRI_CONNTRACK */ };

struct run {
    const struct mh_filter *filter;
    struct mh_filter_view view;
    size_t steps;
    bool doubted;
    struct mh_filter_doubt doubt; /* of the first chain whose outcome is open */
    bool translated;              /* by a nat chain of this hook */
};

static void copy_text(char out[MH_FILTER_TEXT_SIZE], const char *text)
{
    size_t length = (size_t)snprintf(out, MH_FILTER_TEXT_SIZE, "%s", text);
    if (length < MH_FILTER_TEXT_SIZE)
        return;
    length = MH_FILTER_TEXT_SIZE - 4; /* cut at a character, not inside of one */
    while (length > 0 && ((unsigned char)out[length] & 0xc0) == 0x80)
        length--;
    (void)snprintf(out + length, MH_FILTER_TEXT_SIZE - length, "...");
}

static enum mh_filter_tracking tracking_of(const struct mh_filter_chain *chain)
{
    bool begins = chain->hook == MH_FILTER_PREROUTING || chain->hook == MH_FILTER_OUTPUT;
    if (!begins || chain->is_nat || chain->priority > TRACKING_PRIORITY)
        return MH_TRACKING_DONE;
    return chain->priority == TRACKING_PRIORITY ? MH_TRACKING_SAME_PRIORITY : MH_TRACKING_EARLY;
}

/* Whether the packet is seen by a chain of type nat: when it is its connection's first, and has not been
 * translated. */
static enum mh_truth enters_nat(const struct run *run, const struct mh_filter_chain *chain,
                                struct mh_filter_doubt *doubt)
{
    static const char related[] = "whether it is the first packet of its connection is not known";
    const struct mh_filter_known *state = &run->view.facts.state;
    *doubt = (struct mh_filter_doubt){chain->label, "", state->why != NULL ? state->why : related};
    if (state->why == NULL && state->value == MH_FILTER_STATE_NEW)
        return run->translated ? MH_MAYBE : MH_TRUE;
    return state->why != NULL || state->value == MH_FILTER_STATE_RELATED ? MH_MAYBE : MH_FALSE;
}

static bool translates(const struct mh_filter_facts *before, const struct mh_filter_facts *after)
{
    return (before->source_why == NULL && after->source_why != NULL) ||
           (before->destination_why == NULL && after->destination_why != NULL);
}

static void take_doubt(struct run *run, const struct mh_filter_outcome *outcome)
{
    const struct mh_filter_doubt *other = outcome->sure_drop ? &outcome->pass_doubt : &outcome->drop_doubt;
    if (other->why == NULL)
        other = outcome->pass_doubt.why != NULL ? &outcome->pass_doubt : &outcome->drop_doubt;
    if (!run->doubted)
        run->doubt = *other;
    run->doubted = true;
}

static void drop(struct mh_filter_result *result, const struct mh_filter_outcome *outcome)
{
    const struct mh_filter_doubt *doubt = &outcome->drop_doubt;
    result->verdict = MH_FILTER_DROPS;
    result->rejects = outcome->rejects;
    copy_text(result->chain, outcome->sure_drop ? outcome->chain : doubt->chain);
    copy_text(result->rule, outcome->sure_drop ? outcome->rule : doubt->rule);
}

/* False when the packet is dropped for sure. */
static bool run_base(struct run *run, uint32_t index, struct mh_filter_result *result)
{
    const struct mh_filter_chain *chain = &run->filter->chains[index];
    struct mh_filter_doubt doubt;
    enum mh_truth enters = chain->is_nat ? enters_nat(run, chain, &doubt) : MH_TRUE;
    if (enters == MH_FALSE)
        return true;
    struct mh_filter_walk walk = {.filter = run->filter, .view = run->view, .steps = run->steps};
    walk.view.tracking = tracking_of(chain);
    mh_filter_walk_base(&walk, index, enters == MH_MAYBE ? &doubt : NULL);
    run->view.asked_tracking = walk.view.asked_tracking;
    run->steps = walk.steps;
    if (walk.outcome.drops && !walk.outcome.passes && enters == MH_TRUE) {
        drop(result, &walk.outcome);
        return false;
    }
    if (walk.outcome.drops)
        take_doubt(run, &walk.outcome);
    if (walk.outcome.passes && chain->is_nat)
        run->translated = run->translated || translates(&run->view.facts, &walk.passed);
    if (walk.outcome.passes && enters == MH_TRUE)
        run->view.facts = walk.passed;
    else if (walk.outcome.passes)
        mh_filter_facts_join(&run->view.facts, &walk.passed);
    return true;
}

static bool is_for(const struct mh_filter_chain *chain, uint8_t family)
{
    return family == MH_IPV4 ? chain->ipv4 : chain->ipv6;
}

static void tell_doubt(const struct run *run, struct mh_filter_result *result)
{
    result->verdict = MH_FILTER_INDETERMINATE;
    copy_text(result->chain, run->doubt.chain);
    copy_text(result->rule, run->doubt.rule);
    copy_text(result->reason, run->doubt.why);
}

void mh_filter_run(const struct mh_filter *filter, enum mh_filter_hook hook, struct mh_filter_packet *packet,
                   struct mh_filter_result *result)
{
    struct run run = {.filter = filter, .view = {.packet = packet}, .steps = STEPS_MAX};
    bool passes = true;
    *result = (struct mh_filter_result){.verdict = MH_FILTER_PASSES};
    mh_filter_facts_begin(&run.view.facts, packet);
    for (size_t i = 0; i < filter->order_count[hook] && passes; i++) {
        uint32_t chain = filter->order[hook][i];
        if (is_for(&filter->chains[chain], packet->destination.family))
            passes = run_base(&run, chain, result);
    }
    result->stateful = run.view.asked_tracking;
    if (passes && run.doubted)
        tell_doubt(&run, result);
    mh_filter_facts_end(&run.view.facts, packet);
}
