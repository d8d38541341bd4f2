/* oracle_select PEER [QUESTIONS [SEED [HOST]]]: see oracle.h. PEER is a namespace of ip-netns(8) for the
 * other ends of links. HOST: only that one. Ends with 1 when an answer differs; prints the seed and the
 * smallest host that shows it. */
#define _GNU_SOURCE
#include "oracle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { QUESTIONS_EACH = 100, DISAGREEMENTS_MAX = 3, INDETERMINATE_PERCENT = 1 };

struct run {
    const char *peer;
    uint64_t seed;
    unsigned long asked, indeterminate, spread, refused, retried, unsettled;
    unsigned disagreements;
    bool prefers_matching; /* Linux 6.16: a given source picks the next hop that has it */
    struct mh_selection selection;
    struct mh_kernel_answer answer;
    const char *difference;
    struct {
        const char *reason;
        unsigned long count;
    } reasons[16]; /* of indeterminate answers */
    struct oracle_coverage coverage;
};

/* ---- one question ---------------------------------------------------------------------------------- */

enum verdict { AGREES, DIFFERS, INDETERMINATE };

static bool is_among_matching(struct run *run, const struct oracle_world *world)
{
    struct mh_selection *selection = &run->selection;
    size_t all = selection->forwarding.choice_count;
    if (!run->prefers_matching || selection->matching_choice_count == 0)
        return true;
    selection->forwarding.choice_count = selection->matching_choice_count;
    bool among = mh_selection_agrees(world->routes, selection, &run->answer, &run->difference);
    selection->forwarding.choice_count = all;
    return among;
}

/* A source that was chosen before the routes said yes: they do, when it is given. */
static bool retry_agrees(struct run *run, struct oracle_world *world, const struct mh_question *question)
{
    struct mh_failure failure;
    struct mh_question with_source = *question;
    struct mh_selection *selection = &run->selection;
    if (selection->first_way == selection->way || selection->way != MH_WAY_FOUND || question->output != 0)
        return true;
    run->retried++;
    with_source.source = selection->source;
    selection->first_way = MH_WAY_FOUND;
    if (mh_platform_ask(world->platform, &with_source, &run->answer, &failure) != MH_OK)
        return false;
    return mh_selection_agrees(world->routes, selection, &run->answer, &run->difference);
}

static enum verdict judge(struct run *run, struct oracle_world *world, const struct mh_question *question)
{
    struct mh_failure failure;
    if (mh_platform_ask(world->platform, question, &run->answer, &failure) != MH_OK ||
        mh_select(&world->snapshot, world->routes, MH_DIALECT_LINUX, question, false, &run->selection) !=
            MH_OK) {
        run->difference = "the asking";
        return DIFFERS;
    }
    if (!oracle_decider_agrees(world, question, &run->selection)) {
        run->difference = "the decider";
        return DIFFERS;
    }
    if (run->selection.way == MH_WAY_INDETERMINATE)
        return INDETERMINATE;
    if (!mh_selection_agrees(world->routes, &run->selection, &run->answer, &run->difference) ||
        !is_among_matching(run, world))
        return DIFFERS;
    return retry_agrees(run, world, question) ? AGREES : DIFFERS;
}

/* Carrier and addresses may still have been on the move: what differs is looked at again. */
static enum verdict judge_settled(struct run *run, struct oracle_world *world,
                                  const struct mh_question *question)
{
    enum verdict verdict = judge(run, world, question);
    for (int i = 0; i < 4 && verdict == DIFFERS; i++) {
        if (i > 0)
            (void)nanosleep(&(struct timespec){.tv_nsec = 350 * 1000 * 1000}, NULL);
        if (!oracle_read(world))
            return DIFFERS;
        verdict = judge(run, world, question);
        run->unsettled += verdict != DIFFERS;
    }
    return verdict;
}

/* ---- the smallest host ----------------------------------------------------------------------------- */

/* What the disagreement is that is made smaller. */
struct sought {
    struct run *run;
    bool found;
    const char *subject;
};

static bool still_differs(void *context, const struct oracle_host *host, const struct mh_question *question)
{
    const struct sought *sought = context;
    struct oracle_world world = {0};
    bool differs = oracle_make(host, sought->run->peer) && oracle_read(&world) &&
                   judge(sought->run, &world, question) == DIFFERS &&
                   sought->run->answer.found == sought->found &&
                   strcmp(sought->run->difference, sought->subject) == 0;
    oracle_close(&world);
    return differs;
}

/* ---- reporting ------------------------------------------------------------------------------------- */

static void print_hop(const char *who, const struct oracle_world *world, uint32_t interface,
                      const struct mh_address *next_hop, const struct mh_address *source, uint32_t table)
{
    char a[MH_ADDRESS_TEXT_SIZE], b[MH_ADDRESS_TEXT_SIZE];
    (void)printf("  %s: dev %s via %s src %s table %u\n", who,
                 mh_snapshot_interface_name(&world->snapshot, interface), mh_address_format(next_hop, a),
                 mh_address_format(source, b), table);
}

static void print_ours(const struct run *run, const struct oracle_world *world)
{
    const struct mh_selection *selection = &run->selection;
    uint32_t table = selection->forwarding.handle == 0 ? 0 : selection->forwarding.route.table;
    (void)printf("  ours: %s, first %s, rule %s, priority %u, %zu choices (%zu with the source)%s\n",
                 mh_way_word(selection->way), mh_way_word(selection->first_way),
                 selection->rule == NULL ? "-" : selection->rule->number,
                 selection->forwarding.rule == NULL ? 0 : selection->forwarding.rule->priority,
                 selection->forwarding.choice_count, selection->matching_choice_count,
                 selection->way == MH_WAY_INDETERMINATE ? selection->reason : "");
    if (selection->way == MH_WAY_FOUND || selection->way == MH_WAY_NO_SOURCE)
        print_hop("ours", world, selection->interface, &selection->next_hop, &selection->source, table);
}

