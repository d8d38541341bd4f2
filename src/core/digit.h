/* The value of a digit. Pure; any thread. */
#ifndef MH_CORE_DIGIT_H
#define MH_CORE_DIGIT_H

/* 0..15 for 0-9, a-f, A-F; -1 for anything else. */
int mh_hexadecimal_value(char digit);

#endif
