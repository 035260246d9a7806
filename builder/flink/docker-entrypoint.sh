#!/bin/sh
# Starts Flink in a container.
#
# POSIX sh, and nothing but chmod, cp, ln, mkdir, mktemp, mv and uname beside it: bases differ in
# the rest.
# Whatever is started replaces this script, so that signals reach it.
#
# The shipped configuration is never written: where the environment sets something, a private
# copy is made, merged with it, and named in FLINK_CONF_DIR. So conf/ may be a read-only mount.
set -eu

FLINK_HOME=${FLINK_HOME:-/opt/flink}
NL='
'
TAB=$(printf '\t')
CR=$(printf '\r')
BLANK=" $TAB$CR"

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

# Functions that compute a text leave it in REPLY: a subshell for each line would be slow.
trim() {
	REPLY=${1#"${1%%[!"$BLANK"]*}"}
	REPLY=${REPLY%"${REPLY##*[!"$BLANK"]}"}
}

# $1 with every $2 in it replaced by $3.
replace() {
	replace_rest=$1
	REPLY=
	while :; do
		case $replace_rest in
		*"$2"*) ;;
		*) break ;;
		esac
		REPLY=$REPLY${replace_rest%%"$2"*}$3
		replace_rest=${replace_rest#*"$2"}
	done
	REPLY=$REPLY$replace_rest
}

# $1 without the line breaks at its end: files and secrets end in one that nobody means.
chomp() {
	REPLY=$1
	while :; do
		case $REPLY in
		*"$NL" | *"$CR") REPLY=${REPLY%?} ;;
		*) return 0 ;;
		esac
	done
}

as_is() {
	REPLY=$1
}

# Replace ${NAME} in $1 by the variable's value, as envsubst does in the official image; $2 makes
# the value fit the text around it. False where that leaves nothing, as no variable was set.
# shellcheck disable=SC2016 # the text '${' itself is meant
expand() {
	expand_done=
	expand_rest=$1
	expand_known=$1
	while :; do
		case $expand_rest in
		*'${'*'}'*) ;;
		*) break ;;
		esac
		expand_done=$expand_done${expand_rest%%'${'*}
		expand_rest=${expand_rest#*'${'}
		expand_name=${expand_rest%%'}'*}
		case $expand_name in
		'' | [0-9]* | *[!A-Za-z0-9_]*)
			expand_done=$expand_done'${'
			continue
			;;
		esac
		expand_rest=${expand_rest#*'}'}
		eval "chomp \"\${$expand_name-}\"; expand_known=\${$expand_name+set}"
		"$2" "$REPLY"
		expand_done=$expand_done$REPLY
	done
	REPLY=$expand_done$expand_rest
	[ -n "$REPLY$expand_known" ]
}

# --- values as config.yaml takes them ---

# $1 as it stands inside of double quotes.
yaml_escape() {
	replace "$1" "\\" "\\\\"
	replace "$REPLY" '"' '\"'
	replace "$REPLY" "$NL" '\n'
	replace "$REPLY" "$TAB" '\t'
	replace "$REPLY" "$CR" '\r'
	while :; do
		case $REPLY in
		*[[:cntrl:]]*) ;;
		*) return 0 ;;
		esac
		escape_rest=${REPLY#*[[:cntrl:]]}
		escape_head=${REPLY%%[[:cntrl:]]*}
		escape_char=${REPLY#"$escape_head"}
		escape_char=${escape_char%"$escape_rest"}
		REPLY=$escape_head$(printf '\\x%02X' "'$escape_char")$escape_rest
	done
}

yaml_quote() {
	case $1 in
	*[[:cntrl:]]*)
		yaml_escape "$1"
		REPLY=\"$REPLY\"
		;;
	*)
		replace "$1" "'" "''"
		REPLY=\'$REPLY\'
		;;
	esac
}

