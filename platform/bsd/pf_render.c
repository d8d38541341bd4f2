/* The model as pf rules. Routing is stateless, pf is not: each "use" rule makes a state for whatever packet
 * of a connection it sees first (flags any, sloppy), for OpenBSD redirects with a state only, and answers to
 * a connection have to come back through a `block in`. */
#include "pf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct rendering {
    const struct mh_anchor_model *model;
    enum mh_pf_grammar grammar;
    mh_pf_index_of index_of;
    void *context;
    struct mh_text *text;
    size_t lines; /* of "use", "near", "end" and "reply" */
};

/* One rule as it is about to be written. */
struct line {
    const char *action;    /* "pass", "block return", "block drop" */
    const char *direction; /* "out", "in" */
    const char *on;        /* "! lo0", "em1" */
    uint8_t family;
    struct mh_prefix from, to; /* family none: any */
    const char *options;       /* behind the prefixes */
    const char *tagged;        /* that the packet must have; NULL: none */
    const char *redirect;      /* "route-to", "reply-to"; NULL: none */
    const struct mh_anchor_route *way;
    char label[MH_PF_LABEL_MAX + 1];
};

static const char states[] = " flags any keep state (sloppy)";
static const char not_loopback[] = "! lo0"; /* what this host sends itself is not routed */

/* ---- a line ---------------------------------------------------------------------------------------- */

/* fe80::1 behind the interface 2 is fe80:2::1 inside of KAME's kernels, and pfctl(8) of OpenBSD leaves a zone
 * out (host_ip in pfctl_parser.c). */
static struct mh_address embed(const struct rendering *rendering, const struct mh_anchor_route *way)
{
    struct mh_address gateway = way->hop.gateway;
    if (rendering->grammar == MH_PF_OPENBSD && gateway.family == MH_IPV6 &&
        mh_address_is_link_local(&gateway)) {
        uint32_t index = rendering->index_of(rendering->context, way->interface);
        gateway.bytes[2] = (uint8_t)(index >> 8);
        gateway.bytes[3] = (uint8_t)index;
    }
    return gateway;
}

static void write_redirect(const struct rendering *rendering, const struct line *line)
{
    char digits[MH_ADDRESS_TEXT_SIZE];
    const struct mh_address gateway = embed(rendering, line->way);
    (void)mh_address_format(&gateway, digits);
    mh_text_format(rendering->text, " %s ", line->redirect);
    if (rendering->grammar == MH_PF_OPENBSD)
        mh_text_add(rendering->text, digits);
    else if (gateway.family == MH_FAMILY_NONE)
        mh_text_add(rendering->text, line->way->interface);
    else
        mh_text_format(rendering->text, "(%s %s)", line->way->interface, digits);
}

static void write_host(struct mh_text *text, const char *word, const struct mh_prefix *prefix)
{
    char digits[MH_PREFIX_TEXT_SIZE];
    bool any = prefix->address.family == MH_FAMILY_NONE || prefix->length == 0;
    (void)mh_prefix_format(prefix, digits);
    if (prefix->length == mh_family_bits((enum mh_family)prefix->address.family))
        digits[strcspn(digits, "/")] = '\0';
    mh_text_format(text, " %s %s", word, any ? "any" : digits);
}

static void write_line(struct rendering *rendering, const struct line *line)
{
    struct mh_text *text = rendering->text;
    bool freebsd = rendering->grammar == MH_PF_FREEBSD;
    rendering->lines++;
    mh_text_format(text, "%s %s quick on %s", line->action, line->direction, line->on);
    if (line->redirect != NULL && freebsd)
        write_redirect(rendering, line);
    mh_text_add(text, line->family == MH_IPV6 ? " inet6" : " inet");
    write_host(text, "from", &line->from);
    write_host(text, "to", &line->to);
    mh_text_add(text, line->options);
    mh_text_format(text, " label \"%s\"", line->label);
    if (line->tagged != NULL)
        mh_text_format(text, " tagged %s", line->tagged);
    if (line->redirect != NULL && !freebsd)
        write_redirect(rendering, line);
    mh_text_add(text, "\n");
}

/* ---- records --------------------------------------------------------------------------------------- */

static void write_piece(struct mh_text *text, const char *mark, const char *piece, size_t length)
{
    mh_text_format(text, "block drop on " MH_PF_TAG " all label \"%s%.*s\" tagged " MH_PF_TAG "_record\n",
                   mark, (int)length, piece);
}

/* A piece does not begin or end with a space: pf may keep labels otherwise. */
static void write_record(struct mh_text *text, const char *record, size_t length)
{
    enum { PIECE = MH_PF_LABEL_MAX - (sizeof MH_PF_MARK_MORE - 1) };
    const char *mark = MH_PF_MARK;
    while (length > 0) {
        size_t piece = length < PIECE ? length : PIECE;
        while (piece < length && (record[piece] == ' ' || record[piece - 1] == ' '))
            piece--;
        write_piece(text, mark, record, piece);
        mark = MH_PF_MARK_MORE;
        record += piece;
        length -= piece;
    }
}

