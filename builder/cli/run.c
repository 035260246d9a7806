/* What a run of a command has to say on standard output. */
#include "command.h"
#include "format.h"

void fp_run_put_json(struct fp_run *run, const json_t *value)
{
    cleanup_free char *text = fp_json_pretty(value);
    cleanup_free char *shown = fp_json_printable(text);
    run->is_document = true;
    fp_buf_putf(&run->out, "%s\n", shown);
}

void fp_run_result(struct fp_run *run, const char *name, const struct fp_digest *digest)
{
    if (run->result_name != NULL)
        return;
    run->result_name = fp_xstrdup(name);
    run->result_digest = *digest;
    fp_buf_putf(&run->out, "%s@%s\n", name, digest->text);
}
