#include "linux.h"

/* Reading comes before changing: until the second is there nothing is promised. */
#define NOT_YET(intent)                                                                                      \
    {                                                                                                        \
        intent, MH_FAMILY_NONE, MH_NOT_SUPPORTED,                                                            \
            "This version observes; the configuration does not act yet."                                     \
    }

const struct mh_capability mh_linux_capabilities[] = {
    NOT_YET("host_model.receive"),
    NOT_YET("host_model.send"),
    NOT_YET("source_routing"),
    NOT_YET("source_preferences"),
    NOT_YET("arp.reply"),
    NOT_YET("arp.announce"),
    NOT_YET("arp.filter"),
    NOT_YET("arp.proxy"),
    NOT_YET("reverse_path"),
    NOT_YET("address_policy"),
    NOT_YET("addresses"),
    NOT_YET("routes"),
    NOT_YET("uplinks"),
    NOT_YET("rules"),
    NOT_YET("sharing"),
    NOT_YET("interfaces.metric"),
    {0},
};
