#!/bin/sh
# Starts Flink in a container.
#
# POSIX sh, and nothing but chmod, cp, ln, mkdir, mktemp, mv and uname beside it: bases differ in
# the rest. Where there is sed, long values are quicker.
# Whatever is started replaces this script, so that signals reach it.
#
# The shipped configuration is never written: where the environment sets something, a private
# copy is made, merged with it, and named in FLINK_CONF_DIR. So conf/ may be a read-only mount.
set -eu

# The names of this script's own variables begin with "_", so that none of the environment's is
# read or changed in its place.
FLINK_HOME=${FLINK_HOME:-/opt/flink}
_nl='
'
_tab=$(printf '\t')
_cr=$(printf '\r')
_byte_order=$(printf '\357\273\277')
_blank=" $_tab$_cr"

usage() {
	cat <<'USAGE'
usage: docker-entrypoint.sh COMMAND [ARGUMENT]...

  job-cluster      run the job of this image: the JobManager with the job in it
  standalone-job   the same, under the name that the official image has for it
  task-manager     run a TaskManager; also: taskmanager
  jobmanager       run the JobManager of a session cluster
  history-server   run the history server
  help             print this text
  anything else    is run as it is: bash, flink, kubernetes-jobmanager.sh ...

Arguments are handed on: first -Dkey=value and Flink's own options, then the job's.

environment:
  FLINK_PROPERTIES                   lines of "key: value" for the configuration;
                                     ${NAME} is replaced by that variable's value,
                                     which may be anything, of several lines even
  JOB_MANAGER_RPC_ADDRESS            the same as jobmanager.rpc.address
  TASK_MANAGER_NUMBER_OF_TASK_SLOTS  the same as taskmanager.numberOfTaskSlots
  ENABLE_BUILT_IN_PLUGINS            jars of opt/ to link into plugins/, with ';' between
  FLINK_JOB_CLASSNAME                the job's main class, unless --job-classname is given
  DISABLE_JEMALLOC                   true: do not preload jemalloc where it is installed
USAGE
}

note() {
	printf 'docker-entrypoint.sh: %s\n' "$*" >&2
}

die() {
	note "$@"
	exit 2
}

# Functions that compute a text leave it in _reply: a subshell for each line would be slow.
trim() {
	_reply=${1#"${1%%[!"$_blank"]*}"}
	_reply=${_reply%"${_reply##*[!"$_blank"]}"}
}

# $1 with every $2 in it replaced by $3.
replace() {
	_replace_rest=$1
	_reply=
	while :; do
		case $_replace_rest in
		*"$2"*) ;;
		*) break ;;
		esac
		_reply=$_reply${_replace_rest%%"$2"*}$3
		_replace_rest=${_replace_rest#*"$2"}
	done
	_reply=$_reply$_replace_rest
}

# $1 without the line breaks at its end: files and secrets end in one that nobody means.
chomp() {
	_reply=$1
	while :; do
		case $_reply in
		*"$_nl" | *"$_cr") _reply=${_reply%?} ;;
		*) return 0 ;;
		esac
	done
}

as_is() {
	_reply=$1
}

# Replace ${NAME} in $1 by the variable's value, as envsubst does in the official image; $2 makes
# the value fit the text around it. False where that leaves nothing, as no variable was set.
# shellcheck disable=SC2016 # the text '${' itself is meant
expand() {
	_expand_done=
	_expand_rest=$1
	_expand_known=$1
	while :; do
		case $_expand_rest in
		*'${'*'}'*) ;;
		*) break ;;
		esac
		_expand_done=$_expand_done${_expand_rest%%'${'*}
		_expand_rest=${_expand_rest#*'${'}
		_expand_name=${_expand_rest%%'}'*}
		case $_expand_name in
		'' | [0-9]* | *[!A-Za-z0-9_]*)
			_expand_done=$_expand_done'${'
			continue
			;;
		esac
		_expand_rest=${_expand_rest#*'}'}
		eval "chomp \"\${$_expand_name-}\"; _expand_known=\${$_expand_name+set}"
		"$2" "$_reply"
		_expand_done=$_expand_done$_reply
	done
	_reply=$_expand_done$_expand_rest
	[ -n "$_reply$_expand_known" ]
}

# --- values as config.yaml takes them ---

