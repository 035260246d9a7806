# The Debian package, which `cpack` makes out of a build; scripts/package.d/deb makes it whole.
# What it depends on is computed by dpkg-shlibdeps, so it is for the release of Debian that it is
# made on, and later ones.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "flinkpack maintainers <maintainers@flinkpack.invalid>")
set(CPACK_PACKAGE_DESCRIPTION
"flinkpack takes a release of Apache Flink and the jar of a job, lays them on
a Java base image, and pushes the result to a registry as an OCI or a Docker
image. It needs no daemon, no root, no user namespaces and no JVM, so that it
runs in the most locked-down CI job. It also writes the Kubernetes manifests,
Helm charts and Compose files that run such an image.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/FlinkpackDebian.cmake")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
