/* The entry point. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command.h"
#include "progress.h"

static bool is_over;

/* Report that memory is exhausted. Only the cleanup of temporary files may need any. */
static void tell_out_of_memory(void)
{
#define HINT "allow it more: 64 MiB are enough, or less with --threads 1"
    static const char text[] = "flinkpack: error: out of memory\n  try: " HINT "\n";
    static const char json[] = "{\"event\":\"error\",\"status\":9,\"text\":\"out of memory\","
                               "\"hint\":\"" HINT "\"}\n";
    static bool is_told;
    const char *words = fp_progress_is_json() ? json : text;
    if (!is_told) {
        is_told = true;
        (void) !write(STDERR_FILENO, words, strlen(words));
        fp_temp_remove_all();
    }
    _exit(FP_E_IO);
}

/* libarchive calls exit() if there is no memory for a name. Nothing else calls it before main()
 * has finished. */
static void at_exit(void)
{
    if (!is_over)
        fp_out_of_memory();
}

/* Memory holds passwords and keys, so core dumps and other processes must not expose it. */
static void keep_memory_private(void)
{
    const struct rlimit none = {0, 0};
    (void) setrlimit(RLIMIT_CORE, &none);
    (void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    (void) argc;
    /* librnp, if it is loaded later, tells its own messages unless this says otherwise; no thread
     * reads the environment yet. */
    (void) setenv("RNP_LOG_CONSOLE", "0", 0);
    keep_memory_private();
    fp_memory_guard(tell_out_of_memory);
    (void) atexit(at_exit);
    static struct fp_cancel root;
    (void) fp_cancel_enter(&root);
    fp_signals_install(&root);
    int status = fp_cli_main(argv, environ);
    fp_temp_remove_all();
    is_over = true;
    return status;
}
