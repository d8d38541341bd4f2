/* A return path with the system's own answers beside it, and its JSON. */
#ifndef MH_API_PATH_ANSWER_H
#define MH_API_PATH_ANSWER_H

#include "api/decision.h"
#include "core/path.h"

/* Large: some hundred thousand octets. */
struct mh_path_answer {
    struct mh_path_question question;
    struct mh_path_report report;
    struct mh_decision arrival; /* of the request: kernel, unasked and the comparison only */
    struct mh_decision replies[MH_PATH_SOCKET_COUNT];
};

/* Makes the report of answer->report, which mh_path_begin began, and compares it with the system's answers
 * that the decisions hold. The caller holds the routes still, also while it renders. MH_OK or MH_NO_MEMORY.
 */
enum mh_error mh_path_answer(struct mh_path_answer *answer, const struct mh_path_host *host);

/* False when the system said something else to any question. */
bool mh_path_answer_agrees(const struct mh_path_answer *answer);

/* The whole object. */
void mh_put_path(struct mh_json *json, const struct mh_decision_context *context,
                 const struct mh_path_answer *answer);
/* The array of merge patches. */
void mh_put_path_remedies(struct mh_json *json, const struct mh_snapshot *snapshot,
                          const struct mh_path_report *report);

#endif
