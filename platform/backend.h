/* What a backend provides; the functions of platform.h dispatch to it. Backends include this, nobody else
 * does. */
#ifndef MH_PLATFORM_BACKEND_H
#define MH_PLATFORM_BACKEND_H

#include "platform.h"

/* Every backend's state begins with this. */
struct mh_platform {
    const struct mh_backend *backend;
};

/* The functions answer what platform.h says of theirs; none is NULL, but those of the last group. */
struct mh_backend {
    const char *name;
    enum mh_error (*open)(const char *argument, struct mh_platform **platform, struct mh_failure *failure);
    void (*close)(struct mh_platform *platform);
    enum mh_error (*read_all)(struct mh_platform *platform, const struct mh_feed *feed,
                              struct mh_failure *failure);
    enum mh_error (*watch)(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake, void *context,
                           struct mh_failure *failure);
    enum mh_error (*read_changes)(struct mh_platform *platform, const struct mh_feed *feed,
                                  struct mh_failure *failure);
    void (*doubt)(struct mh_platform *platform, enum mh_section section);
    void (*culprit)(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit);
    enum mh_error (*ask)(struct mh_platform *platform, const struct mh_question *question,
                         struct mh_kernel_answer *answer, struct mh_failure *failure);
    enum mh_error (*filter)(struct mh_platform *platform, struct mh_filter **filter,
                            struct mh_failure *failure);
    enum mh_error (*endpoints)(struct mh_platform *platform, unsigned states, struct mh_endpoints *endpoints,
                               struct mh_failure *failure);
    void (*endpoint_holders)(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count);
    void (*endpoint_ancestry)(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                              size_t count);
    enum mh_error (*apply)(struct mh_platform *platform, const struct mh_op *op, struct mh_failure *failure);
    enum mh_error (*apply_all)(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                               size_t *applied, struct mh_failure *failure);
    const char *(*describe)(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                            const struct mh_op *op, char *text, size_t size);
    void (*identity)(const struct mh_platform *platform, struct mh_identity *identity);
    const struct mh_capability *(*capabilities)(const struct mh_platform *platform);
    const char *(*table_name)(const struct mh_platform *platform, uint32_t table, char word[MH_WORD_SIZE]);
    const char *(*protocol_name)(const struct mh_platform *platform, uint8_t protocol,
                                 char word[MH_WORD_SIZE]);
    bool (*table_number)(const struct mh_platform *platform, const char *word, uint32_t *table);
    void (*incarnation)(const struct mh_platform *platform, struct mh_incarnation *incarnation);

    /* NULL: the backend does not do that, and platform.c answers so. */
    enum mh_error (*probe)(struct mh_platform *platform, struct uv_loop_s *loop, const struct mh_probe *probe,
                           mh_probed answered, void *context, struct mh_failure *failure);
    bool (*remark)(struct mh_platform *platform, struct mh_failure *remark);
};

/* The linked backends, the system's own first, NULL at the end. CMake writes it (backends.c.in). */
extern const struct mh_backend *const mh_backends[];

#endif
