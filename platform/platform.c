/* The boundary's front: picks a backend by name, and hands every call to it. */
#include "backend.h"

#include <stdio.h>
#include <string.h>

enum { BACKENDS_MAX = 8 };

/* Written with the same values by every call: the table of backends is fixed when the program is linked. */
const char *const *mh_platform_backends(void)
{
    static const char *names[BACKENDS_MAX + 1];
    for (size_t i = 0; i < BACKENDS_MAX && mh_backends[i] != NULL; i++)
        names[i] = mh_backends[i]->name;
    return names;
}

static const struct mh_backend *find_backend(const char *name, size_t length)
{
    for (size_t i = 0; mh_backends[i] != NULL; i++)
        if (strlen(mh_backends[i]->name) == length && memcmp(mh_backends[i]->name, name, length) == 0)
            return mh_backends[i];
    return NULL;
}

static enum mh_error fail_unknown(const char *name, size_t length, struct mh_failure *failure)
{
    char known[128] = "";
    size_t used = 0;
    for (size_t i = 0; mh_backends[i] != NULL && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ",
                                 mh_backends[i]->name);
    return mh_fail(failure, MH_NOT_FOUND, "there is no platform \"%.*s\" in this program; it has: %s",
                   length > 64 ? 64 : (int)length, name, known);
}

enum mh_error mh_platform_open(const char *spec, struct mh_platform **platform, struct mh_failure *failure)
{
    *platform = NULL;
    if (mh_backends[0] == NULL)
        return mh_fail(failure, MH_NOT_FOUND, "this program has no platform linked in");
    if (spec == NULL)
        return mh_backends[0]->open(NULL, platform, failure);
    const char *colon = strchr(spec, ':');
    size_t length = colon != NULL ? (size_t)(colon - spec) : strlen(spec);
    const struct mh_backend *backend = find_backend(spec, length);
    if (backend == NULL)
        return fail_unknown(spec, length, failure);
    return backend->open(colon != NULL ? colon + 1 : NULL, platform, failure);
}

void mh_platform_close(struct mh_platform *platform)
{
    if (platform != NULL)
        platform->backend->close(platform);
}

enum mh_error mh_platform_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                   struct mh_failure *failure)
{
    return platform->backend->read_all(platform, feed, failure);
}

enum mh_error mh_platform_watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake,
                                void *context, struct mh_failure *failure)
{
    return platform->backend->watch(platform, loop, wake, context, failure);
}

enum mh_error mh_platform_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                       struct mh_failure *failure)
{
    return platform->backend->read_changes(platform, feed, failure);
}

static bool is_question(const struct mh_question *question)
{
    uint8_t family = question->destination.family;
    return (family == MH_IPV4 || family == MH_IPV6) &&
           (question->source.family == family || question->source.family == MH_FAMILY_NONE);
}

void mh_platform_doubt(struct mh_platform *platform, enum mh_section section)
{
    platform->backend->doubt(platform, section);
}

bool mh_platform_remark(struct mh_platform *platform, struct mh_failure *remark)
{
    return platform->backend->remark != NULL && platform->backend->remark(platform, remark);
}

void mh_platform_culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit)
{
    platform->backend->culprit(platform, op, culprit);
}

enum mh_error mh_platform_ask(struct mh_platform *platform, const struct mh_question *question,
                              struct mh_kernel_answer *answer, struct mh_failure *failure)
{
    if (!is_question(question))
        return mh_fail(failure, MH_INVALID, "destination and source are not of one family");
    return platform->backend->ask(platform, question, answer, failure);
}

enum mh_error mh_platform_filter(struct mh_platform *platform, struct mh_filter **filter,
                                 struct mh_failure *failure)
{
    *filter = NULL;
    return platform->backend->filter(platform, filter, failure);
}

enum mh_error mh_platform_endpoints(struct mh_platform *platform, unsigned states,
                                    struct mh_endpoints *endpoints, struct mh_failure *failure)
{
    *endpoints = (struct mh_endpoints){0};
    return platform->backend->endpoints(platform, states, endpoints, failure);
}

void mh_platform_endpoint_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count)
{
    platform->backend->endpoint_holders(platform, endpoints, count);
}

void mh_platform_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                   size_t count)
{
    platform->backend->endpoint_ancestry(platform, pid, endpoints, count);
}

static bool is_probe(const struct mh_probe *probe)
{
    const struct mh_question ends = {.source = probe->source, .destination = probe->target};
    return is_question(&ends) && probe->timeout > 0 && probe->timeout <= MH_PROBE_TIMEOUT_MAX &&
           probe->size <= MH_PROBE_DATA_MAX;
}

enum mh_error mh_platform_probe(struct mh_platform *platform, struct uv_loop_s *loop,
                                const struct mh_probe *probe, mh_probed answered, void *context,
                                struct mh_failure *failure)
{
    if (!is_probe(probe))
        return mh_fail(failure, MH_INVALID,
                       "source and target are not of one family, or a bound is exceeded");
    if (platform->backend->probe == NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "this version sends no probes by the platform \"%s\"",
                       platform->backend->name);
    return platform->backend->probe(platform, loop, probe, answered, context, failure);
}

enum mh_error mh_platform_apply(struct mh_platform *platform, const struct mh_op *op,
                                struct mh_failure *failure)
{
    return platform->backend->apply(platform, op, failure);
}

enum mh_error mh_platform_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                    size_t *applied, struct mh_failure *failure)
{
    return platform->backend->apply_all(platform, ops, count, applied, failure);
}

const char *mh_platform_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                                 const struct mh_op *op, char *text, size_t size)
{
    return platform->backend->describe(platform, snapshot, op, text, size);
}

void mh_platform_identity(const struct mh_platform *platform, struct mh_identity *identity)
{
    platform->backend->identity(platform, identity);
}

const struct mh_capability *mh_platform_capabilities(const struct mh_platform *platform)
{
    return platform->backend->capabilities(platform);
}

const char *mh_platform_table_name(const struct mh_platform *platform, uint32_t table,
                                   char word[MH_WORD_SIZE])
{
    return platform->backend->table_name(platform, table, word);
}

const char *mh_platform_protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                      char word[MH_WORD_SIZE])
{
    return platform->backend->protocol_name(platform, protocol, word);
}

bool mh_platform_table_number(const struct mh_platform *platform, const char *word, uint32_t *table)
{
    return platform->backend->table_number(platform, word, table);
}

void mh_platform_incarnation(const struct mh_platform *platform, struct mh_incarnation *incarnation)
{
    platform->backend->incarnation(platform, incarnation);
}
