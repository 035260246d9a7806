{{- /* A role's pods, of (list . ROLE): what stands below "template" of its Job or Deployment. */ -}}
{{- define "flink.pod" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $options := include "flink.options" $root | fromJson -}}
{{- $name := include "flink.fullname" $root -}}
{{- $values := index $root.Values $role -}}
{{- $isJobManager := eq $role "jobmanager" -}}
{{- $isJob := and $isJobManager (eq $root.Values.flink.type "job") -}}
metadata:
  labels:
    {{- include "flink.labels" . | nindent 4 }}
    flinkpack.revision: {{ include "flink.revision" $root | quote }}
  annotations:
    {{- include "flink.podAnnotations" $root | nindent 4 }}
spec:
  {{- if $isJob }}
  restartPolicy: Never
  {{- end }}
  terminationGracePeriodSeconds: {{ ternary 60 30 $isJobManager }}
  {{- with include "flink.serviceAccount" $root }}
  serviceAccountName: {{ . | quote }}
  {{- end }}
  # only high availability talks to the API server
  automountServiceAccountToken: {{ $options.ha }}
  enableServiceLinks: false
  {{- with $options.pod }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if not $isJobManager }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "flink.selector" . | nindent 10 }}
  {{- end }}
  containers:
    - name: {{ $role }}
      image: {{ include "flink.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- if $isJobManager }}
      # "--" ends Flink's own options: all that follows goes to main()
      args:
        - {{ ternary $options.verbs.job $options.verbs.session $isJob }}
        {{- if $isJob }}
        {{- include "flink.jobArguments" $root | nindent 8 }}
        {{- end }}
      {{- else }}
      args:
        - {{ $options.verbs.taskmanager }}
        {{- with include "flink.clusterIdArgument" $root }}
        {{- . | nindent 8 }}
        {{- end }}
        - -Dtaskmanager.host=$(POD_IP)
      {{- end }}
      env:
        - name: POD_IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        {{- if and $options.ha $isJobManager }}
        - name: JOB_MANAGER_RPC_ADDRESS
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        {{- else if $options.isOfficial }}
        - name: JOB_MANAGER_RPC_ADDRESS
          value: {{ include "flink.rpcName" $root }}
        {{- end }}
        - name: FLINK_PROPERTIES
          valueFrom:
            configMapKeyRef:
              name: {{ $name }}-config
              key: FLINK_PROPERTIES
        {{- with $options.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $options.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- range $port := index $options.ports $role }}
        - name: {{ $port.name }}
          containerPort: {{ int $port.containerPort }}
          protocol: TCP
        {{- end }}
      {{- with index $options.probes $role }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      resources:
        requests:
          cpu: {{ include "flink.scalar" $values.cpu | quote }}
          memory: {{ int $values.memoryMiB }}Mi
        limits:
          memory: {{ int $values.memoryMiB }}Mi
      securityContext:
        {{- toYaml $options.containerSecurity | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: log
          mountPath: {{ $options.home }}/log
        {{- if hasKey $options.files "log4j-console.properties" }}
        - name: log-conf
          mountPath: {{ $options.home }}/conf/log4j-console.properties
          subPath: log4j-console.properties
          readOnly: true
        {{- end }}
        {{- if hasKey $options.files "passwd" }}
        - name: passwd
          mountPath: /etc/passwd
          subPath: passwd
          readOnly: true
        {{- end }}
        {{- with $options.mounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: log
      emptyDir: {}
    {{- if hasKey $options.files "log4j-console.properties" }}
    - name: log-conf
      configMap:
        name: {{ $name }}-config
    {{- end }}
    {{- if hasKey $options.files "passwd" }}
    - name: passwd
      configMap:
        name: {{ $name }}-config
    {{- end }}
    {{- range $index, $claim := $options.claims }}
    - name: mount-{{ $index }}
      persistentVolumeClaim:
        claimName: {{ $name }}-{{ $claim.name }}
    {{- end }}
    {{- with $options.volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- /* Pods start anew when their configuration changes, as they read it only at the start. */ -}}
{{- define "flink.podAnnotations" -}}
{{- $options := include "flink.options" . | fromJson -}}
{{- $own := dict "checksum/config" (include "flink.properties" . | sha256sum | trunc 16) -}}
{{- with $options.logConf -}}
{{- $_ := set $own "checksum/log-conf" . -}}
{{- end -}}
{{- if $options.metrics -}}
{{- $_ := set $own "prometheus.io/scrape" "true" -}}
{{- $_ := set $own "prometheus.io/port" "9249" -}}
{{- end -}}
{{- merge $options.annotations $own | toYaml -}}
{{- end -}}
