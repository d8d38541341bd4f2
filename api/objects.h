/* The JSON of one object of each kind. */
#ifndef MH_API_OBJECTS_H
#define MH_API_OBJECTS_H

#include "api/words.h"
#include "core/aspect.h"
#include "daemon/view.h"

/* The members of an interface, without the braces. */
void mh_put_interface_members(struct mh_json *json, const struct mh_view *view,
                              const struct mh_interface *interface);
/* Each of these is a whole object. */
void mh_put_interface_address(struct mh_json *json, const struct mh_snapshot *snapshot,
                              const struct mh_interface_address *address);
void mh_put_route(struct mh_json *json, const struct mh_snapshot *snapshot,
                  const struct mh_platform *platform, const struct mh_route *route);
void mh_put_rule(struct mh_json *json, const struct mh_platform *platform, const struct mh_rule *rule);
void mh_put_neighbor(struct mh_json *json, const struct mh_snapshot *snapshot,
                     const struct mh_neighbor *neighbor);
/* A member of that name. `is_switch`: its words are "true" and "false". */
void mh_put_aspect(struct mh_json *json, const char *name, const struct mh_aspect *aspect, bool is_switch);
enum mh_owner mh_neighbor_owner(const struct mh_neighbor *neighbor);

#endif