# Whether $1 is so long that replace, whose time goes with the square of the length, is slow.
is_long() {
	[ ${#1} -gt 4000 ] && command -v sed >/dev/null
}

# $1 as it stands inside of double quotes.
yaml_escape() {
	if is_long "$1"; then
		_reply=$(printf '%s\n' "$1" | sed -e ':a' -e '$!{' -e N -e ba -e '}' -e 's/[\"]/\\&/g' \
			-e 's/\n/\\n/g' -e "s/$_tab/\\\\t/g" -e "s/$_cr/\\\\r/g")
	else
		replace "$1" "\\" "\\\\"
		replace "$_reply" '"' '\"'
		replace "$_reply" "$_nl" '\n'
		replace "$_reply" "$_tab" '\t'
		replace "$_reply" "$_cr" '\r'
	fi
	while :; do
		case $_reply in
		*[[:cntrl:]]*) ;;
		*) return 0 ;;
		esac
		_escape_rest=${_reply#*[[:cntrl:]]}
		_escape_char=${_reply%"$_escape_rest"}
		_escape_char=${_escape_char#"${_escape_char%?}"}
		replace "$_reply" "$_escape_char" "$(printf '\\x%02X' "'$_escape_char")"
	done
}

yaml_quote() {
	case $1 in
	*[[:cntrl:]]*)
		yaml_escape "$1"
		_reply=\"$_reply\"
		;;
	*)
		if is_long "$1"; then
			_reply=$(printf '%s\n' "$1" | sed "s/'/''/g")
		else
			replace "$1" "'" "''"
		fi
		_reply=\'$_reply\'
		;;
	esac
}

# Kept as it is: whole numbers, and words that mean nothing special in YAML.
yaml_value() {
	_reply=$1
	case $1 in
	null | Null | NULL | True | TRUE | False | FALSE) ;;
	[yYnN] | [yY]es | YES | [nN]o | NO | [oO]n | ON | [oO]ff | OFF | *:) ;;
	0) return 0 ;;
	[1-9]*)
		case $1 in
		*[!0-9]*) ;;
		*) return 0 ;;
		esac
		;;
	[A-Za-z/_]*)
		case $1 in
		*[!A-Za-z0-9_./@%+=,:-]*) ;;
		*) return 0 ;;
		esac
		;;
	esac
	yaml_quote "$1"
}

# What stands behind the quoted text that $1 begins with. False: it is none that YAML takes.
behind_quotes() {
	_reply=${1#?}
	_hex='[0-9A-Fa-f]'
	while :; do
		case $1 in
		\'*)
			case $_reply in
			*\'*) _reply=${_reply#*\'} ;;
			*) return 1 ;;
			esac
			case $_reply in
			\'*) _reply=${_reply#?} ;;
			*) return 0 ;;
			esac
			;;
		*)
			_reply=${_reply#"${_reply%%[\"\\]*}"}
			case $_reply in
			\"*)
				_reply=${_reply#?}
				return 0
				;;
			\\[0abtnvfre\"/\\N_LP\ ]*) _reply=${_reply#??} ;;
			\\x$_hex$_hex* | \\u$_hex$_hex$_hex$_hex* | \\U0$_hex$_hex$_hex$_hex$_hex$_hex$_hex*) _reply=${_reply#??} ;;
			*) return 1 ;;
			esac
			;;
		esac
	done
}

# Whether $1 is a list or a map of words, "[a, b]" or "{a: b, c: d}". Other brackets become text,
# which is the same to Flink where it wants a list.
is_flow() {
	_flow_rest=${1#?}
	_flow_rest=${_flow_rest%?},
	case $1 in
	*[!]A-Za-z0-9_./@+=,\ :\[\{\}-]* | *' -'* | ?-* | ?*[\[\{]* | *[]\}]?*) return 1 ;;
	\[*\] | \{*\}) ;;
	*) return 1 ;;
	esac
	while [ -n "$_flow_rest" ]; do
		trim "${_flow_rest%%,*}"
		case ${1%"${1#?}"}$_reply in
		\[*': '* | ?:* | *: | ?*': '*': '*) return 1 ;;
		\[?* | \{*': '*) ;;
		*) return 1 ;;
		esac
		_flow_rest=${_flow_rest#*,}
	done
}

# --- what the environment sets: _settings holds "key: N", each after a line break. The key is then
# in _key_N, its last value as flink-conf.yaml takes it in _flat_N, as config.yaml does in _yaml_N.
# ---
_settings=$_nl
_setting_count=0
_is_needed=no

is_set() {
	case $_settings in
	*"$_nl$1: "*) ;;
	*) return 1 ;;
	esac
}

add_setting() {
	case $1 in
	'' | *"$_nl"* | *': '*) die "'$1' is not a key of Flink's configuration" ;;
	esac
	if is_set "$1"; then
		_setting=${_settings##*"$_nl$1: "}
		_setting=${_setting%%"$_nl"*}
	else
		_setting_count=$((_setting_count + 1))
		_setting=$_setting_count
		_settings=$_settings$1": "$_setting$_nl
	fi
	eval "_key_$_setting=\$1 _flat_$_setting=\$2 _yaml_$_setting=\$3"
}

# Set the key $1 to the very text $2.
add_text() {
	chomp "$2"
	set -- "$1" "$_reply"
	yaml_value "$2"
	add_setting "$1" "$2" "$_reply"
}

# Without the comment behind it.
cut_comment() {
	case $1 in
	[\"\']*)
		_cut_rest=
		! behind_quotes "$1" || _cut_rest=$_reply
		trim "$_cut_rest"
		case $_reply in
		'#'*) _reply=${1%"$_cut_rest"} ;;
		*) _reply=$1 ;;
		esac
		;;
	*' #'*) trim "${1%%" #"*}" ;;
	*) _reply=$1 ;;
	esac
}

