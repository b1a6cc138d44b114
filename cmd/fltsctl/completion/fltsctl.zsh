#compdef fltsctl
# zsh completion of fltsctl
_fltsctl() {
	local -a lines described
	local line word about
	lines=("${(@f)$("${words[1]}" __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ ${lines[1]} == :files ]]; then
		[[ $PREFIX == -*=* ]] && compset -P '*='
		_files
		return
	fi
	for line in "${lines[@]}"; do
		word="${line%%$'\t'*}" about="${line#*$'\t'}"
		[[ -n $word ]] && described+=("${word//:/\\:}${about:+:$about}")
	done
	_describe -V fltsctl described
}
if [[ ${funcstack[1]} == _fltsctl ]]; then
	_fltsctl "$@"
else
	compdef _fltsctl fltsctl
fi
