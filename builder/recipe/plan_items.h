/**
 * @file
 * The items of a plan: what options of more than one value become.
 */
#ifndef FLINKPACK_RECIPE_PLAN_ITEMS_H
#define FLINKPACK_RECIPE_PLAN_ITEMS_H

#include "flinkpack/recipe.h"

/** The options of a release from Apache; NULL: fp_release_fetch() chooses. */
struct fp_plan_release {
    char *scala_version;
    char *hadoop_version;
    char *checksum; /**< also of an archive */
    char *keys;     /**< a file of OpenPGP keys; NULL: Apache's */
    bool requires_signature;
    char *maven_repository;
    struct fp_strv mirrors;
};

/** Packages of the operating system. */
struct fp_plan_packages {
    struct fp_strv names; /**< NAME, or NAME>=VERSION with a constraint */
    struct fp_strv repositories;
    struct fp_strv keys; /**< files */
    char *mirror;        /**< NULL: the base's own server */
    bool strict;         /**< fail for packages whose scripts would have to run */
};

/** --plugin: make plugins/NAME/ from these files, or from the distribution's own jar. */
struct fp_plan_plugin {
    char *name;
    struct fp_strv files; /**< empty: the jar comes from opt/ */
};

/** --add: one file or directory. */
struct fp_plan_add {
    char *source;
    char *dest;                         /**< relative to the root, normalised */
    int mode;                           /**< permission bits, or -1: the file's own */
    const struct fp_platform *platform; /**< one of the plan's; NULL: for all of them */
};

/** --sbom: a bill of materials. */
struct fp_plan_sbom {
    enum fp_sbom_format format;
    char *file; /**< as typed, for fp_plan_for_platform(); NULL: it is only attached */
};

/** A destination of the image. */
struct fp_plan_output {
    struct fp_location location;
    struct fp_strv names; /**< tags of a registry, names in a layout, RepoTags of an archive */
};

#endif