# The text $1 of FLINK_PROPERTIES, $2 with its variables replaced, as config.yaml takes it: what is
# YAML stays so.
property_yaml() {
	case $1 in
	[\"\']*)
		if behind_quotes "$1" && [ -z "$_reply" ]; then
			case $1 in
			\"*)
				expand "$1" yaml_escape
				return
				;;
			esac
			_reply=${1#?}
			replace "${_reply%?}" "''" "'"
			expand "$_reply" as_is || _reply=
			yaml_quote "$_reply"
			return
		fi
		;;
	esac
	case $1 in
	\[* | \{*)
		if is_flow "$2"; then
			_reply=$2
			return
		fi
		;;
	esac
	yaml_value "$2"
}

add_property() {
	trim "$1"
	_property=$_reply
	case $_property in
	'' | '#'* | ---) return 0 ;;
	esac
	case $_property in
	[!:]*:*) ;;
	*) die "FLINK_PROPERTIES: '$_property' is not of the form \"key: value\"" ;;
	esac
	trim "${_property%%:*}"
	_property_key=$_reply
	case $_property_key in
	\"*\" | \'*\')
		_property_key=${_property_key#?}
		_property_key=${_property_key%?}
		;;
	esac
	trim "${_property#*:}"
	cut_comment "$_reply"
	_property=$_reply
	case $_property in
	'' | '#'*) no_value ;;
	esac
	expand "$_property" as_is || no_value
	_property_flat=$_reply
	property_yaml "$_property" "$_property_flat"
	add_setting "$_property_key" "$_property_flat" "$_reply"
}

no_value() {
	die "FLINK_PROPERTIES: '$_property_key' has no value; write whole keys: a.b.c: value"
}

# Note a setting that Flink gets in an argument, for what is run in the container later: the client
# of 'kubectl exec'. flink-conf.yaml cannot hold all values, and a path to start from is not for it.
see_option() {
	case $1 in
	execution.savepoint.path=* | execution.state-recovery.path=*) return 0 ;;
	*"$_nl"* | *"$_cr"* | *'#'*) at_least 1 19 || return 0 ;;
	esac
	case $1 in
	[!=]*=*) case ${1%%=*} in
		*': '*) ;;
		*) add_text "${1%%=*}" "${1#*=}" ;;
		esac ;;
	esac
}

see_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		-D) see_option "${2-}" ;;
		-D*) see_option "${1#-D}" ;;
		esac
		shift
	done
}

collect_settings() {
	if [ -n "${JOB_MANAGER_RPC_ADDRESS:-}" ]; then
		add_text jobmanager.rpc.address "$JOB_MANAGER_RPC_ADDRESS"
	fi
	if [ -n "${TASK_MANAGER_NUMBER_OF_TASK_SLOTS:-}" ]; then
		add_text taskmanager.numberOfTaskSlots "$TASK_MANAGER_NUMBER_OF_TASK_SLOTS"
	fi
	set -f
	IFS=$_nl
	# shellcheck disable=SC2086 # each line is a word
	set -- ${FLINK_PROPERTIES:-}
	set +f
	unset IFS
	for _line; do
		add_property "$_line"
	done
	[ "$_settings" = "$_nl" ] || _is_needed=yes
}

# --- merging: each reads a configuration file and prints it with the settings in it ---

# "key: value" lines; a key stands once afterwards.
merge_flat() {
	while IFS= read -r _line || [ -n "$_line" ]; do
		trim "${_line%%:*}"
		case $_line in
		*:*) is_set "$_reply" && continue ;;
		esac
		printf '%s\n' "$_line"
	done
	print_settings flat
}

# Every key that is set, with its value; $1: flat or yaml. In flink-conf.yaml a value is one line,
# '#' ends it, and a key without any is passed over.
print_settings() {
	_setting=0
	while [ "$_setting" -lt "$_setting_count" ]; do
		_setting=$((_setting + 1))
		_setting_key=
		_setting_value=
		eval "_setting_key=\$_key_$_setting _setting_value=\$_$1_$_setting"
		case $1$_setting_value in
		flat) continue ;;
		flat*"$_nl"* | flat*"$_cr"* | flat*'#'*)
			die "$_setting_key: the value has a line break or a '#', which flink-conf.yaml" \
				"cannot hold; hand it over in an argument: -D$_setting_key=..."
			;;
		esac
		_reply=$_setting_key
		[ "$1" = flat ] || yaml_value "$_setting_key"
		printf '%s%s: %s\n' "${_pad-}" "$_reply" "$_setting_value"
	done
}

