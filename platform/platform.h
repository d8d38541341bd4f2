/* The one boundary between the service and the system. Nothing above it includes an OS header.
 *
 * A backend (Linux, the simulator, ...) is a table of functions; CMake lists those that are linked, and one
 * is chosen at start. The host services below belong to the system that the program was built for, whatever
 * backend is chosen. Unless said otherwise a function is called by the loop thread, texts are UTF-8, and
 * `failure` may be NULL. */
#ifndef MH_PLATFORM_H
#define MH_PLATFORM_H

#include "core/capability.h"
#include "core/endpoints.h"
#include "core/error.h"
#include "core/feed.h"
#include "core/filter.h"
#include "core/op.h"
#include "core/select.h"

struct uv_loop_s;
struct mh_platform;

/* ---- open ------------------------------------------------------------------------------------------ */

/* `spec` is NAME or NAME:ARGUMENT ("linux", "sim:host.json"); NULL is the system's own. The caller closes
 * *platform. MH_NOT_FOUND for a name that is not linked in; MH_INVALID when the argument (a file) is wrong:
 * `failure` then holds file, line and column. */
enum mh_error mh_platform_open(const char *spec, struct mh_platform **platform, struct mh_failure *failure);
/* Ends a watch too. NULL is allowed. */
void mh_platform_close(struct mh_platform *platform);
/* The names of the backends linked in, the system's own first; ends with NULL; static. */
const char *const *mh_platform_backends(void);

/* ---- observe --------------------------------------------------------------------------------------- */

/* Feeds every section between begin and end. Blocks until the system has answered. A dump that the system
 * marks as inconsistent (NLM_F_DUMP_INTR) is begun anew, some times, then MH_LOST. */
enum mh_error mh_platform_read_all(struct mh_platform *platform, const struct mh_feed *feed,
                                   struct mh_failure *failure);

/* Called on the loop thread when there are changes to read; must not block. */
typedef void (*mh_wake)(void *context);

/* Starts watching for changes on `loop` (level-triggered: `wake` is called again while changes wait). Call it
 * before read_all, so that nothing falls between. */
enum mh_error mh_platform_watch(struct mh_platform *platform, struct uv_loop_s *loop, mh_wake wake,
                                void *context, struct mh_failure *failure);

/* Feeds what has changed, without blocking. MH_OK: nothing more for now; MH_MORE: call again (a bound on the
 * work of one call was reached); MH_LOST: the system dropped something, read_all is needed. */
enum mh_error mh_platform_read_changes(struct mh_platform *platform, const struct mh_feed *feed,
                                       struct mh_failure *failure);

/* The next mh_platform_read_changes reads this section whole, as far as the system does not tell of every
 * change in it. */
void mh_platform_doubt(struct mh_platform *platform, enum mh_section section);

/* What the system lacks or refuses, and the backend does without: once each, for the log. True: *remark has
 * the function's name, its code and text, and in `detail` what follows from it; ask again. False: that was
 * all. */
bool mh_platform_remark(struct mh_platform *platform, struct mh_failure *remark);

/* Who took something away, or altered it. */
struct mh_culprit {
    uint32_t pid;                       /* 0: not known */
    char process[MH_PROCESS_NAME_SIZE]; /* its name, printable ASCII */
    const char *unknown;                /* when it is not known, why: a clause; static */
};
/* Whose doing it was that this op is needed to put something back, as far as the system told it with the
 * changes that were read last. Answered once: it is forgotten then. */
void mh_platform_culprit(struct mh_platform *platform, const struct mh_op *op, struct mh_culprit *culprit);

/* ---- ask ------------------------------------------------------------------------------------------- */

/* The system's own decision (Linux RTM_GETROUTE): what it answers now, not what was observed. Any thread.
 * What the question does not know (question->known) is left to the system's default;
 * question->output_is_bound cannot be asked. MH_OK: *answer is set, also when there is no way; MH_INVALID:
 * destination without a family, or source of another one; MH_UNSUPPORTED: this backend has no kernel to ask,
 * `failure` says so. */
enum mh_error mh_platform_ask(struct mh_platform *platform, const struct mh_question *question,
                              struct mh_kernel_answer *answer, struct mh_failure *failure);

/* The system's packet filter as it stands now (Linux: `nft -j list ruleset`). Any thread; takes milliseconds.
 * The caller frees *filter (mh_filter_free). MH_UNSUPPORTED: this backend cannot read one, or the program is
 * missing; MH_PERMISSION; `failure` says why. */
enum mh_error mh_platform_filter(struct mh_platform *platform, struct mh_filter **filter,
                                 struct mh_failure *failure);

