#include "core/undo.h"

#include <stdlib.h>

/* What is expected of an object at one place of the row. */
struct object {
    const struct mh_op
        *last;    /* as this op leaves it; NULL: not known, a step's side effect may have changed it */
    bool differs; /* the observed one is not so */
};

struct mh_undo {
    const struct mh_plan_step *steps;
    size_t step_count;
    const struct mh_op **ops; /* the row */
    size_t *op_steps;         /* for each of the row, its step */
    size_t *op_objects;       /* for each of the row, its object */
    size_t *step_objects;     /* for each step, the object of its own op */
    size_t op_count;
    struct object *objects;
    size_t object_count;
};

/* ---- making ---------------------------------------------------------------------------------------- */

/* An op and where the number of its object is to be written. */
struct entry {
    const struct mh_op *op;
    size_t *object;
};

static int compare_entries(const void *a, const void *b)
{
    return mh_op_compare_object(((const struct entry *)a)->op, ((const struct entry *)b)->op);
}

/* Gives equal objects one number; returns how many there are. */
static size_t number_objects(struct entry *entries, size_t count)
{
    size_t objects = 0;
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++) {
        objects += i == 0 || compare_entries(&entries[i - 1], &entries[i]) != 0;
        *entries[i].object = objects - 1;
    }
    return objects;
}

static void fill_row(struct mh_undo *undo)
{
    size_t place = 0;
    for (size_t step = undo->step_count; step > 0; step--)
        for (size_t i = 0; i < undo->steps[step - 1].undo_count; i++, place++) {
            undo->ops[place] = &undo->steps[step - 1].undo[i];
            undo->op_steps[place] = step - 1;
        }
}

static bool find_objects(struct mh_undo *undo)
{
    size_t count = undo->op_count + undo->step_count;
    struct entry *entries = calloc(count + 1, sizeof *entries);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < undo->op_count; i++)
        entries[i] = (struct entry){undo->ops[i], &undo->op_objects[i]};
    for (size_t i = 0; i < undo->step_count; i++)
        entries[undo->op_count + i] = (struct entry){&undo->steps[i].op, &undo->step_objects[i]};
    undo->object_count = number_objects(entries, count);
    free(entries);
    undo->objects = calloc(undo->object_count + 1, sizeof *undo->objects);
    return undo->objects != NULL;
}

static bool make(struct mh_undo *undo)
{
    for (size_t i = 0; i < undo->step_count; i++)
        undo->op_count += undo->steps[i].undo_count;
    undo->ops = calloc(undo->op_count + 1, sizeof(struct mh_op *));
    undo->op_steps = calloc(undo->op_count + 1, sizeof *undo->op_steps);
    undo->op_objects = calloc(undo->op_count + 1, sizeof *undo->op_objects);
    undo->step_objects = calloc(undo->step_count + 1, sizeof *undo->step_objects);
    if (undo->ops == NULL || undo->op_steps == NULL || undo->op_objects == NULL || undo->step_objects == NULL)
        return false;
    fill_row(undo);
    return find_objects(undo);
}

struct mh_undo *mh_undo_new(const struct mh_plan_step *steps, size_t count)
{
    struct mh_undo *undo = calloc(1, sizeof *undo);
    if (undo == NULL)
        return NULL;
    undo->steps = steps;
    undo->step_count = count;
    if (make(undo))
        return undo;
    mh_undo_free(undo);
    return NULL;
}

void mh_undo_free(struct mh_undo *undo)
{
    if (undo == NULL)
        return;
    free(undo->ops);
    free(undo->op_steps);
    free(undo->op_objects);
    free(undo->step_objects);
    free(undo->objects);
    free(undo);
}

const struct mh_op *const *mh_undo_ops(const struct mh_undo *undo, size_t *count)
{
    *count = undo->op_count;
    return undo->ops;
}

size_t mh_undo_step(const struct mh_undo *undo, size_t place)
{
    return undo->op_steps[place];
}

/* ---- comparing ------------------------------------------------------------------------------------- */

/* Everything applied: each object as the last step about it left it. What a step's undo puts back besides its
 * own object is what the step took along, or may have: then nothing is known of it. */
static void expect_applied(struct mh_undo *undo)
{
    for (size_t i = 0; i < undo->object_count; i++)
        undo->objects[i] = (struct object){0};
    size_t end = undo->op_count;
    for (size_t step = 0; step < undo->step_count; step++) {
        size_t count = undo->steps[step].undo_count;
        for (size_t place = end - count; place < end; place++)
            undo->objects[undo->op_objects[place]].last = NULL;
        end -= count;
        undo->objects[undo->step_objects[step]].last = &undo->steps[step].op;
    }
}

static bool differs(const struct mh_op *expected, const struct mh_snapshot *snapshot,
                    const struct mh_route_table *routes)
{
    return expected != NULL && !mh_op_holds(expected, snapshot, routes) && !mh_op_is_moot(expected, snapshot);
}

size_t mh_undo_place(struct mh_undo *undo, const struct mh_snapshot *snapshot,
                     const struct mh_route_table *routes)
{
    size_t differences = 0, best = 0;
    expect_applied(undo);
    for (size_t i = 0; i < undo->object_count; i++) {
        undo->objects[i].differs = differs(undo->objects[i].last, snapshot, routes);
        differences += undo->objects[i].differs;
    }
    size_t fewest = differences;
    for (size_t place = 0; place < undo->op_count; place++) {
        struct object *object = &undo->objects[undo->op_objects[place]];
        differences -= object->differs;
        object->last = undo->ops[place];
        object->differs = differs(object->last, snapshot, routes);
        differences += object->differs;
        /* Of places without a difference the last: there the most is known. */
        if (differences < fewest || differences == 0) {
            fewest = differences;
            best = place + 1;
        }
    }
    return best;
}

size_t mh_undo_missing(struct mh_undo *undo, const struct mh_snapshot *snapshot,
                       const struct mh_route_table *routes, const struct mh_op **missing)
{
    size_t count = 0;
    for (size_t place = 0; place < undo->op_count; place++)
        undo->objects[undo->op_objects[place]].last = undo->ops[place];
    for (size_t place = 0; place < undo->op_count; place++)
        if (undo->objects[undo->op_objects[place]].last == undo->ops[place] &&
            differs(undo->ops[place], snapshot, routes))
            missing[count++] = undo->ops[place];
    return count;
}
