# SPDX-License-Identifier: MIT
# Turns a text file into one C string literal: the lines of schema.inc.
#   cmake -DIN=schema.sql -DOUT=schema.inc -P embed.cmake
file(READ "${IN}" text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\t" "\\t" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE "${OUT}.new" "\"${text}\"\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different
	"${OUT}.new" "${OUT}")
file(REMOVE "${OUT}.new")
