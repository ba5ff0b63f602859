#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The steps of action.yml:
#   install  puts the command into PATH for the steps that follow
#   check    runs it; writes the report, a summary of the job, and the outputs
#            code (lockcheck's) and report (true: there is one)
#   gate     fails the job if the check found something
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)

# Built from the action's own checkout, unless it is there.
do_install() {
	if ! command -v lockcheck >/dev/null; then
		"$root/bootstrap" build
		echo "$root/build" >>"$GITHUB_PATH"
	fi
}

do_check() {
	local arguments build code=0
	read -ra arguments <<<"${LOCKCHECK_ARGUMENTS:-}"
	arguments+=(--format sarif-github --output "$LOCKCHECK_SARIF")
	rm -f "$LOCKCHECK_SARIF"
	if [[ -n ${LOCKCHECK_BUILD:-} ]]; then
		build=(run "${arguments[@]}" -- bash -c "$LOCKCHECK_BUILD")
	else
		build=(check "${arguments[@]}")
	fi
	lockcheck "${build[@]}" || code=$?
	if [[ -f $LOCKCHECK_SARIF ]]; then
		lockcheck report --format markdown >>"$GITHUB_STEP_SUMMARY"
		echo "report=true" >>"$GITHUB_OUTPUT"
	fi
	echo "code=$code" >>"$GITHUB_OUTPUT"
	# A fault of the tool is the step's; findings are the gate's.
	((code != 2))
}

case ${1:-} in
install) do_install ;;
check) do_check ;;
gate) exit "${LOCKCHECK_CODE:-2}" ;;
*)
	echo "usage: github.sh install|check|gate" >&2
	exit 2
	;;
esac
