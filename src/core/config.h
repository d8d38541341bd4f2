/* The configuration document (DESIGN section 6), parsed and checked. Immutable once made, shared by counted
 * references. This version acts on `version` and `interfaces.*.role`; the other members of the format are
 * accepted and listed as unsupported. Pure; any thread. */
#ifndef MH_CORE_CONFIG_H
#define MH_CORE_CONFIG_H

#include "core/model.h"

struct mh_config;

enum { MH_CONFIG_POINTER_SIZE = 256, MH_CONFIG_WORD_SIZE = 96 };

/* Why a document is refused. */
struct mh_config_problem {
    char pointer[MH_CONFIG_POINTER_SIZE]; /* RFC 6901; "" is the document itself */
    char title[MH_CONFIG_WORD_SIZE];      /* "unknown member" */
    char expected[MH_CONFIG_WORD_SIZE];   /* "\"auto\", \"internal\" or \"external\""; may be empty */
    char got[MH_CONFIG_WORD_SIZE];        /* the value's text, cut; may be empty */
    unsigned line, column;                /* 1-based; columns count octets */
};

/* The empty document; NULL when out of memory. */
struct mh_config *mh_config_empty(void);
/* Parses `length` octets of JSON. NULL when refused (*problem says why) or out of memory (problem->title says
 * so). */
struct mh_config *mh_config_parse(const char *text, size_t length, struct mh_config_problem *problem);
struct mh_config *mh_config_retain(struct mh_config *config);
void mh_config_release(struct mh_config *config);

/* What the document says of an interface's role, found by name or by "mac:..."; MH_ROLE_AUTO when nothing. */
enum mh_role mh_config_role(const struct mh_config *config, const struct mh_interface *interface);

/* Pointers of members that this version does not act on. */
size_t mh_config_unsupported_count(const struct mh_config *config);
const char *mh_config_unsupported(const struct mh_config *config, size_t index);

#endif
