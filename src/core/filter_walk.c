/* Rule after rule. Where it is not known whether a rule matches, its verdict is noted with the doubt, and the
 * walk goes on as if it had not matched; where both ways come together, what differs is not known any more.
 * So every rule is looked at once, however many doubts there are, and nothing that may happen is left out. */
#include "core/filter_walk.h"

#include <stdlib.h>

enum { DEPTH_MAX = 16 }; /* NFT_JUMP_STACK_SIZE */

/* One chain that is being run. */
struct frame {
    const struct mh_filter_chain *chain;
    const struct mh_filter_rule *rule;
    const struct mh_filter_doubt *doubt; /* whether the packet is here at all; NULL: it is */
    struct mh_filter_doubt own;          /* storage for one that arises here */
    struct mh_filter_facts end;          /* what holds at the chain's end */
    bool end_reached;
    unsigned depth;
    bool over;       /* the packet is not in this chain any more */
    const char *why; /* the rule may or may not have matched so far; NULL: it has */
};

/* ---- outcomes -------------------------------------------------------------------------------------- */

static struct mh_filter_doubt doubt_here(const struct frame *frame, const char *why)
{
    return (struct mh_filter_doubt){frame->chain->label, frame->rule != NULL ? frame->rule->text : "", why};
}

static void note_pass(struct mh_filter_walk *walk, const struct mh_filter_doubt *doubt)
{
    struct mh_filter_outcome *outcome = &walk->outcome;
    if (!outcome->passes)
        walk->passed = walk->view.facts;
    else
        mh_filter_facts_join(&walk->passed, &walk->view.facts);
    outcome->passes = true;
    if (doubt == NULL)
        outcome->sure_pass = true;
    else if (outcome->pass_doubt.why == NULL)
        outcome->pass_doubt = *doubt;
}

static void note_drop(struct mh_filter_walk *walk, const struct frame *frame, bool rejects,
                      const struct mh_filter_doubt *doubt)
{
    struct mh_filter_outcome *outcome = &walk->outcome;
    outcome->drops = true;
    if (doubt != NULL) {
        if (outcome->drop_doubt.why == NULL)
            outcome->drop_doubt = *doubt;
        return;
    }
    outcome->sure_drop = true;
    outcome->chain = frame->chain->label;
    outcome->rule = frame->rule != NULL ? frame->rule->text : "policy drop";
    outcome->rejects = rejects;
}

/* Whatever comes after cannot make the outcome any clearer. */
static void give_up(struct mh_filter_walk *walk, struct frame *frame, const char *why)
{
    struct mh_filter_doubt doubt = doubt_here(frame, why);
    mh_filter_facts_forget(&walk->view.facts, why);
    note_pass(walk, &doubt);
    note_drop(walk, frame, false, &doubt);
    walk->given_up = true;
    frame->over = true;
}

/* ---- verdicts -------------------------------------------------------------------------------------- */

static void run_chain(struct mh_filter_walk *walk, uint32_t index, const struct mh_filter_doubt *doubt,
                      unsigned depth, bool *end_reached);

static void reach_end(struct mh_filter_walk *walk, struct frame *frame)
{
    if (frame->end_reached)
        mh_filter_facts_join(&frame->end, &walk->view.facts);
    else
        frame->end = walk->view.facts;
    frame->end_reached = true;
}

/* The packet may have left the chain: from here on it is in doubt whether a rule of the chain sees it. */
static void may_have_left(struct frame *frame, const struct mh_filter_doubt *doubt)
{
    if (frame->doubt != NULL)
        return;
    frame->own = *doubt;
    frame->doubt = &frame->own;
}

static void jump(struct mh_filter_walk *walk, struct frame *frame, const struct mh_filter_data *data,
                 const struct mh_filter_doubt *doubt, bool sure)
{
    const struct mh_filter_facts before = walk->view.facts;
    bool end_reached;
    run_chain(walk, data->target, doubt, frame->depth + 1, &end_reached);
    if (walk->given_up) {
        frame->over = true;
        return;
    }
    if (data->action == MH_FILTER_GOTO && end_reached)
        reach_end(walk, frame);
    if (data->action == MH_FILTER_GOTO && !sure && end_reached)
        may_have_left(frame, doubt);
    if (sure && (data->action == MH_FILTER_GOTO || !end_reached))
        frame->over = true;
    else if (!sure && (data->action == MH_FILTER_GOTO || !end_reached))
        walk->view.facts = before;
    else if (!sure)
        mh_filter_facts_join(&walk->view.facts, &before);
}

/* A program that the packet is queued to may do anything with it. */
static void queue(struct mh_filter_walk *walk, struct frame *frame, bool sure)
{
    static const char why[] = "a program decides about it (queue)";
    const struct mh_filter_facts before = walk->view.facts;
    struct mh_filter_doubt doubt = doubt_here(frame, why);
    mh_filter_facts_forget(&walk->view.facts, why);
    note_pass(walk, &doubt);
    note_drop(walk, frame, false, &doubt);
    walk->view.facts = before;
    frame->over = frame->over || sure;
}

