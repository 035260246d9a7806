#include <unistd.h>

#include "command.h"

int main(int argc, char **argv)
{
    (void) argc;
    fp_interrupt_install();
    int status = fp_cli_main(argv, environ);
    fp_temp_remove_all();
    return status;
}
