# SPDX-License-Identifier: MIT
# Puts the page together and cuts it where the data goes: template.html with
# style.css and the scripts in it, as the C strings HEAD and TAIL. The page's
# security policy allows exactly this script and this style, by their hashes.
#   cmake -DDIR=html -DSCRIPTS="a.js b.js" -DHEAD=head.inc -DTAIL=tail.inc -P …
set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)

# The SHA-256 of `text`, in the Base64 that a policy wants.
function(hash_of text out)
	string(SHA256 hex "${text}")
	set(result "")
	string(APPEND hex "00") # 32 bytes fill 11 groups of 3 but for one
	foreach(at RANGE 0 60 6)
		string(SUBSTRING ${hex} ${at} 6 group)
		math(EXPR value "0x${group}")
		foreach(shift 18 12 6 0)
			math(EXPR digit "(${value} >> ${shift}) & 63")
			string(SUBSTRING ${alphabet} ${digit} 1 letter)
			string(APPEND result ${letter})
		endforeach()
	endforeach()
	string(SUBSTRING ${result} 0 43 result)
	set(${out} "${result}=" PARENT_SCOPE)
endfunction()

function(write_literal text file)
	string(REPLACE "\\" "\\\\" text "${text}")
	string(REPLACE "\"" "\\\"" text "${text}")
	string(REPLACE "\t" "\\t" text "${text}")
	string(REPLACE "\n" "\\n\"\n\"" text "${text}")
	file(WRITE "${file}.new" "\"${text}\"\n")
	execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different
		"${file}.new" "${file}")
	file(REMOVE "${file}.new")
endfunction()

file(READ "${DIR}/template.html" page)
file(READ "${DIR}/style.css" style)
set(script "(() => {\n'use strict';\n")
separate_arguments(SCRIPTS UNIX_COMMAND "${SCRIPTS}")
foreach(name ${SCRIPTS})
	file(READ "${DIR}/${name}" text)
	string(APPEND script "${text}")
endforeach()
string(APPEND script "})();\n")
hash_of("${style}" style_hash)
hash_of("${script}" script_hash)
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(FIND "${page}" "@DATA@" cut)
string(SUBSTRING "${page}" 0 ${cut} head)
math(EXPR cut "${cut} + 6")
string(SUBSTRING "${page}" ${cut} -1 tail)
write_literal("${head}" "${HEAD}")
write_literal("${tail}" "${TAIL}")