/* `why`: NULL when the packet gets this verdict for sure, as far as it is here at all. */
static void take_verdict(struct mh_filter_walk *walk, struct frame *frame, const struct mh_filter_data *data,
                         const char *why)
{
    struct mh_filter_doubt here = doubt_here(frame, why);
    const struct mh_filter_doubt *doubt = why != NULL ? &here : frame->doubt;
    bool sure = why == NULL;
    switch ((enum mh_filter_action)data->action) {
    case MH_FILTER_ACCEPT:
        note_pass(walk, doubt);
        frame->over = sure;
        break;
    case MH_FILTER_DROP:
    case MH_FILTER_REJECT:
        note_drop(walk, frame, data->action == MH_FILTER_REJECT, doubt);
        frame->over = sure;
        break;
    case MH_FILTER_RETURN:
        reach_end(walk, frame);
        frame->over = sure;
        if (!sure)
            may_have_left(frame, &here);
        break;
    case MH_FILTER_CONTINUE:
        break;
    case MH_FILTER_JUMP:
    case MH_FILTER_GOTO:
        jump(walk, frame, data, doubt, sure);
        break;
    case MH_FILTER_QUEUE:
        queue(walk, frame, sure);
        break;
    default:
        give_up(walk, frame, "the verdict is not understood");
        break;
    }
}

/* ---- statements ------------------------------------------------------------------------------------ */

/* Each returns whether the rule goes on. */

static bool run_match(struct mh_filter_walk *walk, struct frame *frame,
                      const struct mh_filter_statement *statement)
{
    const char *why;
    enum mh_truth truth = mh_filter_match(walk->filter, &walk->view, statement, &why);
    if (truth == MH_MAYBE && frame->why == NULL)
        frame->why = why;
    return truth != MH_FALSE;
}

struct verdicts {
    struct mh_filter_walk *walk;
    struct frame *frame;
};

static void take_found_verdict(void *context, const struct mh_filter_data *data, const char *why)
{
    struct verdicts *verdicts = context;
    struct frame *frame = verdicts->frame;
    if (verdicts->walk->given_up)
        return;
    if (!data->understood || !data->is_verdict)
        give_up(verdicts->walk, frame, "the map's verdict is not understood");
    else
        take_verdict(verdicts->walk, frame, data, frame->why != NULL ? frame->why : why);
}

/* Where no element is found, and after `continue`, the next rule follows. */
static bool run_vmap(struct mh_filter_walk *walk, struct frame *frame,
                     const struct mh_filter_statement *statement)
{
    struct verdicts verdicts = {walk, frame};
    const struct mh_filter_set *set = &walk->filter->sets[statement->set];
    const char *why;
    enum mh_truth truth =
        mh_filter_look_up(walk->filter, &walk->view, statement, take_found_verdict, &verdicts, &why);
    if (truth != MH_TRUE && (set->open || set->changes) && why != NULL && !walk->given_up)
        give_up(walk, frame, why);
    return false;
}

struct found_value {
    size_t count;
    struct mh_filter_known known;
};

static void take_found_value(void *context, const struct mh_filter_data *data, const char *why)
{
    struct found_value *found = context;
    found->count++;
    found->known = (struct mh_filter_known){mh_filter_value_number(&data->value), why};
    if (!data->understood || data->is_verdict)
        found->known.why = "the map's value is not understood";
}

static enum mh_truth map_value(struct mh_filter_walk *walk, const struct mh_filter_statement *statement,
                               struct mh_filter_known *value, const char **why)
{
    struct found_value found = {0};
    enum mh_truth truth =
        mh_filter_look_up(walk->filter, &walk->view, statement, take_found_value, &found, why);
    *value = found.known;
    if (truth == MH_MAYBE && value->why == NULL)
        value->why = *why;
    return truth;
}

/* The value that a statement sets. MH_FALSE: there is none, the rule ends. */
static enum mh_truth operand_value(struct mh_filter_walk *walk, const struct mh_filter_statement *statement,
                                   struct mh_filter_known *value, const char **why)
{
    struct mh_filter_reading reading;
    switch ((enum mh_filter_operand)statement->operand) {
    case MH_FILTER_OPERAND_VALUE:
        *value = (struct mh_filter_known){mh_filter_value_number(&statement->value), NULL};
        return MH_TRUE;
    case MH_FILTER_OPERAND_KEY:
        mh_filter_read(&walk->view, &statement->keys[0], &reading);
        *why = reading.free != 0 ? "the packet's TCP flags are not all known" : reading.why;
        *value = (struct mh_filter_known){mh_filter_value_number(&reading.value), *why};
        return reading.absent ? MH_FALSE : *why != NULL ? MH_MAYBE : MH_TRUE;
    case MH_FILTER_OPERAND_MAP:
        return map_value(walk, statement, value, why);
    case MH_FILTER_OPERAND_UNKNOWN:
    default:
        *why = statement->reason != NULL ? statement->reason : "the value is not understood";
        *value = (struct mh_filter_known){0, *why};
        return MH_MAYBE;
    }
}