# Kept as it is: whole numbers, and words that mean nothing special in YAML.
yaml_value() {
	REPLY=$1
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
	REPLY=${1#?}
	hex='[0-9A-Fa-f]'
	while :; do
		case $1 in
		\'*)
			case $REPLY in
			*\'*) REPLY=${REPLY#*\'} ;;
			*) return 1 ;;
			esac
			case $REPLY in
			\'*) REPLY=${REPLY#?} ;;
			*) return 0 ;;
			esac
			;;
		*)
			REPLY=${REPLY#"${REPLY%%[\"\\]*}"}
			case $REPLY in
			\"*)
				REPLY=${REPLY#?}
				return 0
				;;
			\\[0abtnvfre\"/\\N_LP\ ]*) REPLY=${REPLY#??} ;;
			\\x$hex$hex* | \\u$hex$hex$hex$hex* | \\U0$hex$hex$hex$hex$hex$hex$hex*) REPLY=${REPLY#??} ;;
			*) return 1 ;;
			esac
			;;
		esac
	done
}

# Whether $1 is a list or a map of words, "[a, b]" or "{a: b, c: d}". Other brackets become text,
# which is the same to Flink where it wants a list.
is_flow() {
	flow_rest=${1#?}
	flow_rest=${flow_rest%?},
	case $1 in
	*[!]A-Za-z0-9_./@+=,\ :\[\{\}-]* | *' -'* | ?-* | ?*[\[\{]* | *[]\}]?*) return 1 ;;
	\[*\] | \{*\}) ;;
	*) return 1 ;;
	esac
	while [ -n "$flow_rest" ]; do
		trim "${flow_rest%%,*}"
		case ${1%"${1#?}"}$REPLY in
		\[*': '* | ?:* | *: | ?*': '*': '*) return 1 ;;
		\[?* | \{*': '*) ;;
		*) return 1 ;;
		esac
		flow_rest=${flow_rest#*,}
	done
}

# --- what the environment sets: SETTINGS holds "key: N", each after a line break. The value as
# flink-conf.yaml takes it is then in flat_N, and in yaml_N as config.yaml does. ---
SETTINGS=$NL
setting_count=0

add_setting() {
	case $1 in
	'' | *"$NL"* | *': '*) die "'$1' is not a key of Flink's configuration" ;;
	esac
	setting_count=$((setting_count + 1))
	SETTINGS=$SETTINGS$1": "$setting_count$NL
	eval "flat_$setting_count=\$2 yaml_$setting_count=\$3"
}

# Set the key $1 to the very text $2.
add_text() {
	chomp "$2"
	set -- "$1" "$REPLY"
	yaml_value "$2"
	add_setting "$1" "$2" "$REPLY"
}

is_set() {
	case $SETTINGS in
	*"$NL$1: "*) ;;
	*) return 1 ;;
	esac
}

# Without the comment behind it.
cut_comment() {
	case $1 in
	[\"\']*)
		cut_rest=
		! behind_quotes "$1" || cut_rest=$REPLY
		trim "$cut_rest"
		case $REPLY in
		'#'*) REPLY=${1%"$cut_rest"} ;;
		*) REPLY=$1 ;;
		esac
		;;
	*' #'*) trim "${1%%" #"*}" ;;
	*) REPLY=$1 ;;
	esac
}

# The text $1 of FLINK_PROPERTIES, $2 with its variables replaced, as config.yaml takes it: what is
# YAML stays so.
property_yaml() {
	case $1 in
	[\"\']*)
		if behind_quotes "$1" && [ -z "$REPLY" ]; then
			case $1 in
			\"*)
				expand "$1" yaml_escape
				return
				;;
			esac
			REPLY=${1#?}
			replace "${REPLY%?}" "''" "'"
			expand "$REPLY" as_is || REPLY=
			yaml_quote "$REPLY"
			return
		fi
		;;
	esac
	case $1 in
	\[* | \{*)
		if is_flow "$2"; then
			REPLY=$2
			return
		fi
		;;
	esac
	yaml_value "$2"
}

add_property() {
	trim "$1"
	property=$REPLY
	case $property in
	'' | '#'* | ---) return 0 ;;
	esac
	case $property in
	[!:]*:*) ;;
	*) die "FLINK_PROPERTIES: '$property' is not of the form \"key: value\"" ;;
	esac
	trim "${property%%:*}"
	property_key=$REPLY
	trim "${property#*:}"
	cut_comment "$REPLY"
	property=$REPLY
	case $property in
	'' | '#'*) no_value ;;
	esac
	expand "$property" as_is || no_value
	property_flat=$REPLY
	property_yaml "$property" "$property_flat"
	add_setting "$property_key" "$property_flat" "$REPLY"
}

no_value() {
	die "FLINK_PROPERTIES: '$property_key' has no value; write whole keys: a.b.c: value"
}

