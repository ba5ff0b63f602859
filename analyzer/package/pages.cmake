# SPDX-License-Identifier: MIT
# Asks the command LOCKCHECK for its manual pages and completions, and puts them
# into OUT; the pages in BY_HAND join them. Compressed as Debian wants them.
find_program(GZIP gzip REQUIRED)

function(ask file)
	execute_process(COMMAND ${LOCKCHECK} ${ARGN} OUTPUT_FILE ${file}
		COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/man1)
ask(${OUT}/man1/lockcheck.1 manpage)
execute_process(COMMAND ${LOCKCHECK} --help OUTPUT_VARIABLE help
	COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE ".*\nverbs:\n(.*)\n\nlockcheck VERB.*" "\\1" verbs "${help}")
string(REGEX MATCHALL "(^|\n)  [a-z]+" verbs "${verbs}")
foreach(verb ${verbs})
	string(STRIP ${verb} verb)
	ask(${OUT}/man1/lockcheck-${verb}.1 manpage ${verb})
endforeach()
ask(${OUT}/lockcheck.bash completion bash)
ask(${OUT}/_lockcheck completion zsh)
ask(${OUT}/lockcheck.fish completion fish)
file(GLOB by_hand ${BY_HAND}/*.1)
file(COPY ${by_hand} DESTINATION ${OUT}/man1)
configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog ${OUT}/changelog COPYONLY)
file(GLOB compressed ${OUT}/man1/*.1)
execute_process(COMMAND ${GZIP} -9n ${compressed} ${OUT}/changelog
	COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH ${OUT}/stamp)
