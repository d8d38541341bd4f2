/* The closed vocabulary of changes (DESIGN section 2). A plan is a list of these, and what is shown is what
 * is executed. */
#ifndef MH_CORE_OP_H
#define MH_CORE_OP_H

#include "core/model.h"

/* X(name, word) */
#define MH_OP_TABLE(X)                                                                                       \
    X(ADDRESS_ADD, "address-add")                                                                            \
    X(ADDRESS_DELETE, "address-delete")                                                                      \
    X(ADDRESS_FLAGS, "address-flags")                                                                        \
    X(ROUTE_ADD, "route-add")                                                                                \
    X(ROUTE_REPLACE, "route-replace")                                                                        \
    X(ROUTE_DELETE, "route-delete")                                                                          \
    X(RULE_ADD, "rule-add")                                                                                  \
    X(RULE_DELETE, "rule-delete")                                                                            \
    X(SETTING_SET, "setting-set")                                                                            \
    X(LINK_ADDRESS_SET, "link-address-set")                                                                  \
    X(PROXY_ADD, "proxy-add")                                                                                \
    X(PROXY_DELETE, "proxy-delete")                                                                          \
    X(LABEL_ADD, "label-add")                                                                                \
    X(LABEL_DELETE, "label-delete")

enum mh_op_kind {
#define MH_OP_ENUM(name, word) MH_OP_##name,
    MH_OP_TABLE(MH_OP_ENUM)
#undef MH_OP_ENUM
        MH_OP_KIND_COUNT
};

struct mh_link_address {
    uint32_t interface;
    uint8_t hardware_address_length;
    uint8_t hardware_address[MH_HARDWARE_ADDRESS_SIZE];
};

/* A value; a route's next hops belong to whoever made the op. */
struct mh_op {
    enum mh_op_kind kind;
    union {
        struct mh_interface_address address;
        struct mh_route route;
        struct mh_rule rule;
        struct mh_setting setting;
        struct mh_link_address link;
        struct mh_neighbor proxy;
        struct mh_address_label label;
    } of;
};

/* "address-add"; static. */
const char *mh_op_word(enum mh_op_kind kind);

#endif