collect_settings() {
	if [ -n "${JOB_MANAGER_RPC_ADDRESS:-}" ]; then
		add_text jobmanager.rpc.address "$JOB_MANAGER_RPC_ADDRESS"
	fi
	if [ -n "${TASK_MANAGER_NUMBER_OF_TASK_SLOTS:-}" ]; then
		add_text taskmanager.numberOfTaskSlots "$TASK_MANAGER_NUMBER_OF_TASK_SLOTS"
	fi
	properties=${FLINK_PROPERTIES:-}
	while [ -n "$properties" ]; do
		add_property "${properties%%"$NL"*}"
		case $properties in
		*"$NL"*) properties=${properties#*"$NL"} ;;
		*) properties= ;;
		esac
	done
}

# --- merging: each reads a configuration file and prints it with the settings in it ---

# "key: value" lines; a key stands once afterwards.
merge_flat() {
	while IFS= read -r line || [ -n "$line" ]; do
		trim "${line%%:*}"
		case $line in
		*:*) is_set "$REPLY" && continue ;;
		esac
		printf '%s\n' "$line"
	done
	print_settings flat
}

# Every key that is set, once, with its last value; $1: flat or yaml. In flink-conf.yaml a value
# is one line, '#' ends it, and a key without any is passed over.
print_settings() {
	settings_rest=${SETTINGS#"$NL"}
	while [ -n "$settings_rest" ]; do
		setting=${settings_rest%%"$NL"*}
		settings_rest=${settings_rest#*"$NL"}
		setting_key=${setting%%: *}
		case $NL$settings_rest in
		*"$NL$setting_key: "*) continue ;;
		esac
		eval "REPLY=\$$1_${setting##*: }"
		case $1$REPLY in
		flat) continue ;;
		flat*"$NL"* | flat*"$CR"* | flat*'#'*)
			die "$setting_key: the value has a line break or a '#', which flink-conf.yaml" \
				"cannot hold; hand it over in an argument: -D$setting_key=..."
			;;
		esac
		printf '%s: %s\n' "$setting_key" "$REPLY"
	done
}

# Where the reading of config.yaml is: STACK holds "INDENT|PATH" of the keys above, one a line,
# the innermost first.
STACK=
INDENT=0

pop_to_parent() {
	while [ -n "$STACK" ]; do
		stack_top=${STACK%%"$NL"*}
		if [ "${stack_top%%|*}" -lt "$INDENT" ]; then
			REPLY=${stack_top#*|}.
			return 0
		fi
		STACK=${STACK#*"$NL"}
	done
	REPLY=
}

# The key at the start of $1, which has a ':' behind it.
bare_key() {
	REPLY=${1%%: *}
	REPLY=${REPLY%:}
	case $REPLY in
	\"*\" | \'*\')
		REPLY=${REPLY#?}
		REPLY=${REPLY%?}
		;;
	esac
}

# Nested keys are written flat, "a.b.c: value", which Flink takes as well: so a key that is set
# twice, nested and flat, cannot be left, nor a parent without a child. Comments are left out.
# mode: what the lines belong to that are indented deeper than the last key:
#   none (its children), print (a value that goes on), drop (one that is replaced)
merge_nested() {
	mode=none
	value_indent=0
	item_indent=
	in_text=no
	empty_path=
	while IFS= read -r line || [ -n "$line" ]; do
		spaces=${line%%[! ]*}
		INDENT=${#spaces}
		content=${line#"$spaces"}
		trim "$content"
		if [ "$in_text" = no ]; then
			case $REPLY in
			'' | '#'* | ---) continue ;;
			esac
		fi
		if continues_value; then
			[ "$mode" = drop ] || printf '%s\n' "$line"
			continue
		fi
		read_key "$REPLY"
	done
	print_settings yaml
}

# Whether the line goes on with the value of the last key.
continues_value() {
	if [ -n "$empty_path" ]; then
		case $content in
		- | '- '*) begin_list ;;
		esac
		empty_path=
	fi
	[ "$mode" != none ] || return 1
	[ "$in_text" = no ] || [ -n "$content" ] || return 0
	[ "$INDENT" -le "$value_indent" ] || return 0
	case $item_indent$content in
	"$INDENT-" | "$INDENT- "*) return 0 ;;
	esac
	mode=none
	in_text=no
	return 1
}

# The first item of a list that is the value of the last key.
begin_list() {
	value_indent=$INDENT
	item_indent=$INDENT
	mode=print
	if is_set "$empty_path"; then
		mode=drop
	else
		printf '%s:\n' "$empty_path"
	fi
}

read_key() {
	entry=$1
	item_indent=
	case $entry in
	'' | '#'*) return 0 ;;
	*': '* | *:) ;;
	*) die "$conf_file: '$entry' is not understood, expected \"key: value\"" ;;
	esac
	pop_to_parent
	parent=$REPLY
	bare_key "$entry"
	path=$parent$REPLY
	STACK=$INDENT'|'$path$NL$STACK
	case $entry in
	*': '*) ;;
	*)
		empty_path=$path
		return 0
		;;
	esac
	trim "${entry#*: }"
	value=$REPLY
	value_indent=$INDENT
	mode=print
	case $value in
	'#'*)
		mode=none
		empty_path=$path
		return 0
		;;
	'|'* | '>'*) in_text=yes ;;
	esac
	if is_set "$path"; then
		mode=drop
	else
		printf '%s: %s\n' "$path" "$value"
	fi
}

