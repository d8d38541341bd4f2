/* nftables: what `nft -j list ruleset` writes (libnftables-json(5)) becomes a packet filter. The parser is
 * pure and takes its text as hostile; what it does not understand is in the filter as not understood, never
 * left out. Private to platform/linux. */
#ifndef MH_LINUX_NFT_H
#define MH_LINUX_NFT_H

#include "core/filter_model.h"

#include <jansson.h>

/* Tables of the older kind (ip_tables, ip6_tables), which nft does not show. */
enum mh_nft_presence { MH_NFT_ABSENT, MH_NFT_PRESENT, MH_NFT_NOT_TOLD };
struct mh_nft_legacy {
    enum mh_nft_presence ipv4, ipv6;
};

/* `text` of `length` octets, or NULL for no rules. The caller frees *filter. MH_MALFORMED: it is not such a
 * JSON text; MH_NO_MEMORY. Any thread. */
enum mh_error mh_nft_parse(const char *text, size_t length, const struct mh_nft_legacy *legacy,
                           struct mh_filter **filter, struct mh_failure *failure);

/* nft_read.c: runs nft and parses. Any thread; blocks for some milliseconds, at most ten seconds.
 * MH_UNSUPPORTED without the program, MH_PERMISSION, MH_TIMEOUT, MH_LIMIT, MH_MALFORMED, MH_IO. */
enum mh_error mh_linux_filter(struct mh_filter **filter, struct mh_failure *failure);

/* ---- shared by nft_*.c ----------------------------------------------------------------------------- */

/* How values are written in JSON, by what they are compared with. */
enum mh_nft_type {
    MH_NFT_IPV4,
    MH_NFT_IPV6,
    MH_NFT_PORT,
    MH_NFT_PROTOCOL,
    MH_NFT_NFPROTO,
    MH_NFT_ETHERTYPE,
    MH_NFT_INTERFACE_NAME,
    MH_NFT_INTERFACE,
    MH_NFT_NUMBER,
    MH_NFT_CT_STATE,
    MH_NFT_CT_DIRECTION,
    MH_NFT_TCP_FLAGS,
    MH_NFT_ADDRESS_TYPE,
    MH_NFT_BOOLEAN,
    MH_NFT_OPAQUE /* not understood */
};

/* The left side of a match, or the key of a map. */
struct mh_nft_left {
    struct mh_filter_key keys[MH_FILTER_FIELDS_MAX];
    uint8_t types[MH_FILTER_FIELDS_MAX]; /* enum mh_nft_type */
    uint8_t count;
    uint8_t needs_family; /* enum mh_family: other packets do not match; MH_FAMILY_NONE: any */
    bool needs_protocol;  /* packets of another protocol do not match */
    uint8_t protocol;
    char why[96]; /* "" when understood */
};

/* The text being parsed. */
struct mh_nft {
    struct mh_filter *filter;
    json_t *tables;   /* those that are dormant, or may be */
    json_t *chains;   /* of ip, ip6, inet: their indices */
    json_t *devices;  /* chains of netdev, and of inet's ingress: their JSON, until told */
    json_t *sets;     /* sets and maps: their JSON */
    json_t *changing; /* those that rules change */
    json_t *compiled; /* sets already read for some types of keys: their indices */
    bool no_memory;
};

/* Where names are looked up. */
struct mh_nft_place {
    const char *family, *table;
};

enum { MH_NFT_KEY_SIZE = 1200 };
/* One text for a name in a table; false when it is too long. */
bool mh_nft_name_key(const struct mh_nft_place *place, const char *name, char key[MH_NFT_KEY_SIZE]);

/* The one member of an object that is a statement or an expression; NULL: it is not one. */
const char *mh_nft_kind(const json_t *object, json_t **value);

/* nft_key.c: an expression as keys. What is not understood is said in left->why. */
void mh_nft_read_left(const json_t *expression, struct mh_nft_left *left);

/* nft_value.c. Each false: not understood. */
bool mh_nft_read_value(enum mh_nft_type type, const json_t *json, struct mh_filter_value *value);
bool mh_nft_read_range(enum mh_nft_type type, const json_t *json, struct mh_filter_range *range);
bool mh_nft_is_bitmask(enum mh_nft_type type);
/* What a name of a protocol stands for; -1: not known. */
int mh_nft_protocol_number(const char *name);

/* nft_set.c: a right side, or a map's data, as a set; *index is its number. False: out of memory. */
bool mh_nft_read_set(struct mh_nft *nft, const struct mh_nft_place *place, const struct mh_nft_left *left,
                     const json_t *right, bool is_map, uint32_t *index);
/* A set of one number. */
bool mh_nft_number_set(struct mh_nft *nft, uint32_t number, uint32_t *index);
/* A verdict: {"drop": null}, {"jump": {"target": "other"}}. False: not one, or not understood. */
bool mh_nft_read_verdict(const struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json,
                         struct mh_filter_data *data);

/* nft_statement.c: adds to the rule. False: out of memory. */
bool mh_nft_read_statement(struct mh_nft *nft, const struct mh_nft_place *place, const json_t *json,
                           struct mh_filter_rule *rule);

/* nft_text.c: statements (an array) in nft's words, cut at `size`; returns `text`. */
const char *mh_nft_text(const json_t *statements, char *text, size_t size);

#endif
