#include "api/objects.h"

static void put_natives(struct mh_json *json, const struct mh_aspect *aspect)
{
    mh_json_put_open(json, "native", '[');
    for (size_t i = 0; i < aspect->native_count; i++) {
        const struct mh_native_value *value = &aspect->natives[i];
        mh_json_open(json, '{');
        mh_json_put_string(json, "key", value->key);
        if (value->text != NULL)
            mh_json_put_string(json, "value", value->text);
        else
            mh_json_put_integer(json, "value", value->number);
        mh_json_close(json, '}');
    }
    mh_json_close(json, ']');
}

/* A word, or for a switch true and false. */
static void put_word(struct mh_json *json, const char *name, const char *word, bool is_switch)
{
    if (!is_switch || word == NULL || (word[0] != 't' && word[0] != 'f'))
        mh_json_put_string(json, name, word);
    else
        mh_json_put_boolean(json, name, word[0] == 't');
}

void mh_put_aspect(struct mh_json *json, const char *name, const struct mh_aspect *aspect, bool is_switch)
{
    int agrees = mh_aspect_agrees(aspect);
    mh_json_put_open(json, name, '{');
    put_word(json, "desired", aspect->desired, is_switch);
    put_word(json, "effective", aspect->effective, is_switch);
    if (agrees < 0)
        mh_json_put_null(json, "agrees");
    else
        mh_json_put_boolean(json, "agrees", agrees != 0);
    mh_json_put_string(json, "reason", aspect->reason);
    mh_json_put_open(json, "evidence", '[');
    for (size_t i = 0; i < aspect->evidence_count; i++)
        mh_json_string(json, aspect->evidence[i]);
    mh_json_close(json, ']');
    put_natives(json, aspect);
    mh_json_close(json, '}');
}
