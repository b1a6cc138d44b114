package doctor_test

import (
	"testing"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/resolve"
)

func TestReadersMode(t *testing.T) {
	t.Parallel()
	inProd := func(o *doctor.Options) { o.AppEnv = resolve.Prod }
	openly := "set defaultMode: 0440 on the volume and securityContext.fsGroup on the pod: kubectl -n NS explain pod.spec.securityContext.fsGroup"
	group := func(object, patch string) []checklist.Command {
		return []checklist.Command{{Line: "kubectl -n NS patch " + object + " --type=merge -p '" + patch + "'"}}
	}
	const ofTemplate = `{"spec":{"template":{"spec":{"securityContext":{"fsGroup":1000}}}}}`
	for _, s := range []scenario{
		{
			name: "no files", objects: bothObjects + deployment("train", reads),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "nothing is mounted as files"}},
		},
		{
			name: "the usual mode", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "runAsUser: 1000")),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "1 mount that the container can read"}},
		},
		{
			name: "only for root", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}", "runAsUser: 1000")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-S02", Detail: "Deployment train: container main runs as user 1000 and cannot read: Secret flts-secrets at /etc/flts/secrets has mode 0400",
				Hint: "kubectl -n NS patch deployment/train --type=merge -p '" + ofTemplate + "'",
				Fix:  group("deployment/train", ofTemplate),
			}},
			mends: true,
		},
		{
			name: "only for root, every night", objects: bothObjects + cronJob("nightly", "securityContext: {runAsUser: 5, runAsGroup: 1000}, "+mounts("{name: v, projected: {sources: [{secret: {name: flts-secrets, items: [{key: MINIO_SECRET_KEY, path: a, mode: 0400}]}}]}}", "")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-S02", Detail: "CronJob nightly: container main runs as user 5 and cannot read: Secret flts-secrets at /etc/flts/secrets has mode 0400",
				Hint: `kubectl -n NS patch cronjob/nightly --type=merge -p '{"spec":{"jobTemplate":` + ofTemplate + `}}'`,
				Fix:  group("cronjob/nightly", `{"spec":{"jobTemplate":`+ofTemplate+`}}`),
			}},
			mends: true,
		},
		{
			name: "only for root, with a disk that would change its group", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}, {name: disk, persistentVolumeClaim: {claimName: data}}", "runAsUser: 1000")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-S02", Detail: "Deployment train: container main runs as user 1000 and cannot read: Secret flts-secrets at /etc/flts/secrets has mode 0400",
				Hint: openly,
			}},
		},
		{
			name: "a pod that nobody can change", objects: bothObjects + pod("train", mounts("{name: v, configMap: {name: flts-config, defaultMode: 0600}}", "runAsUser: 1000")),
			want: []checklist.Finding{{
				State: checklist.Fail, Code: "FLTS-S02", Detail: "Pod train: container main runs as user 1000 and cannot read: ConfigMap flts-config at /etc/flts/secrets has mode 0600",
				Hint: openly,
			}},
		},
		{
			name: "the image says who", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets, defaultMode: 0400}}", "")),
			want: []checklist.Finding{{
				State: checklist.Unknown, Detail: "Deployment train: whether container main can read depends on the user and groups of its image: Secret flts-secrets at /etc/flts/secrets has mode 0400",
				Hint: "set securityContext.runAsUser and fsGroup on the pod, or look inside: kubectl -n NS exec POD -- id",
			}},
		},
		{
			name: "decimal where octal was meant", objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets, defaultMode: 440}}", "runAsUser: 0")),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K34", Detail: "Deployment train: Secret flts-secrets at /etc/flts/secrets has mode 0670, which is 440 in decimal; 0440, which may have been meant, is 288",
				Hint: "write the mode in YAML with a zero in front, 0400, and in JSON in decimal, 256",
			}},
		},
		{
			name: "for everybody, in production", options: inProd, objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "")) + deployment("other", mounts("{name: v, configMap: {name: flts-config}}", "")),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-S12", Detail: "Deployment train: any user of container main can read: Secret flts-secrets at /etc/flts/secrets has mode 0644", Hint: openly,
			}},
		},
		{
			name:    "for everybody, in what the ConfigMap calls production",
			objects: "{apiVersion: v1, kind: ConfigMap, metadata: {name: flts-config}, data: {APP_ENV: production}}\n---\n" + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "")),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-S12", Detail: "Deployment train: any user of container main can read: Secret flts-secrets at /etc/flts/secrets has mode 0644", Hint: openly,
			}},
		},
		{
			name: "whether it is production is not known", as: readersBut("configmaps"), objects: bothObjects + deployment("train", mounts("{name: v, secret: {secretName: flts-secrets}}", "")),
			want: []checklist.Finding{{
				State: checklist.Unknown, Code: "FLTS-K09", Detail: "may not get configmaps flts-config in NS", Hint: "kubectl -n NS auth can-i get configmaps/flts-config",
			}},
		},
	} {
		s.only = []string{"readers.mode"}
		t.Run(s.name, s.run)
	}
}

func TestReadersNames(t *testing.T) {
	const prefix = "give one of them a prefix, as FLTS_FROM_CONFIGMAP_ and FLTS_FROM_SECRET_: kubectl -n NS explain pod.spec.containers.envFrom.prefix"
	for _, s := range []scenario{
		{
			name: "different names", objects: bothObjects + deployment("train", reads),
			want: []checklist.Finding{{State: checklist.Pass, Detail: "no variable has two sources"}},
		},
		{
			name: "equal ones", objects: bothObjects + `
apiVersion: v1
kind: ConfigMap
metadata: {name: more}
data: {MINIO_ENDPOINT: other, MLFLOW_TRACKING_URI: other, OWN: x}
---
` + deployment("train", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: flts-config}}, {configMapRef: {name: more}}], env: [{name: OWN, value: own}]}]") +
				deployment("serve", "containers: [{name: main, image: x, envFrom: [{configMapRef: {name: more}, prefix: P_}, {secretRef: {name: flts-secrets}}], env: [{name: MINIO_SECRET_KEY, value: own}]}]"),
			want: []checklist.Finding{{
				State: checklist.Warn, Code: "FLTS-K35", Detail: "Deployment serve: container main gets MINIO_SECRET_KEY from Secret flts-secrets and from the pod spec, which wins; 1 more below",
				Evidence: []string{
					"Deployment serve: container main gets MINIO_SECRET_KEY from Secret flts-secrets and from the pod spec, which wins",
					"Deployment train: container main gets MINIO_ENDPOINT and 1 more from ConfigMap flts-config and from ConfigMap more, which wins",
				},
				Hint: prefix,
			}},
		},
	} {
		s.only = []string{"readers.names"}
		t.Run(s.name, s.run)
	}
}
