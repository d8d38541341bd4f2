#include "load.h"

#include <stdio.h>
#include <string.h>

struct document {
    char system[16], release[32], hostname[256];
    const json_t *interfaces, *settings, *routes, *rules, *neighbors, *labels, *endpoints, *faults, *culprit;
};

static const struct sim_member members[] = {
    {"system", sim_text, offsetof(struct document, system), 0, sizeof(((struct document *)0)->system)},
    {"release", sim_text, offsetof(struct document, release), 0, sizeof(((struct document *)0)->release)},
    {"hostname", sim_text, offsetof(struct document, hostname), 0, sizeof(((struct document *)0)->hostname)},
    {"interfaces", sim_json, offsetof(struct document, interfaces), 0, 0},
    {"settings", sim_json, offsetof(struct document, settings), 0, 0},
    {"routes", sim_json, offsetof(struct document, routes), 0, 0},
    {"rules", sim_json, offsetof(struct document, rules), 0, 0},
    {"neighbors", sim_json, offsetof(struct document, neighbors), 0, 0},
    {"address_labels", sim_json, offsetof(struct document, labels), 0, 0},
    {"endpoints", sim_json, offsetof(struct document, endpoints), 0, 0},
    {"faults", sim_json, offsetof(struct document, faults), 0, 0},
    {"culprit", sim_json, offsetof(struct document, culprit), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static const struct sim_member culprit_members[] = {
    {"pid", sim_u32, offsetof(struct mh_culprit, pid), 1, INT32_MAX},
    {"process", sim_text, offsetof(struct mh_culprit, process), 0, MH_PROCESS_NAME_SIZE},
    {NULL, NULL, 0, 0, 0},
};

static bool refuse_system(struct sim_reader *reader, const json_t *root)
{
    static const char expected[] = "linux, freebsd, netbsd, openbsd or windows";
    const json_t *value = json_object_get(root, "system");
    if (value == NULL)
        return sim_refuse(reader, NULL, expected, "\"system\" is missing");
    size_t depth = sim_enter(reader, "system");
    (void)sim_refuse(reader, value, expected, "the value is not valid");
    sim_leave(reader, depth);
    return false;
}

static bool make_host(struct sim_reader *reader, const json_t *root, const struct document *document)
{
    const struct sim_personality *personality = sim_personality_of(document->system, document->release);
    if (personality == NULL)
        return refuse_system(reader, root);
    reader->host = sim_host_new(personality);
    if (reader->host == NULL)
        return sim_refuse_memory(reader);
    (void)snprintf(reader->host->hostname, sizeof reader->host->hostname, "%s",
                   document->hostname[0] != '\0' ? document->hostname : document->system);
    (void)snprintf(reader->host->release, sizeof reader->host->release, "%s", document->release);
    return true;
}

static bool make_default_rules(struct sim_reader *reader)
{
    const struct sim_personality *personality = reader->host->personality;
    if (personality->default_rules == NULL || personality->default_rules(reader->host))
        return true;
    return sim_refuse_memory(reader);
}

static bool derive_routes(struct sim_reader *reader)
{
    struct sim_host *host = reader->host;
    if (host->personality->derive(host, &host->lists[MH_SECTION_ROUTES]))
        return true;
    return sim_refuse_memory(reader);
}

/* Moves to a section, so that what it refuses has its place. */
static bool load_section(struct sim_reader *reader, const char *name, const json_t *value,
                         bool (*load)(struct sim_reader *, const json_t *))
{
    if (value == NULL)
        return true;
    size_t depth = sim_enter(reader, name);
    bool done = load(reader, value);
    sim_leave(reader, depth);
    return done;
}

static bool load_labels(struct sim_reader *reader, const json_t *labels)
{
    return labels == NULL ? sim_load_labels(reader, NULL)
                          : load_section(reader, "address_labels", labels, sim_load_labels);
}

static bool load_culprit(struct sim_reader *reader, const json_t *culprit)
{
    return sim_read_members(reader, culprit, culprit_members, &reader->host->culprit);
}

static bool load_document(struct sim_reader *reader, const json_t *root)
{
    struct document document = {0};
    return sim_read_members(reader, root, members, &document) && make_host(reader, root, &document) &&
           sim_load_interfaces(reader, document.interfaces) &&
           sim_load_settings(reader, document.settings, document.interfaces) &&
           sim_load_addresses(reader, document.interfaces) && derive_routes(reader) &&
           load_section(reader, "routes", document.routes, sim_load_routes) &&
           load_section(reader, "rules", document.rules, sim_load_rules) && make_default_rules(reader) &&
           load_section(reader, "neighbors", document.neighbors, sim_load_neighbors) &&
           load_labels(reader, document.labels) &&
           load_section(reader, "endpoints", document.endpoints, sim_load_endpoints) &&
           load_section(reader, "faults", document.faults, sim_load_faults) &&
           load_section(reader, "culprit", document.culprit, load_culprit);
}

enum mh_error sim_load(const char *file, const char *text, size_t length, struct sim_host **host,
                       struct mh_failure *failure)
{
    struct mh_failure own;
    struct sim_reader reader = {
        .file = file, .text = text, .length = length, .failure = failure != NULL ? failure : &own};
    json_error_t error;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    bool done = root != NULL ? load_document(&reader, root) : sim_refuse_text(&reader, &error);
    json_decref(root);
    *host = done ? reader.host : NULL;
    if (done)
        return MH_OK;
    sim_host_free(reader.host);
    return reader.failure->code;
}
