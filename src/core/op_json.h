/* Ops as JSON, without loss, as the journal keeps them:
 * {"kind": "address-add", "interface": 2, "address": "192.0.2.1", "prefix_length": 24}. Pure; any thread. */
#ifndef MH_CORE_OP_JSON_H
#define MH_CORE_OP_JSON_H

#include "core/error.h"
#include "core/op.h"
#include "core/text.h"

#include <jansson.h>

/* Adds the op's JSON to the text. text->failed: out of memory, or names inside are not UTF-8. */
void mh_op_write(struct mh_text *text, const struct mh_op *op);
/* The same as a value; a reference that the caller owns, NULL for a failure. */
json_t *mh_op_to_json(const struct mh_op *op);
/* Strict: the bytes may come from anywhere. MH_MALFORMED (`failure` says what is wrong) or MH_NO_MEMORY leave
 * *op without anything to free. A route's next hops and native properties are allocated: mh_op_clear. */
enum mh_error mh_op_from_json(const json_t *json, struct mh_op *op, struct mh_failure *failure);
/* Frees what an op that mh_op_from_json or mh_op_copy made points to. */
void mh_op_clear(struct mh_op *op);
/* With next hops and native properties of its own. MH_NO_MEMORY leaves *copy without anything to free. */
enum mh_error mh_op_copy(const struct mh_op *op, struct mh_op *copy);
/* Equal in all that the JSON holds. */
bool mh_op_equal(const struct mh_op *a, const struct mh_op *b);
/* What adds for what deletes, and the other way round. False: there is none. */
bool mh_op_opposite_kind(enum mh_op_kind kind, enum mh_op_kind *opposite);
/* `b` adds exactly what `a` deletes, or the other way round: equal in all but the kind. */
bool mh_op_is_opposite(const struct mh_op *a, const struct mh_op *b);

#endif
