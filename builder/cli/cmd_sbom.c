/* sbom: writes what is inside an image, with what belongs to what. */
#include <string.h>

#include "session.h"

enum fp_code fp_run_sbom(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found image = {0};
    cleanup_json json_t *sbom = NULL;
    enum fp_sbom_format format = FP_SBOM_CYCLONEDX;
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(fp_session_find(&session, run->operands.items[0], FP_FIND_STORE_FIRST, &image, err));
    if (run->args.format != NULL)
        (void) fp_sbom_format_parse(run->args.format, &format);
    FP_TRY(fp_sbom_run(image.repo, &image.root, image.title, session.only, format, &session.context,
                       &sbom, err));
    fp_run_put_json(run, sbom);
    return FP_OK;
}
