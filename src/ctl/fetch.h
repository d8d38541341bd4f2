/* Asking the service and telling the user what went wrong; and reading its JSON. */
#ifndef MH_CTL_FETCH_H
#define MH_CTL_FETCH_H

#include "ctl.h"

#define MH_MEDIA_JSON "application/json"

/* MH_EXIT_DONE: the service answered 200, the body is in *response. Anything else has been said on
 * standard error. The caller clears the response. */
enum mh_exit mh_fetch(struct mh_ctl *ctl, const char *target, const char *accept,
                      struct mh_response *response);

/* The same, parsed: *json is an object, which the caller gives back, or NULL. */
enum mh_exit mh_fetch_json(struct mh_ctl *ctl, const char *target, struct mh_response *response,
                           json_t **json);

/* The same for a request of any method; every status from 200 to 299 is an answer. */
enum mh_exit mh_send_json(struct mh_ctl *ctl, const struct mh_client_request *sent,
                          struct mh_response *response, json_t **json);

/* Says why a request has failed, from the outcome and the answer, and returns the exit status. */
enum mh_exit mh_fetch_complain(struct mh_ctl *ctl, enum mh_client_outcome outcome,
                               const struct mh_response *response);

/* Fetches and prints the service's JSON: as it is, or indented when a person reads it. */
enum mh_exit mh_fetch_and_print_json(struct mh_ctl *ctl, const char *target);
/* The printing alone. `json` is what `body` says. */
enum mh_exit mh_print_json(struct mh_screen *screen, const struct mh_text *body, const json_t *json);

/* Members of an object; an absent member or one of another type is "", 0, false or NULL. */
const char *mh_member_text(const json_t *object, const char *name);
json_int_t mh_member_number(const json_t *object, const char *name);
bool mh_member_true(const json_t *object, const char *name);
const json_t *mh_member_array(const json_t *object, const char *name);
const json_t *mh_member_object(const json_t *object, const char *name);

#endif
