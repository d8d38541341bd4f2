/* The intents besides addresses, for backends that say the same of all of them. */
#ifndef MH_COMMON_CAPABILITY_INTENTS_H
#define MH_COMMON_CAPABILITY_INTENTS_H

/* X(intent) makes a row of struct mh_capability. */
#define MH_INTENTS_BESIDES_ADDRESSES(X)                                                                      \
    X("routes"), X("uplinks"), X("rules"), X("interfaces.metric"), X("arp.reply"), X("arp.announce"),        \
        X("arp.filter"), X("arp.proxy"), X("reverse_path"), X("host_model.receive"), X("host_model.send"),   \
        X("source_routing"), X("source_preferences"), X("sharing"), X("address_policy")

#endif
