/* Adds the user and group of an image to the base's account files. */
#include "internal.h"

#include <string.h>

#define SECONDS_A_DAY 86400

/* A base without any accounts gets the same root account as in distroless images. */
#define MINIMAL_PASSWD "root:x:0:0:root:/root:/sbin/nologin\n"
#define MINIMAL_GROUP  "root:x:0:\n"

/* Groups below this gid belong to the system (root, users), and an account may join them. */
#define FIRST_FREE_GID 1000

/* The values that useradd and adduser write, so that lines equal those of the base's own tools. */
struct convention {
    const char *gecos;
    const char *shell;
    bool lists_member; /* adduser -G puts the name into its own group's list */
    const char *shadow_tail;
};
static const struct convention debian = {"", "/bin/sh", false, "::::::"};
static const struct convention alpine = {"Linux User,,,", "/sbin/nologin", true, ":0:99999:7:::"};

static const struct convention *convention_of(const struct fp_base_facts *facts)
{
    return facts->os_id != NULL && strcmp(facts->os_id, "alpine") == 0 ? &alpine : &debian;
}

/* Checks every line, because some programs would find a second line of the same name. */
static enum fp_code check_passwd(const char *text, const struct fp_account *account,
                                 bool *ret_exists, struct fp_error *err)
{
    struct account_line line = {0};
    while (fp_account_line_next(&text, true, &line)) {
        bool same_name = fp_account_line_is(&line, account->name);
        if (same_name && (line.id != account->uid || line.group != account->gid))
            return fp_fail(err, FP_E_INPUT,
                           "base: /etc/passwd has the account '%s' with %u:%u, and %u:%u is wanted",
                           account->name, line.id, line.group, account->uid, account->gid);
        if (!same_name && line.id == account->uid)
            return fp_fail(err, FP_E_INPUT,
                           "base: /etc/passwd gives the uid %u to '%.*s', and '%s' wants it",
                           account->uid, (int) line.name_len, line.name, account->name);
        *ret_exists = *ret_exists || same_name;
    }
    return FP_OK;
}

static enum fp_code check_group(const char *text, const struct fp_account *account,
                                bool *ret_exists, struct fp_error *err)
{
    struct account_line line = {0};
    struct account_line taken = {0}; /* a group with the account's name and another gid */
    bool may_join = account->gid < FIRST_FREE_GID;
    while (fp_account_line_next(&text, false, &line)) {
        bool same_name = fp_account_line_is(&line, account->name);
        if (!same_name && line.id == account->gid && !may_join)
            return fp_fail(err, FP_E_INPUT,
                           "base: /etc/group gives the gid %u to '%.*s', and '%s' wants it",
                           account->gid, (int) line.name_len, line.name, account->name);
        if (same_name && line.id != account->gid)
            taken = line;
        *ret_exists = *ret_exists || line.id == account->gid;
    }
    if (taken.name != NULL && !(may_join && *ret_exists))
        return fp_fail(err, FP_E_INPUT,
                       "base: /etc/group has the group '%s' with %u, and %u is wanted",
                       account->name, taken.id, account->gid);
    return FP_OK;
}

static enum fp_code check_account(const struct fp_account *account, struct fp_error *err)
{
    size_t len = strspn(account->name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (len == 0 || len > 32 || account->name[len] != '\0' || account->name[0] == '-' ||
        (account->name[0] >= '0' && account->name[0] <= '9'))
        return fp_fail(err, FP_E_INPUT, "'%.100s' cannot be the name of an account", account->name);
    if (account->home[0] != '/' || strpbrk(account->home, ":\r\n") != NULL)
        return fp_fail(err, FP_E_INPUT, "'%.300s' cannot be the home of the account '%s'",
                       account->home, account->name);
    return FP_OK;
}

static char *new_passwd(const char *text, const struct convention *convention,
                        const struct fp_account *account)
{
    cleanup_free char *line =
        fp_xasprintf("%s:x:%u:%u:%s:%s:%s", account->name, account->uid, account->gid,
                     convention->gecos, account->home, convention->shell);
    return fp_account_file_append(text, line);
}

static char *new_group(const char *text, const struct convention *convention,
                       const struct fp_account *account)
{
    cleanup_free char *line = fp_xasprintf("%s:x:%u:%s", account->name, account->gid,
                                           convention->lists_member ? account->name : "");
    return fp_account_file_append(text, line);
}

static bool shadow_has(const char *shadow, const char *name)
{
    size_t len = strlen(name);
    while (*shadow != '\0') {
        if (strncmp(shadow, name, len) == 0 && shadow[len] == ':')
            return true;
        shadow = strchrnul(shadow, '\n');
        shadow += *shadow != '\0' ? 1 : 0;
    }
    return false;
}

/* A base without shadow gets none. The password 'x' then prevents any login, as intended. */
static char *new_shadow(const char *text, const struct convention *convention,
                        const struct fp_account *account)
{
    if (text == NULL || shadow_has(text, account->name))
        return fp_xstrdup(text);
    int64_t day = account->epoch_s > 0 ? account->epoch_s / SECONDS_A_DAY : 0;
    cleanup_free char *line =
        fp_xasprintf("%s:!:%jd%s", account->name, (intmax_t) day, convention->shadow_tail);
    return fp_account_file_append(text, line);
}

enum fp_code fp_base_add_account(const struct fp_base_facts *facts,
                                 const struct fp_account *account, char **ret_passwd,
                                 char **ret_group, char **ret_shadow, bool *ret_changed,
                                 struct fp_error *err)
{
    const struct convention *convention = convention_of(facts);
    const char *passwd = facts->passwd != NULL ? facts->passwd : MINIMAL_PASSWD;
    const char *group = facts->group != NULL ? facts->group : MINIMAL_GROUP;
    bool has_user = false;
    bool has_group = false;
    FP_TRY(check_account(account, err));
    static const char hint[] = "choose other numbers with --user UID:GID";
    FP_TRY(fp_hinted(check_passwd(passwd, account, &has_user, err), err, hint));
    FP_TRY(fp_hinted(check_group(group, account, &has_group, err), err, hint));
    *ret_passwd = has_user ? fp_xstrdup(passwd) : new_passwd(passwd, convention, account);
    *ret_group = has_group ? fp_xstrdup(group) : new_group(group, convention, account);
    *ret_shadow =
        has_user ? fp_xstrdup(facts->shadow) : new_shadow(facts->shadow, convention, account);
    *ret_changed = !has_user || !has_group || facts->passwd == NULL || facts->group == NULL;
    return FP_OK;
}

bool fp_base_name_user(const struct fp_base_facts *facts, const struct fp_account *account,
                       char **ret_passwd, char **ret_shadow)
{
    const char *passwd = facts->passwd != NULL ? facts->passwd : MINIMAL_PASSWD;
    cleanup_free char *longer = fp_xasprintf("%s-%u", account->name, account->uid);
    struct fp_account named = *account;
    struct account_line line = {0};
    for (const char *text = passwd; fp_account_line_next(&text, true, &line);) {
        if (line.id == account->uid)
            return false;
        if (fp_account_line_is(&line, account->name))
            named.name = longer;
    }
    *ret_passwd = new_passwd(passwd, convention_of(facts), &named);
    *ret_shadow = new_shadow(facts->shadow, convention_of(facts), &named);
    return true;
}
