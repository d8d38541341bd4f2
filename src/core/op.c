/* Words of the op vocabulary. */
#include "core/op.h"

const char *mh_op_word(enum mh_op_kind kind)
{
    static const char *const words[] = {
#define MH_OP_WORD(name, word) [MH_OP_##name] = word,
        MH_OP_TABLE(MH_OP_WORD)
#undef MH_OP_WORD
    };
    return (unsigned)kind < MH_OP_KIND_COUNT ? words[kind] : "unknown";
}
