/* Reads the numbers of accounts and groups: NAME:x:ID:... in passwd and in group. */
#include "installer.h"

#include <string.h>

static void read_line(json_t *accounts, const char *line, size_t len)
{
    cleanup_free char *text = fp_xstrndup(line, len);
    char *password = strchr(text, ':');
    char *id = password != NULL ? strchr(password + 1, ':') : NULL;
    uint64_t number = 0;
    if (id == NULL)
        return;
    *password = '\0';
    id++;
    id[strcspn(id, ":\r")] = '\0';
    /* If several lines have the same name, the first one counts. */
    if (fp_apk_number(id, &number) && number <= UINT32_MAX &&
        json_object_get(accounts, text) == NULL)
        fp_json_set(accounts, text, json_integer((json_int_t) number));
}

json_t *fp_owners_read(const char *accounts)
{
    json_t *found = json_object();
    for (const char *line = accounts; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        read_line(found, line, (size_t) (end - line));
        line = *end != '\0' ? end + 1 : end;
    }
    return found;
}

uint64_t fp_owner_id(const json_t *accounts, const char *name, uint64_t fallback)
{
    const json_t *number = name != NULL && *name != '\0' ? json_object_get(accounts, name) : NULL;
    return number != NULL ? (uint64_t) json_integer_value(number) : fallback;
}
