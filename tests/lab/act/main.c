/* act_oracle OTHER FILE [OPS [SEED]]: in this namespace ops are carried out by the production backend; in the
 * namespace OTHER, which is made alike, by the commands that describe them; and in a simulator of FILE, which
 * is written first. After each op the simulator must have given the same answer and be in the same state as
 * the kernel, and the command must have ended as the op did; now and then the two namespaces must look the
 * same to ip and sysctl. Ends with 1 at the first difference.
 *
 * MH_ACT_SPOIL=OP leaves out the command of that op, to see the comparison fail. */
#define _GNU_SOURCE
#include "act.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_EVERY = 20, TAIL = 12 };

struct run {
    struct oracle_world kernel, simulated;
    char there[128]; /* the namespace's file */
    unsigned long number, succeeded, unsupported;
    unsigned counts[MH_OP_KIND_COUNT][2]; /* failed, done */
    char history[TAIL][MH_DESCRIPTION_SIZE];
    unsigned long spoilt;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "act_oracle: %s\n", what);
    exit(2);
}

/* ---- commands -------------------------------------------------------------------------------------- */

/* What the command writes, and its status. */
static int run_in(const char *namespace, const char *command, char **output)
{
    int ends[2], status;
    size_t size;
    char piece[4096], place[128];
    pid_t child;
    posix_spawn_file_actions_t actions;
    (void)snprintf(place, sizeof place, "--net=%s", namespace);
    const char *const words[] = {"nsenter", place, "sh", "-c", command, NULL};
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0)
        die("no pipe");
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    if (posix_spawnp(&child, "nsenter", &actions, NULL, (char *const *)words, environ) != 0)
        die("nsenter does not start");
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    FILE *out = open_memstream(output, &size);
    for (ssize_t got; (got = read(ends[0], piece, sizeof piece)) > 0;)
        (void)fwrite(piece, 1, (size_t)got, out);
    (void)close(ends[0]);
    (void)fclose(out);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Counters of a link change by themselves, and nothing else here does. */
static const char look[] =
    "ip -d -j -p address; ip -d -j -p -4 route show table all; "
    "ip -d -j -p -6 route show table all; ip -d -j -p rule; ip -d -j -p -6 rule; "
    "ip -j -p neighbour show proxy; ip -6 -j -p neighbour show proxy; ip addrlabel show; "
    "sysctl net.ipv4.conf net.ipv6.conf 2>/dev/null | grep -v stable_secret";

static bool same_looks(const struct run *run)
{
    char *ours = NULL, *theirs = NULL;
    if (run_in("/proc/self/ns/net", look, &ours) != 0 || run_in(run->there, look, &theirs) != 0)
        die("ip does not show the namespaces");
    bool same = strcmp(ours, theirs) == 0;
    if (!same) {
        (void)printf("after op %lu ip shows a difference:\n", run->number);
        act_print_difference("by op", ours, "by command", theirs);
    }
    free(ours);
    free(theirs);
    return same;
}

/* ---- one op ---------------------------------------------------------------------------------------- */

/* A command does not look at what it replaces, adds what it should change, and deletes a rule that is like
 * the one that it names. */
static bool is_guarded(const struct mh_op *op, enum mh_error code)
{
    return code != MH_OK && (op->kind == MH_OP_ROUTE_REPLACE || op->kind == MH_OP_ADDRESS_FLAGS ||
                             op->kind == MH_OP_RULE_DELETE);
}

static bool command_agrees(const struct run *run, const struct mh_op *op, const char *command,
                           enum mh_error code)
{
    char *output = NULL;
    if (is_guarded(op, code) || code == MH_UNSUPPORTED || run->number == run->spoilt)
        return true;
    int status = run_in(run->there, command, &output);
    bool agrees = (status == 0) == (code == MH_OK);
    if (!agrees)
        (void)printf("the command ended with %d: %s", status, output);
    free(output);
    return agrees;
}

static bool same_answer(enum mh_error code, const struct mh_failure *kernel, enum mh_error simulated_code,
                        const struct mh_failure *simulated)
{
    bool by_name = kernel->native_name[0] != '\0' || simulated->native_name[0] != '\0';
    if (by_name && code != MH_OK && simulated_code != MH_OK
            ? strcmp(kernel->native_name, simulated->native_name) == 0
            : code == simulated_code)
        return true;
    (void)printf("the simulator answers otherwise: %s %s (%s)\n", mh_error_word(simulated_code),
                 simulated->native_name, simulated->detail);
    return false;
}