/* Lists the TCP and UDP sockets of this network namespace whose state is one of `states` (enum
 * mh_endpoint_state, bits), in no order (Linux: sock_diag(7)). Milliseconds for some ten thousand.
 * No more than MH_ENDPOINTS_MAX: `truncated` says that there are others. Who holds them is not looked up. The
 * caller clears *endpoints. MH_UNSUPPORTED: this backend or kernel cannot list them; MH_LOST: the list
 * changed again and again while it was read; `failure` says why. */
enum mh_error mh_platform_endpoints(struct mh_platform *platform, unsigned states,
                                    struct mh_endpoints *endpoints, struct mh_failure *failure);
/* Fills `pid` and `process`, or `process_unknown`, of each endpoint that has neither. On Linux it
 * reads /proc of all processes (proc_pid_fd(5)): ask for those that will be shown only. */
void mh_platform_endpoint_holders(struct mh_platform *platform, struct mh_endpoint *endpoints, size_t count);
/* Marks as `yours` the endpoints that process `pid`, or one that it descends from, has open: the ssh session
 * in which an administrator types. Fills their `pid` and `process` too. 0 marks none. */
void mh_platform_endpoint_ancestry(struct mh_platform *platform, uint32_t pid, struct mh_endpoint *endpoints,
                                   size_t count);

/* An ICMP echo request, from a source of the caller's choosing. */
enum { MH_PROBE_DATA_MAX = 1024, MH_PROBE_TIMEOUT_MAX = 60000 };
struct mh_probe {
    struct mh_address source; /* family none: the system chooses */
    struct mh_address target;
    uint32_t interface; /* index: the zone of link-local addresses; 0: none of them is one */
    uint32_t timeout;   /* milliseconds, 1 to MH_PROBE_TIMEOUT_MAX */
    uint16_t size;      /* octets of data, MH_PROBE_DATA_MAX at most */
};
enum mh_probe_outcome {
    MH_PROBE_REACHED,
    MH_PROBE_UNREACHABLE, /* somebody on the way, or this host, says so */
    MH_PROBE_SILENT,      /* no answer within the time */
    MH_PROBE_FAILED       /* it was not carried out, or what came back makes no sense */
};
struct mh_probe_answer {
    enum mh_probe_outcome outcome;
    uint32_t round_trip;       /* microseconds; 0 unless it was reached */
    struct mh_address from;    /* who answered; family none: nobody, or not known */
    struct mh_failure failure; /* what the system said, unless it was reached */
};
/* Called once for each probe that was begun, on the loop thread; it may begin others. */
typedef void (*mh_probed)(void *context, const struct mh_probe_answer *answer);
/* Begins a probe, and returns at once. MH_OK: `answered` will be called, from `loop`, unless the platform is
 * closed first. Anything else: it will not. MH_INVALID: not of one family, or out of bounds; MH_UNSUPPORTED:
 * this backend, or this system, sends none. */
enum mh_error mh_platform_probe(struct mh_platform *platform, struct uv_loop_s *loop,
                                const struct mh_probe *probe, mh_probed answered, void *context,
                                struct mh_failure *failure);

/* ---- act ------------------------------------------------------------------------------------------- */

/* Carries out one op. MH_OK: applied. MH_UNSUPPORTED: this system cannot, `failure` says why. MH_CONFLICT: a
 * route-replace found a route of another protocol in its place. MH_LOST, MH_TIMEOUT, MH_MALFORMED: the
 * system's answer is missing, and only reading shows whether the op was carried out. Anything else: it
 * failed, `failure` has the native code, and nothing was changed. Blocks until the system has answered. */
enum mh_error mh_platform_apply(struct mh_platform *platform, const struct mh_op *op,
                                struct mh_failure *failure);

/* Carries out `count` ops in their order and stops at the first that fails, whose error it returns: *applied
 * of them were carried out, and none behind the failed one was tried. Of many, a system may tell the watch
 * nothing: then mh_platform_read_changes is MH_LOST until everything was read. */
enum mh_error mh_platform_apply_all(struct mh_platform *platform, const struct mh_op *ops, size_t count,
                                    size_t *applied, struct mh_failure *failure);

enum { MH_DESCRIPTION_SIZE = 2048 };
/* Writes the op as the native command that an administrator would type, quoted for sh(1), into `text` of
 * `size` octets (1 at least), and returns `text`. Names of interfaces come from `snapshot`, which may be
 * NULL. Where the system has no command for it, or it does not fit, the text is a comment that says so ("#
 * ..."). Any thread. */
const char *mh_platform_describe(const struct mh_platform *platform, const struct mh_snapshot *snapshot,
                                 const struct mh_op *op, char *text, size_t size);

