{{- define "flink.isHa" -}}
{{- $conf := .Values.configuration -}}
{{- $mode := get $conf "high-availability.type" | default (get $conf "high-availability") | default "NONE" -}}
{{- if ne (upper (toString $mode)) "NONE" -}}true{{- end -}}
{{- end -}}

{{- /*
What a highly available job's state lies under, as JSON: clusterId (of Flink's configuration), jobId,
and what of it goes into arguments. The values go first. An installed release keeps what it has, of
which its ConfigMap tells; one of a chart that set no ids has those that Flink makes by itself.
*/ -}}
{{- define "flink.identity" -}}
{{- $result := dict "clusterId" "" "jobId" (.Values.job.id | default "") "argument" "" -}}
{{- if and (eq .Values.flink.type "job") (include "flink.isHa" .) -}}
{{- $name := include "flink.fullname" . -}}
{{- $installed := lookup "v1" "ConfigMap" .Release.Namespace (printf "%s-config" $name) | default dict -}}
{{- $lines := dig "data" "FLINK_PROPERTIES" "" $installed -}}
{{- $notes := dig "metadata" "annotations" dict $installed -}}
{{- $isKept := and (regexMatch "(?m)^high-availability[.]storageDir:" $lines) (get $notes "flinkpack/cluster-id" | default (not (hasKey $notes "flinkpack/cluster-id"))) -}}
{{- $old := get $notes "flinkpack/cluster-id" | default (regexFind "(?m)^high-availability[.]cluster-id: .*$" $lines | trimPrefix "high-availability.cluster-id: ") | default "/default" -}}
{{- $given := get .Values.configuration "high-availability.cluster-id" | include "flink.scalar" -}}
{{- $clusterId := $given | default .Values.job.clusterId | default (ternary $old (printf "%s/%s" .Release.Namespace $name) (not (empty $isKept))) -}}
{{- $_ := set $result "clusterId" $clusterId -}}
{{- if and (not $given) (ne $clusterId "/default") -}}
{{- $_ := set $result "argument" (printf "-Dhigh-availability.cluster-id=%s" $clusterId) -}}
{{- end -}}
{{- if $result.jobId -}}
{{- else if and $isKept (eq $clusterId $old) -}}
{{- $_ := set $result "jobId" (get $notes "flinkpack/job-id") -}}
{{- else if and (hasKey .Values.job "id") (ne $clusterId "/default") (not (contains "${" $clusterId)) -}}
{{- $_ := set $result "jobId" (sha256sum $clusterId | trunc 32) -}}
{{- end -}}
{{- end -}}
{{- toJson $result -}}
{{- end -}}

{{- /* In the arguments, as a Job keeps them for life: pods of one that is there read a new ConfigMap. */ -}}
{{- define "flink.clusterIdArgument" -}}
{{- with (include "flink.identity" . | fromJson).argument -}}
- {{ . | quote }}
{{- end -}}
{{- end -}}
