/* A world for transactions: a simulated host, files in memory, and a fate that lets any call fail, cuts any
 * write off, or ends the process behind any call. The process ends by everything that it does from then on
 * having no effect: the engine is then thrown away, and another made. */
#ifndef MH_TEST_TRANSACTION_WORLD_H
#define MH_TEST_TRANSACTION_WORLD_H

#include "core/op_json.h"
#include "daemon/transaction.h"
#include "unit/test_sim.h"

enum { WORLD_FILES = 8, NEVER = -1 };

#define WORLD_CONFIG "/etc/config.json"
#define WORLD_BEFORE "{}\n"
#define WORLD_AFTER "{\"version\": 1}\n"

struct world_file {
    char path[64];
    char *bytes;
    size_t length;
    unsigned mode;
};

/* What goes wrong, and when; calls and ops are counted from 0. */
struct fate {
    long crash_behind;     /* the process ends behind this call; NEVER */
    long cut_call;         /* this write is cut off and the process ends */
    size_t cut_at;         /* after so many octets */
    bool torn;             /* the cut file has its final name; else only the temporary one was cut */
    long fail_call;        /* this call on storage fails without effect */
    bool fail_on;          /* and every one behind it */
    bool fail_with_effect; /* it fails, but has done what it should */
    long fail_op;          /* this op fails */
    bool op_has_effect;    /* but has done what it should */
    bool go_on;            /* ops behind a failed one are tried */
    long blind;            /* so many of the next readings fail */
};

struct world {
    struct sim_test sim;
    struct world_file files[WORLD_FILES];
    struct fate fate;
    long calls, ops; /* so far */
    bool dead;
    int64_t boot, wall;
    uint64_t random;
    struct mh_incarnation incarnation;
    struct mh_snapshot snapshot;
    bool holds_snapshot;
    size_t cut_length; /* of the write that was cut, or would have been */
    bool verify_fails;
    enum mh_op_kind deny; /* ops of this kind fail, always */
    unsigned changes;
};

static const struct fate no_fate = {
    .crash_behind = NEVER, .cut_call = NEVER, .fail_call = NEVER, .fail_op = NEVER};

/* ---- files ----------------------------------------------------------------------------------------- */

static inline struct world_file *world_find(struct world *world, const char *path)
{
    for (size_t i = 0; i < WORLD_FILES; i++)
        if (strcmp(world->files[i].path, path) == 0)
            return &world->files[i];
    return NULL;
}

static inline void world_drop(struct world_file *file)
{
    free(file->bytes);
    *file = (struct world_file){0};
}

static inline void world_put(struct world *world, const char *path, const void *bytes, size_t length,
                             unsigned mode)
{
    struct world_file *file = world_find(world, path);
    if (file == NULL)
        file = world_find(world, "");
    assert_non_null(file);
    world_drop(file);
    assert_true(strlen(path) < sizeof file->path);
    memcpy(file->path, path, strlen(path) + 1);
    file->bytes = malloc(length + 1);
    assert_non_null(file->bytes);
    if (length > 0)
        memcpy(file->bytes, bytes, length);
    file->bytes[length] = '\0';
    file->length = length;
    file->mode = mode;
}

static inline void world_put_text(struct world *world, const char *path, const char *text)
{
    world_put(world, path, text, strlen(text), 0644);
}

/* "" when it is not there. */
static inline const char *world_text(struct world *world, const char *path)
{
    struct world_file *file = world_find(world, path);
    return file != NULL ? file->bytes : "";
}

/* ---- fate ------------------------------------------------------------------------------------------ */

/* Counts a call. False: the process is dead, nothing happens. */
static inline bool world_enter(struct world *world, long *call)
{
    *call = world->calls++;
    return !world->dead;
}

static inline void world_leave(struct world *world, long call)
{
    if (call == world->fate.crash_behind)
        world->dead = true;
}

static inline bool world_fails(const struct world *world, long call)
{
    const struct fate *fate = &world->fate;
    return fate->fail_call != NEVER && (call == fate->fail_call || (fate->fail_on && call > fate->fail_call));
}

