/* What the files config*.c share: a configuration while it is made, and the tables that say which members a
 * document may have.
 *
 * A table row is a member: its name, what a person is told to write there, the JSON types it may have, and a
 * reader that puts it into its place of a struct. Objects within objects, objects of named things and lists
 * are readers too, with a table or a description as their detail. The tables are in config_members.c. */
#ifndef MH_CORE_CONFIG_PARTS_H
#define MH_CORE_CONFIG_PARTS_H

#include "core/config.h"

#include <jansson.h>
#include <stdatomic.h>

/* ---- a configuration and its memory ---------------------------------------------------------------- */

struct mh_config_block;

/* The configuration with what only config*.c see of it. `config` is the first member. */
struct mh_config_held {
    struct mh_config config;
    atomic_size_t references;
    struct mh_config_block *blocks; /* all that the configuration's pointers point to */
    char *text;                     /* canonical */
    size_t text_length;
    size_t unsupported_count, unsupported_capacity;
    const char **unsupported;
};

struct mh_config_held *mh_config_held(const struct mh_config *config);
/* `count` zeroed objects that live as long as the configuration; NULL when out of memory. */
void *mh_config_allocate(struct mh_config_held *held, size_t count, size_t size);

/* ---- one reading ----------------------------------------------------------------------------------- */

/* One reading of a document: what is made of it, and what is wrong with it. */
struct mh_reading {
    const char *text; /* NULL: the document was made from others, no text of its own has its places */
    size_t length;
    struct mh_config_held *held;
    struct mh_config_problem *problem;
};

/* Where a reader is: a chain from the member outwards. */
struct mh_place {
    const struct mh_place *outer; /* NULL: `name` is a member of the document */
    const char *name;
};

/* Writes the pointer of a place; NULL is the document. Returns `pointer`. */
const char *mh_place_pointer(const struct mh_place *place, char pointer[MH_CONFIG_POINTER_SIZE]);
/* Appends "/NAME" to a pointer, with ~ and / of the name escaped (RFC 6901 3). What does not fit is cut, and
 * false returned. */
bool mh_pointer_append(char pointer[MH_CONFIG_POINTER_SIZE], const char *name);

/* Each fills in the problem and returns false. `got` NULL: the problem is the member's name, or what is
 * missing in it, rather than its value. */
bool mh_refuse(struct mh_reading *reading, const struct mh_place *place, const char *title,
               const char *expected, const json_t *got);
bool mh_refuse_at(struct mh_reading *reading, const char *pointer, const char *title, const char *expected,
                  const char *got);
bool mh_refuse_memory(struct mh_reading *reading);

/* ---- members --------------------------------------------------------------------------------------- */

enum mh_json_types {
    MH_JSON_OBJECT = 1 << JSON_OBJECT,
    MH_JSON_ARRAY = 1 << JSON_ARRAY,
    MH_JSON_STRING = 1 << JSON_STRING,
    MH_JSON_INTEGER = 1 << JSON_INTEGER,
    MH_JSON_BOOLEAN = 1 << JSON_TRUE | 1 << JSON_FALSE,
    MH_JSON_NULL = 1 << JSON_NULL
};

struct mh_member;

/* Reads `value`, whose type was checked, into `target`, the struct's place of the member. */
typedef bool (*mh_member_reader)(struct mh_reading *reading, const struct mh_place *place,
                                 const struct mh_member *member, const json_t *value, void *target);

/* A member that an object may have; a table ends with a name of NULL. */
struct mh_member {
    const char *name;
    const char *expected; /* "\"failover\" or \"balance\"" */
    unsigned types;       /* enum mh_json_types */
    mh_member_reader read;
    size_t offset; /* in the struct that the object is read into */
    const void *detail;
    bool required;
};

/* Details of readers. */
struct mh_range {
    uint32_t least, most;
};
/* An object of named things, or a list: `count` and `items` are places in the outer struct, and the member's
 * own offset is 0. */
struct mh_items {
    size_t count, items; /* offsets */
    size_t size;         /* of one */
    const void *initial; /* what one is before it is read; NULL: zero */
    mh_member_reader read;
    const void *detail;   /* of `read` */
    const char *expected; /* of one item */
    unsigned types;       /* of one item */
    bool (*is_name)(const char *name);
    const char *name_expected;
};

/* Reads the members of an object into the struct at `target`, by the table in member->detail. */
bool mh_read_object(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                    const json_t *value, void *target);
/* Named things; the struct of each begins with its name, of the size that `is_name` allows. */
bool mh_read_things(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                    const json_t *value, void *target);
/* A list with at least one item. */
bool mh_read_list(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,
                  const json_t *value, void *target);

/* Values: what they write is told beside each. */
#define MH_READER(name)                                                                                      \
    bool name(struct mh_reading *reading, const struct mh_place *place, const struct mh_member *member,      \
              const json_t *value, void *target)
MH_READER(mh_read_version);       /* nothing */
MH_READER(mh_read_word);          /* uint8_t; detail: words by value, "" for one that is never written */
MH_READER(mh_read_number);        /* uint32_t; detail: struct mh_range */
MH_READER(mh_read_milliseconds);  /* uint32_t; detail: struct mh_range */
MH_READER(mh_read_boolean);       /* bool */
MH_READER(mh_read_switch);        /* uint8_t, enum mh_switch */
MH_READER(mh_read_selector);      /* char[MH_NAME_SIZE] */
MH_READER(mh_read_name);          /* char[MH_CONFIG_NAME_SIZE] */
MH_READER(mh_read_prefix);        /* struct mh_prefix */
MH_READER(mh_read_unicast);       /* struct mh_address */
MH_READER(mh_read_address);       /* members `address` and `prefix_length` of struct mh_config_address */
MH_READER(mh_read_group_address); /* struct mh_config_group_address */
MH_READER(mh_read_gateway_ipv4);  /* struct mh_config_gateway */
MH_READER(mh_read_gateway_ipv6);  /* struct mh_config_gateway */
MH_READER(mh_read_target);        /* struct mh_config_target */
MH_READER(mh_read_probe);         /* struct mh_config_probe; detail: its members */
MH_READER(mh_read_labels);        /* `labels` of struct mh_config */
MH_READER(mh_read_endpoint);      /* `health_address` and `health_port` of struct mh_config */

bool mh_is_thing_name(const char *name);
bool mh_is_selector(const char *name);

/* The members of the document. */
extern const struct mh_member mh_document_members[];

/* ---- steps of a reading ---------------------------------------------------------------------------- */

/* A configuration from a document; consumes its reference. NULL, and *problem, when it is refused. */
struct mh_config *mh_config_from_json(json_t *document, const char *text, size_t length,
                                      struct mh_config_problem *problem);
/* JSON from text. NULL, and *problem, when it is none; `any` allows other values than objects and lists. */
json_t *mh_config_load(const char *text, size_t length, struct mh_config_problem *problem);
/* What no single member shows: members that contradict each other. */
bool mh_config_check(struct mh_reading *reading);
/* Lists what this version does not act on. */
bool mh_config_note_unsupported(struct mh_reading *reading, const json_t *document);

#endif
