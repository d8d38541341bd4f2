/* Proxy entries (ip-neighbour(8)) in a prediction. Private to prediction*.c. */
#ifndef MH_CORE_PREDICTION_PROXY_H
#define MH_CORE_PREDICTION_PROXY_H

#include "core/prediction.h"

/* As mh_prediction_apply says. */
enum mh_error mh_predict_proxy_add(struct mh_prediction *prediction, const struct mh_neighbor *proxy);
enum mh_error mh_predict_proxy_delete(struct mh_prediction *prediction, const struct mh_neighbor *proxy);

/* The last IPv4 address of the interface has gone, and what it knew of IPv4 neighbours with it, proxy entries
 * and permanent ones among them (net/ipv4/arp.c, arp_ifdown). False when out of memory. */
bool mh_predict_neighbors_gone(struct mh_prediction *prediction, uint32_t interface);

#endif
