# What Debian wants otherwise than `cmake --install` does it; cpack runs this over the files of the
# package before it packs them.
set(usr "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr")
set(doc "${usr}/share/doc/flinkpack")

function(fp_compress file)
    execute_process(COMMAND gzip -9 -n "${file}" COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD "${file}.gz" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

fp_compress("${usr}/share/man/man1/flinkpack.1")
fp_compress("${doc}/README.md")
file(RENAME "${doc}/CHANGELOG.md" "${doc}/changelog")
fp_compress("${doc}/changelog")

# Debian's zsh looks there, and not in site-functions.
file(MAKE_DIRECTORY "${usr}/share/zsh/vendor-completions")
file(RENAME "${usr}/share/zsh/site-functions/_flinkpack"
     "${usr}/share/zsh/vendor-completions/_flinkpack")
file(REMOVE_RECURSE "${usr}/share/zsh/site-functions")

# The licence is part of Debian.
file(REMOVE "${doc}/LICENSE")
file(WRITE "${doc}/copyright"
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: flinkpack

Files: *
Copyright: 2026 the flinkpack authors
License: Apache-2.0

License: Apache-2.0
 Licensed under the Apache License, Version 2.0; you may not use this package
 except in compliance with the License. Unless required by applicable law or
 agreed to in writing, software distributed under the License is distributed
 on an \"AS IS\" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either
 express or implied.
 .
 On Debian systems, the full text of the Apache License, Version 2.0 can be
 found in \"/usr/share/common-licenses/Apache-2.0\".
")
file(CHMOD "${doc}/copyright" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # of SOURCE_DATE_EPOCH where that is set
file(WRITE "${doc}/changelog.Debian"
"flinkpack (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
fp_compress("${doc}/changelog.Debian")
