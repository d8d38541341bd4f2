/* The lists of a prediction and the index of what is in them, changed together. Private to prediction*.c. */
#ifndef MH_CORE_PREDICTION_INDEX_H
#define MH_CORE_PREDICTION_INDEX_H

#include "core/prediction.h"

/* Of the lists as they are; false when out of memory. */
bool mh_prediction_index_make(struct mh_prediction *prediction);
void mh_prediction_index_free(struct mh_prediction *prediction);

/* False: surely not. */
bool mh_predicted_has_secondary(const struct mh_prediction *prediction,
                                const struct mh_interface_address *primary);
bool mh_predicted_uses_source(const struct mh_prediction *prediction, const struct mh_address *source);

/* As mh_list_insert, mh_list_replace and mh_list_remove. */
bool mh_prediction_insert_address(struct mh_prediction *prediction, size_t position,
                                  const struct mh_interface_address *address);
bool mh_prediction_replace_address(struct mh_prediction *prediction, size_t position,
                                   const struct mh_interface_address *address);
bool mh_prediction_remove_address(struct mh_prediction *prediction, size_t position);
bool mh_prediction_insert_route(struct mh_prediction *prediction, size_t position,
                                const struct mh_route *route);
bool mh_prediction_replace_route(struct mh_prediction *prediction, size_t position,
                                 const struct mh_route *route);
bool mh_prediction_remove_route(struct mh_prediction *prediction, size_t position);
bool mh_prediction_insert_rule(struct mh_prediction *prediction, size_t position, const struct mh_rule *rule);
bool mh_prediction_remove_rule(struct mh_prediction *prediction, size_t position);

#endif
