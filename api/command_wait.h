/* Answers that wait for the loop: a command is submitted, the connection suspended, and resumed when it is
 * done. API threads. */
#ifndef MH_API_COMMAND_WAIT_H
#define MH_API_COMMAND_WAIT_H

#include "api/json_text.h"
#include "api/request.h"

/* Writes the body of a command that went well. */
typedef void (*mh_command_body)(struct mh_json *json, const struct mh_command_result *result);

/* Serves a request by a command: call it with the same arguments each time libmicrohttpd asks for the answer.
 * A command that fails, or that is not taken, becomes a problem. */
bool mh_serve_command(struct mh_request *request, enum mh_command_kind kind, mh_command_body body);

#endif
