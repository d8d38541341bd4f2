/* A connection to an agent (docs/bsd-calls.md): requests go out with a number, and a thread hands each answer
 * to the thread that waits for it. Any thread, several at a time. */
#ifndef MH_BSD_CALLS_LINK_H
#define MH_BSD_CALLS_LINK_H

#include "calls_line.h"

struct mh_calls_link;

/* A question: the line without its number and newline. */
struct mh_calls_question {
    struct mh_text line;
    size_t octets_max; /* more than that in an answer is malformed */
    int timeout;       /* milliseconds for the answer; -1: for ever */
    bool stoppable;
};

struct mh_calls_reply {
    char *line; /* what `answer` points into; the caller frees it */
    struct mh_calls_answer answer;
};

/* Takes the connection over, also when it fails. The caller closes *link. */
enum mh_error mh_calls_link_open(int connection, struct mh_calls_link **link, struct mh_failure *failure);
/* Nobody may be waiting. NULL is allowed. */
void mh_calls_link_close(struct mh_calls_link *link);
/* Ends what is stoppable with MH_INTERRUPTED, and what comes. */
void mh_calls_link_stop(struct mh_calls_link *link);
/* Whether the connection is gone; failure says why. */
bool mh_calls_link_is_lost(struct mh_calls_link *link, struct mh_failure *failure);
/* Frees question->line. MH_OK: an answer is in *reply, whatever it says; else calls.h says what there is. */
enum mh_error mh_calls_link_ask(struct mh_calls_link *link, struct mh_calls_question *question,
                                struct mh_calls_reply *reply, struct mh_failure *failure);

#endif
