/**
 * @file
 * Functions that flinkpack does not call. Force-included into every source file of builder/.
 */
#ifndef FLINKPACK_BANNED_H
#define FLINKPACK_BANNED_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atoll gmtime
#pragma GCC poison localtime asctime ctime mktemp tmpnam tempnam gets system popen
/* What comes out depends on no locale. */
#pragma GCC poison setlocale newlocale uselocale strcoll strxfrm

#endif
