/* The run of a CI system that a build is part of, by the variables of its environment. */
#include "statements.h"

#include <stdlib.h>
#include <string.h>

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strlen(value) < 2048 ? value : NULL;
}

/* A URL without user and password, which clones have in CI. The caller owns it; NULL gives NULL. */
static char *public_url(const char *url)
{
    const char *scheme_end = url != NULL ? strstr(url, "://") : NULL;
    if (scheme_end == NULL)
        return url != NULL ? fp_xstrdup(url) : NULL;
    const char *host = scheme_end + 3;
    size_t len = strcspn(host, "/?#");
    const char *user_end = memrchr(host, '@', len);
    return user_end != NULL ? fp_xasprintf("%.*s%s", (int) (host - url), url, user_end + 1)
                            : fp_xstrdup(url);
}

/* Set the source out of the URL of a project and a reference in it. */
static void set_source(struct fp_ci_run *run, const char *url, const char *ref, const char *commit)
{
    cleanup_free char *shown = public_url(url);
    if (shown == NULL || commit == NULL)
        return;
    run->source = fp_xasprintf("git+%s%s%s", shown, ref != NULL ? "@" : "", ref != NULL ? ref : "");
    run->commit = fp_xstrdup(commit);
}

/* https://docs.gitlab.com/ci/variables/predefined_variables/ */
static bool find_gitlab(struct fp_ci_run *run)
{
    const char *project = value_of("CI_PROJECT_URL");
    const char *runner = value_of("CI_RUNNER_ID");
    const char *ref = value_of("CI_COMMIT_REF_NAME");
    if (value_of("GITLAB_CI") == NULL || project == NULL)
        return false;
    const char *kind = value_of("CI_COMMIT_TAG") != NULL ? "refs/tags/" : "refs/heads/";
    cleanup_free char *full = ref != NULL ? fp_xasprintf("%s%s", kind, ref) : NULL;
    cleanup_free char *shown = public_url(project);
    run->builder =
        runner != NULL ? fp_xasprintf("%s/-/runners/%s", shown, runner) : fp_xstrdup(shown);
    run->invocation = public_url(value_of("CI_JOB_URL"));
    set_source(run, project, full, value_of("CI_COMMIT_SHA"));
    return true;
}

/* https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
static bool find_github(struct fp_ci_run *run)
{
    const char *server = value_of("GITHUB_SERVER_URL");
    const char *repository = value_of("GITHUB_REPOSITORY");
    const char *id = value_of("GITHUB_RUN_ID");
    const char *attempt = value_of("GITHUB_RUN_ATTEMPT");
    const char *workflow = value_of("GITHUB_WORKFLOW_REF");
    if (value_of("GITHUB_ACTIONS") == NULL || server == NULL || repository == NULL)
        return false;
    cleanup_free char *host = public_url(server);
    cleanup_free char *project = fp_xasprintf("%s/%s", host, repository);
    run->builder = workflow != NULL ? fp_xasprintf("%s/%s", host, workflow) : fp_xstrdup(project);
    if (id != NULL)
        run->invocation = fp_xasprintf("%s/actions/runs/%s/attempts/%s", project, id,
                                       attempt != NULL ? attempt : "1");
    set_source(run, project, value_of("GITHUB_REF"), value_of("GITHUB_SHA"));
    return true;
}

/* https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables */
static bool find_jenkins(struct fp_ci_run *run)
{
    if (value_of("JENKINS_URL") == NULL)
        return false;
    run->builder = public_url(value_of("JENKINS_URL"));
    run->invocation = public_url(value_of("BUILD_URL"));
    set_source(run, value_of("GIT_URL"), value_of("GIT_BRANCH"), value_of("GIT_COMMIT"));
    return true;
}

/* What is said on purpose counts more than what is found. */
static void take_stated(const char *stated, char **slot)
{
    if (stated == NULL)
        return;
    free(*slot);
    *slot = public_url(stated);
}

void fp_ci_run_find(const struct fp_plan *plan, struct fp_ci_run *ret)
{
    *ret = (struct fp_ci_run){0};
    if (!find_gitlab(ret) && !find_github(ret))
        (void) find_jenkins(ret);
    take_stated(plan->builder_id, &ret->builder);
    take_stated(plan->build_url, &ret->invocation);
}

void fp_ci_run_clear(struct fp_ci_run *run)
{
    free(run->builder);
    free(run->invocation);
    free(run->source);
    free(run->commit);
    *run = (struct fp_ci_run){0};
}
