/* Deciders: each question is asked of one, too. */
#include "oracle.h"

#include "core/decider.h"

enum { AROUND = 16 };

/* The destination, and others that differ from it in one of the last bits: many lie behind an edge. */
static void look_around(const struct mh_address *destination, struct mh_address destinations[AROUND])
{
    unsigned last = mh_family_bits((enum mh_family)destination->family) / 8 - 1;
    for (unsigned i = 0; i < AROUND; i++) {
        destinations[i] = *destination;
        if (i > 0)
            destinations[i].bytes[last - (i - 1) / 8] ^= (uint8_t)(1U << (i - 1) % 8);
    }
}

/* As mh_select decides. */
static void select_all(const struct oracle_world *world, const struct mh_question *question,
                       const struct mh_address destinations[AROUND], struct mh_outcome outcomes[AROUND])
{
    static struct mh_selection selection;
    struct mh_question each = *question;
    for (unsigned i = 0; i < AROUND; i++) {
        each.destination = destinations[i];
        (void)mh_select(&world->snapshot, world->routes, MH_DIALECT_LINUX, &each, false, &selection);
        mh_outcome_of(&selection, &outcomes[i]);
    }
}

static bool agree(struct mh_decider *decider, const struct mh_address destinations[AROUND],
                  const struct mh_outcome expected[AROUND])
{
    const struct mh_prefix block = mh_prefix_of(&destinations[0], 16);
    struct mh_outcome outcomes[AROUND], alone;
    bool equal = mh_decider_prepare(decider, &block) == MH_OK;
    mh_decider_ask_batch(decider, destinations, AROUND, outcomes);
    for (unsigned i = 0; i < AROUND && equal; i++) {
        mh_decider_ask(decider, &destinations[i], &alone);
        equal = mh_outcome_equal(&outcomes[i], &expected[i]) && mh_outcome_equal(&alone, &expected[i]);
    }
    return equal;
}

bool oracle_decider_agrees(const struct oracle_world *world, const struct mh_question *question,
                           const struct mh_selection *selection)
{
    struct mh_address destinations[AROUND];
    struct mh_outcome expected[AROUND], selected;
    struct mh_decider *decider = mh_decider_new(&world->snapshot, world->routes, MH_DIALECT_LINUX, question);
    if (decider == NULL)
        return false;
    look_around(&question->destination, destinations);
    select_all(world, question, destinations, expected);
    mh_outcome_of(selection, &selected);
    bool equal = mh_outcome_equal(&selected, &expected[0]) && agree(decider, destinations, expected);
    mh_decider_free(decider);
    return equal;
}
