/* Answers that wait for the loop: a command is submitted, the connection suspended, and resumed when it is
 * done. API threads. */
#ifndef MH_API_COMMAND_WAIT_H
#define MH_API_COMMAND_WAIT_H

#include "api/json_text.h"
#include "api/request.h"
#include "daemon/edit.h"

/* Writes the body of a command that went well. */
typedef void (*mh_command_body)(struct mh_json *json, const struct mh_command_result *result);

/* Serves a request by a command: call it with the same arguments each time libmicrohttpd asks for the answer.
 * A command that fails, or that is not taken, becomes a problem. */
bool mh_serve_command(struct mh_request *request, enum mh_command_kind kind, mh_command_body body);

/* Answers for an edit that was carried out. */
typedef bool (*mh_edit_answer)(struct mh_request *request, struct mh_edit *edit);

/* Has an edit carried out, and then answered by `answer`. Its names and text are copied: they may go with
 * the request. When the request continues (request->waiting is set) `edit` is not looked at and may be NULL.
 */
bool mh_serve_edit(struct mh_request *request, const struct mh_edit *edit, mh_edit_answer answer);

#endif