static bool run_set(struct mh_filter_walk *walk, struct frame *frame,
                    const struct mh_filter_statement *statement)
{
    struct mh_filter_known value;
    const char *why = NULL;
    enum mh_truth truth = operand_value(walk, statement, &value, &why);
    if (truth == MH_FALSE)
        return false;
    if (truth == MH_MAYBE && frame->why == NULL)
        frame->why = why != NULL ? why : "the value is not known";
    mh_filter_set_number(&walk->view, (enum mh_filter_statement_kind)statement->kind, &value,
                         frame->why == NULL);
    return true;
}

/* A connection's first packet that a nat rule has taken is accepted by the chain. */
static bool run_nat(struct mh_filter_walk *walk, struct frame *frame, bool source)
{
    static const struct mh_filter_data accept = {.action = MH_FILTER_ACCEPT};
    const struct mh_filter_facts before = walk->view.facts;
    if (source)
        walk->view.facts.source_why = "a rule translates the source address";
    else
        walk->view.facts.destination_why = "a rule translates the destination address";
    take_verdict(walk, frame, &accept, frame->why);
    walk->view.facts = before;
    return false;
}

static bool run_statement(struct mh_filter_walk *walk, struct frame *frame,
                          const struct mh_filter_statement *statement)
{
    const struct mh_filter_data verdict = {.action = statement->action, .target = statement->target};
    switch ((enum mh_filter_statement_kind)statement->kind) {
    case MH_FILTER_MATCH:
        return run_match(walk, frame, statement);
    case MH_FILTER_MAYBE:
        if (frame->why == NULL)
            frame->why = statement->reason;
        return true;
    case MH_FILTER_VERDICT:
        take_verdict(walk, frame, &verdict, frame->why);
        return false;
    case MH_FILTER_VMAP:
        return run_vmap(walk, frame, statement);
    case MH_FILTER_SET_MARK:
    case MH_FILTER_SET_CT_MARK:
    case MH_FILTER_SET_ZONE:
        return run_set(walk, frame, statement);
    case MH_FILTER_NOTRACK:
        mh_filter_notrack(&walk->view, frame->why == NULL);
        return true;
    case MH_FILTER_NAT_SOURCE:
    case MH_FILTER_NAT_DESTINATION:
        return run_nat(walk, frame, statement->kind == MH_FILTER_NAT_SOURCE);
    case MH_FILTER_UNKNOWN:
    default:
        give_up(walk, frame, statement->reason != NULL ? statement->reason : "it is not understood");
        return false;
    }
}

/* ---- chains ---------------------------------------------------------------------------------------- */

/* A statement's part of the work that one packet may take: large sets take more. */
static size_t cost_of(const struct mh_filter *filter, const struct mh_filter_statement *statement)
{
    enum { ELEMENTS_A_STEP = 64 };
    bool looks_up = statement->key_count > 0 && statement->set < filter->set_count;
    return looks_up ? 1 + filter->sets[statement->set].count / ELEMENTS_A_STEP : 1;
}

/* Takes so much of what is left of the work; false, and the walk is over, when that is not enough. */
static bool pay(struct mh_filter_walk *walk, struct frame *frame, size_t cost)
{
    if (walk->steps < cost) {
        give_up(walk, frame, "there are too many rules to look at");
        return false;
    }
    walk->steps -= cost;
    return true;
}

static void run_rule(struct mh_filter_walk *walk, struct frame *frame)
{
    bool goes_on = pay(walk, frame, 1);
    frame->why = NULL;
    for (size_t i = 0; i < frame->rule->count && goes_on; i++) {
        const struct mh_filter_statement *statement = &frame->rule->statements[i];
        goes_on = pay(walk, frame, cost_of(walk->filter, statement)) && run_statement(walk, frame, statement);
    }
}

/* What holds at the chain's end is in walk->view.facts then, when that end can be reached. */
static void run_frame(struct mh_filter_walk *walk, struct frame *frame)
{
    for (size_t i = 0; i < frame->chain->count && !frame->over; i++) {
        frame->rule = &frame->chain->rules[i];
        run_rule(walk, frame);
    }
    frame->rule = NULL;
    if (!frame->over)
        reach_end(walk, frame);
    if (frame->end_reached && !walk->given_up)
        walk->view.facts = frame->end;
}

static void run_chain(struct mh_filter_walk *walk, uint32_t index, const struct mh_filter_doubt *doubt,
                      unsigned depth, bool *end_reached)
{
    struct frame frame = {.chain = &walk->filter->chains[index], .doubt = doubt, .depth = depth};
    *end_reached = false;
    if (depth > DEPTH_MAX) {
        give_up(walk, &frame, "chains jump to each other too deeply");
        return;
    }
    run_frame(walk, &frame);
    *end_reached = frame.end_reached;
}

void mh_filter_walk_base(struct mh_filter_walk *walk, uint32_t chain, const struct mh_filter_doubt *doubt)
{
    struct frame frame = {.chain = &walk->filter->chains[chain], .doubt = doubt};
    run_frame(walk, &frame);
    if (walk->given_up || !frame.end_reached)
        return;
    if (frame.chain->policy_drops)
        note_drop(walk, &frame, false, doubt);
    else
        note_pass(walk, doubt);
}
