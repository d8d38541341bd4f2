/* The sessions that a plan cuts off or moves, in words. */
#ifndef MH_CTL_SESSION_WORDS_H
#define MH_CTL_SESSION_WORDS_H

#include "ctl.h"

/* Writes one line ("cuts        tcp 192.0.2.5:22 - 198.51.100.9:50000 (sshd): ...") into *text for a label of
 * "cuts", "moves", "warning" or "sessions"; `line` may hold what could harm a terminal. */
typedef void (*mh_session_line)(void *context, const char *label, const struct mh_text *line);

/* Of a plan's or transaction's `sessions` (NULL: none), in this order: the asker's own, as warnings; those
 * that are cut; those that are moved; how many more there are; why they are not known. */
void mh_sessions_tell(const json_t *sessions, mh_session_line tell, void *context);

/* The asker's own session is cut. */
bool mh_sessions_cut_own(const json_t *sessions);

#endif
