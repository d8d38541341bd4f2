/* The commands, in the order in which help shows them. */
#ifndef MH_CTL_COMMANDS_H
#define MH_CTL_COMMANDS_H

#include "ctl.h"

struct mh_ctl_command {
    const char *name;
    const char *arguments; /* "[NAME]", or "" */
    size_t least, most;    /* how many arguments */
    const char *values;    /* of the argument, for completion: as in mh_ctl_option_row */
    uint32_t options;      /* enum mh_ctl_option, beside MH_OPTIONS_COMMON */
    bool offline;          /* does not speak to the service */
    const char *summary;   /* a line */
    const char *help;      /* a paragraph */
    enum mh_exit (*run)(struct mh_ctl *ctl);
};

/* Ends with a row whose name is NULL; static. */
const struct mh_ctl_command *mh_ctl_commands(void);
/* NULL when there is none. */
const struct mh_ctl_command *mh_ctl_command_find(const char *name);

/* Each prints to ctl->screen and complains on standard error. */
enum mh_exit mh_ctl_status(struct mh_ctl *ctl);
enum mh_exit mh_ctl_scenario(struct mh_ctl *ctl);
enum mh_exit mh_ctl_interfaces(struct mh_ctl *ctl);
enum mh_exit mh_ctl_addresses(struct mh_ctl *ctl);
enum mh_exit mh_ctl_routes(struct mh_ctl *ctl);
enum mh_exit mh_ctl_explain(struct mh_ctl *ctl);
enum mh_exit mh_ctl_path(struct mh_ctl *ctl);
enum mh_exit mh_ctl_host_model(struct mh_ctl *ctl);
enum mh_exit mh_ctl_arp(struct mh_ctl *ctl);
enum mh_exit mh_ctl_events(struct mh_ctl *ctl);
enum mh_exit mh_ctl_topology(struct mh_ctl *ctl);
enum mh_exit mh_ctl_plan(struct mh_ctl *ctl);
enum mh_exit mh_ctl_apply(struct mh_ctl *ctl);
enum mh_exit mh_ctl_confirm(struct mh_ctl *ctl);
enum mh_exit mh_ctl_revert(struct mh_ctl *ctl);
enum mh_exit mh_ctl_reload(struct mh_ctl *ctl);
enum mh_exit mh_ctl_transactions(struct mh_ctl *ctl);
enum mh_exit mh_ctl_config(struct mh_ctl *ctl);
enum mh_exit mh_ctl_completion(struct mh_ctl *ctl);
enum mh_exit mh_ctl_help(struct mh_ctl *ctl);

/* The help of one command; NULL: the whole program's. */
void mh_ctl_print_help(struct mh_screen *screen, const struct mh_ctl_command *command);

#endif
