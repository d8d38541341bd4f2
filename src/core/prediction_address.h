/* Addresses that come and go in a prediction, with what they take along. Private to prediction.c. */
#ifndef MH_CORE_PREDICTION_ADDRESS_H
#define MH_CORE_PREDICTION_ADDRESS_H

#include "core/prediction.h"

/* As mh_prediction_apply says. */
enum mh_error mh_predict_address_add(struct mh_prediction *prediction,
                                     const struct mh_interface_address *address);
enum mh_error mh_predict_address_delete(struct mh_prediction *prediction,
                                        const struct mh_interface_address *address);
enum mh_error mh_predict_address_flags(struct mh_prediction *prediction,
                                       const struct mh_interface_address *address);

#endif
