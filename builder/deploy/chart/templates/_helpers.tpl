{{- define "flink.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "flink.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Helm reads numbers of files as floating point, and would write 3600000 as 3.6e+06. */ -}}
{{- define "flink.scalar" -}}
{{- if kindIs "string" . -}}{{- . -}}{{- else -}}{{- toJson . -}}{{- end -}}
{{- end -}}

{{- define "flink.imageName" -}}
{{- .Values.image.repository -}}{{- with .Values.image.tag -}}:{{- . -}}{{- end -}}
{{- end -}}

{{- /*
The digest of the values, behind the name that it belongs to: the first of these that tells of it
is right. The values; the chart, as values of 0.1 say nothing; the release that is installed, as
--reuse-values brings a digest that was once set along with a new tag. Else it is set now, for the
name that stands beside it.
*/ -}}
{{- define "flink.digestOf" -}}
{{- if .Values.image.digest -}}
{{- $end := printf "@%s" .Values.image.digest -}}
{{- $found := "" -}}
{{- range list .Values.image.digestOf (include "flink.options" . | fromJson).digestOf -}}
{{- if and (not $found) . (hasSuffix $end .) -}}{{- $found = . -}}{{- end -}}
{{- end -}}
{{- if not $found -}}
{{- $found = include "flink.installedDigestOf" . -}}
{{- end -}}
{{- default (printf "%s%s" (include "flink.imageName" .) $end) $found -}}
{{- end -}}
{{- end -}}

{{- /* Nothing, if what is installed does not have this digest. A release of 0.1 does not say which
tag it was for: it belongs to none, whether --reuse-values or a copy of its values brings it along. */ -}}
{{- define "flink.installedDigestOf" -}}
{{- $end := printf "@%s" .Values.image.digest -}}
{{- $name := include "flink.fullname" . -}}
{{- $config := lookup "v1" "ConfigMap" .Release.Namespace (printf "%s-config" $name) -}}
{{- $told := dig "metadata" "annotations" "flinkpack/digest-of" "" $config -}}
{{- if hasSuffix $end $told -}}
{{- $told -}}
{{- else if and $config (not $told) -}}
{{- $running := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-taskmanager" $name) -}}
{{- if not (or $running (hasKey .Values.image "digestOf")) -}}
{{- fail "image.digest is of a chart of flinkpack 0.1 (by --reuse-values), and no Deployment is left that tells whether it was set since: use --reset-then-reuse-values, or add --set image.digest= to run image.tag" -}}
{{- else if contains (printf "%s\"" $end) (toJson $running) -}}
{{- $end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Services, containers and their limits do not follow what is set here. */ -}}
{{- define "flink.checkConfiguration" -}}
{{- $configuration := .Values.configuration -}}
{{- $options := include "flink.options" . | fromJson -}}
{{- range $key, $port := $options.fixedKeys -}}
{{- $given := get $configuration $key | include "flink.scalar" -}}
{{- if and (hasKey $configuration $key) (ne $given $port) -}}
{{- printf "configuration.%s is %s: it has to be %s, where Services and containers of this chart have it" $key $given $port | fail -}}
{{- end -}}
{{- end -}}
{{- range $memory := $options.memory -}}
{{- if hasKey $configuration $memory.key -}}
{{- printf "configuration.%s: set %s.memoryMiB instead, which the container's limit follows" $memory.key $memory.role | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The digest goes before the tag, unless it belongs to another name. */ -}}
{{- define "flink.image" -}}
{{- $image := .Values.image -}}
{{- $pinned := printf "%s@%s" (include "flink.imageName" .) $image.digest -}}
{{- if and $image.digest (eq (include "flink.digestOf" .) $pinned) -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- required "image.tag is needed, or an image.digest that is not of another repository or tag" $image.tag | printf "%s:%s" $image.repository -}}
{{- end -}}
{{- end -}}

{{- /* Of image and configuration, but for the address, which has it: flinkpack does the same. */ -}}
{{- define "flink.revision" -}}
{{- $log := (include "flink.options" . | fromJson).logConf | printf "log4j: %s" | trimSuffix "log4j: " -}}
{{- printf "image: %s\n%s\n%s" (include "flink.image" .) (include "flink.settings" .) $log | trimSuffix "\n" | splitList "\n" | sortAlpha | join "\n" | sha256sum | trunc 10 -}}
{{- end -}}

{{- /* A Job cannot be changed: better said before anything else is. */ -}}
{{- define "flink.checkJob" -}}
{{- if and .Release.IsUpgrade (not .Values.job.replaceOnUpgrade) -}}
{{- $name := printf "%s-jobmanager" (include "flink.fullname" .) -}}
{{- $job := lookup "batch/v1" "Job" .Release.Namespace $name -}}
{{- if and $job (ne (dig "spec" "template" "metadata" "labels" "flinkpack.revision" "" $job) (include "flink.revision" .)) -}}
{{- $others := include "flink.isHa" . | empty | ternary "" (printf " deploy/%s-taskmanager" (include "flink.fullname" .)) -}}
{{- printf "the Job %s has another image or configuration, and a Job cannot be changed: stop it with a savepoint, then: kubectl -n %s delete job/%s%s --cascade=foreground" $name .Release.Namespace $name $others | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* As many TaskManagers as the parallelism needs, unless their number is given. */ -}}
{{- define "flink.replicas" -}}
{{- $slots := int .Values.taskmanager.slots -}}
{{- $needed := div (sub (add (int .Values.flink.parallelism) $slots) 1) $slots -}}
{{- if .Values.taskmanager.replicas -}}
{{- int .Values.taskmanager.replicas -}}
{{- else -}}
{{- $needed -}}
{{- end -}}
{{- end -}}

{{- /* Without a limit where the job goes on from its state, unless one is given. A 3 is none if it is
the default of a chart of 0.1, which --reuse-values brings along: that had no clusterId. */ -}}
{{- define "flink.retries" -}}
{{- $given := dig "retries" -1 .Values.job | int -}}
{{- if and (ge $given 0) (or (ne $given 3) (hasKey .Values.job "clusterId")) -}}
{{- $given -}}
{{- else -}}
{{- include "flink.isHa" . | empty | ternary 3 2147483647 -}}
{{- end -}}
{{- end -}}

{{- /* Of the Job: what the values say goes before what the chart was made with. */ -}}
{{- define "flink.jobAnnotations" -}}
{{- $hook := dict -}}
{{- if .Values.job.replaceOnUpgrade -}}
{{- $hook = dict "helm.sh/hook" "post-install,post-upgrade" "helm.sh/hook-delete-policy" "before-hook-creation" -}}
{{- end -}}
{{- with merge dict (.Values.job.annotations | default dict) $hook (include "flink.options" . | fromJson).annotations -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- /* Flink's own options, then "--", then the job's. Kubernetes expands $(NAME), so $ is doubled. */ -}}
{{- define "flink.jobArguments" -}}
{{- with .Values.job.classname }}
- --job-classname
- {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- with (include "flink.identity" . | fromJson).jobId }}
- --job-id
- {{ . | quote }}
{{- end }}
{{- with .Values.job.fromSavepoint }}
- --fromSavepoint
- {{ . | replace "$" "$$" | quote }}
{{- if $.Values.job.allowNonRestoredState }}
- --allowNonRestoredState
{{- end }}
{{- end }}
{{- with include "flink.clusterIdArgument" . }}
{{ . }}
{{- end }}
{{- with .Values.job.arguments }}
- "--"
{{- range . }}
- {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Flink's settings, as lines that the entrypoint merges onto the image's own configuration. */ -}}
{{- define "flink.properties" -}}
{{- if not (include "flink.options" . | fromJson).ha -}}
jobmanager.rpc.address: {{ include "flink.rpcName" . }}
{{ end -}}
{{- include "flink.settings" . -}}
{{- end -}}