static inline enum mh_error world_full(struct mh_failure *failure)
{
    enum mh_error error = mh_fail(failure, MH_LIMIT, "cannot write: no space left on device");
    if (failure != NULL)
        failure->native_code = 28;
    return error;
}

static inline enum mh_error world_gone(struct mh_failure *failure)
{
    return mh_fail(failure, MH_IO, "the process is dead");
}

/* ---- storage --------------------------------------------------------------------------------------- */

static inline enum mh_error world_read(void *context, const char *path, char **text, size_t *length,
                                       struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    *text = NULL;
    if (!world_enter(world, &call))
        return world_gone(failure);
    enum mh_error error = MH_OK;
    const struct world_file *file = world_find(world, path);
    if (world_fails(world, call) && !world->fate.fail_with_effect)
        error = mh_fail(failure, MH_IO, "cannot read %s", path);
    else if (file == NULL || file->path[0] == '\0')
        error = mh_fail(failure, MH_NOT_FOUND, "cannot open %s", path);
    if (error == MH_OK) {
        *text = malloc(file->length + 1);
        assert_non_null(*text);
        memcpy(*text, file->bytes, file->length + 1);
        *length = file->length;
    }
    world_leave(world, call);
    return error;
}

static inline enum mh_error world_replace(void *context, const char *path, const void *bytes, size_t length,
                                          unsigned mode, struct mh_failure *failure)
{
    struct world *world = context;
    const struct fate *fate = &world->fate;
    long call;
    if (!world_enter(world, &call))
        return world_gone(failure);
    if (call == fate->cut_call) {
        world->cut_length = length;
        if (fate->cut_at >= length || fate->torn)
            world_put(world, path, bytes, fate->cut_at < length ? fate->cut_at : length, mode);
        world->dead = true;
        return world_gone(failure);
    }
    bool fails = world_fails(world, call);
    if (!fails || fate->fail_with_effect)
        world_put(world, path, bytes, length, mode);
    world_leave(world, call);
    return fails ? world_full(failure) : MH_OK;
}

static inline enum mh_error world_rename(void *context, const char *from, const char *to,
                                         struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    if (!world_enter(world, &call))
        return world_gone(failure);
    struct world_file *file = world_find(world, from);
    bool fails = world_fails(world, call);
    enum mh_error error = fails ? world_full(failure) : MH_OK;
    if (file == NULL) {
        error = mh_fail(failure, MH_NOT_FOUND, "cannot rename %s", from);
    } else if (!fails || world->fate.fail_with_effect) {
        world_put(world, to, file->bytes, file->length, file->mode);
        world_drop(world_find(world, from));
    }
    world_leave(world, call);
    return error;
}

static inline enum mh_error world_remove(void *context, const char *path, struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    if (!world_enter(world, &call))
        return world_gone(failure);
    struct world_file *file = world_find(world, path);
    bool fails = world_fails(world, call);
    if (file != NULL && (!fails || world->fate.fail_with_effect))
        world_drop(file);
    world_leave(world, call);
    return fails ? world_full(failure) : MH_OK;
}

static inline enum mh_error world_mode(void *context, const char *path, unsigned *mode,
                                       struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    if (!world_enter(world, &call))
        return world_gone(failure);
    const struct world_file *file = world_find(world, path);
    enum mh_error error = file == NULL ? mh_fail(failure, MH_NOT_FOUND, "cannot look at %s", path) : MH_OK;
    if (file != NULL)
        *mode = file->mode;
    world_leave(world, call);
    return error;
}

/* ---- the platform ---------------------------------------------------------------------------------- */

static inline void world_fail_op(struct mh_failure *result)
{
    (void)mh_fail(result, MH_IO, "no buffer space available");
    result->native_code = 105;
    (void)snprintf(result->native_name, sizeof result->native_name, "ENOBUFS");
}

