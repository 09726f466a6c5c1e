# A bolt in plain sh: it reads line by line, logs, and acks. It uses nothing but what a shell has.
read -r handshake
read -r end
pid_dir=$(printf '%s' "$handshake" | sed 's/.*"pidDir":"\([^"]*\)".*/\1/')
: >"$pid_dir/$$"
printf '{"pid":%d}\nend\n' $$
while read -r line; do
	case $line in
	end) ;;
	*'"stream":"__heartbeat"'*) printf '{"command":"sync"}\nend\n' ;;
	*'"id":'*)
		id=$(printf '%s' "$line" | sed 's/.*"id":"\(-*[0-9]*\)".*/\1/')
		word=$(printf '%s' "$line" | sed 's/.*"tuple":\["\([^"]*\)".*/\1/')
		printf '{"command":"log","msg":"sh got %s"}\nend\n' "$word"
		printf '{"command":"ack","id":"%s"}\nend\n' "$id"
		;;
	esac
done
