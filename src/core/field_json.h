/* Structures as JSON objects, by a table of their fields: what is written is what is read. For files that the
 * service keeps, not for clients. Members that have their field's usual value are left out. Reading is
 * strict: an unknown member, a wrong type or a number out of range refuses the whole. Pure; any thread. */
#ifndef MH_CORE_FIELD_JSON_H
#define MH_CORE_FIELD_JSON_H

#include "core/error.h"
#include "core/model.h"
#include "core/text.h"

#include <jansson.h>
#include <stddef.h>

enum mh_field_type {
    MH_FIELD_BOOL,
    MH_FIELD_U8,
    MH_FIELD_U16,
    MH_FIELD_U32,
    MH_FIELD_I32,
    MH_FIELD_I64,
    MH_FIELD_U64,      /* text: JSON's numbers do not reach so far everywhere */
    MH_FIELD_TEXT,     /* char[size]; "" is as good as left out */
    MH_FIELD_FAMILY,   /* uint8_t: "ipv4" or "ipv6"; left out for none */
    MH_FIELD_SETTING,  /* uint8_t: enum mh_setting_id by its name */
    MH_FIELD_ADDRESS,  /* struct mh_address */
    MH_FIELD_PREFIX,   /* struct mh_prefix */
    MH_FIELD_HARDWARE, /* the octet that holds the length; the octets of the address are behind it */
    MH_FIELD_JSON      /* const json_t *: any value, to be looked at by the caller; read only */
};

/* A table ends with a row whose name is NULL. */
struct mh_field {
    const char *name;
    enum mh_field_type type;
    bool required; /* written whatever the value is, and missed when it is not there */
    size_t offset;
    size_t size;     /* of MH_FIELD_TEXT */
    int64_t usual;   /* the number that is left out */
    int64_t highest; /* of MH_FIELD_U8; 0: no limit */
};

/* Writes the fields of *value as members behind the text of an object that is open. text->failed: out of
 * memory, or a value that cannot be read again (a name that is not UTF-8, a required address without a
 * family). */
void mh_fields_write(struct mh_text *text, const struct mh_field *fields, const void *value);
/* The same of `count` items of `size` octets, as objects in an array that is the member `name`. */
void mh_fields_write_array(struct mh_text *text, const char *name, const struct mh_field *fields,
                           const void *items, size_t count, size_t size);
/* The same members would be written for both. MH_FIELD_JSON is not looked at. */
bool mh_fields_equal(const struct mh_field *fields, const void *a, const void *b);
/* The parts that such an object is put together from: the name of the member that comes next, with the comma
 * before it, and a string of any octets. */
void mh_json_write_name(struct mh_text *text, const char *name);
void mh_json_write_string(struct mh_text *text, const char *string, size_t length);
/* A comma, unless this is the first of its list or object. */
void mh_json_write_comma(struct mh_text *text);
/* What was written, read: the caller owns it. NULL when text->failed. Empties *text. */
json_t *mh_json_of_text(struct mh_text *text);
/* Fills the fields of *value, and nothing else in it, from `json`. MH_OK; MH_MALFORMED: `failure` names the
 * member, and *value is to be thrown away. MH_FIELD_JSON values are borrowed from `json`. */
enum mh_error mh_fields_take(const json_t *json, const struct mh_field *fields, void *value,
                             struct mh_failure *failure);

/* Rows of a table of fields: a member by any name; members by their own names that may be left out when they
 * are 0, or have their usual value, or must be below an end, that must be there, that are text; and the end.
 */
#define MH_FIELD_ROW(structure, name, member, type, required)                                                \
    {                                                                                                        \
        name, type, required, offsetof(structure, member), sizeof(((structure *)NULL)->member), 0, 0         \
    }
#define MH_ROW_NUMBER(structure, member, type)                                                               \
    {                                                                                                        \
#member, type, false, offsetof(structure, member), 0, 0, 0                                           \
    }
#define MH_ROW_USUAL(structure, member, type, usual)                                                         \
    {                                                                                                        \
#member, type, false, offsetof(structure, member), 0, usual, 0                                       \
    }
#define MH_ROW_BELOW(structure, member, end)                                                                 \
    {                                                                                                        \
#member, MH_FIELD_U8, false, offsetof(structure, member), 0, 0, (end)-1                              \
    }
#define MH_ROW_NEEDED(structure, member, type)                                                               \
    {                                                                                                        \
#member, type, true, offsetof(structure, member), 0, 0, 0                                            \
    }
#define MH_ROW_TEXT(structure, member)                                                                       \
    {                                                                                                        \
#member, MH_FIELD_TEXT, false, offsetof(structure, member), sizeof(((structure *)NULL)->member), 0,  \
            0                                                                                                \
    }
#define MH_FIELDS_END                                                                                        \
    {                                                                                                        \
        NULL, MH_FIELD_BOOL, false, 0, 0, 0, 0                                                               \
    }

#endif