static void print_case(const struct run *run, const struct oracle_world *world,
                       const struct mh_question *question)
{
    (void)printf("\n  ");
    oracle_print_question(stdout, world, question);
    if (run->answer.found)
        print_hop("kernel", world, run->answer.interface, &run->answer.next_hop, &run->answer.source,
                  run->answer.table);
    else
        (void)printf("  kernel: %s\n", run->answer.native_name);
    print_ours(run, world);
}

static void report(struct run *run, struct oracle_host *host, struct mh_question *question, unsigned number)
{
    struct oracle_world world = {0};
    struct sought sought = {run, run->answer.found, run->difference};
    (void)printf("\nDISAGREEMENT: seed %llu, host %u, about %s\n", (unsigned long long)run->seed, number,
                 run->difference);
    (void)fflush(stdout);
    if (getenv("MH_ORACLE_WHOLE") == NULL)
        oracle_shrink(host, question, still_differs, &sought);
    if (oracle_make(host, run->peer) && oracle_read(&world)) {
        (void)judge_settled(run, &world, question);
        oracle_print_host(stdout, host);
        print_case(run, &world, question);
        if (getenv("MH_ORACLE_SHOW") != NULL)
            (void)!system("ip -d address; ip -d -4 route show table all; ip -6 route show table all; ip "
                          "rule; ip -6 rule; ip neigh");
    }
    oracle_close(&world);
    (void)fflush(stdout);
}

/* ---- hosts ----------------------------------------------------------------------------------------- */

static void count_reason(struct run *run, const char *reason)
{
    size_t i = 0;
    while (i < 15 && run->reasons[i].reason != NULL && strcmp(run->reasons[i].reason, reason) != 0)
        i++;
    run->reasons[i].reason = reason;
    run->reasons[i].count++;
}

static void ask_host(struct run *run, struct oracle_host *host, unsigned number, unsigned long questions)
{
    struct oracle_world world = {0};
    struct oracle_random random;
    struct mh_question question;
    oracle_seed(&random, run->seed, number);
    oracle_generate(&random, host);
    if (!oracle_make(host, run->peer) || !oracle_read(&world))
        exit(2);
    oracle_cover(&run->coverage, &world);
    for (unsigned long i = 0; i < questions; i++) {
        oracle_question(&random, &world, &question);
        enum verdict verdict = judge_settled(run, &world, &question);
        run->asked++;
        run->indeterminate += verdict == INDETERMINATE;
        if (verdict == INDETERMINATE)
            count_reason(run, run->selection.reason);
        run->spread += verdict == AGREES && run->selection.forwarding.choice_count > 1;
        run->refused += verdict == AGREES && !run->answer.found;
        if (verdict != DIFFERS)
            continue;
        run->disagreements++;
        print_case(run, &world, &question);
        oracle_close(&world);
        report(run, host, &question, number);
        return;
    }
    oracle_close(&world);
}

static unsigned long number_of(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        (void)fprintf(stderr, "not a number: %s\n", text);
        exit(2);
    }
    return number;
}

static bool has_matching(void)
{
    struct utsname name;
    unsigned major = 0, minor = 0;
    return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
           (major > 6 || (major == 6 && minor >= 16));
}

static int summarise(const struct run *run)
{
    oracle_print_coverage(stdout, &run->coverage);
    bool rare = run->indeterminate * 100 <= run->asked * INDETERMINATE_PERCENT;
    (void)printf("%lu questions: %u disagreements, %lu indeterminate (%.2f %%)%s; %lu with several next "
                 "hops, %lu refused, "
                 "%lu answered by a source chosen first, %lu only after the host had settled\n",
                 run->asked, run->disagreements, run->indeterminate,
                 run->asked == 0 ? 0.0 : 100.0 * (double)run->indeterminate / (double)run->asked,
                 rare ? "" : " TOO MANY", run->spread, run->refused, run->retried, run->unsettled);
    for (size_t i = 0; i < 16 && run->reasons[i].reason != NULL; i++)
        (void)printf("  indeterminate: %lu times: %s\n", run->reasons[i].count, run->reasons[i].reason);
    return run->disagreements == 0 && rare ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct run run;
    static struct oracle_host host;
    if (argc < 2 || argc > 5) {
        (void)fprintf(stderr, "usage: oracle_select PEER [QUESTIONS [SEED [HOST]]]\n");
        return 2;
    }
    unsigned long questions = argc > 2 ? number_of(argv[2]) : 10000;
    run.peer = argv[1];
    run.seed = argc > 3 ? number_of(argv[3]) : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
    run.prefers_matching = has_matching();
    (void)printf("seed %llu\n", (unsigned long long)run.seed);
    if (argc > 4)
        ask_host(&run, &host, (unsigned)number_of(argv[4]), questions);
    for (unsigned number = 0; argc < 5 && run.asked < questions && run.disagreements < DISAGREEMENTS_MAX;
         number++)
        ask_host(&run, &host, number,
                 questions - run.asked < QUESTIONS_EACH ? questions - run.asked : QUESTIONS_EACH);
    return summarise(&run);
}
