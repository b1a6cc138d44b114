package doctor

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
)

// accountToken looks whether pods get a token where something in them talks to the API
// with it. Where nothing does, a pod without one is the better pod.
func (d *Doctor) accountToken(ctx context.Context) checklist.Finding {
	u, err := d.account(ctx)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case u.unseen != nil:
		return d.couldNotLook(u.unseen) // a pod's own setting goes before the account's
	}
	off := u.seen.AutomountServiceAccountToken != nil && !*u.seen.AutomountServiceAccountToken
	var tasks int
	var byAccount, byPod []string // pods that get none, and what says so
	for _, p := range u.pods {
		if !isTask(p) {
			continue
		}
		tasks++
		switch {
		case getsToken(p, off):
		case p.Spec.AutomountServiceAccountToken != nil:
			byPod = append(byPod, p.Name)
		default:
			byAccount = append(byAccount, p.Name)
		}
	}
	switch {
	case off && u.kfp && (len(byAccount) > 0 || tasks == 0):
		f := warn(codeNoAccount, fmt.Sprintf("service account %s has automountServiceAccountToken: false, and the launcher of Kubeflow Pipelines needs its token", u.name), firstTen(byAccount)...)
		return mended(f, d.patchObject(d.Namespace, "serviceaccount", u.name, "merge", map[string]any{"automountServiceAccountToken": true}))
	case len(byPod) > 0:
		return hinted(warn(codeNoAccount, fmt.Sprintf("automountServiceAccountToken is false in pod %s, and the launcher of Kubeflow Pipelines needs the token", enumerated(byPod, itself))),
			d.kubectl(d.Namespace)+" get pod "+byPod[0]+" -o yaml   (spec.automountServiceAccountToken, of the pod's template)")
	case tasks > 0:
		return pass(fmt.Sprintf("%d of %[1]d pods of components get it", tasks))
	case off:
		return pass("not mounted, and nothing was seen that needs it")
	}
	return pass("mounted in pods that do not say otherwise")
}

// getsToken reports whether a pod gets a token of the API: the pod decides before its
// account, and may ask for one by itself.
func getsToken(p corev1.Pod, off bool) bool {
	for _, v := range p.Spec.Volumes {
		if v.Projected == nil {
			continue
		}
		for _, s := range v.Projected.Sources {
			if s.ServiceAccountToken != nil && s.ServiceAccountToken.Audience == "" {
				return true
			}
		}
	}
	if p.Spec.AutomountServiceAccountToken != nil {
		return *p.Spec.AutomountServiceAccountToken
	}
	return !off
}
