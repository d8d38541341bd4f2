/* Who and what is let in: the checks that a request's head decides, in one order, each with its problem. */
#ifndef MH_API_ADMISSION_H
#define MH_API_ADMISSION_H

#include "api/request.h"

/* The body that the head announces. */
bool mh_request_has_body(const struct mh_request *request);

/* Octets that its body may have: documents may be longer than other bodies. */
size_t mh_request_body_limit(const struct mh_request *request);

/* Length, Host, Origin and token: what must hold before anything is said about resources. */
bool mh_admit_caller(const struct mh_request *request, struct mh_problem *problem);
/* Splits the target, finds the resource (NULL for OPTIONS), and checks rights, body and query parameters. */
bool mh_admit_request(struct mh_request *request, struct mh_problem *problem);

#endif