# config.yaml. What the environment sets goes behind all else, where Flink takes it in place of what
# is nested under the same name. Only a key of the outermost level cannot stand twice: that is left
# out where it is set, and keys within it are lifted to that level. All else is printed as it is, so
# all that has to be known is which lines begin with a key, and belong to no value before:
#   _quote    the quote that is open
#   _depth    how many brackets are
#   _text     the column beyond which lines are text: of a block, or of a plain value
#   _root     the column of the outermost keys, and _pad as many spaces
#   _lifted   "COLUMN|PREFIX" of lifted keys, one a line, the innermost first; "+COLUMN" is that of
#             the key that they are in, until the first of them
#   _dropped  whether the lines belong to what is left out
merge_yaml() {
	_quote=
	_depth=0
	_text=
	_root=
	_pad=
	_lifted=
	_dropped=no
	while IFS= read -r _line || [ -n "$_line" ]; do
		_line=${_line#"$_byte_order"}
		_spaces=${_line%%[! ]*}
		_indent=${#_spaces}
		trim "$_line"
		_content=$_reply
		if ! goes_on; then
			case $_line in
			...*) break ;;
			esac
			is_marker || begin_node
			follow "$_content" "$_indent"
		fi
		[ "$_dropped" = yes ] || printf '%s\n' "$_line"
	done
	print_settings yaml
}

# Whether the line goes on with a value that an earlier one begins, or has none.
goes_on() {
	if [ -n "$_quote" ]; then
		follow_quotes "$_quote$_content"
		[ "$_depth" = 0 ] || [ -n "$_quote" ] || follow_flow "$_follow"
	elif [ "$_depth" -gt 0 ]; then
		follow_flow "$_content"
	else
		case ${_text:+text}$_content in
		text | '' | '#'*) return 0 ;;
		esac
		[ -n "$_text" ] && [ "$_indent" -gt "$_text" ] && return 0
		_text=
		return 1
	fi
}

# A line before the first key that is none: "---", "%YAML 1.2". What is one map in braces has no
# outermost level.
is_marker() {
	[ -z "$_root" ] || return 1
	trim "${_content#---}"
	case $_reply in
	'{}') _line='' ;;
	'{'*) die "$_conf_file: a map in braces cannot be changed: write a line for each key" ;;
	*) [ "$_reply" != "$_content" ] || [ "${_line#%}" != "$_line" ] || return 1 ;;
	esac
	_content=
}

# See to the key that the line begins with, where it is of the outermost level or lifted to it. A
# key that is set is left out.
begin_node() {
	[ -n "$_root" ] || {
		_root=$_indent
		_pad=$_spaces
	}
	if ! split_key "$_content"; then
		# The item of a list, or a text: what is above is no map.
		[ "${_lifted#+}" = "$_lifted" ] || _lifted=${_lifted#*"$_nl"}
		return 0
	fi
	find_prefix || return 0
	_dropped=no
	_path=$_prefix$_key
	if is_set "$_path"; then
		_dropped=yes
		case $_value in
		'' | '#'*) _lifted=+$_indent'|'$_path.$_nl$_lifted ;;
		'{}'*) ;;
		'{'*) die "$_conf_file: '$_path' is set, and there a map in braces: write a line for each key" ;;
		esac
	elif [ -n "$_prefix" ]; then
		yaml_value "$_path"
		_line="$_pad$_reply: $_value"
	fi
}