static void write_records(const struct mh_anchor_model *model, struct mh_text *text)
{
    const struct mh_rule *rules = mh_list_items(model->rules);
    const struct mh_anchor_route *routes = mh_list_items(model->routes);
    for (size_t i = 0; i < mh_list_count(model->rules) + mh_list_count(model->routes); i++) {
        struct mh_text record = {0};
        if (i < mh_list_count(model->rules))
            mh_pf_write_rule(&record, &rules[i]);
        else
            mh_pf_write_route(&record, &routes[i - mh_list_count(model->rules)]);
        if (!record.failed)
            write_record(text, record.bytes, record.length);
        text->failed = text->failed || record.failed;
        mh_text_clear(&record);
    }
}

/* ---- sources --------------------------------------------------------------------------------------- */

static struct line line_of(const struct mh_rule *rule, const char *kind)
{
    struct line line = {.action = "pass",
                        .direction = "out",
                        .on = not_loopback,
                        .family = rule->family,
                        .from = rule->from,
                        .to = rule->to,
                        .options = states};
    bool leads = rule->action == MH_RULE_TO_TABLE;
    (void)snprintf(line.label, sizeof line.label,
                   leads ? MH_PF_MARK "%s %" PRIu32 " %" PRIu32 : MH_PF_MARK "%s %" PRIu32, kind,
                   rule->priority, rule->table);
    return line;
}

/* What is never sent through a gateway: multicast, broadcast, and what stays on a link. It leaves by the
 * interface that it was meant for. */
enum { NEAR = 2 };
static const struct mh_prefix near4[NEAR] = {{{MH_IPV4, {224}}, 4}, {{MH_IPV4, {255, 255, 255, 255}}, 32}};
static const struct mh_prefix near6[NEAR] = {{{MH_IPV6, {0xff}}, 8}, {{MH_IPV6, {0xfe, 0x80}}, 10}};

static bool has_way(const struct mh_anchor_model *model, const struct mh_rule *rule)
{
    const struct mh_anchor_route *routes = mh_list_items(model->routes);
    for (size_t i = 0; i < mh_list_count(model->routes); i++)
        if (routes[i].route.table == rule->table &&
            routes[i].route.destination.address.family == rule->family)
            return true;
    return false;
}

/* The rule would have a say in it. */
static bool concerns(const struct mh_anchor_model *model, const struct mh_rule *rule,
                     const struct mh_prefix *near)
{
    bool meets = rule->to.address.family == MH_FAMILY_NONE || mh_prefix_covers(&rule->to, near) ||
                 mh_prefix_covers(near, &rule->to);
    return meets && (rule->action != MH_RULE_TO_TABLE || has_way(model, rule));
}

/* A rule of the same source, before this one, has it out of the way. */
static bool is_done(const struct mh_anchor_model *model, size_t at, const struct mh_prefix *near)
{
    const struct mh_rule *rules = mh_list_items(model->rules);
    for (size_t i = 0; i < at; i++)
        if (rules[i].family == rules[at].family && mh_prefix_equal(&rules[i].from, &rules[at].from) &&
            concerns(model, &rules[i], near))
            return true;
    return false;
}

/* IGMP and MLD carry a router alert. */
static void write_near(struct rendering *rendering, size_t at)
{
    const struct mh_rule *rule = (const struct mh_rule *)mh_list_items(rendering->model->rules) + at;
    const struct mh_prefix *near = rule->family == MH_IPV6 ? near6 : near4;
    struct line line = line_of(rule, "near");
    line.options = " flags any keep state (sloppy) allow-opts";
    for (size_t i = 0; i < NEAR; i++) {
        line.to = near[i];
        if (concerns(rendering->model, rule, &near[i]) && !is_done(rendering->model, at, &near[i]))
            write_line(rendering, &line);
    }
}

/* Strong send: a later rule refuses what the table has no way for. */
static bool is_strong(const struct mh_anchor_model *model, const struct mh_rule *rule)
{
    const struct mh_rule *rules = mh_list_items(model->rules);
    for (size_t i = 0; i < mh_list_count(model->rules); i++)
        if (rules[i].action != MH_RULE_TO_TABLE && rules[i].family == rule->family &&
            rules[i].priority >= rule->priority && rules[i].to.address.family == MH_FAMILY_NONE &&
            (rules[i].from.address.family == MH_FAMILY_NONE ||
             (rule->from.address.family != MH_FAMILY_NONE && mh_prefix_covers(&rules[i].from, &rule->from))))
            return true;
    return false;
}

/* The destinations of both; false: there are none. */
static bool meet(const struct mh_rule *rule, const struct mh_prefix *destination, struct mh_prefix *both)
{
    *both = *destination;
    if (destination->address.family != rule->family)
        return false;
    if (rule->to.address.family == MH_FAMILY_NONE || mh_prefix_covers(&rule->to, destination))
        return true;
    *both = rule->to;
    return mh_prefix_covers(destination, &rule->to);
}

/* ---- ways ------------------------------------------------------------------------------------------ */

