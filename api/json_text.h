/* JSON written straight into text, member by member. A page of a thousand routes is written without a tree of
 * nodes in between. Out of memory is remembered and told once, at the end. One thread. */
#ifndef MH_API_JSON_TEXT_H
#define MH_API_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_json {
    char *text;
    size_t length, capacity;
    bool separate; /* a comma goes before the next member or item */
    bool failed;   /* out of memory: nothing is written any more */
};

void mh_json_init(struct mh_json *json);
void mh_json_free(struct mh_json *json);
/* The text (caller frees) and its *length, with a line end for people added; NULL when out of memory. *json
 * is empty after. */
char *mh_json_take(struct mh_json *json, size_t *length);

/* `bracket` is '{' or '['; close with its counterpart. */
void mh_json_open(struct mh_json *json, char bracket);
void mh_json_close(struct mh_json *json, char bracket);
/* The name of the member whose value comes next. */
void mh_json_name(struct mh_json *json, const char *name);

/* A value. NULL text is null; octets that are not UTF-8 become U+FFFD. */
void mh_json_string(struct mh_json *json, const char *text);
void mh_json_integer(struct mh_json *json, int64_t value);
void mh_json_unsigned(struct mh_json *json, uint64_t value);
void mh_json_boolean(struct mh_json *json, bool value);
void mh_json_null(struct mh_json *json);

/* A member: name and value. */
void mh_json_put_string(struct mh_json *json, const char *name, const char *text);
void mh_json_put_integer(struct mh_json *json, const char *name, int64_t value);
void mh_json_put_unsigned(struct mh_json *json, const char *name, uint64_t value);
void mh_json_put_boolean(struct mh_json *json, const char *name, bool value);
void mh_json_put_null(struct mh_json *json, const char *name);
/* A member whose value is an object or an array; close it with mh_json_close. */
void mh_json_put_open(struct mh_json *json, const char *name, char bracket);

/* A value that is JSON text already; white space around it is left out. */
void mh_json_value(struct mh_json *json, const char *text, size_t length);
/* Text as it is, for formats other than JSON. */
void mh_json_raw(struct mh_json *json, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