static inline void world_apply_one(struct world *world, const struct mh_op *op, struct mh_failure *result)
{
    long call;
    *result = (struct mh_failure){0};
    if (!world_enter(world, &call)) {
        (void)world_gone(result);
        return;
    }
    bool fails = world->ops++ == world->fate.fail_op || op->kind == world->deny;
    if (!fails || world->fate.op_has_effect)
        (void)mh_backend_sim.apply(world->sim.platform, op, result);
    if (fails)
        world_fail_op(result);
    world_leave(world, call);
}

static inline void world_apply(void *context, const struct mh_op *const *ops, size_t count,
                               struct mh_failure *results)
{
    struct world *world = context;
    bool failed = false;
    for (size_t i = 0; i < count; i++) {
        results[i] = (struct mh_failure){.code = MH_MORE};
        if (!failed || world->fate.go_on)
            world_apply_one(world, ops[i], &results[i]);
        failed |= results[i].code != MH_OK;
    }
}

static inline void world_release(void *context)
{
    struct world *world = context;
    if (world->holds_snapshot)
        mh_snapshot_clear(&world->snapshot);
    world->holds_snapshot = false;
}

static inline enum mh_error world_observe(void *context, struct mh_observed *observed,
                                          struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    assert_false(world->holds_snapshot);
    if (!world_enter(world, &call))
        return world_gone(failure);
    bool blind = world->fate.blind > 0;
    if (blind) {
        world->fate.blind--;
    } else {
        sim_test_read(&world->sim);
        mh_host_snapshot(world->sim.host, &world->snapshot);
        world->holds_snapshot = true;
        *observed = (struct mh_observed){&world->snapshot, world->sim.routes};
    }
    world_leave(world, call);
    return blind ? mh_fail(failure, MH_LOST, "kernel data was lost") : MH_OK;
}

static inline enum mh_error world_verify(void *context, struct mh_failure *failure)
{
    struct world *world = context;
    long call;
    if (!world_enter(world, &call))
        return world_gone(failure);
    world_leave(world, call);
    return world->verify_fails ? mh_fail(failure, MH_CONFLICT, "the host is not as planned") : MH_OK;
}

static inline void world_describe(void *context, const struct mh_op *op, struct mh_text *text)
{
    (void)context;
    mh_text_format(text, "do %s", mh_op_word(op->kind));
}

static inline int64_t world_boot(void *context)
{
    return ((struct world *)context)->boot;
}

static inline int64_t world_wall(void *context)
{
    return ((struct world *)context)->wall;
}

static inline bool world_random(void *context, void *bytes, size_t length)
{
    struct world *world = context;
    for (size_t i = 0; i < length; i++)
        ((unsigned char *)bytes)[i] =
            (unsigned char)(world->random = world->random * 6364136223846793005U + 1);
    return true;
}

static inline void world_changed(void *context)
{
    ((struct world *)context)->changes++;
}

/* ---- life ------------------------------------------------------------------------------------------ */

static const char world_host[] =
    "{\"system\": \"linux\",\n"
    "\"interfaces\": {\"d0\": {\"addresses\": [\"198.51.100.1/24\", \"192.0.2.1/24\", \"192.0.2.2/24\", "
    "\"192.0.2.3/24\", \"2001:db8::1/64\"]}, \"d2\": {\"addresses\": [\"203.0.113.1/24\"]}},\n"
    "\"routes\": [{\"destination\": \"default\", \"via\": \"198.51.100.254\"},\n"
    "{\"destination\": \"10.1.0.0/16\", \"via\": \"198.51.100.254\", \"preferred_source\": \"192.0.2.1\"},\n"
    "{\"destination\": \"10.2.0.0/16\", \"via\": \"198.51.100.254\", \"preferred_source\": \"192.0.2.2\"},\n"
    "{\"destination\": \"10.9.0.0/16\", \"via\": \"203.0.113.254\", \"table\": 100}],\n"
    "\"rules\": [{\"priority\": 900, \"family\": \"ipv4\", \"from\": \"10.9.0.0/16\", \"table\": \"100\"}]}";