/* What is on the link leaves by its interface: as the main table has it, or redirected there. OpenBSD cannot:
 * a strong source does not send then, another one sends as the main table has it. */
static void write_connected(struct rendering *rendering, const struct mh_rule *rule, struct line line,
                            const struct mh_anchor_route *route)
{
    bool replies = strcmp(line.direction, "in") == 0;
    line.on = route->interface;
    write_line(rendering, &line);
    line.on = not_loopback;
    if (rendering->grammar == MH_PF_FREEBSD) {
        line.redirect = replies ? "reply-to" : "route-to";
        line.way = route;
    } else if (!replies && is_strong(rendering->model, rule)) {
        line.action = "block return";
        line.options = "";
    }
    write_line(rendering, &line);
}

/* Also where the main table sends by the same interface: it may do so by another gateway. */
static void write_gateway(struct rendering *rendering, struct line line, const struct mh_anchor_route *route)
{
    line.redirect = strcmp(line.direction, "in") == 0 ? "reply-to" : "route-to";
    line.way = route;
    write_line(rendering, &line);
}

static void write_use(struct rendering *rendering, const struct mh_rule *rule,
                      const struct mh_anchor_route *route, const struct mh_prefix *to)
{
    struct line line = line_of(rule, "use");
    line.to = *to;
    if (!route->has_hop) {
        line.action = route->route.type == MH_ROUTE_BLACKHOLE ? "block drop" : "block return";
        line.options = "";
        write_line(rendering, &line);
    } else if (route->hop.gateway.family == MH_FAMILY_NONE) {
        write_connected(rendering, rule, line, route);
    } else {
        write_gateway(rendering, line, route);
    }
}

static void write_reply(struct rendering *rendering, const struct mh_rule *rule,
                        const struct mh_anchor_route *route, const struct mh_prefix *remote)
{
    struct line line = line_of(rule, "reply");
    line.direction = "in";
    line.from = *remote;
    line.to = rule->from;
    line.options = " flags S/SA keep state"; /* pf's default */
    line.tagged = MH_PF_TAG;
    if (!route->has_hop)
        return; /* the reply is refused when it comes to that */
    if (route->hop.gateway.family == MH_FAMILY_NONE)
        write_connected(rendering, rule, line, route);
    else
        write_gateway(rendering, line, route);
}

static void write_table(struct rendering *rendering, const struct mh_rule *rule,
                        void (*write)(struct rendering *, const struct mh_rule *,
                                      const struct mh_anchor_route *, const struct mh_prefix *))
{
    const struct mh_anchor_route *routes = mh_list_items(rendering->model->routes);
    struct mh_prefix both;
    for (size_t i = 0; i < mh_list_count(rendering->model->routes); i++)
        if (routes[i].route.table == rule->table && meet(rule, &routes[i].route.destination, &both) &&
            rendering->lines <= MH_PF_RULES_MAX)
            write(rendering, rule, &routes[i], &both);
}

static void write_end(struct rendering *rendering, const struct mh_rule *rule)
{
    struct line line = line_of(rule, "end");
    line.action = rule->action == MH_RULE_BLACKHOLE ? "block drop" : "block return";
    line.options = "";
    write_line(rendering, &line);
}

static void write_rules(struct rendering *rendering)
{
    const struct mh_rule *rules = mh_list_items(rendering->model->rules);
    size_t count = mh_list_count(rendering->model->rules);
    for (size_t i = 0; i < count; i++) {
        write_near(rendering, i);
        if (rules[i].action == MH_RULE_TO_TABLE)
            write_table(rendering, &rules[i], write_use);
        else
            write_end(rendering, &rules[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (rules[i].action == MH_RULE_TO_TABLE && rules[i].from.address.family != MH_FAMILY_NONE)
            write_table(rendering, &rules[i], write_reply);
}

/* ---- all ------------------------------------------------------------------------------------------- */

enum mh_error mh_pf_render(const struct mh_anchor_model *model, enum mh_pf_grammar grammar,
                           mh_pf_index_of index_of, void *context, struct mh_text *text,
                           struct mh_failure *failure)
{
    struct mh_text lines = {0};
    struct rendering rendering = {model, grammar, index_of, context, &lines, 0};
    size_t rules = mh_list_count(model->rules), routes = mh_list_count(model->routes);
    if (rules + routes == 0)
        return MH_OK;
    write_rules(&rendering);
    char head[MH_PF_LABEL_MAX];
    int length = snprintf(head, sizeof head, "model %zu %zu %zu", rules, routes, rendering.lines);
    write_record(text, head, (size_t)length);
    write_records(model, text);
    if (lines.length > 0)
        mh_text_add_bytes(text, lines.bytes, lines.length);
    bool failed = lines.failed || text->failed;
    mh_text_clear(&lines);
    if (failed)
        return mh_fail(failure, MH_NO_MEMORY, "out of memory");
    if (rules + routes + rendering.lines > MH_PF_RULES_MAX)
        return mh_fail(failure, MH_LIMIT, "that would be more than %d rules of pf", MH_PF_RULES_MAX);
    return MH_OK;
}