{{- /* All of them but for the address, which has the revision that is made of these. */ -}}
{{- define "flink.settings" -}}
{{- include "flink.checkConfiguration" . -}}
{{- $options := include "flink.options" . | fromJson -}}
rest.address: {{ include "flink.fullname" . }}-jobmanager
{{- range $memory := $options.memory }}
{{- $mib := (index $.Values $memory.role).memoryMiB | int }}
{{ $memory.key }}: {{ ternary (div (mul $mib 3) 4) $mib $memory.isHeap }}{{ $memory.unit }}
{{- end }}
taskmanager.numberOfTaskSlots: {{ int .Values.taskmanager.slots }}
{{- if not $options.autoscale }}
parallelism.default: {{ int .Values.flink.parallelism }}
{{- end }}
{{- if $options.ha }}
kubernetes.cluster-id: {{ include "flink.fullname" . }}
kubernetes.namespace: {{ .Release.Namespace }}
{{- end }}
{{- range $key, $value := .Values.configuration }}
{{ $key }}: {{ include "flink.scalar" $value }}
{{- end }}
{{- end -}}

{{- /* The Service through which TaskManagers find a JobManager of their own revision. With high
availability the leader's address is kept in the cluster instead. */ -}}
{{- define "flink.rpcName" -}}
{{- if (include "flink.options" . | fromJson).ha -}}
{{- include "flink.fullname" . }}-jobmanager
{{- else -}}
{{- include "flink.fullname" . }}-rpc-{{ include "flink.revision" . }}
{{- end -}}
{{- end -}}

{{- /* The account of the pods; empty: the namespace's default. */ -}}
{{- define "flink.serviceAccount" -}}
{{- $options := include "flink.options" . | fromJson -}}
{{- $options.serviceAccount | default (ternary (include "flink.fullname" .) "" $options.ha) -}}
{{- end -}}

{{- /* What selects the pods, of (list . COMPONENT); "": those of all components. */ -}}
{{- define "flink.selector" -}}
app.kubernetes.io/name: flink
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- /* All labels of an object, of the same list. */ -}}
{{- define "flink.labels" -}}
{{- $root := index . 0 -}}
{{- $chart := dict "helm.sh/chart" (include "flink.chart" $root) -}}
{{- include "flink.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{ merge (include "flink.options" $root | fromJson).labels $chart | toYaml }}
{{- end -}}

{{- define "flink.annotations" -}}
{{- with (include "flink.options" . | fromJson).annotations -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /* What stands below "metadata", of (list . SUFFIX COMPONENT). */ -}}
{{- define "flink.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "flink.fullname" $root }}{{ index . 1 }}
labels:
  {{- include "flink.labels" (list $root (index . 2)) | nindent 2 }}
{{ include "flink.annotations" $root }}
{{- end -}}

{{- /* A volume, of (list . NAME). 'helm uninstall' leaves it and what is on it: Helm finds it again
when the release is installed anew. */ -}}
{{- define "flink.claim" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $options := include "flink.options" $root | fromJson -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "flink.fullname" $root }}-{{ $name }}
  labels:
    {{- include "flink.labels" (list $root "") | nindent 4 }}
  annotations:
    {{- merge $options.annotations (dict "helm.sh/resource-policy" "keep") | toYaml | nindent 4 }}
spec:
  {{- range $claim := $options.claims }}
  {{- if eq $claim.name $name }}
  {{- toYaml $claim.spec | nindent 2 }}
  {{- end }}
  {{- end }}
{{- end -}}