/* Host, files and clocks as they are before anything happens. */
static inline void world_open(struct world *world)
{
    *world = (struct world){.fate = no_fate,
                            .deny = MH_OP_KIND_COUNT,
                            .boot = 1000000,
                            .wall = 1790000000000,
                            .random = 7,
                            .incarnation = {"boot-1", "cookie-1"}};
    sim_test_open_text(&world->sim, world_host);
    world_put_text(world, WORLD_CONFIG, WORLD_BEFORE);
}

static inline void world_close(struct world *world)
{
    world_release(world);
    sim_test_close(&world->sim);
    for (size_t i = 0; i < WORLD_FILES; i++)
        world_drop(&world->files[i]);
}

static inline struct mh_transactions *world_engine_on(struct world *world, struct mh_storage storage,
                                                      const char *directory)
{
    const struct mh_transaction_parts parts = {
        .context = world,
        .apply = world_apply,
        .observe = world_observe,
        .release = world_release,
        .describe = world_describe,
        .clock_boot = world_boot,
        .clock_wall = world_wall,
        .random = world_random,
        .changed = world_changed,
        .storage = storage,
        .state_directory = directory,
        .incarnation = world->incarnation,
    };
    struct mh_transactions *engine = mh_transactions_new(&parts);
    assert_non_null(engine);
    return engine;
}

static inline struct mh_transactions *world_engine(struct world *world)
{
    const struct mh_storage storage = {world,        world_read,   world_replace,
                                       world_rename, world_remove, world_mode};
    return world_engine_on(world, storage, "/state");
}

/* After the process has died: from here on calls have effects again, and nothing goes wrong. */
static inline void world_revive(struct world *world)
{
    world_release(world);
    world->dead = false;
    world->fate = no_fate;
    world->calls = world->ops = 0;
}

/* All that the host is, as text that the caller frees. */
static inline char *world_fingerprint(struct world *world)
{
    struct mh_snapshot snapshot;
    struct mh_text text = {0};
    static struct sim_test_text part;
    char from[MH_PREFIX_TEXT_SIZE];
    sim_test_read(&world->sim);
    sim_test_addresses(&world->sim, &part);
    mh_text_add(&text, part.bytes);
    sim_test_routes(&world->sim, &part);
    mh_text_add(&text, part.bytes);
    mh_host_snapshot(world->sim.host, &snapshot);
    for (size_t i = 0; i < snapshot.rule_count; i++)
        mh_text_format(&text, "rule %u family %u from %s table %u protocol %u\n", snapshot.rules[i].priority,
                       snapshot.rules[i].family, mh_prefix_format(&snapshot.rules[i].from, from),
                       snapshot.rules[i].table, snapshot.rules[i].protocol);
    for (size_t i = 0; i < snapshot.setting_count; i++)
        mh_text_format(&text, "setting %u/%u/%u %d\n", snapshot.settings[i].interface,
                       snapshot.settings[i].family, snapshot.settings[i].id, snapshot.settings[i].value);
    for (size_t i = 0; i < snapshot.neighbor_count; i++)
        mh_text_format(&text, "proxy %u %s\n", snapshot.neighbors[i].interface,
                       mh_address_format(&snapshot.neighbors[i].address, from));
    for (size_t i = 0; i < snapshot.interface_count; i++)
        mh_text_format(&text, "link %u %02x\n", snapshot.interfaces[i].index,
                       snapshot.interfaces[i].hardware_address[5]);
    mh_snapshot_clear(&snapshot);
    char *whole = mh_text_take(&text);
    assert_non_null(whole);
    return whole;
}

/* ---- plans ----------------------------------------------------------------------------------------- */

enum { PLAN_STEPS = 200, PLAN_UNDO = 8, OWN_PROTOCOL = 157 };

struct world_plan {
    struct mh_plan plan;
    struct mh_plan_step steps[PLAN_STEPS];
    struct mh_op undo[PLAN_STEPS][PLAN_UNDO];
    struct mh_next_hop hops[PLAN_STEPS * 4];
    size_t hop_count;
};

