# fish completion of fltsctl
function __fltsctl_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l lines ($words[1] __complete fish $words[2..-1] 2>/dev/null)
	if test "$lines[1]" = :files
		__fish_complete_path (string replace -r '^--?[^=]*=' '' -- (commandline -ct))
		return
	end
	printf '%s\n' $lines
end
complete -c fltsctl -f -a '(__fltsctl_complete)'
