/* The model (anchor_model.h) as pf rules, in the words of FreeBSD's and OpenBSD's pf.conf(5), and back from
 * what pfctl(8) prints. Pure; any thread. Sources: FreeBSD sbin/pfctl/parse.y and pfctl_parser.c (print_rule)
 * of 12 to 14, OpenBSD's of 6.9 and later, where route-to takes an address alone.
 *
 * The text has three parts, every rule with a label:
 * - records: the model itself, in labels ("mh1 ...", cut into pieces of 63 characters). They stand on an
 *   interface that is not there and want a tag that nobody sets, so they never match; pf passes over all of
 *   them with one comparison. The first says how much there is: what is not whole was altered by somebody;
 * - "use", "near", "end": what the host sends from the rules' sources, in the order of the priorities;
 * - "reply": what comes in to those sources and what the administrator's rules have tagged "multihomed"; the
 *   connection's replies leave by the source's table. */
#ifndef MH_BSD_PF_H
#define MH_BSD_PF_H

#include "anchor_model.h"
#include "core/text.h"

enum mh_pf_grammar { MH_PF_FREEBSD, MH_PF_OPENBSD };

enum { MH_PF_LABEL_MAX = 63 };    /* PF_RULE_LABEL_SIZE is 64 on both */
enum { MH_PF_RULES_MAX = 10000 }; /* more pf rules than that are refused */
#define MH_PF_TAG "multihomed"    /* the administrator's, for what may come in */
#define MH_PF_MARK "mh1 "         /* of labels */
#define MH_PF_MARK_MORE "mh1+ "   /* of the second piece of a record, and those behind it */

/* Index of an interface by its name; 0: there is none. */
typedef uint32_t (*mh_pf_index_of)(void *context, const char *name);

/* The rules; an empty model gives no text. OpenBSD's route-to has no interface: a link-local gateway's is
 * written into the address as the kernel does it (KAME), with `index_of`, which FreeBSD does not need.
 * MH_LIMIT: too many; MH_NO_MEMORY. */
enum mh_error mh_pf_render(const struct mh_anchor_model *model, enum mh_pf_grammar grammar,
                           mh_pf_index_of index_of, void *context, struct mh_text *text,
                           struct mh_failure *failure);

enum mh_pf_condition {
    MH_PF_WHOLE,   /* ours, as it was written; also: nothing */
    MH_PF_ALTERED, /* ours, but rules are missing, doubled, moved or not understood: the model is empty */
    MH_PF_FOREIGN  /* there is something that this service has not made: the model is empty */
};

/* What `pfctl -a multihomed -s rules` prints. `bytes` are hostile. The model is one that mh_anchor_init made.
 * MH_NO_MEMORY is the only error. */
enum mh_error mh_pf_read(const char *bytes, size_t length, struct mh_anchor_model *model,
                         enum mh_pf_condition *condition);
/* What `pfctl -s rules` prints: an `anchor` rule has pf look into ours. One for incoming packets only does
 * not. */
bool mh_pf_names_anchor(const char *bytes, size_t length);
/* What `pfctl -s info` prints. */
bool mh_pf_is_enabled(const char *bytes, size_t length);

/* ---- records (pf_record.c) ------------------------------------------------------------------------- */

/* "route 5202 0.0.0.0/0 via 198.51.100.1 dev em1 type 1"; "rule 5260 inet table 5202 from 192.0.2.1/32". */
void mh_pf_write_rule(struct mh_text *text, const struct mh_rule *rule);
void mh_pf_write_route(struct mh_text *text, const struct mh_anchor_route *route);
/* Adds what such a text says to the model. MH_MALFORMED, or an error of mh_anchor_add_rule and _route. */
enum mh_error mh_pf_read_record(const char *record, size_t length, struct mh_anchor_model *model);

#endif
