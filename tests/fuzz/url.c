/* Resolves, compares and shows a URL from a server (Location, realm). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char base[] = "https://registry.example.com:5000/v2/a/blobs/uploads/?x=1";
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_free char *shown = fp_url_display(text);
    cleanup_free char *escaped = fp_url_escape(text);
    cleanup_free char *resolved = NULL;
    struct fp_error err = {0};
    if (strchr(shown, '?') != NULL || strpbrk(escaped, " /?&#\r\n") != NULL)
        abort();
    if (fp_url_resolve(base, text, &resolved, &err) != FP_OK)
        return 0;
    /* An accepted URL can be sent, contains no credentials, and has a scheme of HTTP. */
    cleanup_free char *authority =
        fp_xstrndup(strstr(resolved, "://") + 3, strcspn(strstr(resolved, "://") + 3, "/?#"));
    if (strchr(authority, '@') != NULL || strpbrk(resolved, "\r\n#") != NULL)
        abort();
    if (strncmp(resolved, "http://", 7) != 0 && strncmp(resolved, "https://", 8) != 0)
        abort();
    return 0;
}
