/* The words of the API for what the model holds as numbers. Any thread. */
#ifndef MH_API_WORDS_H
#define MH_API_WORDS_H

#include "api/json_text.h"
#include "core/snapshot.h"
#include "platform.h"

/* An address with room for "%" and an interface's name. */
enum { MH_ZONED_TEXT_SIZE = MH_ADDRESS_TEXT_SIZE + MH_NAME_SIZE };

/* "192.0.2.1", "fe80::1%eth0": link-local IPv6 addresses have their zone (RFC 4007 section 11). Returns
 * `text`. */
const char *mh_zoned_address(const struct mh_snapshot *snapshot, const struct mh_address *address,
                             uint32_t interface, char text[MH_ZONED_TEXT_SIZE]);
/* The same as a member; null for no address. */
void mh_put_address(struct mh_json *json, const char *name, const struct mh_snapshot *snapshot,
                    const struct mh_address *address, uint32_t interface);
/* "192.0.2.0/24"; null for no prefix. */
void mh_put_prefix(struct mh_json *json, const char *name, const struct mh_prefix *prefix);
/* An interface's name; null for none or one that is not here. */
void mh_put_interface(struct mh_json *json, const char *name, const struct mh_snapshot *snapshot,
                      uint32_t index);
/* A VRF's name, or the number of a domain that is not an interface; null for the default domain. */
void mh_put_domain(struct mh_json *json, const struct mh_snapshot *snapshot, uint32_t domain);
/* "02:00:00:00:00:01"; null for none. */
void mh_put_hardware_address(struct mh_json *json, const uint8_t *bytes, size_t length);

/* Who put an object there: a manager is called by its protocol's name ("bird"). Returns `word` or a static
 * text. */
const char *mh_owner_word(const struct mh_platform *platform, enum mh_owner owner, uint8_t protocol,
                          char word[MH_WORD_SIZE]);

#endif