merge_file() {
	conf_file=$1
	"$2" <"$conf_file" >"$conf_file.new" || exit
	mv -f "$conf_file.new" "$conf_file"
}

# Flink 1.19 and later read config.yaml; 1.19 and 1.20 prefer a flink-conf.yaml that is there.
prepare_configuration() {
	[ "$SETTINGS" != "$NL" ] || return 0
	shipped=${FLINK_CONF_DIR:-$FLINK_HOME/conf}
	private=$(mktemp -d "${TMPDIR:-/tmp}/flink-conf.XXXXXX") ||
		die "no folder for the configuration can be made: mount a writable ${TMPDIR:-/tmp}"
	if [ -d "$shipped" ]; then
		(umask 077 && cp -RL "$shipped/." "$private/") ||
			die "$shipped cannot be copied to $private"
	fi
	chmod -R u+w "$private"
	if [ ! -e "$private/flink-conf.yaml" ] && [ ! -e "$private/config.yaml" ]; then
		if [ -e "$FLINK_HOME/bin/config-parser-utils.sh" ]; then
			: >"$private/config.yaml"
		else
			: >"$private/flink-conf.yaml"
		fi
	fi
	if [ -e "$private/flink-conf.yaml" ]; then
		merge_file "$private/flink-conf.yaml" merge_flat
	fi
	if [ -e "$private/config.yaml" ]; then
		merge_file "$private/config.yaml" merge_nested
	fi
	FLINK_CONF_DIR=$private
	export FLINK_CONF_DIR
}

