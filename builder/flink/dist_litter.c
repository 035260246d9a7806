/* Files that use leaves in a distribution's directory, and that are not part of it. */
#include <fnmatch.h>
#include <string.h>

#include "dist_steps.h"

/* The files of editors, patches, packagers, file managers, version control, and of a running Flink
 * or Java. The case of letters is ignored. */
static const char *const LITTER[] = {
    "*~",          "#*#",         ".#*",          "*.bak",    "*.bak[0-9]", "*.backup",
    "*.old",       "*.orig",      "*.rej",        "*.save",   "*.tmp",      "*.sw[nopx]",
    "*.dpkg-*",    "*.rpmsave",   "*.rpmnew",     "._*",      ".ds_store",  "__macosx",
    "thumbs.db",   "desktop.ini", ".directory",   ".trash-*", ".nfs*",      ".fuse_hidden*",
    ".idea",       ".vscode",     ".git*",        ".svn",     ".hg",        ".bzr",
    "cvs",         "*.log",       "*.log.[0-9]*", "*.pid",    "*.hprof",    "hs_err_pid*",
    "replay_pid*", "nohup.out",
};

bool fp_dist_is_litter(const char *path, enum fp_entry_kind kind)
{
    const char *base = fp_path_base(path);
    bool is_folder = kind == FP_ENTRY_DIR;
    /* The directory log/ itself is part of every release, where it is empty. */
    if (strncmp(path, "log/", 4) == 0 || (strcmp(path, "log") == 0 && !is_folder))
        return true;
    if (!is_folder && (strcmp(base, "core") == 0 || fnmatch("core.[0-9]*", base, 0) == 0))
        return true;
    for (size_t i = 0; i < sizeof(LITTER) / sizeof(LITTER[0]); i++)
        if (fnmatch(LITTER[i], base, FNM_CASEFOLD) == 0)
            return true;
    return false;
}
