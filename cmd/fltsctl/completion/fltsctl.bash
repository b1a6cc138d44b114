# bash completion of fltsctl
_fltsctl() {
	local -a lines words=("${COMP_WORDS[@]:1:COMP_CWORD}")
	local line
	# Only what stands in front of the cursor counts.
	COMPREPLY=()
	mapfile -t lines < <("${COMP_WORDS[0]}" __complete bash "${words[@]}" 2>/dev/null)
	if [[ ${lines[0]-} == :files ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "${words[-1]#=}")
		return
	fi
	for line in "${lines[@]}"; do
		printf -v line '%q' "${line%%$'\t'*}"
		COMPREPLY+=("$line")
	done
}
complete -F _fltsctl fltsctl
