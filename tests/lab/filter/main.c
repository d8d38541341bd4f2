/* filter_verdict: reads this namespace's packet filter as the service does, and then packets from standard
 * input, one a line, as words NAME=VALUE in any order:
 *
 *   hooks=prerouting,input source=192.0.2.1 destination=192.0.2.2 protocol=17 sport=1 dport=2 syn=1
 *   input=2:eth0 output=3:eth1 state=new|established|... reply=1 mark=5 fib=192.0.2.1/2:eth0/unicast ...
 *
 * For each it writes a line: pass, drop, reject or indeterminate, then chain, rule and reason after tabs.
 * --forget: as if there were no rules. A packet that rules put into another connection tracking zone is a new
 * connection there. */
#include "core/filter_model.h"
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTES_MAX = 8, HOOKS_MAX = 4 };

struct route {
    struct mh_address address;
    uint32_t interface;
    char name[16];
    uint8_t type;
};

struct question {
    struct mh_filter_packet packet;
    char input[16], output[16];
    enum mh_filter_hook hooks[HOOKS_MAX];
    size_t hook_count;
    struct route routes[ROUTES_MAX];
    size_t route_count;
};

static void fib(void *context, const struct mh_filter_fib_question *asked,
                struct mh_filter_fib_answer *answer)
{
    const struct question *question = context;
    for (size_t i = 0; i < question->route_count; i++) {
        const struct route *route = &question->routes[i];
        uint32_t bound = asked->output != 0 ? asked->output : asked->input;
        if (!mh_address_equal(&route->address, &asked->address))
            continue;
        answer->known = true;
        answer->type = route->type;
        if (route->type == MH_ROUTE_UNICAST && (bound == 0 || bound == route->interface)) {
            answer->interface = route->interface;
            answer->interface_name = route->name;
        }
    }
}

/* ---- reading --------------------------------------------------------------------------------------- */

static void need(bool good, const char *word)
{
    if (good)
        return;
    (void)fprintf(stderr, "filter_verdict: not understood: %s\n", word);
    exit(2);
}

