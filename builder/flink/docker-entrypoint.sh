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
                                     ${NAME} is replaced by that variable's value
  JOB_MANAGER_RPC_ADDRESS            the same as jobmanager.rpc.address
  TASK_MANAGER_NUMBER_OF_TASK_SLOTS  the same as taskmanager.numberOfTaskSlots
  ENABLE_BUILT_IN_PLUGINS            jars of opt/ to link into plugins/, with ';' between
  FLINK_JOB_CLASSNAME                the job's main class, unless --job-classname is given
  DISABLE_JEMALLOC                   true: do not preload jemalloc where it is installed
USAGE
}

die() {
	printf 'docker-entrypoint.sh: %s\n' "$*" >&2
	exit 2
}

# Functions that compute a text leave it in REPLY: a subshell for each line would be slow.
trim() {
	REPLY=${1#"${1%%[!"$BLANK"]*}"}
	REPLY=${REPLY%"${REPLY##*[!"$BLANK"]}"}
}

# Replace ${NAME} by the variable's value, as envsubst does in the official image.
# shellcheck disable=SC2016 # the text '${' itself is meant
expand() {
	REPLY=
	expand_rest=$1
	while :; do
		case $expand_rest in
		*'${'*'}'*) ;;
		*) break ;;
		esac
		REPLY=$REPLY${expand_rest%%'${'*}
		expand_rest=${expand_rest#*'${'}
		expand_name=${expand_rest%%'}'*}
		case $expand_name in
		'' | [0-9]* | *[!A-Za-z0-9_]*)
			REPLY=$REPLY'${'
			continue
			;;
		esac
		expand_rest=${expand_rest#*'}'}
		eval "REPLY=\$REPLY\${$expand_name-}"
	done
	REPLY=$REPLY$expand_rest
}

# --- what the environment sets: SETTINGS holds "key: value" lines, each after a line break ---
SETTINGS=$NL

add_setting() {
	SETTINGS=$SETTINGS$1": "$2$NL
}

# The value that was set last for the key $1.
find_setting() {
	case $SETTINGS in
	*"$NL$1: "*) ;;
	*) return 1 ;;
	esac
	REPLY=${SETTINGS##*"$NL$1: "}
	REPLY=${REPLY%%"$NL"*}
}

add_property() {
	trim "$1"
	property=$REPLY
	case $property in
	'' | '#'* | ---) return 0 ;;
	*:*) ;;
	*) die "FLINK_PROPERTIES: '$property' is not of the form \"key: value\"" ;;
	esac
	trim "${property%%:*}"
	property_key=$REPLY
	trim "${property#*:}"
	case $REPLY in
	\"* | \'*) ;;
	*' #'*) trim "${REPLY%%" #"*}" ;;
	esac
	expand "$REPLY"
	case $REPLY in
	'' | '#'*) die "FLINK_PROPERTIES: '$property_key' has no value; write whole keys: a.b.c: value" ;;
	esac
	add_setting "$property_key" "$REPLY"
}

collect_settings() {
	if [ -n "${JOB_MANAGER_RPC_ADDRESS:-}" ]; then
		add_setting jobmanager.rpc.address "$JOB_MANAGER_RPC_ADDRESS"
	fi
	if [ -n "${TASK_MANAGER_NUMBER_OF_TASK_SLOTS:-}" ]; then
		add_setting taskmanager.numberOfTaskSlots "$TASK_MANAGER_NUMBER_OF_TASK_SLOTS"
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

# --- values as config.yaml takes them ---
yaml_quote() {
	quote_rest=$1
	REPLY=
	while :; do
		case $quote_rest in
		*\'*) ;;
		*) break ;;
		esac
		REPLY=$REPLY${quote_rest%%\'*}\'\'
		quote_rest=${quote_rest#*\'}
	done
	REPLY=\'$REPLY$quote_rest\'
}

# Kept as it is: what is YAML already, whole numbers, and words that mean nothing special there.
yaml_value() {
	REPLY=$1
	case $1 in
	\"*\" | \'*\' | \[*\] | \{*\}) return 0 ;;
	null | Null | NULL | [yYnN] | [yY]es | YES | [nN]o | NO | [oO]n | ON | [oO]ff | OFF | *:) ;;
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

# --- merging: each reads a configuration file and prints it with the settings in it ---

# "key: value" lines; a key stands once afterwards.
merge_flat() {
	while IFS= read -r line || [ -n "$line" ]; do
		trim "${line%%:*}"
		case $line in
		*:*) find_setting "$REPLY" && continue ;;
		esac
		printf '%s\n' "$line"
	done
	print_settings as_is
}

as_is() {
	REPLY=$1
}

# Every key that is set, once, with its last value; $1 makes the value fit the file.
print_settings() {
	settings_rest=${SETTINGS#"$NL"}
	while [ -n "$settings_rest" ]; do
		setting=${settings_rest%%"$NL"*}
		settings_rest=${settings_rest#*"$NL"}
		setting_key=${setting%%: *}
		case $NL$settings_rest in
		*"$NL$setting_key: "*) continue ;;
		esac
		"$1" "${setting#*: }"
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
	print_settings yaml_value
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
	if find_setting "$empty_path"; then
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
	if find_setting "$path"; then
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

# Look at Flink's own options, which end at the first word that is none, and refuse those that
# this version would take for the job's in silence. True when a main class is among them.
check_job_options() {
	flink_version
	found=no
	while [ $# -gt 0 ]; do
		case $1 in
		-j | -j=* | --job-classname | --job-classname=*) found=yes ;;
		-s | --fromSavepoint | -s=* | --fromSavepoint=*)
			[ "$REPLY" != 1.6.0 ] ||
				die "Flink 1.6.0 has no $1 and would start without state; use 1.6.1 or later"
			;;
		--host | --host=*)
			case $REPLY in
			2.*) die "Flink $REPLY has no --host; use -Djobmanager.rpc.address=HOST" ;;
			esac
			;;
		-D?* | -n | --allowNonRestoredState | *=*) ;;
		-D | -jid | --job-id | --jars | -r | --webui-port) ;;
		*) break ;;
		esac
		case $1 in
		*=* | -D?* | -n | --allowNonRestoredState) shift ;;
		*) shift "$(($# > 1 ? 2 : 1))" ;;
		esac
	done
	[ "$found" = yes ]
}

run_job() {
	[ -e "$FLINK_HOME/bin/standalone-job.sh" ] ||
		die "this Flink cannot run a job as a cluster (1.6.0 is the first); use jobmanager and" \
			"taskmanager, and submit the job"
	if ! check_job_options "$@" && [ -n "${FLINK_JOB_CLASSNAME:-}" ]; then
		set -- --job-classname "$FLINK_JOB_CLASSNAME" "$@"
	fi
	prepare
	exec "$FLINK_HOME/bin/standalone-job.sh" start-foreground "$@"
}

add_option() {
	case $1 in
	*=*) add_setting "${1%%=*}" "${1#*=}" ;;
	*) add_setting "$1" true ;;
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
