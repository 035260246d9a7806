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

{{- define "flink.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (required "image.tag or image.digest is needed" $image.tag) -}}
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

{{- /* Of the Job: what the values say goes before what the chart was made with. */ -}}
{{- define "flink.jobAnnotations" -}}
{{- $hook := dict -}}
{{- if .Values.job.replaceOnUpgrade -}}
{{- $hook = dict "helm.sh/hook" "post-install,post-upgrade" "helm.sh/hook-delete-policy" "before-hook-creation" -}}
{{- end -}}
{{- with merge dict (.Values.job.annotations | default dict) $hook (include "flink.annotations" . | fromYaml) -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- /* Flink's own options, then "--", then the job's. Kubernetes expands $(NAME), so $ is doubled. */ -}}
{{- define "flink.jobArguments" -}}
{{- with .Values.job.classname }}
- --job-classname
- {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- with .Values.job.id }}
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
{{- with .Values.job.arguments }}
- "--"
{{- range . }}
- {{ . | replace "$" "$$" | quote }}
{{- end }}
{{- end }}
{{- end -}}