/* ---- tell ------------------------------------------------------------------------------------------ */

struct mh_identity {
    char backend[32]; /* "linux", "sim" */
    char system[64];  /* "Linux 6.1.0", "FreeBSD 14.0 (simulated)" */
    char hostname[256];
    enum mh_dialect dialect; /* whose rules it selects sources by */
};

/* All of these answer from what was learnt at open, and may be called from any thread. */
void mh_platform_identity(const struct mh_platform *platform, struct mh_identity *identity);
/* Ends with a row whose intent is NULL; valid until the platform is closed. */
const struct mh_capability *mh_platform_capabilities(const struct mh_platform *platform);
enum { MH_WORD_SIZE = 64 };
/* The system's name for a routing table ("main") or a route's protocol ("static"), or its number. Return
 * `word`. */
const char *mh_platform_table_name(const struct mh_platform *platform, uint32_t table,
                                   char word[MH_WORD_SIZE]);
const char *mh_platform_protocol_name(const struct mh_platform *platform, uint8_t protocol,
                                      char word[MH_WORD_SIZE]);
/* The reverse: a name or a number. False when it is neither. */
bool mh_platform_table_number(const struct mh_platform *platform, const char *word, uint32_t *table);
/* What the state of a network belongs to: it is gone with the boot, and another namespace has another. Words
 * to compare, and to show; never empty. A simulated host is born anew with every opening. */
enum { MH_INCARNATION_SIZE = 48 };
struct mh_incarnation {
    char boot[MH_INCARNATION_SIZE];
    char space[MH_INCARNATION_SIZE];
};
void mh_platform_incarnation(const struct mh_platform *platform, struct mh_incarnation *incarnation);

/* ---- host services (platform/common, or one file for each system) ---------------------------------- */

/* Where things are by default; empty strings where the system has none. For a plain user the paths below
 * XDG's. */
struct mh_paths {
    char config[1024];
    char socket[1024];
    char state[1024];
};
void mh_host_paths(struct mh_paths *paths);
/* Where the service that root runs listens: a plain user's client looks there too. Static. */
const char *mh_host_system_socket(void);
/* Where there are no such sockets, the URL that it listens at; the token is the file `token` in its state
 * directory. "" elsewhere. Static. */
const char *mh_host_system_url(void);

/* Called first of all: what the whole process needs (a closed pipe must not end it). */
void mh_process_prepare(void);
/* The words of the command line in UTF-8, for as long as the process lives; main's own where they are that
 * already. *count is set with them. */
char **mh_process_words(int *count, char **words);

/* Milliseconds since 1970 in UTC, for people. */
int64_t mh_clock_wall(void);
/* Milliseconds that never step back and count sleep (CLOCK_BOOTTIME), for deadlines. */
int64_t mh_clock_boot(void);
/* This boot of this system and this network namespace (Linux: /proc/sys/kernel/random/boot_id and
 * SO_NETNS_COOKIE, socket(7): the inodes of namespaces are used again). */
void mh_host_incarnation(struct mh_incarnation *incarnation);
/* Fills `bytes` from the system's random source; false when it has none. Any thread. */
bool mh_random(void *bytes, size_t length);

/* Reads a whole file of at most `limit` octets into *text (NUL-terminated, caller frees) and its *length.
 * MH_NOT_FOUND, MH_PERMISSION, MH_LIMIT, MH_IO. */
enum mh_error mh_file_read(const char *path, size_t limit, char **text, size_t *length,
                           struct mh_failure *failure);
/* Durable replace: a temporary file beside `path`, flushed, renamed over it, directory flushed. `mode` as
 * chmod(2). */
enum mh_error mh_file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                              struct mh_failure *failure);
/* Durable rename within a directory, over what has the name `to`. MH_NOT_FOUND, MH_PERMISSION, MH_IO. */
enum mh_error mh_file_rename(const char *from, const char *to, struct mh_failure *failure);
/* Removes the file, durably. MH_OK also when it is not there. */
enum mh_error mh_file_remove(const char *path, struct mh_failure *failure);
/* Where `path` leads: symbolic links in its last component are followed, so that what is written there does
 * not take a link's place. What the last one names need not be there, and links on the way are left to the
 * system. MH_LIMIT: too many links, or too long. */
enum { MH_PATH_SIZE = 4096 };
enum mh_error mh_file_follow(const char *path, char target[MH_PATH_SIZE], struct mh_failure *failure);
/* The permission bits of what is there, as chmod(2). MH_NOT_FOUND. */
enum mh_error mh_file_mode(const char *path, unsigned *mode, struct mh_failure *failure);
/* Makes the directory and those above it, each that was not there with exactly `mode`. MH_OK when it is there
 * already. */
