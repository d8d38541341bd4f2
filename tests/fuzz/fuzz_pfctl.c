/* Text as if pfctl(8) had written it: our anchor, the main rules, and the state. What is read as whole is
 * written and read again alike. */
#include "bsd/pf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t index_of(void *context, const char *name)
{
    (void)context;
    return (uint32_t)strlen(name);
}

static size_t count(const struct mh_anchor_model *model)
{
    return mh_list_count(model->rules) + mh_list_count(model->routes);
}

static void write_again(const struct mh_anchor_model *model, enum mh_pf_grammar grammar)
{
    struct mh_text text = {0};
    struct mh_anchor_model again;
    enum mh_pf_condition condition = MH_PF_WHOLE;
    if (mh_pf_render(model, grammar, index_of, NULL, &text, NULL) == MH_OK &&
        mh_anchor_init(&again) == MH_OK) {
        if (mh_pf_read(text.bytes != NULL ? text.bytes : "", text.length, &again, &condition) != MH_OK ||
            condition != MH_PF_WHOLE || count(&again) != count(model))
            abort();
        mh_anchor_clear(&again);
    }
    mh_text_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mh_anchor_model model;
    enum mh_pf_condition condition;
    char *copy = malloc(size > 0 ? size : 1); /* exactly as large */
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    (void)mh_pf_names_anchor(copy, size);
    (void)mh_pf_is_enabled(copy, size);
    if (mh_anchor_init(&model) == MH_OK && mh_pf_read(copy, size, &model, &condition) == MH_OK) {
        if (condition != MH_PF_WHOLE && count(&model) != 0)
            abort();
        write_again(&model, MH_PF_FREEBSD);
        write_again(&model, MH_PF_OPENBSD);
    }
    mh_anchor_clear(&model);
    free(copy);
    return 0;
}
