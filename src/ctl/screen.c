#define _DEFAULT_SOURCE /* libuv's header needs more than C11 */
#include "screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { STANDARD_OUTPUT = 1, DEFAULT_WIDTH = 80, NARROWEST = 20, WIDEST = 10000 };

static bool environment_says(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static size_t width_of_environment(void)
{
    const char *value = getenv("COLUMNS");
    if (value == NULL || value[0] < '0' || value[0] > '9')
        return 0;
    char *end;
    unsigned long width = strtoul(value, &end, 10);
    return *end == '\0' && width >= NARROWEST && width <= WIDEST ? (size_t)width : 0;
}

/* libuv asks the terminal, so that no system's header is needed here. */
static size_t width_of_terminal(void)
{
    uv_loop_t loop;
    uv_tty_t terminal;
    int width = 0, height = 0;
    if (uv_loop_init(&loop) != 0)
        return DEFAULT_WIDTH;
    if (uv_tty_init(&loop, &terminal, STANDARD_OUTPUT, 0) == 0) {
        if (uv_tty_get_winsize(&terminal, &width, &height) != 0)
            width = 0;
        uv_close((uv_handle_t *)&terminal, NULL);
    }
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return width >= NARROWEST && width <= WIDEST ? (size_t)width : DEFAULT_WIDTH;
}

void mh_screen_init(struct mh_screen *screen)
{
    const char *kind = getenv("TERM");
    *screen = (struct mh_screen){.terminal = uv_guess_handle(STANDARD_OUTPUT) == UV_TTY};
    if (!screen->terminal)
        return;
    screen->colour = !environment_says("NO_COLOR") && kind != NULL && strcmp(kind, "dumb") != 0;
    screen->width = width_of_environment();
    if (screen->width == 0)
        screen->width = width_of_terminal();
}

void mh_screen_fail(struct mh_screen *screen)
{
    if (screen->error == 0)
        screen->error = errno != 0 ? errno : EIO;
}

bool mh_screen_write(struct mh_screen *screen, const char *bytes, size_t length)
{
    if (screen->error != 0)
        return false;
    errno = 0;
    if (length > 0 && fwrite(bytes, 1, length, stdout) != length)
        mh_screen_fail(screen);
    return screen->error == 0;
}

bool mh_screen_put(struct mh_screen *screen, struct mh_text *text)
{
    if (text->failed && screen->error == 0)
        screen->error = ENOMEM;
    bool good = mh_screen_write(screen, text->bytes, text->length);
    mh_text_clear(text);
    return good;
}

int mh_screen_finish(struct mh_screen *screen)
{
    errno = 0;
    if (fflush(stdout) != 0)
        mh_screen_fail(screen);
    if (screen->error == 0)
        return 0;
    if (screen->error != EPIPE)
        (void)fprintf(stderr, "multihomectl: cannot write the output: %s\n", strerror(screen->error));
    return 1;
}

static const char *style_parameters(enum mh_style style)
{
    static const char *const parameters[] = {
#define STYLE_PARAMETERS(name, text) text,
        MH_STYLE_TABLE(STYLE_PARAMETERS)
#undef STYLE_PARAMETERS
    };
    return parameters[style];
}

void mh_style_begin(const struct mh_screen *screen, struct mh_text *text, enum mh_style style)
{
    if (screen->colour && style != MH_STYLE_PLAIN)
        mh_text_format(text, "\033[%sm", style_parameters(style));
}

void mh_style_end(const struct mh_screen *screen, struct mh_text *text, enum mh_style style)
{
    if (screen->colour && style != MH_STYLE_PLAIN)
        mh_text_add(text, "\033[0m");
}
