/**
 * @file
 * Tasks with an owner: a group runs them, the first failure cancels the others, and waiting for the
 * group returns that failure.
 */
#ifndef FLINKPACK_SUPPORT_GROUP_H
#define FLINKPACK_SUPPORT_GROUP_H

#include "flinkpack/support/cancel.h"
#include "flinkpack/support/mem.h"

/** The most threads a group may have. */
#define FP_GROUP_MAX 8

struct fp_group;

/** A unit of work: returns FP_OK or fills `err`. Its thread works under the group's token, so that
 * fp_cancel_check() fails in it once another task of the group has failed. */
typedef enum fp_code (*fp_task)(void *context, struct fp_error *err);

/** How many processors this process may use (affinity, then cgroup quota), from 1 to FP_GROUP_MAX.
 */
unsigned fp_cpus(void);
/**
 * Make a group, which the caller frees. Threads (of 2 MiB stack, all signals blocked) are started
 * as tasks come.
 * @param owner A group that fails if this one fails, and that cancels this one; it must outlive
 *              this one. NULL: none, and the token of the calling thread cancels the group.
 * @param limit The most tasks at once, from 1 to FP_GROUP_MAX; others wait in the order of their
 *              arrival.
 */
struct fp_group *fp_group_new(struct fp_group *owner, unsigned limit);
/**
 * Let a task run on a thread of the group. Once a task has failed, those not begun are dropped,
 * as are those that come while the group is freed. A task may add others, but must not wait for the
 * group.
 * @param context Borrowed until fp_group_wait() returns.
 */
void fp_group_go(struct fp_group *group, fp_task task, void *context);
/** Run a task of the group at once, on the calling thread; the limit does not count it. */
void fp_group_run(struct fp_group *group, fp_task task, void *context);
/**
 * Wait until all tasks have ended. If the system gives no threads, they run here.
 * @return FP_OK, and more tasks may come; or the first failure, which stays: failures that it
 *         caused are not reported.
 */
FP_CHECKED enum fp_code fp_group_wait(struct fp_group *group, struct fp_error *err);
/** Cancel the running tasks, wait until they have ended, and free; NULL is fine. */
void fp_group_free(struct fp_group *group);

FP_DEFINE_CLEANUP(fp_group_freep, struct fp_group, fp_group_free)
/** Declare a group that is freed at the end of its scope. */
#define cleanup_group __attribute__((cleanup(fp_group_freep)))

#endif
