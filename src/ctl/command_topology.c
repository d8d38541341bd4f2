/* multihomectl topology: the service draws, this prints. */
#include "commands.h"
#include "fetch.h"
#include "safe_text.h"

enum mh_exit mh_ctl_topology(struct mh_ctl *ctl)
{
    static const char target[] = "/v1/topology";
    uint32_t given = ctl->options->given;
    if ((given & MH_OPTION_JSON) != 0)
        return mh_fetch_and_print_json(ctl, target);
    const char *accept = (given & MH_OPTION_DOT) != 0   ? "text/vnd.graphviz"
                         : (given & MH_OPTION_SVG) != 0 ? "image/svg+xml"
                                                        : "text/plain";
    struct mh_response response;
    struct mh_text text = {0};
    enum mh_exit status = mh_fetch(ctl, target, accept, &response);
    if (status == MH_EXIT_DONE) {
        if (ctl->screen->terminal)
            mh_safe_add_document(&text, response.body.bytes, response.body.length);
        else
            mh_text_add_bytes(&text, response.body.bytes, response.body.length);
        if (text.length > 0 && text.bytes[text.length - 1] != '\n')
            mh_text_add(&text, "\n");
        status = mh_screen_put(ctl->screen, &text) ? MH_EXIT_DONE : MH_EXIT_FAILED;
    }
    mh_response_clear(&response);
    return status;
}
