# SPDX-License-Identifier: MIT
# What is installed beside the commands: manual pages, completions, the CMake
# and pkg-config packages, the licence; and the Debian package made of it all.
include(CMakePackageConfigHelpers)
set(package ${PROJECT_SOURCE_DIR}/analyzer/package)

# ---- manual pages and completions: made by the command from its tables --------
set(pages ${PROJECT_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${pages}/stamp
	COMMAND ${CMAKE_COMMAND} -DLOCKCHECK=$<TARGET_FILE:lockcheck>
		-DBY_HAND=${PROJECT_SOURCE_DIR}/docs/man -DOUT=${pages}
		-P ${package}/pages.cmake
	DEPENDS lockcheck ${package}/pages.cmake
		${PROJECT_SOURCE_DIR}/docs/man/lockcheck-cc.1 VERBATIM)
add_custom_target(lockcheck-pages ALL DEPENDS ${pages}/stamp)
install(DIRECTORY ${pages}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/lockcheck.bash RENAME lockcheck
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/_lockcheck
	DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${pages}/lockcheck.fish
	DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# ---- for other projects' builds ------------------------------------------------
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lockcheck)
configure_package_config_file(${package}/lockcheck-config.cmake.in
	${PROJECT_BINARY_DIR}/lockcheck-config.cmake
	INSTALL_DESTINATION ${config_dir}
	PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_DATADIR
	NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(
	${PROJECT_BINARY_DIR}/lockcheck-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lockcheck-config.cmake
	${PROJECT_BINARY_DIR}/lockcheck-config-version.cmake
	DESTINATION ${config_dir})
configure_file(${package}/lockcheck.pc.in ${PROJECT_BINARY_DIR}/lockcheck.pc
	@ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lockcheck.pc
	DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig) # for every machine

# ---- the Debian package ---------------------------------------------------------
set(doc_dir ${CMAKE_INSTALL_DATADIR}/doc/lockcheck)
install(FILES ${package}/copyright ${PROJECT_SOURCE_DIR}/README.md
	DESTINATION ${doc_dir})
install(FILES ${pages}/changelog.gz DESTINATION ${doc_dir})
install(FILES ${package}/lintian-overrides RENAME lockcheck
	DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lockcheck)
set(CPACK_PACKAGE_CONTACT "The lockcheck authors <lockcheck@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# The headers that clang itself brings (stddef.h …): libclang finds them by the
# place of the library. And the C library's: a machine that only looks at code
# may have no compiler.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libclang-common-19-dev, libc6-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "bear")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "graphviz")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "checker of locks in C programs")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Finds deadlocks and other mistakes with locks in C programs without running
them: locks taken in opposite orders, taken twice, never released, released
by who does not hold them. It reads sources through libclang, follows locks
through calls, function pointers and threads, and keeps what it found in a
database that can be queried.")
include(CPack)
