/* What of an op is written and compared: tables of fields. Private to op_json.c and op_value.c. Static data;
 * any thread. */
#ifndef MH_CORE_OP_FIELDS_H
#define MH_CORE_OP_FIELDS_H

#include "core/field_json.h"
#include "core/op.h"

/* The fields of an op's value, which all begin at `of`; NULL for a kind that there is not. Next hops and
 * native properties of routes are no fields. */
const struct mh_field *mh_op_fields(enum mh_op_kind kind);
/* Of struct mh_next_hop. */
extern const struct mh_field mh_next_hop_fields[];
/* The op's value is a route; an address; an address label. */
bool mh_op_is_route(enum mh_op_kind kind);
bool mh_op_is_address(enum mh_op_kind kind);
bool mh_op_is_label(enum mh_op_kind kind);

#endif