static inline struct mh_plan_step *plan_step(struct world_plan *made, struct mh_op op)
{
    size_t index = made->plan.step_count++;
    assert_true(index < PLAN_STEPS);
    made->steps[index] = (struct mh_plan_step){.op = op, .undo = made->undo[index], .member = "/addresses/a"};
    return &made->steps[index];
}

static inline void plan_undo(struct world_plan *made, struct mh_op op)
{
    struct mh_plan_step *step = &made->steps[made->plan.step_count - 1];
    assert_true(step->undo_count < PLAN_UNDO);
    made->undo[made->plan.step_count - 1][step->undo_count++] = op;
}

static inline struct mh_op plan_route(struct world *world, struct world_plan *made, enum mh_op_kind kind,
                                      const char *destination, const char *source, uint32_t table)
{
    struct mh_op op = {.kind = kind};
    struct mh_route *route = &op.of.route;
    struct mh_next_hop *hop = &made->hops[made->hop_count++];
    assert_true(made->hop_count < sizeof made->hops / sizeof made->hops[0]);
    assert_true(mh_prefix_parse(destination, strlen(destination), &route->destination));
    if (source != NULL)
        assert_true(mh_address_parse(source, strlen(source), &route->preferred_source));
    *hop = (struct mh_next_hop){.interface = sim_test_index(&world->sim, "d0"), .weight = 1};
    assert_true(mh_address_parse("198.51.100.254", 14, &hop->gateway));
    route->table = table;
    route->type = MH_ROUTE_UNICAST;
    route->protocol = table == 254 ? 4 /* RTPROT_STATIC, as the host has them */ : OWN_PROTOCOL;
    route->next_hops = hop;
    route->next_hop_count = 1;
    return op;
}

static inline struct mh_op plan_address(struct world *world, enum mh_op_kind kind, const char *interface,
                                        const char *address)
{
    return sim_test_address_op(&world->sim, kind, interface, address);
}

static inline struct mh_op plan_setting(struct world *world, const char *interface, enum mh_setting_id id,
                                        int32_t value)
{
    return (struct mh_op){
        .kind = MH_OP_SETTING_SET,
        .of.setting = {sim_test_index(&world->sim, interface), value, MH_IPV4, (uint8_t)id}};
}

static inline struct mh_op plan_rule(enum mh_op_kind kind, uint32_t priority)
{
    struct mh_op op = {.kind = kind,
                       .of.rule = {.priority = priority,
                                   .table = 5200,
                                   .family = MH_IPV4,
                                   .protocol = OWN_PROTOCOL,
                                   .suppress_prefix_length = -1,
                                   .suppress_interface_group = -1}};
    char from[MH_PREFIX_TEXT_SIZE];
    (void)snprintf(from, sizeof from, "10.%u.0.0/16", priority % 250);
    assert_true(mh_prefix_parse(from, strlen(from), &op.of.rule.from));
    return op;
}

/* A step and the one op that takes it back. */
static inline void plan_pair(struct world_plan *made, struct mh_op op, struct mh_op undo)
{
    (void)plan_step(made, op);
    plan_undo(made, undo);
}

