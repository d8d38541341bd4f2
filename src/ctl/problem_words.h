/* The service's problem documents (RFC 9457) in words, and the exit status that they mean. */
#ifndef MH_CTL_PROBLEM_WORDS_H
#define MH_CTL_PROBLEM_WORDS_H

#include "ctl.h"

/* Says why the service has refused: what is wrong, where in ctl->document, and what can be done. `status` is
 * HTTP's; the body need not be a problem document. */
enum mh_exit mh_complain_problem(const struct mh_ctl *ctl, long status, const struct mh_text *body);

#endif
