/*
 * Upload sessions. The default is the sequence that most clients send and every registry accepts:
 * POST, one PATCH of the whole blob with its length, PUT. Bytes are never sent twice in a session:
 * it is asked for its offset, or cancelled and replaced by a new one.
 */
#include "upload.h"
#include "answer.h"
#include "send.h"

#include <string.h>
#include <strings.h>

/* Up to this many bytes may be sent in vain in all allowed attempts. Beyond that, a blob that was
 * refused after it was sent completely is sent once more, and a transfer may break three times. */
#define MAX_VAIN_BYTES  ((uint64_t) 16 << 20)
#define MAX_VAIN_BREAKS 3

static enum fp_code upload_once(struct fp_upload *upload, struct fp_error *err)
{
    upload->again = upload->changed_mode = false;
    fp_http_response_clear(&upload->asked);
    if (upload->location == NULL)
        FP_TRY(fp_upload_start(upload, err));
    return fp_upload_send(upload, err);
}

/* Whether the blob exists after all: only the answer was lost, or another push was faster. */
static bool has_arrived(struct fp_upload *upload)
{
    bool exists = false;
    struct fp_error ignored = {0};
    if (fp_registry_asks_for_pause(&upload->asked) ||
        fp_registry_is_doubted(upload->registry, &upload->descriptor->digest))
        return false;
    return fp_registry_has_blob(upload->registry, upload->descriptor, &exists, &ignored) == FP_OK &&
           exists;
}

static bool may_send_more(const struct fp_upload *upload)
{
    bool was_refused = upload->asked.status != 0;
    uint64_t most =
        was_refused ? upload->descriptor->size : upload->descriptor->size * MAX_VAIN_BREAKS;
    return upload->sent_bytes <= (most > MAX_VAIN_BYTES ? most : MAX_VAIN_BYTES);
}

enum fp_code fp_upload_run(struct fp_upload *upload, struct fp_error *err)
{
    int changes = 0;
    for (int attempt = 1;;) {
        enum fp_code code = upload_once(upload, err);
        if (code == FP_OK)
            return FP_OK;
        if (code == FP_E_INTERRUPTED || !upload->again) {
            fp_upload_cancel(upload);
            return code;
        }
        fp_upload_forget(upload);
        fp_upload_show(upload, 0);
        if (upload->changed_mode && changes++ < 8) {
            upload->sent_bytes = 0;
            continue;
        }
        if (has_arrived(upload)) {
            fp_upload_show(upload, upload->descriptor->size);
            return FP_OK;
        }
        if (attempt >= fp_http_max_attempts(upload->registry->options.http, err) ||
            !may_send_more(upload))
            return attempt > 1 ? fp_context(code, err, "%d uploads", attempt) : code;
        fp_report(upload->registry->options.reporter, FP_EVENT_DEBUG, "%s; a new upload",
                  err->text);
        FP_TRY(fp_http_pause(upload->registry->options.http, &upload->asked, attempt++, err));
    }
}