# --- the rest of the surroundings ---
link_plugin() {
	plugins=${FLINK_PLUGINS_DIR:-$FLINK_HOME/plugins}
	jar=$1
	case $jar in
	*/* | .*) die "ENABLE_BUILT_IN_PLUGINS: '$jar' is not the name of a jar in $FLINK_HOME/opt" ;;
	esac
	[ ! -e "$plugins/${jar%.jar}/$jar" ] || return 0
	[ -e "$FLINK_HOME/opt/$jar" ] ||
		die "ENABLE_BUILT_IN_PLUGINS: there is no $FLINK_HOME/opt/$jar"
	{ mkdir -p "$plugins/${jar%.jar}" && ln -sf "$FLINK_HOME/opt/$jar" "$plugins/${jar%.jar}/"; } ||
		die "ENABLE_BUILT_IN_PLUGINS: $plugins cannot be written; build the image with --plugin"
}

enable_plugins() {
	plugin_list=${ENABLE_BUILT_IN_PLUGINS:-}
	while [ -n "$plugin_list" ]; do
		trim "${plugin_list%%;*}"
		[ -z "$REPLY" ] || link_plugin "$REPLY"
		case $plugin_list in
		*';'*) plugin_list=${plugin_list#*;} ;;
		*) plugin_list= ;;
		esac
	done
}

# glibc's allocator fragments under RocksDB; jemalloc is used where the base has it.
enable_jemalloc() {
	[ "${DISABLE_JEMALLOC:-false}" != true ] || return 0
	for library in "/usr/lib/$(uname -m)-linux-gnu/libjemalloc.so" \
		"/usr/lib/$(uname -m)-linux-gnu/libjemalloc.so.2" /usr/lib64/libjemalloc.so.2; do
		if [ -f "$library" ]; then
			LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$library
			export LD_PRELOAD
			return 0
		fi
	done
}

# Whose process this is, as libc finds it: false where no line of /etc/passwd has its number.
find_user() {
	user_id=
	user_group=
	while read -r user_key user_number _; do
		case $user_key in
		Uid:) user_id=$user_number ;;
		Gid:) user_group=$user_number ;;
		esac
	done </proc/self/status
	[ -r /etc/passwd ] || return 1
	while IFS=: read -r _ _ user_number _ || [ -n "$user_number" ]; do
		[ "$user_number" != "$user_id" ] || return 0
	done </etc/passwd
	return 1
}

# A user without a name, as clusters choose them: Java's login module, and with it all of Hadoop,
# fails for want of one. nss_wrapper shows a file of ours to libc in place of /etc/passwd.
name_user() {
	[ -z "${NSS_WRAPPER_PASSWD:-}" ] && [ -r /proc/self/status ] || return 0
	! find_user || return 0
	for library in /usr/lib/libnss_wrapper.so /usr/lib64/libnss_wrapper.so \
		"/usr/lib/$(uname -m)-linux-gnu/libnss_wrapper.so"; do
		[ -f "$library" ] || continue
		passwd=$(mktemp "${TMPDIR:-/tmp}/flink-passwd.XXXXXX") || break
		[ ! -r /etc/passwd ] || cp /etc/passwd "$passwd"
		printf '\nflink:x:%s:%s::%s:/bin/sh\n' "$user_id" "$user_group" "$FLINK_HOME" >>"$passwd"
		NSS_WRAPPER_PASSWD=$passwd
		NSS_WRAPPER_GROUP=/etc/group
		LD_PRELOAD=${LD_PRELOAD:+$LD_PRELOAD:}$library
		export NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP LD_PRELOAD
		return 0
	done
	note "the user $user_id has no name in /etc/passwd, which Hadoop and S3 over Hadoop need: build" \
		"the image with --user $user_id, or with --package nss_wrapper"
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
	REPLY=
	for dist in "$FLINK_HOME"/lib/flink-dist*.jar; do
		REPLY=${dist##*/flink-dist}
		REPLY=${REPLY#*-}
		REPLY=${REPLY%.jar}
	done
}

# Whether the version $1.$2 or a later one is in the image; one that cannot be told is the newest.
at_least() {
	flink_version
	case $REPLY in
	[0-9]*.[0-9]*) ;;
	*) return 0 ;;
	esac
	minor=${REPLY#*.}
	minor=${minor%%[!0-9]*}
	[ "${REPLY%%.*}" -gt "$1" ] || { [ "${REPLY%%.*}" -eq "$1" ] && [ "$minor" -ge "$2" ]; }
}

# The options of the entry that this version starts a job with: "SHORT=LONG ...".
list_options() {
	options='c=configDir j=job-classname n=allowNonRestoredState s=fromSavepoint'
	! at_least 1 8 || options="$options jid=job-id"
	! at_least 1 19 || options="$options =jars"
	at_least 2 0 || options="$options r=webui-port"
	at_least 2 0 || ! at_least 1 11 || options="$options h=host"
}

# The long name of the option $1, or of the only one that begins so: Flink takes that as well.
find_option() {
	REPLY=
	for option in $options; do
		case $option in
		"$1"=* | *="$1")
			REPLY=${option#*=}
			return 0
			;;
		*="$1"*) REPLY=$REPLY${REPLY:+ }${option#*=} ;;
		esac
	done
	case $REPLY in
	'' | *' '*) return 1 ;;
	esac
}

# The option that the word $1 is: its name in REPLY, and in option_words how many words it takes.
# False: to Flink it is none, and with all that follows an argument of the job.
read_option() {
	option_words=2
	option_name=${1%%=*}
	case $1 in
	-- | -jid=*) return 1 ;;
	-D)
		REPLY=D
		case ${2-}${3+ }${3-} in
		*=* | ' '* | *' -'*) ;;
		*' '*) option_words=3 ;;
		esac
		return
		;;
	-D*)
		REPLY=D
		option_words=1
		return
		;;
	--?*) find_option "${option_name#--}" || return 1 ;;
	-?*) find_option "${option_name#-}" || find_joined "${1#-}" || return 1 ;;
	*) return 1 ;;
	esac
	case $1 in
	*=*) option_words=1 ;;
	esac
	[ "$REPLY" != allowNonRestoredState ] || option_words=1
}

