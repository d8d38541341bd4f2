/* Changes to JSON documents as values: merge patches, and members by their path. Pure; any thread, as long as
 * the values are not shared with another. */
#ifndef MH_CORE_JSON_CHANGE_H
#define MH_CORE_JSON_CHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* RFC 7386: what comes of `target` (NULL: nothing was there) with `patch`. Takes the reference to `target`,
 * which it changes in place where it can; returns a reference, or NULL when out of memory. Calls itself as
 * deep as the patch is nested. */
json_t *mh_json_merge(json_t *target, const json_t *patch);

enum mh_json_change { MH_JSON_DONE, MH_JSON_NO_MEMBER, MH_JSON_NO_WAY, MH_JSON_NO_MEMORY };

/* A path is `count` names, at least one, from the outside to the inside: of members, or positions in lists
 * (decimal, without leading zeros).
 *
 * Puts `value` there, whose reference it takes in any case. Objects on the way that are not there are made;
 * "-" or the number of its items is the position behind a list's last. MH_JSON_NO_WAY: the path leads through
 * a value that has no members, or past a list's end; *depth is then the number of names up to that value. */
enum mh_json_change mh_json_put(json_t *document, const char *const *names, size_t count, json_t *value,
                                size_t *depth);
/* Takes the value there out; MH_JSON_NO_MEMBER when there is none. */
enum mh_json_change mh_json_remove(json_t *document, const char *const *names, size_t count);

#endif
