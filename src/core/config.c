#include "core/config.h"

#include "core/json_position.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct configured_interface {
    char name[MH_NAME_SIZE];
    enum mh_role role;
};

struct held {
    struct mh_config config;
    atomic_size_t references;
    size_t interface_count;
    struct configured_interface *interfaces;
    size_t unsupported_count;
    char (*unsupported)[MH_CONFIG_POINTER_SIZE];
};

static struct held *held_of(const struct mh_config *config)
{
    return (struct held *)(uintptr_t)config;
}

struct mh_config *mh_config_empty(void)
{
    struct held *held = calloc(1, sizeof *held);
    if (held == NULL)
        return NULL;
    atomic_init(&held->references, 1);
    return &held->config;
}

struct mh_config *mh_config_retain(struct mh_config *config)
{
    atomic_fetch_add_explicit(&held_of(config)->references, 1, memory_order_relaxed);
    return config;
}

void mh_config_release(struct mh_config *config)
{
    if (config == NULL ||
        atomic_fetch_sub_explicit(&held_of(config)->references, 1, memory_order_acq_rel) != 1)
        return;
    free(held_of(config)->interfaces);
    free(held_of(config)->unsupported);
    free(config);
}

/* ---- refusing -------------------------------------------------------------------------------------- */

/* One reading of a document: what is made of it, and what is wrong with it. */
struct reading {
    const char *text;
    size_t length;
    struct mh_config *config;
    struct mh_config_problem *problem;
};

/* The value as a person would look for it in the file, cut to the size. */
static void show_value(const json_t *value, char word[MH_CONFIG_WORD_SIZE])
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    (void)snprintf(word, MH_CONFIG_WORD_SIZE, "%s", text == NULL ? "" : text);
    free(text);
}

static bool refuse(struct reading *reading, const char *pointer, const char *title, const char *expected,
                   const json_t *got)
{
    struct mh_config_problem *problem = reading->problem;
    *problem = (struct mh_config_problem){.line = 1, .column = 1};
    (void)snprintf(problem->pointer, sizeof problem->pointer, "%s", pointer);
    (void)snprintf(problem->title, sizeof problem->title, "%s", title);
    (void)snprintf(problem->expected, sizeof problem->expected, "%s", expected);
    if (got != NULL)
        show_value(got, problem->got);
    mh_json_position(reading->text, reading->length, pointer, got == NULL, &problem->line, &problem->column);
    return false;
}

static bool refuse_memory(struct reading *reading)
{
    return refuse(reading, "", "out of memory", "", NULL);
}

/* Appends "/NAME" to a pointer, with ~ and / of the name escaped (RFC 6901 3). */
static void point_to(char out[MH_CONFIG_POINTER_SIZE], const char *base, const char *name)
{
    size_t used = (size_t)snprintf(out, MH_CONFIG_POINTER_SIZE, "%s/", base);
    for (; *name != '\0' && used + 3 < MH_CONFIG_POINTER_SIZE; name++) {
        if (*name == '~' || *name == '/') {
            out[used++] = '~';
            out[used++] = *name == '~' ? '0' : '1';
        } else {
            out[used++] = *name;
        }
    }
    out[used < MH_CONFIG_POINTER_SIZE ? used : MH_CONFIG_POINTER_SIZE - 1] = '\0';
}

/* ---- members --------------------------------------------------------------------------------------- */

static bool note_unsupported(struct reading *reading, const char *pointer)
{
    struct held *config = held_of(reading->config);
    size_t size = (config->unsupported_count + 1) * sizeof *config->unsupported;
    char(*grown)[MH_CONFIG_POINTER_SIZE] = realloc(config->unsupported, size);
    if (grown == NULL)
        return refuse_memory(reading);
    config->unsupported = grown;
    (void)snprintf(grown[config->unsupported_count++], MH_CONFIG_POINTER_SIZE, "%s", pointer);
    return true;
}

typedef bool (*member_reader)(struct reading *reading, const char *pointer, const json_t *value,
                              void *target);

/* A member that an object may have; `read` NULL: accepted, and listed as unsupported. */
struct member {
    const char *name;
    const char *expected;
    json_type type; /* JSON_TRUE stands for both booleans */
    member_reader read;
};

static bool has_type(const json_t *value, json_type type)
{
    return type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == type;
}

static const struct member *find_member(const struct member *members, const char *name)
{
    for (; members->name != NULL; members++)
        if (strcmp(members->name, name) == 0)
            return members;
    return NULL;
}

static bool read_object(struct reading *reading, const char *base, const json_t *object,
                        const struct member *members, void *target)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        char pointer[MH_CONFIG_POINTER_SIZE];
        point_to(pointer, base, name);
        const struct member *member = find_member(members, name);
        if (member == NULL)
            return refuse(reading, pointer, "unknown member", "", NULL);
        if (!has_type(value, member->type))
            return refuse(reading, pointer, "wrong type", member->expected, value);
        bool read = member->read == NULL ? note_unsupported(reading, pointer)
                                         : member->read(reading, pointer, value, target);
        if (!read)
            return false;
    }
    return true;
}

static bool read_version(struct reading *reading, const char *pointer, const json_t *value, void *target)
{
    (void)target;
    if (json_integer_value(value) == 1)
        return true;
    return refuse(reading, pointer, "unknown version", "1", value);
}