static void read_hooks(char *value, struct question *question)
{
    static const char *const names[] = {"prerouting", "input", "forward", "output", "postrouting"};
    char *rest;
    for (char *name = strtok_r(value, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        size_t hook = 0;
        while (hook < MH_FILTER_HOOK_COUNT && strcmp(names[hook], name) != 0)
            hook++;
        need(hook < MH_FILTER_HOOK_COUNT && question->hook_count < HOOKS_MAX, name);
        question->hooks[question->hook_count++] = (enum mh_filter_hook)hook;
    }
}

static enum mh_filter_state read_state(const char *value)
{
    static const char *const names[] = {"new", "established", "related", "invalid", "untracked"};
    size_t state = 0;
    while (state < 5 && strcmp(names[state], value) != 0)
        state++;
    need(state < 5, value);
    return (enum mh_filter_state)state;
}

/* ADDRESS/INDEX:NAME/TYPE */
static void read_route(char *value, struct question *question)
{
    char *rest;
    struct route *route = &question->routes[question->route_count++];
    need(question->route_count < ROUTES_MAX, value);
    const char *address = strtok_r(value, "/", &rest);
    const char *interface = strtok_r(NULL, ":", &rest);
    const char *name = strtok_r(NULL, "/", &rest);
    const char *type = strtok_r(NULL, "/", &rest);
    need(address != NULL && type != NULL && mh_address_parse(address, strlen(address), &route->address),
         "fib");
    route->interface = (uint32_t)strtoul(interface, NULL, 10);
    (void)snprintf(route->name, sizeof route->name, "%s", name);
    for (route->type = 0; strcmp(mh_route_type_name((enum mh_route_type)route->type), type) != 0;)
        need(++route->type <= MH_ROUTE_PROHIBIT, type);
}

static void read_interface(const char *value, uint32_t *index, char name[16])
{
    const char *colon = strchr(value, ':');
    need(colon != NULL, value);
    *index = (uint32_t)strtoul(value, NULL, 10);
    (void)snprintf(name, 16, "%.15s", colon + 1);
}

static void read_word(char *word, struct question *question)
{
    struct mh_filter_packet *packet = &question->packet;
    char *value = strchr(word, '=');
    need(value != NULL, word);
    *value++ = '\0';
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    if (strcmp(word, "hooks") == 0)
        read_hooks(value, question);
    else if (strcmp(word, "source") == 0)
        need(mh_address_parse(value, strlen(value), &packet->source), value);
    else if (strcmp(word, "destination") == 0)
        need(mh_address_parse(value, strlen(value), &packet->destination), value);
    else if (strcmp(word, "protocol") == 0)
        packet->protocol = (uint8_t)number, packet->protocol_known = true;
    else if (strcmp(word, "sport") == 0)
        packet->source_port = (uint16_t)number, packet->source_port_known = true;
    else if (strcmp(word, "dport") == 0)
        packet->destination_port = (uint16_t)number, packet->destination_port_known = true;
    else if (strcmp(word, "syn") == 0)
        packet->tcp_syn = number != 0;
    else if (strcmp(word, "input") == 0)
        read_interface(value, &packet->input, question->input);
    else if (strcmp(word, "output") == 0)
        read_interface(value, &packet->output, question->output);
    else if (strcmp(word, "state") == 0)
        packet->state = read_state(value);
    else if (strcmp(word, "reply") == 0)
        packet->reply_direction = number != 0;
    else if (strcmp(word, "mark") == 0)
        packet->mark = number;
    else if (strcmp(word, "fib") == 0)
        read_route(value, question);
    else
        need(false, word);
}

static void read_question(char *line, struct question *question)
{
    char *rest;
    *question = (struct question){0};
    question->packet.connection_mark_known = true;
    for (char *word = strtok_r(line, " \n", &rest); word != NULL; word = strtok_r(NULL, " \n", &rest))
        read_word(word, question);
    question->packet.input_name = question->input;
    question->packet.output_name = question->output;
    question->packet.fib = fib;
    question->packet.fib_context = question;
}

/* ---- answering ------------------------------------------------------------------------------------- */

/* The members that only one hook has. */
static struct mh_filter_packet at_hook(const struct mh_filter_packet *packet, enum mh_filter_hook hook)
{
    struct mh_filter_packet here = *packet;
    if (hook == MH_FILTER_PREROUTING || hook == MH_FILTER_INPUT)
        here.output = 0, here.output_name = "";
    return here;
}

static void run_hook(const struct mh_filter *filter, enum mh_filter_hook hook,
                     struct mh_filter_packet *packet, struct mh_filter_result *result)
{
    struct mh_filter_packet first = at_hook(packet, hook);
    mh_filter_run(filter, hook, &first, result);
    if (first.zone == packet->zone || first.zone_unknown) {
        *packet = first;
        return;
    }
    struct mh_filter_packet again = at_hook(packet, hook);
    again.zone = first.zone;
    again.state = MH_FILTER_STATE_NEW;
    again.reply_direction = false;
    again.connection_mark = 0;
    mh_filter_run(filter, hook, &again, result);
    *packet = again;
}

static void answer(const struct mh_filter *filter, struct question *question)
{
    static const char *const words[] = {"pass", "drop", "indeterminate"};
    struct mh_filter_result result = {.verdict = MH_FILTER_PASSES};
    struct mh_filter_packet packet = question->packet;
    struct mh_filter_result doubt = {.verdict = MH_FILTER_PASSES};
    for (size_t i = 0; i < question->hook_count; i++) {
        run_hook(filter, question->hooks[i], &packet, &result);
        if (result.verdict == MH_FILTER_DROPS)
            break;
        if (result.verdict == MH_FILTER_INDETERMINATE && doubt.verdict == MH_FILTER_PASSES)
            doubt = result;
    }
    if (result.verdict != MH_FILTER_DROPS)
        result = doubt;
    (void)printf("%s\t%s\t%s\t%s\n", result.rejects ? "reject" : words[result.verdict], result.chain,
                 result.rule, result.reason);
}

int main(int argc, char **argv)
{
    struct mh_platform *platform = NULL;
    struct mh_filter *filter = NULL;
    struct mh_failure failure = {0};
    struct question question;
    char line[1024];
    mh_process_prepare();
    if (mh_platform_open(NULL, &platform, &failure) != MH_OK ||
        mh_platform_filter(platform, &filter, &failure) != MH_OK) {
        (void)fprintf(stderr, "filter_verdict: %s\n", failure.detail);
        mh_platform_close(platform);
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "--forget") == 0) {
        mh_filter_free(filter);
        filter = mh_filter_new();
        need(filter != NULL, argv[1]);
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        read_question(line, &question);
        answer(filter, &question);
    }
    mh_filter_free(filter);
    mh_platform_close(platform);
    return 0;
}