# What the path of a key in this column begins with; false where the key stays where it is.
find_prefix() {
	_prefix=
	while [ -n "$_lifted" ]; do
		_column=${_lifted%%'|'*}
		if [ "${_column#+}" != "$_column" ] && [ "$_indent" -gt "${_column#+}" ]; then
			_column=$_indent
			_lifted=$_indent'|'${_lifted#*'|'}
		fi
		if [ "${_column#+}" = "$_column" ] && [ "$_indent" -ge "$_column" ]; then
			_prefix=${_lifted%%"$_nl"*}
			_prefix=${_prefix#*'|'}
			[ "$_indent" -eq "$_column" ]
			return
		fi
		_lifted=${_lifted#*"$_nl"}
	done
	[ "$_indent" -le "$_root" ]
}

# The key that $1 begins with and the text behind it, in _key and _value; false: it has none.
split_key() {
	case $1 in
	[\"\']*)
		behind_quotes "$1" || return 1
		_key=${1%"$_reply"}
		_key=${_key#?}
		_key=${_key%?}
		trim "$_reply"
		_value=$_reply
		;;
	- | -["$_blank"]* | [\&\*\!\|\>%@\`\[\{?,:]*) return 1 ;;
	*)
		_key=${1%%:["$_blank"]*}
		[ "$_key" != "$1" ] || _key=${1%:}
		case $_key in
		*' #'*) return 1 ;;
		esac
		_value=${1#"$_key"}
		;;
	esac
	case $_value in
	:*) ;;
	*) return 1 ;;
	esac
	trim "$_key"
	_key=$_reply
	trim "${_value#:}"
	_value=$_reply
}

# Follow the text $1 of a line, in the column $2, to what it leaves open.
follow() {
	_follow=$1
	_column=$2
	_text=$(($2 - 1))
	while :; do
		trim "$_follow"
		_column=$((_column + ${#_follow} - ${#_reply}))
		_follow=$_reply
		if split_key "$_follow"; then
			_text=$_column
			_follow=$_value
			continue
		fi
		case $_follow in
		-["$_blank"]* | [?:]["$_blank"]*)
			_text=$_column
			_column=$((_column + 1))
			_follow=${_follow#?}
			;;
		[\&\!]*["$_blank"]*) _follow=${_follow#*["$_blank"]} ;;
		[\"\']*)
			_text=
			follow_quotes "$_follow"
			return
			;;
		[\[\{]*)
			_text=
			follow_flow "$_follow"
			return
			;;
		'' | '#'* | - | [\&\!\*?:]*)
			_text=
			return
			;;
		*) return ;;
		esac
	done
}

# Follow the quoted text $1; what is behind it is left in _follow.
follow_quotes() {
	_quote=
	_follow=
	if behind_quotes "$1"; then
		_follow=$_reply
	else
		_quote=${1%"${1#?}"}
	fi
}

# Follow what stands in brackets.
follow_flow() {
	_follow=$1
	while :; do
		trim "$_follow"
		_follow=$_reply
		case $_follow in
		'' | '#'*) return 0 ;;
		[\[\{]*) _depth=$((_depth + 1)) ;;
		[]\}]*)
			_depth=$((_depth - 1))
			[ "$_depth" -gt 0 ] || return 0
			;;
		[\"\']*)
			follow_quotes "$_follow"
			[ -z "$_quote" ] || return 0
			continue
			;;
		[!,:?]*)
			_run=${_follow%%[][,\{\}]*}
			case $_run in
			*' #'*) return 0 ;;
			*:["$_blank"]*) _run=${_run%%:["$_blank"]*} ;;
			esac
			_follow=${_follow#"$_run"}
			continue
			;;
		esac
		_follow=${_follow#?}
	done
}

merge_file() {
	_conf_file=$1
	"$2" <"$_conf_file" >"$_conf_file.new" || exit
	mv -f "$_conf_file.new" "$_conf_file"
}

# Flink 1.19 and later read config.yaml; 1.19 and 1.20 prefer a flink-conf.yaml that is there.
prepare_configuration() {
	[ "$_settings" != "$_nl" ] || return 0
	_shipped=${FLINK_CONF_DIR:-$FLINK_HOME/conf}
	_private=$(mktemp -d "${TMPDIR:-/tmp}/flink-conf.XXXXXX") || {
		[ "$_is_needed" = yes ] || return 0
		die "no folder for the configuration can be made: mount a writable ${TMPDIR:-/tmp}"
	}
	if [ -d "$_shipped" ]; then
		(umask 077 && cp -RL "$_shipped/." "$_private/") ||
			die "$_shipped cannot be copied to $_private"
	fi
	chmod -R u+w "$_private"
	if [ ! -e "$_private/flink-conf.yaml" ] && [ ! -e "$_private/config.yaml" ]; then
		if [ -e "$FLINK_HOME/bin/config-parser-utils.sh" ]; then
			: >"$_private/config.yaml"
		else
			: >"$_private/flink-conf.yaml"
		fi
	fi
	if [ -e "$_private/flink-conf.yaml" ]; then
		merge_file "$_private/flink-conf.yaml" merge_flat
	fi
	if [ -e "$_private/config.yaml" ]; then
		merge_file "$_private/config.yaml" merge_yaml
	fi
	FLINK_CONF_DIR=$_private
	export FLINK_CONF_DIR
	# Where bin/config.sh of the image finds it for who comes later.
	[ "$_is_main" = no ] || ln -sfn "$_private" "${TMPDIR:-/tmp}/flink-conf" 2>/dev/null || :
}

# --- the rest of the surroundings ---
link_plugin() {
	_plugins=${FLINK_PLUGINS_DIR:-$FLINK_HOME/plugins}
	_jar=$1
	case $_jar in
	*/* | .*) die "ENABLE_BUILT_IN_PLUGINS: '$_jar' is not the name of a jar in $FLINK_HOME/opt" ;;
	esac
	[ ! -e "$_plugins/${_jar%.jar}/$_jar" ] || return 0
	[ -e "$FLINK_HOME/opt/$_jar" ] ||
		die "ENABLE_BUILT_IN_PLUGINS: there is no $FLINK_HOME/opt/$_jar"
	{ mkdir -p "$_plugins/${_jar%.jar}" && ln -sf "$FLINK_HOME/opt/$_jar" "$_plugins/${_jar%.jar}/"; } ||
		die "ENABLE_BUILT_IN_PLUGINS: $_plugins cannot be written; build the image with --plugin"
}

enable_plugins() {
	_plugin_list=${ENABLE_BUILT_IN_PLUGINS:-}
	while [ -n "$_plugin_list" ]; do
		trim "${_plugin_list%%;*}"
		[ -z "$_reply" ] || link_plugin "$_reply"
		case $_plugin_list in
		*';'*) _plugin_list=${_plugin_list#*;} ;;
		*) _plugin_list= ;;
		esac
	done
}

# jemalloc makes four arenas for each processor of the machine, and each keeps memory for itself. Where
# the container's quota is less, they are made for the processors of that.
limit_arenas() {
	_quota=
	_period=
	if [ -r /sys/fs/cgroup/cpu.max ]; then
		read -r _quota _period </sys/fs/cgroup/cpu.max || :
	elif [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] && [ -r /sys/fs/cgroup/cpu/cpu.cfs_period_us ]; then
		read -r _quota </sys/fs/cgroup/cpu/cpu.cfs_quota_us || :
		read -r _period </sys/fs/cgroup/cpu/cpu.cfs_period_us || :
	fi
	case ${MALLOC_CONF:-} in
	*narenas:*) return 0 ;;
	esac
	case $_quota:$_period in
	:* | *: | 0* | *:0* | *[!0-9:]* | ?????????????*:* | *:?????????????*) return 0 ;;
	esac
	_arenas=$(((_quota + _period - 1) / _period))
	[ "$_arenas" -eq 1 ] || _arenas=$((4 * _arenas))
	MALLOC_CONF=${MALLOC_CONF:+$MALLOC_CONF,}narenas:$_arenas
	export MALLOC_CONF
}

# The C library's allocator fragments under RocksDB; jemalloc is used where the base has it.
enable_jemalloc() {
	[ "${DISABLE_JEMALLOC:-false}" != true ] || return 0
	for _library in "/usr/lib/$(uname -m)-linux-gnu/libjemalloc.so" \
		"/usr/lib/$(uname -m)-linux-gnu/libjemalloc.so.2" /usr/lib64/libjemalloc.so.2 \
		/usr/lib/libjemalloc.so.2; do
		if [ -f "$_library" ]; then
			LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$_library
			export LD_PRELOAD
			limit_arenas
			return 0
		fi
	done
}

# Whose process this is, as libc finds it: false where no line of /etc/passwd has its number.
find_user() {
	_user_id=
	_user_group=
	while read -r _user_key _user_number _; do
		case $_user_key in
		Uid:) _user_id=$_user_number ;;
		Gid:) _user_group=$_user_number ;;
		esac
	done </proc/self/status
	[ -r /etc/passwd ] || return 1
	while IFS=: read -r _ _ _user_number _ || [ -n "$_user_number" ]; do
		[ "$_user_number" != "$_user_id" ] || return 0
	done </etc/passwd
	return 1
}

# A user without a name, as clusters choose them: Java's login module, and with it all of Hadoop,
# fails for want of one. nss_wrapper shows a file of ours to libc in place of /etc/passwd.
name_user() {
	[ -z "${NSS_WRAPPER_PASSWD:-}" ] && [ -r /proc/self/status ] || return 0
	! find_user || return 0
	for _library in /usr/lib/libnss_wrapper.so /usr/lib64/libnss_wrapper.so \
		"/usr/lib/$(uname -m)-linux-gnu/libnss_wrapper.so"; do
		[ -f "$_library" ] || continue
		_passwd=$(mktemp "${TMPDIR:-/tmp}/flink-passwd.XXXXXX") || break
		[ ! -r /etc/passwd ] || cp /etc/passwd "$_passwd"
		printf '\nflink:x:%s:%s::%s:/bin/sh\n' "$_user_id" "$_user_group" "$FLINK_HOME" >>"$_passwd"
		NSS_WRAPPER_PASSWD=$_passwd
		NSS_WRAPPER_GROUP=/etc/group
		LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$_library
		export NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP LD_PRELOAD
		return 0
	done
	note "the user $_user_id has no name in /etc/passwd, which Hadoop and S3 over Hadoop need: build" \
		"the image with --user $_user_id, or with --package nss_wrapper"
}

# The console mode of 1.11 and later also logs to a file, which a read-only image has no place for.
choose_log_folder() {
	if [ -z "${FLINK_LOG_DIR:-}" ] && [ ! -w "$FLINK_HOME/log" ]; then
		FLINK_LOG_DIR=${TMPDIR:-/tmp}/flink-log
		mkdir -p "$FLINK_LOG_DIR" 2>/dev/null || unset FLINK_LOG_DIR
		[ -z "${FLINK_LOG_DIR:-}" ] || export FLINK_LOG_DIR
	fi
}

prepare() {
	case :${PATH:-}: in
	*":$FLINK_HOME/bin:"*) ;;
	*) PATH=$FLINK_HOME/bin${PATH:+:$PATH} ;;
	esac
	export PATH FLINK_HOME
	prepare_configuration
	enable_plugins
	name_user
	choose_log_folder
	enable_jemalloc
}

flink_version() {
	_reply=
	for _dist in "$FLINK_HOME"/lib/flink-dist*.jar; do
		_reply=${_dist##*/flink-dist}
		_reply=${_reply#*-}
		_reply=${_reply%.jar}
	done
}

# Whether the version $1.$2 or a later one is in the image; one that cannot be told is the newest.
at_least() {
	flink_version
	case $_reply in
	[0-9]*.[0-9]*) ;;
	*) return 0 ;;
	esac
	_minor=${_reply#*.}
	_minor=${_minor%%[!0-9]*}
	[ "${_reply%%.*}" -gt "$1" ] || { [ "${_reply%%.*}" -eq "$1" ] && [ "$_minor" -ge "$2" ]; }
}

# The options of the entry that this version starts a job with: "SHORT=LONG ...".
list_options() {
	_options='c=configDir j=job-classname n=allowNonRestoredState s=fromSavepoint'
	! at_least 1 8 || _options="$_options jid=job-id"
	! at_least 1 19 || _options="$_options =jars"
	at_least 2 0 || _options="$_options r=webui-port"
	at_least 2 0 || ! at_least 1 11 || _options="$_options h=host"
}

# The long name of the option $1, or of the only one that begins so: Flink takes that as well.
find_option() {
	_reply=
	for _option in $_options; do
		case $_option in
		"$1"=* | *="$1")
			_reply=${_option#*=}
			return 0
			;;
		*="$1"*) _reply=$_reply${_reply:+ }${_option#*=} ;;
		esac
	done
	case $_reply in
	'' | *' '*) return 1 ;;
	esac
}

# The option that the word $1 is: its name in _reply, and in _option_words how many words it takes.
# False: to Flink it is none, and with all that follows an argument of the job.
read_option() {
	_option_words=2
	_option_name=${1%%=*}
	case $1 in
	-- | -jid=*) return 1 ;;
	-D)
		_reply=D
		case ${2-}${3+ }${3-} in
		*=* | ' '* | *' -'*) ;;
		*' '*) _option_words=3 ;;
		esac
		return
		;;
	-D*)
		_reply=D
		_option_words=1
		return
		;;
	--?*) find_option "${_option_name#--}" || return 1 ;;
	-?*) find_option "${_option_name#-}" || find_joined "${1#-}" || return 1 ;;
	*) return 1 ;;
	esac
	case $1 in
	*=*) _option_words=1 ;;
	esac
	[ "$_reply" != allowNonRestoredState ] || _option_words=1
}

# "sPATH" and "ns", of "-sPATH" and "-ns PATH".
find_joined() {
	_joined=${1#n}
	find_option "${_joined%"${_joined#?}"}" || return 1
	[ -z "${_joined#?}" ] || _option_words=1
}

# Whether the setting $1, "key=...", is a savepoint's: then _recovery is known, or else that key where
# this version has none of its name.
note_recovery() {
	case $1 in
	execution.savepoint.path=*) at_least 1 11 ;;
	execution.state-recovery.path=*) at_least 1 20 ;;
	*) return 0 ;;
	esac && _recovery=known || _recovery=${_recovery:-${1%%=*}}
}

# Look at Flink's own options, and refuse those that this version would take for the job's in
# silence. True when a main class is among them.
check_job_options() {
	list_options
	flink_version
	_flink=$_reply
	_found=no
	_savepoint=no
	_recovery=
	for _option in execution.savepoint.path execution.state-recovery.path; do
		! is_set "$_option" || note_recovery "$_option="
	done
	while [ $# -gt 0 ] && read_option "$@"; do
		case $1 in
		-rm | -rm=*) break ;;
		-jid*) at_least 1 8 || die "Flink $_flink has no $1: leave it out" ;;
		esac
		case $_reply in
		job-classname) _found=yes ;;
		D)
			note_recovery "${1#-D}${2-}"
			case $_option_words in
			3) see_option "$2=${3-}" ;;
			*) see_options "$1" "${2-}" ;;
			esac
			;;
		fromSavepoint)
			_savepoint=yes
			_recovery=known
			[ "$_flink" != 1.6.0 ] ||
				die "Flink 1.6.0 has no $1 and would start without state; use 1.6.1 or later"
			;;
		esac
		shift "$(($# < _option_words ? $# : _option_words))"
	done
	case $_recovery in
	'' | known) ;;
	*) die "Flink $_flink has no $_recovery and would start without state; use --fromSavepoint PATH" ;;
	esac
	case ${1-} in
	--host | --host=*)
		! at_least 2 0 || die "Flink $_flink has no --host; use -Djobmanager.rpc.address=HOST"
		;;
	--restoreMode | --restoreMode=* | --claimMode | --claimMode=* | -rm | -rm=* | -cm | -cm=*)
		die "$1 is an option of 'flink run', not of job-cluster, which restores in the mode" \
			"NO_CLAIM (before 1.15: LEGACY) whatever is said; leave it out"
		;;
	esac
	[ "$_savepoint" = yes ] || check_arguments "$@"
	[ "$_found" = yes ]
}

# Look for a savepoint among the arguments of the job, where it is lost on Flink.
check_arguments() {
	_first=${1-}
	[ "$_first" != -- ] || shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		if is_savepoint "$@"; then
			! is_meant_for_flink "$1" ||
				die "$1 is taken for an argument of the job, as the job's arguments begin with" \
					"'$_first': it would start without state. Put Flink's own options first," \
					"spelled -s PATH or --fromSavepoint PATH"
			note "$1 stands behind '$_first', so it is the job's: Flink starts without a savepoint"
		fi
		shift
	done
}

# Whether $1 looks as if it handed a savepoint over, $2 or in itself; then in _savepoint_path.
is_savepoint() {
	_savepoint_name=${1%%=*}
	_savepoint_path=${2-}
	[ "$_savepoint_name" = "$1" ] || _savepoint_path=${1#*=}
	case $1 in
	-Dexecution.savepoint.path=* | -Dexecution.state-recovery.path=*) return 0 ;;
	-s | -s=*) ;;
	-s[!/]*=*) return 1 ;;
	-s/* | -s[a-z]*://*) _savepoint_path=${1#-s} ;;
	-fromS* | --fromS*)
		_savepoint_long=fromSavepoint
		[ "${_savepoint_long#"${_savepoint_name##*-}"}" != "$_savepoint_long" ] || return 1
		;;
	-[sS]ave[pP]oint* | --[sS]ave[pP]oint* | -*from*[sS]ave[pP]oint*) ;;
	*) return 1 ;;
	esac
	case $_savepoint_path in
	*/*) ;;
	*) return 1 ;;
	esac
}

# Whether what is_savepoint found can be nothing else: by its name, by the path, which Flink itself
# has named so, or by an option of 'flink run' or of
# another version before it.
is_meant_for_flink() {
	case $1 in
	-D* | --fromSavepoint | --fromSavepoint=*) return 0 ;;
	esac
	case $_first in
	--) return 1 ;;
	-s* | --savepoint | --savepoint=* | -jid=* | -p | -p=* | -p[0-9]* | --parallelism* | -d | --detached | --class*) return 0 ;;
	-h | --host* | -r | --webui-port* | --job-id* | --jars*) return 0 ;;
	esac
	case $1 in
	-*from*) return 0 ;;
	esac
	case $_savepoint_path in
	*/savepoint-* | */chk-[0-9]* | */_metadata) return 0 ;;
	esac
	return 1
}

run_job() {
	[ -e "$FLINK_HOME/bin/standalone-job.sh" ] ||
		die "this Flink cannot run a job as a cluster (1.6.0 is the first); use jobmanager and" \
			"taskmanager, and submit the job"
	# A template's ${FLINK_JOB} that nobody has set: the image or its jar knows the class.
	case ${1-}:${2-none} in
	--job-classname:) shift 2 ;;
	esac
	if ! check_job_options "$@" && [ -n "${FLINK_JOB_CLASSNAME:-}" ]; then
		set -- --job-classname "$FLINK_JOB_CLASSNAME" "$@"
	fi
	prepare
	exec "$FLINK_HOME/bin/standalone-job.sh" start-foreground "$@"
}

add_option() {
	_is_needed=yes
	case $1 in
	*=*) add_text "${1%%=*}" "${1#*=}" ;;
	*) add_text "$1" true ;;
	esac
}

# Run bin/$1 with its -D options made settings of the configuration instead, for scripts that do
# not take them.
run_configured() {
	_script=$1
	shift
	_left=$#
	while [ "$_left" -gt 0 ]; do
		_word=$1
		shift
		_left=$((_left - 1))
		case $_word in
		-D)
			[ "$_left" -gt 0 ] || die "-D: key=value is missing"
			add_option "$1"
			shift
			_left=$((_left - 1))
			;;
		-D*) add_option "${_word#-D}" ;;
		*) set -- "$@" "$_word" ;;
		esac
	done
	prepare
	exec "$FLINK_HOME/bin/$_script" start-foreground "$@"
}

# 1.5 drops all arguments, and 1.10.0 computes the memory of the JVM without them.
run_taskmanager() {
	flink_version
	case $_reply in
	1.5.* | 1.10.0) run_configured taskmanager.sh "$@" ;;
	esac
	see_options "$@"
	prepare
	exec "$FLINK_HOME/bin/taskmanager.sh" start-foreground "$@"
}

case ${1-help} in
help | --help | -h)
	usage
	exit
	;;
esac
_is_main=yes
collect_settings
case $1 in
job-cluster | standalone-job)
	shift
	run_job "$@"
	;;
jobmanager)
	# Its script takes "-D key=value" in two words, or not at all, and all else for a host.
	shift
	run_configured jobmanager.sh "$@"
	;;
task-manager | taskmanager)
	shift
	run_taskmanager "$@"
	;;
history-server)
	shift
	prepare
	exec "$FLINK_HOME/bin/historyserver.sh" start-foreground "$@"
	;;
-*)
	die "'$1' is no command; the command comes before its options (try help)"
	;;
*)
	_is_main=no
	prepare
	exec "$@"
	;;
esac
