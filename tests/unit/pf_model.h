/* What the tests of pf's anchor share: models in the words of the records, and a random one. */
#ifndef MH_TESTS_PF_MODEL_H
#define MH_TESTS_PF_MODEL_H

#include "support.h"

#include "bsd/pf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PF_UNUSED __attribute__((unused))

/* "em1" is 2. */
static PF_UNUSED uint32_t pf_index_of(void *context, const char *name)
{
    (void)context;
    for (uint32_t i = 0; i < 8; i++)
        if (strncmp(name, "em", 2) == 0 && name[2] == (char)('0' + i) && name[3] == '\0')
            return i + 1;
    return strcmp(name, "bridge0") == 0 ? 9 : 0;
}

static PF_UNUSED void pf_add(struct mh_anchor_model *model, const char *record)
{
    if (mh_pf_read_record(record, strlen(record), model) != MH_OK)
        fail_msg("\"%s\" is no record", record);
}

/* Records, one a line. */
static PF_UNUSED void pf_model(struct mh_anchor_model *model, const char *records)
{
    char *copy = strdup(records), *rest = copy;
    assert_int_equal(mh_anchor_init(model), MH_OK);
    assert_non_null(copy);
    for (char *record = strtok_r(rest, "\n", &rest); record != NULL; record = strtok_r(rest, "\n", &rest))
        pf_add(model, record);
    free(copy);
}

/* The caller frees. */
static PF_UNUSED char *pf_render(const struct mh_anchor_model *model, enum mh_pf_grammar grammar)
{
    struct mh_text text = {0};
    assert_int_equal(mh_pf_render(model, grammar, pf_index_of, NULL, &text, NULL), MH_OK);
    char *taken = mh_text_take(&text);
    assert_non_null(taken);
    return taken;
}

#endif