static bool same_state(const struct run *run)
{
    char *kernel = act_state(&run->kernel), *simulated = act_state(&run->simulated);
    bool same = kernel != NULL && simulated != NULL && strcmp(kernel, simulated) == 0;
    if (!same)
        act_print_difference("in the kernel", kernel, "in the simulator", simulated);
    free(kernel);
    free(simulated);
    return same;
}

static bool is_tentative(const struct mh_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->address_count; i++)
        if (snapshot->addresses[i].flags & MH_ADDRESS_TENTATIVE)
            return true;
    return false;
}

/* IPv6 addresses are usable a moment after they were added, also where nobody is asked for duplicates. */
static void read_both(struct run *run)
{
    for (int i = 0; i < 500; i++) {
        if (!oracle_read(&run->kernel) || !oracle_read(&run->simulated))
            die("a host cannot be read");
        if (!is_tentative(&run->kernel.snapshot))
            return;
        (void)nanosleep(&(struct timespec){.tv_nsec = 2 * 1000 * 1000}, NULL);
    }
}

static void report(const struct run *run, enum mh_error code, const struct mh_failure *failure)
{
    (void)printf("DIFFERENCE at op %lu; the last ones were:\n", run->number);
    for (unsigned long i = run->number < TAIL ? 1 : run->number - TAIL + 1; i <= run->number; i++)
        (void)printf("  %s\n", run->history[i % TAIL]);
    (void)printf("the kernel's answer: %s %s (%s)\n", mh_error_word(code), failure->native_name,
                 failure->detail);
}

static bool try_op(struct run *run, struct oracle_random *random)
{
    struct act_op random_op;
    struct mh_failure failure = {0}, simulated_failure = {0};
    act_generate(random, &run->kernel, &random_op);
    const struct mh_op *op = &random_op.op;
    char *command = run->history[++run->number % TAIL];
    (void)mh_platform_describe(run->kernel.platform, &run->kernel.snapshot, op, command, MH_DESCRIPTION_SIZE);
    enum mh_error code = mh_platform_apply(run->kernel.platform, op, &failure);
    enum mh_error simulated = mh_platform_apply(run->simulated.platform, op, &simulated_failure);
    read_both(run);
    run->counts[op->kind][code == MH_OK]++;
    if (same_answer(code, &failure, simulated, &simulated_failure) && same_state(run) &&
        command_agrees(run, op, command, code) && (run->number % LOOK_EVERY != 0 || same_looks(run)))
        return true;
    report(run, code, &failure);
    return false;
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void open_worlds(struct run *run, const char *other, const char *file)
{
    char path[512];
    struct mh_failure failure = {0};
    (void)snprintf(run->there, sizeof run->there, "/run/netns/%s", other);
    if (!oracle_read(&run->kernel) || !act_write_host(&run->kernel, file))
        die("the hosts cannot be made");
    (void)snprintf(path, sizeof path, "sim:%s", file);
    if (mh_platform_open(path, &run->simulated.platform, &failure) != MH_OK)
        die(failure.detail);
    if (!oracle_read(&run->simulated))
        die("the simulated host cannot be read");
}

static void summarise(const struct run *run)
{
    (void)printf("%lu ops:", run->number);
    for (int kind = 0; kind < MH_OP_KIND_COUNT; kind++)
        (void)printf(" %s %u+%u", mh_op_word((enum mh_op_kind)kind), run->counts[kind][1],
                     run->counts[kind][0]);
    (void)printf(" (done+refused), all alike\n");
}

int main(int argc, char **argv)
{
    static struct run run;
    struct oracle_random random;
    if (argc < 3 || argc > 5) {
        (void)fprintf(stderr, "usage: act_oracle OTHER FILE [OPS [SEED]]\n");
        return 2;
    }
    unsigned long ops = argc > 3 ? strtoul(argv[3], NULL, 10) : 400;
    unsigned long long seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1122;
    const char *spoilt = getenv("MH_ACT_SPOIL");
    run.spoilt = spoilt != NULL ? strtoul(spoilt, NULL, 10) : 0;
    (void)printf("seed %llu\n", seed);
    open_worlds(&run, argv[1], argv[2]);
    oracle_seed(&random, seed, 0);
    bool same = same_state(&run) && same_looks(&run);
    while (same && run.number < ops)
        same = try_op(&run, &random);
    if (same)
        summarise(&run);
    oracle_close(&run.kernel);
    oracle_close(&run.simulated);
    return same ? 0 : 1;
}