# "sPATH" and "ns", of "-sPATH" and "-ns PATH".
find_joined() {
	joined=${1#n}
	find_option "${joined%"${joined#?}"}" || return 1
	[ -z "${joined#?}" ] || option_words=1
}

# Look at Flink's own options, and refuse those that this version would take for the job's in
# silence. True when a main class is among them.
check_job_options() {
	list_options
	flink_version
	flink=$REPLY
	found=no
	savepoint=no
	while [ $# -gt 0 ] && read_option "$@"; do
		case $REPLY in
		job-classname) found=yes ;;
		fromSavepoint)
			savepoint=yes
			[ "$flink" != 1.6.0 ] ||
				die "Flink 1.6.0 has no $1 and would start without state; use 1.6.1 or later"
			;;
		esac
		shift "$(($# < option_words ? $# : option_words))"
	done
	case ${1-} in
	--host | --host=*)
		! at_least 2 0 || die "Flink $flink has no --host; use -Djobmanager.rpc.address=HOST"
		;;
	--restoreMode | --restoreMode=* | --claimMode | --claimMode=*)
		die "$1 is an option of 'flink run', not of job-cluster, which restores in the mode" \
			"NO_CLAIM (before 1.15: LEGACY) whatever is said; leave it out"
		;;
	esac
	[ "$savepoint" = yes ] || check_arguments "$@"
	[ "$found" = yes ]
}

# Refuse arguments of the job that look as if its state should come from them.
check_arguments() {
	first=${1-}
	[ "$first" != -- ] || shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		! is_savepoint "$@" ||
			die "$1 is taken for an argument of the job, as the job's arguments begin with" \
				"'$first': it would start without state. Put Flink's own options first, spelled" \
				"-s PATH or --fromSavepoint PATH"
		shift
	done
}

# Whether $1 hands a savepoint over. Behind "--" only what can be nothing else does.
is_savepoint() {
	savepoint_name=${1%%=*}
	savepoint_path=
	case $1 in
	-Dexecution.savepoint.path=* | -Dexecution.state-recovery.path=* | --fromSavepoint | \
		--fromSavepoint=*) return 0 ;;
	-s) savepoint_path=${2-} ;;
	-s=*) savepoint_path=${1#-s=} ;;
	-s/*) savepoint_path=$1 ;;
	-s*://*) [ "$savepoint_name" != "$1" ] || savepoint_path=$1 ;;
	-fromS* | --fromS*)
		savepoint_long=fromSavepoint
		[ "${savepoint_long#"${savepoint_name##*-}"}" = "$savepoint_long" ] || savepoint_path=/
		;;
	-[sS]ave[pP]oint* | --[sS]ave[pP]oint* | -*from*[sS]ave[pP]oint*) savepoint_path=/ ;;
	esac
	case $first:$savepoint_path in
	--:*/*)
		note "$1 stands behind '--', so it is the job's: Flink starts without a savepoint"
		return 1
		;;
	*:*/*) ;;
	*) return 1 ;;
	esac
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
	case $1 in
	*=*) add_text "${1%%=*}" "${1#*=}" ;;
	*) add_text "$1" true ;;
	esac
}

# Run bin/$1 with its -D options made settings of the configuration instead, for scripts that do
# not take them.
run_configured() {
	script=$1
	shift
	left=$#
	while [ "$left" -gt 0 ]; do
		word=$1
		shift
		left=$((left - 1))
		case $word in
		-D)
			[ "$left" -gt 0 ] || die "-D: key=value is missing"
			add_option "$1"
			shift
			left=$((left - 1))
			;;
		-D*) add_option "${word#-D}" ;;
		*) set -- "$@" "$word" ;;
		esac
	done
	prepare
	exec "$FLINK_HOME/bin/$script" start-foreground "$@"
}

# 1.5 drops all arguments, and 1.10.0 computes the memory of the JVM without them.
run_taskmanager() {
	flink_version
	case $REPLY in
	1.5.* | 1.10.0) run_configured taskmanager.sh "$@" ;;
	esac
	prepare
	exec "$FLINK_HOME/bin/taskmanager.sh" start-foreground "$@"
}

case ${1-help} in
help | --help | -h)
	usage
	exit
	;;
esac
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
	prepare
	exec "$@"
	;;
esac
