/**
 * @file
 * Judging jobs: facts of jars, Flink's classes, findings.
 */
#ifndef FLINKPACK_JUDGE_H
#define FLINKPACK_JUDGE_H

#include "flinkpack/judge/api.h"
#include "flinkpack/judge/facts.h"
#include "flinkpack/judge/finding.h"
#include "flinkpack/judge/judge.h"

#endif