/* Takes two secondaries and two routes along; the undo puts all of it back. */
static inline void plan_delete_primary(struct world *world, struct world_plan *made)
{
    (void)plan_step(made, plan_address(world, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.1/24"));
    plan_undo(made, plan_address(world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.1/24"));
    plan_undo(made, plan_address(world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.2/24"));
    plan_undo(made, plan_address(world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.3/24"));
    plan_undo(made, plan_route(world, made, MH_OP_ROUTE_ADD, "10.1.0.0/16", "192.0.2.1", 254));
    plan_undo(made, plan_route(world, made, MH_OP_ROUTE_ADD, "10.2.0.0/16", "192.0.2.2", 254));
}

/* What went along and is still wanted. */
static inline void plan_put_back(struct world *world, struct world_plan *made)
{
    plan_pair(made, plan_address(world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.2/24"),
              plan_address(world, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.2/24"));
    plan_pair(made, plan_address(world, MH_OP_ADDRESS_ADD, "d0", "192.0.2.3/24"),
              plan_address(world, MH_OP_ADDRESS_DELETE, "d0", "192.0.2.3/24"));
    plan_pair(made, plan_route(world, made, MH_OP_ROUTE_ADD, "10.2.0.0/16", "192.0.2.2", 254),
              plan_route(world, made, MH_OP_ROUTE_DELETE, "10.2.0.0/16", "192.0.2.2", 254));
}

/* One of a kind that may be repeated; one setting is changed again and again. */
static inline void plan_another(struct world *world, struct world_plan *made, unsigned i)
{
    char text[MH_PREFIX_TEXT_SIZE];
    switch (i % 4) {
    case 0:
        (void)snprintf(text, sizeof text, "203.0.113.%u/24", 2 + i);
        plan_pair(made, plan_address(world, MH_OP_ADDRESS_ADD, "d2", text),
                  plan_address(world, MH_OP_ADDRESS_DELETE, "d2", text));
        break;
    case 1:
        (void)snprintf(text, sizeof text, "10.%u.0.0/16", i);
        plan_pair(made, plan_route(world, made, MH_OP_ROUTE_ADD, text, NULL, 5200),
                  plan_route(world, made, MH_OP_ROUTE_DELETE, text, NULL, 5200));
        break;
    case 2:
        plan_pair(made, plan_rule(MH_OP_RULE_ADD, 5200 + i), plan_rule(MH_OP_RULE_DELETE, 5200 + i));
        break;
    default:
        plan_pair(made, plan_setting(world, "d0", MH_SETTING_ARP_ANNOUNCE, (int32_t)i),
                  plan_setting(world, "d0", MH_SETTING_ARP_ANNOUNCE, i < 4 ? 0 : (int32_t)i - 4));
    }
}

static inline void plan_end(struct world *world, struct world_plan *made)
{
    static const char *const texts[] = {"there is no interface eth7", "Linux cannot", "cut off"};
    static struct mh_plan_note notes[3];
    struct mh_ledger_setting entry = {
        .earlier = {sim_test_index(&world->sim, "d0"), 0, MH_IPV4, MH_SETTING_ARP_IGNORE},
        .value = 1,
        .interface_name = "d0"};
    for (size_t i = 0; i < 3; i++)
        notes[i] = (struct mh_plan_note){.member = "/uplinks/isp2", .text = texts[i]};
    made->plan.steps = made->steps;
    made->plan.pending = &notes[0];
    made->plan.unsupported = &notes[1];
    made->plan.warnings = &notes[2];
    made->plan.pending_count = made->plan.unsupported_count = made->plan.warning_count = 1;
    assert_int_equal(mh_ledger_put_setting(&made->plan.ledger, &entry), MH_OK);
}

/* The caller calls plan_free. A plan of one step deletes a primary address. */
static inline struct world_plan *plan_make(struct world *world, size_t count)
{
    struct world_plan *made = calloc(1, sizeof *made);
    assert_non_null(made);
    if (count > 1)
        plan_pair(made, plan_setting(world, "d0", MH_SETTING_ARP_IGNORE, 1),
                  plan_setting(world, "d0", MH_SETTING_ARP_IGNORE, 0));
    plan_delete_primary(world, made);
    if (count > 4)
        plan_put_back(world, made);
    for (unsigned i = 0; made->plan.step_count < count; i++)
        plan_another(world, made, i);
    plan_end(world, made);
    return made;
}

static inline void plan_free(struct world_plan *made)
{
    mh_ledger_clear(&made->plan.ledger);
    free(made);
}

static inline struct mh_transaction_request world_request(struct world *world, const struct world_plan *made,
                                                          const struct mh_config_change *config,
                                                          int64_t timeout)
{
    return (struct mh_transaction_request){.plan = &made->plan,
                                           .confirm_timeout = timeout,
                                           .config = config,
                                           .verify = world_verify,
                                           .verify_context = world};
}

static const struct mh_config_change world_change = {WORLD_CONFIG, WORLD_BEFORE, sizeof WORLD_BEFORE - 1,
                                                     WORLD_AFTER, sizeof WORLD_AFTER - 1};

#endif