enum mh_error mh_directory_make(const char *path, unsigned mode, struct mh_failure *failure);
/* The same for the directories above `path` only. */
enum mh_error mh_directory_make_above(const char *path, unsigned mode, struct mh_failure *failure);

/* Takes the state directory's lock (flock(2) on PATH/lock) until the process ends. MH_BUSY: another daemon
 * has it; `failure->detail` names its process. */
enum mh_error mh_state_lock(const char *directory, struct mh_failure *failure);
/* Takes this network namespace's name (Linux: the abstract socket @multihomed) until the process ends.
 * MH_BUSY when another daemon has it. Systems without such a thing answer MH_OK. */
enum mh_error mh_namespace_lock(struct mh_failure *failure);

/* A listening socket that the HTTP server takes over. -1 as descriptor on failure.
 * local: a UNIX socket bound under a temporary name, its modes set (0660 and the group, or 0600 when there is
 * no such group: *shared is false then), then renamed over `path`. MH_BUSY when somebody answers there; a
 * stale one is replaced. */
enum mh_error mh_listen_local(const char *path, const char *group, int *descriptor, bool *shared,
                              struct mh_failure *failure);
/* TCP on a loopback address ("127.0.0.1" or "::1") only: MH_INVALID for others. Port 0: any, *port says
 * which. */
enum mh_error mh_listen_loopback(const char *address, uint16_t *port, int *descriptor,
                                 struct mh_failure *failure);
/* Removes the socket's file. */
void mh_unlisten_local(const char *path);

/* Who is at the other end of a local socket (SO_PEERCRED, getpeereid(3)). Any thread. */
struct mh_peer {
    uint32_t uid;
    uint32_t pid; /* 0: not known */
};
enum mh_error mh_peer_of(int descriptor, struct mh_peer *peer);
/* The other end of a TCP connection (getpeername(2)). Any thread. MH_NOT_FOUND: it is no IP socket. */
enum mh_error mh_peer_address(int descriptor, struct mh_address *address, uint16_t *port);
/* The uid this process runs as; 0 on systems without. */
uint32_t mh_own_uid(void);

/* Log lines that do not go to standard error: syslog(3), journald, the event log. level: 0 error .. 3 debug.
 */
void mh_system_log(int level, const char *text);
/* Says that the service is ready (sd_notify(3)); `stopping` that it ends; `progress` that its start, or its
 * end, takes long but gets on (at any other time nothing). Nothing where nobody listens. Any thread. */
void mh_service_ready(void);
void mh_service_progress(void);
void mh_service_stopping(void);
/* What a service manager, or on Windows the console, asks for by other means than signals. */
enum mh_service_control { MH_SERVICE_STOP, MH_SERVICE_RELOAD, MH_SERVICE_RESYNC };
typedef void (*mh_service_tell)(void *context, enum mh_service_control control);
/* From here on `tell` may be called, by any thread; it must not block. What ends the process anyway (on
 * Windows the console's close, logoff, shutdown) waits for it to end by itself, as long as the system lets
 * it. NULL ends that: no call is under way any more when this returns. Nothing where signals do it. */
void mh_service_hear(mh_service_tell tell, void *context);
/* Gives up for good what the service does not need once it has started (OpenBSD: unveil(2), all files but
 * those of `paths` and the devices and programs of the backend). Call it when everything is open. MH_OK on
 * systems without such a thing. */
enum mh_error mh_service_confine(const struct mh_paths *paths, struct mh_failure *failure);
/* Leaves the terminal. Called before threads are made: the parent waits and returns to the shell, with the
 * given status, when mh_service_detached is called in the child. Where a service manager does that: MH_OK in
 * a service, else MH_UNSUPPORTED. */
enum mh_error mh_service_detach(struct mh_failure *failure);
void mh_service_detached(int exit_status);

/* The program, as main knows it. */
struct mh_program {
    int (*run)(int argc, char **argv);    /* what the words ask for; returns how it ended */
    bool (*check)(int argc, char **argv); /* false, after a line on standard error: `run` would refuse them */
    /* Names of options, without "--"; "NAME=TEXT" where the path in the value stands behind TEXT, if that is
     * what it begins with. Ends with NULL. */
    const char *const *options_with_paths;
};
/* program->run, after the first of the words was looked at. On Windows `install`, `uninstall`, `start` and
 * `stop` are carried out here by the service manager, and it starts the service by `run`, which is
 * program->run with the words behind it in a thread of its own. Returns how it ended (core/exit_status.h). */
int mh_program_run(const struct mh_program *program, int argc, char **argv);

#endif
