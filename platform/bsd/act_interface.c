/* What requests of ioctl(2) need: the interface's name, and whether it has an address, since the system does
 * not look at that: SIOCAIFADDR alters an address that is there. */
#include "act.h"
#include "rtmsg_encode.h"

#include <stdlib.h>
#include <string.h>

enum { BSD_ENXIO = 6, BSD_ENOBUFS = 55 };

/* ---- looking --------------------------------------------------------------------------------------- */

struct search {
    uint32_t index;
    const struct mh_interface_address *address;
    struct mh_bsd_sight *sight;
    bool found;
};

static enum mh_error take(void *context, const struct mh_fact *fact)
{
    struct search *search = context;
    if (fact->section == MH_SECTION_INTERFACES && fact->of.interface->index == search->index) {
        search->sight->interface = *fact->of.interface;
        search->found = true;
    }
    if (fact->section != MH_SECTION_ADDRESSES || fact->of.address->interface != search->index)
        return MH_OK;
    const struct mh_interface_address *there = fact->of.address;
    if (mh_address_equal(&there->address, &search->address->address))
        search->sight->has_address = true;
    if (mh_interface_address_same(there, search->address))
        search->sight->has_same = true;
    return MH_OK;
}

enum mh_error mh_bsd_feed_interfaces(struct mh_bsd *host, bool addresses, const struct mh_feed *feed,
                                     struct mh_failure *failure)
{
    const struct mh_rt_numbers *known = host->layout->numbers;
    uint8_t what = known->long_interfaces != 0 ? known->long_interfaces : known->interfaces;
    const int32_t numbers[] = {MH_BSD_CTL_NET, known->pf_route, 0, 0, what, 0};
    struct mh_rt_answer answer = {.layout = host->layout, .long_records = known->long_interfaces != 0};
    uint8_t *bytes;
    enum mh_error code = mh_calls_read_table(host->calls, numbers, 6, &bytes, &answer.length, failure);
    if (code != MH_OK)
        return code;
    answer.bytes = bytes;
    code = mh_rt_feed_interfaces(&answer, feed, failure);
    if (code == MH_OK && addresses)
        code = mh_rt_feed_addresses(&answer, feed, failure);
    free(bytes);
    return code;
}

enum mh_error mh_bsd_look_at(struct mh_bsd *host, uint32_t index, const struct mh_interface_address *address,
                             struct mh_bsd_sight *sight, struct mh_failure *failure)
{
    struct search search = {.index = index, .address = address, .sight = sight};
    const struct mh_feed feed = {.context = &search, .fact = take};
    *sight = (struct mh_bsd_sight){.has_address = false};
    enum mh_error code = mh_bsd_feed_interfaces(host, address != NULL, &feed, failure);
    if (code == MH_OK && !search.found)
        return mh_bsd_fail(failure, BSD_ENXIO, "there is no interface %u", index);
    return code;
}

/* ---- requests -------------------------------------------------------------------------------------- */

void mh_bsd_put_name(uint8_t *structure, const struct mh_interface *interface)
{
    memcpy(structure, interface->name, strnlen(interface->name, MH_RT_NAME_SIZE - 1));
}

void mh_bsd_put_address(const struct mh_bsd *host, uint8_t *structure, size_t offset,
                        const struct mh_address *address, uint32_t zone)
{
    struct mh_rt_sockaddr sockaddr = mh_rt_sockaddr_of(host->layout, address, zone);
    mh_rt_encode_sockaddr(host->layout, &sockaddr, structure + offset);
}

static enum mh_error refused(enum mh_error code, const struct mh_failure *why, const struct mh_op *op,
                             struct mh_failure *failure)
{
    if (why->native_code == 0)
        return mh_fail(failure, code, "%s: %.240s", mh_op_word(op->kind), why->detail);
    code = mh_bsd_fail(failure, why->native_code, "the kernel refused %s", mh_op_word(op->kind));
    if (why->native_code != BSD_ENOBUFS) /* elsewhere it means that messages were lost */
        return code;
    if (failure != NULL)
        failure->code = MH_NO_MEMORY;
    return MH_NO_MEMORY;
}

enum mh_error mh_bsd_ioctl(struct mh_bsd *host, uint8_t family, enum mh_ioctl_kind kind, uint8_t *structure,
                           const struct mh_op *op, struct mh_failure *failure)
{
    const struct mh_ioctl_request *request = mh_ioctl_request_of(host->layout, kind);
    const struct mh_call_ioctl call = {
        .request = request->number, .data = structure, .length = request->size};
    const struct mh_calls_table *table = host->calls->table;
    struct mh_failure own = {0};
    int descriptor;
    if (request->name == NULL)
        return mh_fail(failure, MH_UNSUPPORTED, "this system does not know %s", mh_op_word(op->kind));
    enum mh_error code = table->socket(host->calls, family, MH_BSD_SOCK_DGRAM, 0, &descriptor, failure);
    if (code != MH_OK)
        return code;
    code = table->ioctl(host->calls, descriptor, &call, &own);
    (void)table->close(host->calls, descriptor, NULL);
    return code == MH_OK ? MH_OK : refused(code, &own, op, failure);
}
