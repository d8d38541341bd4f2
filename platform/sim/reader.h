/* Reading the host file: strict, and every refusal names file, line and column. */
#ifndef MH_SIM_READER_H
#define MH_SIM_READER_H

#include "core/error.h"
#include "sim_host.h"

#include <jansson.h>

enum { SIM_POINTER_SIZE = 1024 };

struct sim_reader {
    const char *file;
    const char *text;
    size_t length;
    struct sim_host *host; /* what is being read */
    struct mh_failure *failure;
    char pointer[SIM_POINTER_SIZE]; /* RFC 6901: where the reader is */
    size_t depth;                   /* octets of it in use */
};

/* A member that an object may have. `read` puts the value at `offset` of what is being filled. */
struct sim_member {
    const char *name;
    bool (*read)(struct sim_reader *reader, const json_t *value, void *field,
                 const struct sim_member *member);
    size_t offset;
    int64_t least, most; /* of numbers */
};

/* Moves into a member or an item; sim_leave with what it returned goes back. */
size_t sim_enter(struct sim_reader *reader, const char *name);
size_t sim_enter_item(struct sim_reader *reader, size_t index);
void sim_leave(struct sim_reader *reader, size_t depth);

/* Refuse the value at the reader's place: "FILE:LINE:COLUMN: message (expected X, got Y)". Return false, as
 * every reader does that failed. `value` is what was got; NULL: nothing. */
bool sim_refuse(struct sim_reader *reader, const json_t *value, const char *expected, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same at the place of the member's name, which is what was got. */
bool sim_refuse_name(struct sim_reader *reader, const char *name, const char *expected, const char *message);
/* The same for a refusal of the host's; the place is its member, when there is one. */
bool sim_refuse_refusal(struct sim_reader *reader, const json_t *value, const struct sim_refusal *refusal);
bool sim_refuse_memory(struct sim_reader *reader);
/* The text is not JSON at all. */
bool sim_refuse_text(struct sim_reader *reader, const json_error_t *error);

/* An object with these members (ends with a name of NULL) and no others; absent ones leave `into` alone. */
bool sim_read_members(struct sim_reader *reader, const json_t *value, const struct sim_member *members,
                      void *into);
/* Calls `read` for each member or item, with the reader moved there. */
bool sim_read_each(struct sim_reader *reader, const json_t *object,
                   bool (*read)(struct sim_reader *reader, const char *name, const json_t *value,
                                void *context),
                   void *context);
bool sim_read_items(struct sim_reader *reader, const json_t *array,
                    bool (*read)(struct sim_reader *reader, const json_t *value, void *context),
                    void *context);

/* Readers for sim_member.read, by the type of the field. */
bool sim_u8(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_u16(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_u32(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_u64(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_i32(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_bool(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
/* int8_t: 0 or 1, so that -1 can mean that the member is absent. */
bool sim_maybe(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_address(struct sim_reader *reader, const json_t *value, void *field,
                 const struct sim_member *member);
bool sim_prefix(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
/* uint32_t: the index of an interface by its name. */
bool sim_interface_ref(struct sim_reader *reader, const json_t *value, void *field,
                       const struct sim_member *member);
/* uint32_t: a table by name or number; uint8_t: a protocol, an owner. */
bool sim_table(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
bool sim_protocol(struct sim_reader *reader, const json_t *value, void *field,
                  const struct sim_member *member);
bool sim_owner(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
/* uint8_t: enum mh_family. */
bool sim_family(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
/* const json_t *: the value as it is, for later. */
bool sim_json(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);
/* char[member->most]: text of at most most - 1 octets, not empty. */
bool sim_text(struct sim_reader *reader, const json_t *value, void *field, const struct sim_member *member);

/* A word out of `count`; `word_of` names them. *number is which. */
bool sim_read_word(struct sim_reader *reader, const json_t *value, const char *(*word_of)(unsigned number),
                   unsigned count, unsigned *number);

#endif
