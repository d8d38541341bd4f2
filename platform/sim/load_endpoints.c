/* Sockets of the file. */
#include "load.h"

#include <string.h>

struct draft {
    struct mh_endpoint endpoint;
    const json_t *process;
};

static bool read_protocol(struct sim_reader *reader, const json_t *value, void *field,
                          const struct sim_member *member)
{
    (void)member;
    const char *word = json_string_value(value);
    if (word == NULL || (strcmp(word, "tcp") != 0 && strcmp(word, "udp") != 0))
        return sim_refuse(reader, value, "\"tcp\" or \"udp\"", "the value is not valid");
    *(uint8_t *)field = word[0] == 't' ? MH_ENDPOINT_TCP : MH_ENDPOINT_UDP;
    return true;
}

#define FIELD(name) offsetof(struct draft, endpoint.name)

static const struct sim_member members[] = {
    {"protocol", read_protocol, FIELD(protocol), 0, 0},
    {"local", sim_address, FIELD(local), 0, 0},
    {"local_port", sim_u16, FIELD(local_port), 1, UINT16_MAX},
    {"remote", sim_address, FIELD(remote), 0, 0},
    {"remote_port", sim_u16, FIELD(remote_port), 1, UINT16_MAX},
    {"interface", sim_interface_ref, FIELD(interface), 0, 0},
    {"mark", sim_u32, FIELD(mark), 0, UINT32_MAX},
    {"tos", sim_u8, FIELD(tos), 0, UINT8_MAX},
    {"uid", sim_u32, FIELD(uid), 0, UINT32_MAX},
    {"ipv6_only", sim_bool, FIELD(ipv6_only), 0, 0},
    {"yours", sim_bool, FIELD(yours), 0, 0},
    {"process", sim_json, offsetof(struct draft, process), 0, 0},
    {NULL, NULL, 0, 0, 0},
};

static const struct sim_member process_members[] = {
    {"pid", sim_u32, offsetof(struct mh_endpoint, pid), 1, UINT32_MAX},
    {"name", sim_text, offsetof(struct mh_endpoint, process), 0, MH_PROCESS_NAME_SIZE},
    {NULL, NULL, 0, 0, 0},
};

static bool read_process(struct sim_reader *reader, struct draft *draft)
{
    if (draft->process == NULL)
        return true;
    size_t depth = sim_enter(reader, "process");
    bool done = sim_read_members(reader, draft->process, process_members, &draft->endpoint);
    if (done && draft->endpoint.pid == 0)
        done = sim_refuse(reader, draft->process, "the process's number", "\"pid\" is missing");
    sim_leave(reader, depth);
    return done;
}

static bool check(struct sim_reader *reader, const struct mh_endpoint *endpoint)
{
    if (endpoint->protocol == 0)
        return sim_refuse(reader, NULL, "\"tcp\" or \"udp\"", "\"protocol\" is missing");
    if (endpoint->local.family == MH_FAMILY_NONE || endpoint->local_port == 0)
        return sim_refuse(reader, NULL, "an address and a port", "\"local\" or \"local_port\" is missing");
    if ((endpoint->remote.family == MH_FAMILY_NONE) != (endpoint->remote_port == 0))
        return sim_refuse(reader, NULL, "an address and a port, or neither",
                          "\"remote\" or \"remote_port\" is missing");
    if (endpoint->remote_port != 0 && endpoint->remote.family != endpoint->local.family)
        return sim_refuse(reader, NULL, "addresses of one family", "\"remote\" is of another family");
    return true;
}

/* Sockets are told apart by their place in the file. */
static bool read_endpoint(struct sim_reader *reader, const json_t *value, void *context)
{
    (void)context;
    struct draft draft = {.endpoint = {.has_mark = true}};
    struct mh_list **list = &reader->host->endpoints;
    if (!sim_read_members(reader, value, members, &draft) || !read_process(reader, &draft) ||
        !check(reader, &draft.endpoint))
        return false;
    draft.endpoint.state = draft.endpoint.remote_port != 0 ? MH_ENDPOINT_CONNECTED : MH_ENDPOINT_LISTENING;
    draft.endpoint.inode = mh_list_count(*list) + 1;
    return mh_list_insert(list, mh_list_count(*list), &draft.endpoint) || sim_refuse_memory(reader);
}

bool sim_load_endpoints(struct sim_reader *reader, const json_t *endpoints)
{
    return sim_read_items(reader, endpoints, read_endpoint, NULL);
}
