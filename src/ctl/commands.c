#include "commands.h"

#include <string.h>

/* Usage, help and completion are all made of these. */
static const struct mh_ctl_command rows[] = {
    {"status", "", 0, 0, NULL, MH_OPTION_JSON, false, "what this host is and does, in five lines",
     "Says which host and service answers, the host's scenario for IPv4 and IPv6, how many routes there are "
     "and where the default ones lead, and how fresh this knowledge is.",
     mh_ctl_status},
    {"scenario", "", 0, 0, NULL, MH_OPTION_JSON, false, "the RFC 1122 multihoming scenario, explained",
     "Names the scenarios of RFC 1122 section 3.3.4.1 that this host is in, for each address family, with "
     "the addresses that make them and the evidence for it. Several can hold at once.",
     mh_ctl_scenario},
    {"interfaces", "[NAME]", 0, 1, "@interface", MH_OPTION_JSON | MH_OPTION_NAMES, false,
     "the network interfaces, or everything about one",
     "Lists the interfaces with kind, role, state and addresses. The role says whether an interface counts "
     "for the scenario: external ones do, internal ones do not. NAME is an interface's name, or index:N.",
     mh_ctl_interfaces},
    {"addresses", "", 0, 0, NULL, MH_OPTION_JSON | MH_OPTION_INTERFACE | MH_OPTIONS_FAMILY | MH_OPTION_OWNER,
     false, "the addresses of the interfaces",
     "Lists the IP addresses with prefix length, scope, who put them there, and flags such as deprecated or "
     "tentative.",
     mh_ctl_addresses},
    {"routes", "", 0, 0, NULL,
     MH_OPTION_JSON | MH_OPTION_INTERFACE | MH_OPTIONS_FAMILY | MH_OPTION_TABLE | MH_OPTION_OWNER, false,
     "the routes of all tables",
     "Lists the routes with next hops, metric, table, who put them there, and preferred source address. A "
     "route with several next hops takes a line for each.",
     mh_ctl_routes},
    {"explain", "DESTINATION...", 1, MH_CTL_ARGUMENTS_MAX, NULL,
     MH_OPTION_JSON | MH_OPTION_FROM | MH_OPTION_INTERFACE | MH_OPTION_MARK | MH_OPTION_PROTOCOL, false,
     "where a packet goes, from which source, and why",
     "Tells which source address, interface and next hop a packet to DESTINATION gets, the policy rule and "
     "the route that led there, the numbered rule that chose the source, and the one that dropped each other "
     "address; what RFC 6724 advises, where that differs; and what the kernel itself says. DESTINATION is an "
     "address; a link-local one has its interface behind it (fe80::1%eth0). Several, such as the addresses "
     "that a name has, are put in the order in which RFC 6724 tries them, each with the rule that puts it "
     "before the next.",
     mh_ctl_explain},
    {"path", "REMOTE LOCAL INTERFACE", 3, 3, "@interface",
     MH_OPTION_JSON | MH_OPTION_PROTOCOL | MH_OPTION_REMOTE_PORT | MH_OPTION_LOCAL_PORT | MH_OPTION_MARK,
     false, "where a reply leaves, and what drops it",
     "A packet from REMOTE to LOCAL came in on INTERFACE: tells where the reply of a TCP connection, of a "
     "UDP "
     "socket bound to LOCAL and of one on the wildcard address leaves, whether that is by another interface, "
     "what would drop the request or the reply (reverse path filter, strong host receive, packet filter, no "
     "route), which setting cures it, and whether the kernel agrees. --protocol is tcp or udp; --mark is the "
     "mark of the socket that replies.",
     mh_ctl_path},
    {"host-model", "", 0, 0, NULL, MH_OPTION_JSON | MH_OPTION_INTERFACE | MH_OPTIONS_FAMILY, false,
     "weak or strong: which packets are taken, and where they leave",
     "For each interface and family: whether packets to the host's other addresses are taken there "
     "(receive), where "
     "packets from its addresses leave (send), and what is asked of a packet's source (reverse path); what "
     "is wanted, "
     "what is in effect, and what decides.",
     mh_ctl_host_model},
    {"arp", "", 0, 0, NULL, MH_OPTION_JSON | MH_OPTION_INTERFACE | MH_OPTIONS_FAMILY, false,
     "which ARP requests are answered, and how ARP asks",
     "For each interface: which requests are answered (reply), which address asks (announce), whether only "
     "those are "
     "answered that the reply would reach from here (filter), and whether for others too (proxy); what is "
     "wanted, and "
     "what is in effect.",
     mh_ctl_arp},
    {"events", "", 0, 0, NULL, MH_OPTION_JSON | MH_OPTION_SINCE, false, "follow what changes",
     "Prints a line for each change until it is interrupted. With --json it prints the events as they come, "
     "one JSON object a line.",
     mh_ctl_events},
    {"topology", "", 0, 0, NULL, MH_OPTION_JSON | MH_OPTION_DOT | MH_OPTION_SVG, false,
     "a picture of interfaces, links and gateways",
     "Draws the host, its interfaces, the links they are on, and the gateways there: as text, as a graph for "
     "dot(1), or as SVG.",
     mh_ctl_topology},
    {"plan", "[FILE]", 0, 1, "@file", MH_OPTION_JSON | MH_OPTION_STRICT, false,
     "what would be done to this host, and what it means",
     "Shows the commands that would bring the host to what FILE says, by the member of the configuration "
     "that "
     "wants them, what has to wait or is not supported, and what it does to scenario, addresses and default "
     "gateways. Without FILE: what is missing now of the configuration that holds. FILE is a configuration; "
     "- "
     "is standard input.",
     mh_ctl_plan},
    {"apply", "FILE", 1, 1, "@file", MH_OPTION_JSON | MH_OPTION_CONFIRM | MH_OPTION_STRICT | MH_OPTION_YES,
     false, "make a configuration hold",
     "Makes FILE the configuration: all of it, or nothing; - is standard input. On a terminal the plan is "
     "shown first, and asked "
     "about. With --confirm the change is taken back after that time unless it is confirmed: by Enter, or by "
     "`multihomectl confirm` in another session, which proves that one can still get in.",
     mh_ctl_apply},
    {"confirm", "[ID]", 0, 1, NULL, MH_OPTION_JSON, false, "keep what was applied with --confirm",
     "Keeps the change that waits to be confirmed. It needs the token that `apply` has kept for you.",
     mh_ctl_confirm},
    {"revert", "[ID]", 0, 1, NULL, MH_OPTION_JSON, false, "take back what was applied with --confirm",
     "Takes the change back that waits to be confirmed.", mh_ctl_revert},
    {"reload", "", 0, 0, NULL, MH_OPTION_JSON, false, "read the service's configuration file, and apply it",
     "The service reads its configuration file anew and applies the difference, or refuses it whole.",
     mh_ctl_reload},
    {"transactions", "[ID]", 0, 1, NULL, MH_OPTION_JSON, false, "what was applied, and what came of it",
     "Lists the changes with their state: pending, confirmed, reverted or failed. With ID: one with its "
     "commands.",
     mh_ctl_transactions},
    {"config", "[MEMBER]", 0, 3, "set unset", MH_OPTION_JSON | MH_OPTION_CONFIRM | MH_OPTION_STRICT, false,
     "the configuration, or a member of it",
     "Prints the configuration that holds, or the member at a path such as uplinks/isp1. In a name, ~1 "
     "stands "
     "for / and ~0 for ~. `set` gives a member a value, `unset` takes it out; both act at once.\n"
     "  multihomectl config set MEMBER JSON\n  multihomectl config unset MEMBER\n"
     "For example: multihomectl config set arp/reply '\"interface\"'",
     mh_ctl_config},
    {"completion", "bash|zsh|fish", 1, 1, "bash zsh fish", 0, true, "print a completion script for a shell",
     "bash: multihomectl completion bash > /etc/bash_completion.d/multihomectl\nzsh:  multihomectl "
     "completion zsh > \"${fpath[1]}/_multihomectl\"\nfish: multihomectl completion fish > "
     "~/.config/fish/completions/multihomectl.fish",
     mh_ctl_completion},
    {"help", "[COMMAND]", 0, 1, "@command", 0, true, "this help, or a command's",
     "Without COMMAND: the list of commands and options.", mh_ctl_help},
    {NULL, NULL, 0, 0, NULL, 0, false, NULL, NULL, NULL},
};

const struct mh_ctl_command *mh_ctl_commands(void)
{
    return rows;
}

const struct mh_ctl_command *mh_ctl_command_find(const char *name)
{
    for (const struct mh_ctl_command *row = mh_ctl_commands(); row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}