static bool read_role(struct reading *reading, const char *pointer, const json_t *value, void *target)
{
    enum mh_role *role = target;
    for (int i = MH_ROLE_AUTO; i <= MH_ROLE_EXTERNAL; i++) {
        if (strcmp(json_string_value(value), mh_role_name((enum mh_role)i)) == 0) {
            *role = (enum mh_role)i;
            return true;
        }
    }
    return refuse(reading, pointer, "unknown role", "\"auto\", \"internal\" or \"external\"", value);
}

static const struct member interface_members[] = {
    {"role", "a string", JSON_STRING, read_role},
    {"ipv4", "an object", JSON_OBJECT, NULL},
    {"ipv6", "an object", JSON_OBJECT, NULL},
    {"metric", "a whole number", JSON_INTEGER, NULL},
    {NULL, NULL, JSON_NULL, NULL},
};

static bool add_interface(struct reading *reading, const struct configured_interface *interface)
{
    struct held *config = held_of(reading->config);
    size_t size = (config->interface_count + 1) * sizeof *config->interfaces;
    struct configured_interface *grown = realloc(config->interfaces, size);
    if (grown == NULL)
        return refuse_memory(reading);
    config->interfaces = grown;
    grown[config->interface_count++] = *interface;
    return true;
}

static bool is_interface_selector(const char *name)
{
    uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE];
    if (strncmp(name, "mac:", 4) == 0)
        return mh_hardware_address_parse(name + 4, bytes) > 0;
    return name[0] != '\0' && strlen(name) < MH_NAME_SIZE;
}

static bool read_interfaces(struct reading *reading, const char *base, const json_t *object, void *target)
{
    (void)target;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        struct configured_interface interface = {.role = MH_ROLE_AUTO};
        char pointer[MH_CONFIG_POINTER_SIZE];
        point_to(pointer, base, name);
        if (!is_interface_selector(name))
            return refuse(reading, pointer, "not an interface's name", "a name or mac:02:00:00:00:00:01",
                          NULL);
        if (!json_is_object(value))
            return refuse(reading, pointer, "wrong type", "an object", value);
        if (!read_object(reading, pointer, value, interface_members, &interface.role))
            return false;
        (void)snprintf(interface.name, sizeof interface.name, "%s", name);
        if (!add_interface(reading, &interface))
            return false;
    }
    return true;
}

static const struct member document_members[] = {
    {"version", "1", JSON_INTEGER, read_version},
    {"interfaces", "an object", JSON_OBJECT, read_interfaces},
    {"host_model", "an object", JSON_OBJECT, NULL},
    {"arp", "an object", JSON_OBJECT, NULL},
    {"reverse_path", "a string", JSON_STRING, NULL},
    {"host_wide", "true or false", JSON_TRUE, NULL},
    {"addresses", "an object", JSON_OBJECT, NULL},
    {"routes", "an object", JSON_OBJECT, NULL},
    {"uplinks", "an object", JSON_OBJECT, NULL},
    {"sharing", "a string", JSON_STRING, NULL},
    {"source_routing", "true or false", JSON_TRUE, NULL},
    {"rules", "an object", JSON_OBJECT, NULL},
    {"source_preferences", "an object", JSON_OBJECT, NULL},
    {"address_policy", "an object", JSON_OBJECT, NULL},
    {"groups", "an object", JSON_OBJECT, NULL},
    {"monitor", "an object", JSON_OBJECT, NULL},
    {"health", "an object", JSON_OBJECT, NULL},
    {NULL, NULL, JSON_NULL, NULL},
};

/* ---- the document ---------------------------------------------------------------------------------- */

static json_t *load(struct reading *reading)
{
    json_error_t error;
    json_t *document =
        json_loadb(reading->text, reading->length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (document == NULL) {
        refuse(reading, "", error.text, "", NULL);
        reading->problem->line = error.line > 0 ? (unsigned)error.line : 1;
        reading->problem->column = error.column > 0 ? (unsigned)error.column : 1;
    }
    return document;
}

struct mh_config *mh_config_parse(const char *text, size_t length, struct mh_config_problem *problem)
{
    struct reading reading = {text, length, mh_config_empty(), problem};
    if (reading.config == NULL) {
        refuse_memory(&reading);
        return NULL;
    }
    json_t *document = load(&reading);
    bool good = document != NULL;
    if (good && !json_is_object(document))
        good = refuse(&reading, "", "wrong type", "an object", document);
    good = good && read_object(&reading, "", document, document_members, NULL);
    json_decref(document);
    if (good)
        return reading.config;
    mh_config_release(reading.config);
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

static bool selects(const char *selector, const struct mh_interface *interface)
{
    if (strcmp(selector, interface->name) == 0)
        return true;
    if (strncmp(selector, "mac:", 4) != 0)
        return false;
    uint8_t bytes[MH_HARDWARE_ADDRESS_SIZE];
    size_t count = mh_hardware_address_parse(selector + 4, bytes);
    return count > 0 && count == interface->hardware_address_length &&
           memcmp(bytes, interface->hardware_address, count) == 0;
}

enum mh_role mh_config_role(const struct mh_config *config, const struct mh_interface *interface)
{
    for (size_t i = 0; i < held_of(config)->interface_count; i++)
        if (selects(held_of(config)->interfaces[i].name, interface))
            return held_of(config)->interfaces[i].role;
    return MH_ROLE_AUTO;
}

size_t mh_config_unsupported_count(const struct mh_config *config)
{
    return held_of(config)->unsupported_count;
}

const char *mh_config_unsupported(const struct mh_config *config, size_t index)
{
    return held_of(config)->unsupported[index];
}
