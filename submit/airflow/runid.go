package airflow

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// ref names a run.
type ref struct{ dag, run string }

// String is how a run is named outside of this package.
func (r ref) String() string { return r.dag + "/" + r.run }

// parseRef reads the name of a run. An id of a DAG has no slash in it; that of a
// run may, where an administrator allows that.
func (b *Backend) parseRef(id string) (ref, error) {
	dag, run, found := strings.Cut(id, "/")
	if !found {
		dag, run = b.o.DAG, id
	}
	if dag == "" || run == "" {
		return ref{}, &submit.Error{
			Kind: submit.NotFound, Message: shownName(id) + " does not say of which DAG the run is",
			Advice: "write DAG_ID/RUN_ID: fltsctl runs list --backend airflow -o id",
		}
	}
	return ref{dag, run}, nil
}

// The first words of ids that Airflow keeps for runs of its own. The last is of
// Airflow 2.
var reserved = []string{"scheduled__", "backfill__", "asset_triggered__", "dataset_triggered__"}

// idShape is the pattern that Airflow holds ids of runs against as it comes.
var idShape = regexp.MustCompile(`^[A-Za-z0-9_.~:+-]+$`)

const longestID = 250 // characters, a column of Airflow's database

// checkID refuses what Airflow would refuse, in version 2 with an error page.
func checkID(id string) error {
	wrong := func(what, advice string) error {
		return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("%q is no id of a run: %s", shownName(id), what), Advice: advice}
	}
	if len(id) > longestID {
		return wrong(fmt.Sprintf("it has more than %d characters", longestID), "")
	}
	if !idShape.MatchString(id) {
		return wrong("Airflow takes letters, digits and _.~:+- in it", "")
	}
	for _, prefix := range reserved {
		if strings.HasPrefix(id, prefix) {
			return wrong("Airflow keeps "+prefix+" for runs of its own", "begin it with another word")
		}
	}
	return nil
}

// runID is the id of the run that an order wants. The same key is the same id;
// fresh says that no other order can have it.
func (b *Backend) runID(o submit.Order) (id string, fresh bool, err error) {
	switch {
	case o.Name != "" && o.Key != "":
		return "", false, &submit.Error{
			Kind: submit.Invalid, Message: "both an id of the run and an idempotency key are given",
			Advice: "in Airflow two orders with one id are one run: leave the key out",
		}
	case o.Name != "":
		return o.Name, false, checkID(o.Name)
	case o.Key != "":
		return keyedID(o.Key), false, nil
	}
	return "flts__" + b.o.Now().UTC().Format("2006-01-02T15-04-05Z") + "__" + random(), true, nil
}

// keyedID says the key where it can, and is as good as unique where it cannot.
func keyedID(key string) string {
	if id := "flts__key__" + key; checkID(id) == nil {
		return id
	}
	sum := sha256.Sum256([]byte(key))
	return "flts__keyhash__" + hex.EncodeToString(sum[:])
}

// random tells runs of one second apart.
func random() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // it never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// draftedID stands for an id that is made when the order is sent.
const draftedID = "<flts__TIME__RANDOM>"
