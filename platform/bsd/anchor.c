/* The anchor "multihomed" of pf on the host. */
#include "anchor.h"

#include "pf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUT_MAX = 3 << 20, TIMEOUT = 10000 };

struct mh_bsd_anchor {
    struct mh_anchor_model model;
    enum mh_own_table_state state;
    bool known; /* as it was read last; false: to be read anew */
};

struct name {
    uint32_t index;
    char name[MH_NAME_SIZE];
};

/* ---- interfaces ------------------------------------------------------------------------------------ */

static enum mh_error take_name(void *context, const struct mh_fact *fact)
{
    struct mh_list **names = context;
    struct name name = {.index = fact->of.interface->index};
    memcpy(name.name, fact->of.interface->name, sizeof name.name);
    return mh_list_insert(names, mh_list_count(*names), &name) ? MH_OK : MH_NO_MEMORY;
}

/* *names (struct name) is the caller's, also after an error. */
static enum mh_error read_names(struct mh_bsd *host, struct mh_list **names, struct mh_failure *failure)
{
    const struct mh_rt_numbers *numbers = host->layout->numbers;
    bool is_long = numbers->long_interfaces != 0;
    const int32_t table[] = {
        MH_BSD_CTL_NET, numbers->pf_route, 0, 0, is_long ? numbers->long_interfaces : numbers->interfaces, 0};
    const struct mh_feed feed = {.context = names, .fact = take_name};
    uint8_t *bytes;
    size_t length;
    *names = mh_list_new(sizeof(struct name));
    if (*names == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    enum mh_error code = mh_calls_read_table(host->calls, table, 6, &bytes, &length, failure);
    if (code != MH_OK)
        return code;
    const struct mh_rt_answer answer = {
        .layout = host->layout, .bytes = bytes, .length = length, .long_records = is_long};
    code = mh_rt_feed_interfaces(&answer, &feed, failure);
    free(bytes);
    return code;
}

static const char *name_of(const struct mh_list *names, uint32_t index)
{
    const struct name *items = mh_list_items(names);
    for (size_t i = 0; i < mh_list_count(names); i++)
        if (items[i].index == index)
            return items[i].name;
    return NULL;
}

/* mh_pf_index_of. */
static uint32_t index_of(void *context, const char *name)
{
    const struct mh_list *names = context;
    const struct name *items = mh_list_items(names);
    for (size_t i = 0; i < mh_list_count(names); i++)
        if (strcmp(items[i].name, name) == 0)
            return items[i].index;
    return 0;
}

/* ---- pfctl ----------------------------------------------------------------------------------------- */

/* What the program says of a failure: "pfctl: /dev/pf: Permission denied". */
static enum mh_error error_of(const char *error)
{
    if (strstr(error, "ermission denied") != NULL || strstr(error, "not permitted") != NULL)
        return MH_PERMISSION;
    if (strstr(error, "/dev/pf: No such file") != NULL || strstr(error, "not configured") != NULL)
        return MH_UNREACHABLE; /* there is no pf in the kernel */
    if (strstr(error, "not found") != NULL || strstr(error, "does not exist") != NULL ||
        strstr(error, "Invalid argument") != NULL)
        return MH_NOT_FOUND; /* there is no such anchor */
    return MH_IO;
}

/* With MH_OK *result is to be cleared. */
static enum mh_error run_pfctl(struct mh_bsd *host, const struct mh_run *run, struct mh_run_result *result,
                               struct mh_failure *failure)
{
    enum mh_error code = host->calls->table->run(host->calls, run, result, failure);
    if (code == MH_NOT_FOUND)
        return mh_fail(failure, MH_UNSUPPORTED, "the pfctl program is not installed");
    /* What the kernel refuses while rules are listed ends some releases' pfctl with 0. */
    if (code == MH_OK && (result->status != 0 || strstr(result->error, "DIOC") != NULL)) {
        code = mh_fail(failure, error_of(result->error), "pfctl: %s",
                       result->error[0] != '\0' ? result->error : "it ended without a word");
        mh_run_clear(result);
    }
    return code;
}

static enum mh_error list(struct mh_bsd *host, const char *const *arguments, struct mh_run_result *result,
                          struct mh_failure *failure)
{
    const struct mh_run run = {.arguments = arguments, .output_limit = OUTPUT_MAX, .timeout = TIMEOUT};
    return run_pfctl(host, &run, result, failure);
}

static enum mh_error load(struct mh_bsd *host, const char *text, size_t length, struct mh_failure *failure)
{
    static const char *const loading[] = {"pfctl", "-q", "-a", "multihomed", "-f", "-", NULL};
    static const char *const flushing[] = {"pfctl", "-q", "-a", "multihomed", "-F", "rules", NULL};
    struct mh_run run = {.arguments = length > 0 ? loading : flushing,
                         .input = length > 0 ? text : NULL,
                         .input_length = length,
                         .output_limit = OUTPUT_MAX,
                         .timeout = TIMEOUT};
    struct mh_run_result result;
    mh_bsd_anchor_doubt(host); /* whether it was done is for pf to tell */
    enum mh_error code = run_pfctl(host, &run, &result, failure);
    if (code == MH_OK)
        mh_run_clear(&result);
    return code == MH_NOT_FOUND || code == MH_UNREACHABLE ? MH_IO : code;
}

/* ---- reading --------------------------------------------------------------------------------------- */

static enum mh_own_table_state state_of(enum mh_error code)
{
    switch (code) {
    case MH_OK:
        return MH_OWN_TABLE_USABLE;
    case MH_UNSUPPORTED:
        return MH_OWN_TABLE_NO_PROGRAM;
    case MH_PERMISSION:
        return MH_OWN_TABLE_NOT_PERMITTED;
    case MH_UNREACHABLE:
        return MH_OWN_TABLE_OFF;
    default:
        return MH_OWN_TABLE_UNREADABLE;
    }
}

static enum mh_own_table_state read_enabled(struct mh_bsd *host)
{
    static const char *const arguments[] = {"pfctl", "-q", "-s", "info", NULL};
    struct mh_run_result result;
    enum mh_error code = list(host, arguments, &result, NULL);
    if (code != MH_OK)
        return state_of(code);
    bool enabled = mh_pf_is_enabled(result.output, result.output_length);
    mh_run_clear(&result);
    return enabled ? MH_OWN_TABLE_USABLE : MH_OWN_TABLE_OFF;
}

static enum mh_own_table_state read_named(struct mh_bsd *host)
{
    static const char *const arguments[] = {"pfctl", "-q", "-s", "rules", NULL};
    struct mh_run_result result;
    enum mh_error code = list(host, arguments, &result, NULL);
    if (code != MH_OK)
        return state_of(code);
    bool named = mh_pf_names_anchor(result.output, result.output_length);
    mh_run_clear(&result);
    return named ? MH_OWN_TABLE_USABLE : MH_OWN_TABLE_NOT_NAMED;
}

/* An anchor that is not there is empty. MH_NO_MEMORY alone is an error: others are a state. */
static enum mh_error read_model(struct mh_bsd *host, struct mh_anchor_model *model,
                                enum mh_own_table_state *state)
{
    static const char *const arguments[] = {"pfctl", "-q", "-a", "multihomed", "-s", "rules", NULL};
    struct mh_run_result result;
    enum mh_pf_condition condition;
    enum mh_error code = list(host, arguments, &result, NULL);
    *state = code == MH_NOT_FOUND ? MH_OWN_TABLE_USABLE : state_of(code);
    if (code != MH_OK)
        return code == MH_NO_MEMORY ? code : MH_OK;
    code = mh_pf_read(result.output, result.output_length, model, &condition);
    mh_run_clear(&result);
    if (condition == MH_PF_FOREIGN)
        *state = MH_OWN_TABLE_FOREIGN;
    return code;
}

/* At the next reading of changes: nobody else tells. Sections that are being read are told of now. */
static void tell_later(struct mh_bsd *host)
{
    host->stale[MH_SECTION_RULES] = host->stale[MH_SECTION_ROUTES] = true;
}

/* The rules are read also where the main rules do not name the anchor: they are there then, and do nothing,
 * until they do. They are told only where they count. */
static enum mh_error read_anchor(struct mh_bsd *host, struct mh_bsd_anchor *anchor)
{
    enum mh_own_table_state named, before = anchor->state;
    struct mh_anchor_model model;
    enum mh_error code = mh_anchor_init(&model);
    anchor->state = read_enabled(host);
    if (code == MH_OK && anchor->state == MH_OWN_TABLE_USABLE) {
        named = read_named(host);
        code = read_model(host, &model, &anchor->state);
        if (anchor->state == MH_OWN_TABLE_USABLE)
            anchor->state = named;
    }
    if (code == MH_OK && anchor->model.rules != NULL &&
        (anchor->state != before || !mh_anchor_same(&anchor->model, &model)))
        tell_later(host);
    mh_anchor_clear(&anchor->model);
    anchor->model = model;
    anchor->known = code == MH_OK;
    return code;
}

static bool has_pf(const struct mh_bsd *host)
{
    return host->layout->system == MH_RT_FREEBSD || host->layout->system == MH_RT_OPENBSD;
}

static enum mh_error refresh(struct mh_bsd *host, struct mh_failure *failure)
{
    if (host->anchor == NULL)
        host->anchor = calloc(1, sizeof *host->anchor);
    if (host->anchor == NULL)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (host->anchor->known)
        return MH_OK;
    enum mh_error code = read_anchor(host, host->anchor);
    return code == MH_OK ? MH_OK : mh_fail(failure, code, "out of memory");
}

void mh_bsd_anchor_doubt(struct mh_bsd *host)
{
    if (host->anchor != NULL)
        host->anchor->known = false;
}

void mh_bsd_anchor_close(struct mh_bsd *host)
{
    if (host->anchor != NULL)
        mh_anchor_clear(&host->anchor->model);
    free(host->anchor);
    host->anchor = NULL;
}

/* ---- telling --------------------------------------------------------------------------------------- */

static bool counts(const struct mh_bsd *host)
{
    return host->anchor->state == MH_OWN_TABLE_USABLE;
}

enum mh_error mh_bsd_anchor_feed_rules(struct mh_bsd *host, const struct mh_feed *feed,
                                       struct mh_failure *failure)
{
    enum mh_error code = has_pf(host) ? refresh(host, failure) : MH_OK;
    if (code != MH_OK || !has_pf(host) || !counts(host))
        return code;
    const struct mh_list *list = host->anchor->model.rules;
    const struct mh_rule *rules = mh_list_items(list);
    for (size_t i = 0; i < mh_list_count(list) && code == MH_OK; i++) {
        const struct mh_fact fact = {.section = MH_SECTION_RULES, .change = MH_PRESENT, .of.rule = &rules[i]};
        code = feed->fact(feed->context, &fact);
    }
    return code;
}

/* A route by an interface that is gone is none. */
static enum mh_error tell_route(const struct mh_anchor_route *item, struct mh_list *names,
                                const struct mh_feed *feed)
{
    struct mh_anchor_route named = *item;
    named.hop.interface = named.has_hop ? index_of(names, named.interface) : 0;
    const struct mh_route route = mh_anchor_route_of(&named);
    const struct mh_fact fact = {.section = MH_SECTION_ROUTES, .change = MH_PRESENT, .of.route = &route};
    return named.has_hop && named.hop.interface == 0 ? MH_OK : feed->fact(feed->context, &fact);
}

enum mh_error mh_bsd_anchor_feed_routes(struct mh_bsd *host, const struct mh_feed *feed,
                                        struct mh_failure *failure)
{
    enum mh_error code = has_pf(host) ? refresh(host, failure) : MH_OK;
    if (code != MH_OK || !has_pf(host) || !counts(host) || mh_list_count(host->anchor->model.routes) == 0)
        return code;
    struct mh_list *names;
    code = read_names(host, &names, failure);
    const struct mh_list *list = host->anchor->model.routes;
    const struct mh_anchor_route *routes = mh_list_items(list);
    for (size_t i = 0; i < mh_list_count(list) && code == MH_OK; i++)
        code = tell_route(&routes[i], names, feed);
    mh_list_release(names);
    return code;
}

enum mh_error mh_bsd_anchor_feed_state(struct mh_bsd *host, const struct mh_feed *feed,
                                       struct mh_failure *failure)
{
    struct mh_setting setting;
    enum mh_error code = has_pf(host) ? refresh(host, failure) : MH_OK;
    if (code != MH_OK || !has_pf(host))
        return code;
    memset(&setting, 0, sizeof setting); /* no stray padding: what is as it was is seen to be */
    setting.interface = MH_SETTING_ALL;
    setting.value = (int32_t)host->anchor->state;
    setting.family = MH_IPV4;
    setting.id = MH_SETTING_OWN_TABLE;
    const struct mh_fact fact = {
        .section = MH_SECTION_SETTINGS, .change = MH_PRESENT, .of.setting = &setting};
    return feed->fact(feed->context, &fact);
}

/* ---- ops ------------------------------------------------------------------------------------------- */

bool mh_bsd_is_anchored(const struct mh_op *op)
{
    return mh_anchor_holds(op);
}

static enum mh_error fail_state(enum mh_own_table_state state, struct mh_failure *failure)
{
    static const char *const reasons[] = {
        [MH_OWN_TABLE_USABLE] = "",
        [MH_OWN_TABLE_NO_PROGRAM] = "the pfctl program is not installed",
        [MH_OWN_TABLE_NOT_PERMITTED] = "pf may not be used (/dev/pf)",
        [MH_OWN_TABLE_FOREIGN] = "the anchor multihomed has rules that this service has not made",
        [MH_OWN_TABLE_UNREADABLE] = "pf's rules cannot be read",
        [MH_OWN_TABLE_OFF] = "pf is not enabled",
        [MH_OWN_TABLE_NOT_NAMED] = "pf.conf has no line: anchor \"multihomed\"",
    };
    return mh_fail(failure, state == MH_OWN_TABLE_NOT_PERMITTED ? MH_PERMISSION : MH_UNSUPPORTED, "%s",
                   reasons[state]);
}

/* pfctl refuses rules that redirect to an interface that is not there. */
static enum mh_error forget_gone(struct mh_anchor_model *model, struct mh_list *names)
{
    for (size_t i = mh_list_count(model->routes); i > 0; i--) {
        const struct mh_anchor_route *route =
            (const struct mh_anchor_route *)mh_list_items(model->routes) + (i - 1);
        if (route->has_hop && index_of(names, route->interface) == 0 &&
            !mh_list_remove(&model->routes, i - 1))
            return MH_NO_MEMORY;
    }
    return MH_OK;
}

/* The name of the route's interface; NULL where it has none, or goes anyway. */
static enum mh_error find_name(const struct mh_op *op, const struct mh_list *names, const char **name,
                               struct mh_failure *failure)
{
    bool has_route = op->kind == MH_OP_ROUTE_ADD || op->kind == MH_OP_ROUTE_REPLACE;
    *name = NULL;
    if (!has_route || op->of.route.next_hop_count == 0)
        return MH_OK;
    uint32_t index = op->of.route.next_hops[0].interface;
    *name = name_of(names, index);
    return *name != NULL ? MH_OK : mh_fail(failure, MH_NOT_FOUND, "there is no interface %" PRIu32, index);
}

static enum mh_error change(struct mh_anchor_model *model, const struct mh_op *ops, size_t count,
                            struct mh_list *names, struct mh_failure *failure)
{
    for (size_t i = 0; i < count; i++) {
        const char *name;
        if (!mh_anchor_holds(&ops[i]))
            return mh_fail(failure, MH_INVALID, "an op that the anchor does not hold");
        enum mh_error code = find_name(&ops[i], names, &name, failure);
        if (code == MH_OK)
            code = mh_anchor_apply(model, &ops[i], name, failure);
        if (code != MH_OK)
            return code;
    }
    return forget_gone(model, names) == MH_OK ? MH_OK : mh_fail(failure, MH_NO_MEMORY, "out of memory");
}

static enum mh_error write_model(struct mh_bsd *host, const struct mh_anchor_model *model,
                                 struct mh_list *names, struct mh_failure *failure)
{
    struct mh_text text = {0};
    enum mh_pf_grammar grammar = host->layout->system == MH_RT_OPENBSD ? MH_PF_OPENBSD : MH_PF_FREEBSD;
    enum mh_error code = mh_pf_render(model, grammar, index_of, names, &text, failure);
    if (code == MH_OK) {
        code = load(host, text.bytes, text.length, failure);
        tell_later(host);
        host->stale[MH_SECTION_SETTINGS] = true;
    }
    mh_text_clear(&text);
    return code;
}

/* Own rules may be taken away also where they do not count. */
static bool only_takes(const struct mh_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ops[i].kind != MH_OP_RULE_DELETE && ops[i].kind != MH_OP_ROUTE_DELETE)
            return false;
    return true;
}

enum mh_error mh_bsd_anchor_apply(struct mh_bsd *host, const struct mh_op *ops, size_t count,
                                  struct mh_failure *failure)
{
    struct mh_anchor_model model;
    struct mh_list *names;
    if (!has_pf(host))
        return mh_fail(failure, MH_UNSUPPORTED, "this system has no pf that routes");
    mh_bsd_anchor_doubt(host); /* somebody may have changed it since: their rules are not to be lost */
    enum mh_error code = refresh(host, failure);
    if (code != MH_OK || count == 0)
        return code;
    enum mh_own_table_state state = host->anchor->state;
    if (state != MH_OWN_TABLE_USABLE && !(state == MH_OWN_TABLE_NOT_NAMED && only_takes(ops, count)))
        return fail_state(state, failure);
    code = read_names(host, &names, failure);
    mh_anchor_copy(&host->anchor->model, &model);
    if (code == MH_OK)
        code = change(&model, ops, count, names, failure);
    if (code == MH_OK)
        code = write_model(host, &model, names, failure);
    mh_anchor_clear(&model);
    mh_list_release(names);
    return code;
}
