/**
 * @file
 * What the objects of Kubernetes have in common: names, labels, revisions.
 */
#ifndef FLINKPACK_DEPLOY_OBJECT_H
#define FLINKPACK_DEPLOY_OBJECT_H

#include "deployment.h"

/** The name of the image with its tag, which stands as a comment where the digest goes before it;
 * NULL: there is no such tag. Borrowed. */
const char *fp_tag_of(const struct fp_deployment *deployment);

/** A name of an object: NAME and `suffix` */
json_t *fp_object_name(const struct fp_deployment *deployment, const char *suffix);
/** The labels that select the pods of a component, or, for NULL, of the whole deployment. */
json_t *fp_selector(const struct fp_deployment *deployment, const char *component);
/** The labels of an object of a component; NULL: of none. */
json_t *fp_object_labels(const struct fp_deployment *deployment, const char *component);
/** An object; `take_spec`, where it is not NULL, is its spec. */
json_t *fp_object(const struct fp_deployment *deployment, const char *api, const char *kind,
                  const char *suffix, const char *component, json_t *take_spec);
/** Whether the JobManager is found through a Service of its revision; else its leader's address
 * is kept in the cluster, where every version finds it, or there is one Service for everything. */
bool fp_has_revision_service(const struct fp_deployment *deployment);
/** The name of the Service through which a JobManager's rpc is reached. */
json_t *fp_rpc_name(const struct fp_deployment *deployment);
/** The name of a document without the revision, which files must not have. The caller owns it. */
char *fp_stable_name(const struct fp_deployment *deployment, const json_t *document);
/** Take the revision from documents as they are now, patched: images and configuration. */
void fp_deployment_revise(struct fp_deployment *deployment, const json_t *documents);

#endif
