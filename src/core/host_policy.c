#include "core/host_policy.h"

#include <stdlib.h>

struct mh_policy *mh_host_policy(const struct mh_snapshot *snapshot, size_t *count)
{
    struct mh_policy *policy = calloc(snapshot->label_count + 1, sizeof *policy);
    *count = 0;
    for (size_t i = 0; policy != NULL && i < snapshot->label_count; i++)
        if (snapshot->labels[i].interface == 0)
            policy[(*count)++] = (struct mh_policy){.prefix = snapshot->labels[i].prefix,
                                                    .precedence = snapshot->labels[i].precedence,
                                                    .label = snapshot->labels[i].label};
    return policy;
}
