package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// asTable asks for what "kubectl get" prints. It has the number of the keys of an
// object and none of its values.
const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io"

// DataCount is how many keys a ConfigMap or a Secret has. All of a namespace are
// counted at once or, where they may not be listed, the one by its name.
func (v *View) DataCount(ctx context.Context, kind Kind, namespace, name string) (int, error) {
	r := secrets
	if kind == ConfigMap {
		r = configMaps
	}
	counts, err := v.counts.ask(object{r.String(), namespace, ""}, func() (map[string]int, error) { return v.API.countAll(ctx, r, namespace) })
	if Is(err, Denied) {
		counts, err = v.counts.ask(object{r.String(), namespace, name}, func() (map[string]int, error) { return v.API.countOne(ctx, r, namespace, name) })
	}
	if err != nil {
		return 0, err
	}
	n, ok := counts[name]
	if !ok {
		return 0, &Fault{Cause: NotFound, Verb: "get", Resource: r.String(), Namespace: namespace, Name: name}
	}
	return n, nil
}

func (a *API) countAll(ctx context.Context, r resource, namespace string) (map[string]int, error) {
	client, err := a.rest(r.gv)
	if err != nil {
		return nil, err
	}
	rows, err := pages(ctx, a, asked{"list", r.String(), namespace, ""}, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) ([]countRow, string, error) {
		text, err := raw(ctx, client.Get().SetHeader("Accept", asTable).Namespace(namespace).Resource(r.name).
			Param("limit", strconv.FormatInt(o.Limit, 10)).Param("continue", o.Continue))
		if err != nil {
			return nil, "", err
		}
		return countsOf(text)
	})
	return byName(rows), err
}

func (a *API) countOne(ctx context.Context, r resource, namespace, name string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	client, err := a.rest(r.gv)
	if err != nil {
		return nil, err
	}
	text, err := raw(ctx, client.Get().SetHeader("Accept", asTable).Namespace(namespace).Resource(r.name).Name(name))
	var rows []countRow
	if err == nil {
		rows, _, err = countsOf(text)
	}
	return byName(rows), asked{"get", r.String(), namespace, name}.fault(ctx, err)
}

// countRow is a line of the table.
type countRow struct {
	name string
	n    int
}

func byName(rows []countRow) map[string]int {
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.name] = row.n
	}
	return counts
}

// countsOf reads the columns Name and Data of a table.
func countsOf(text []byte) (rows []countRow, next string, err error) {
	var table struct {
		Metadata metav1.ListMeta         `json:"metadata"`
		Columns  []struct{ Name string } `json:"columnDefinitions"`
		Rows     []struct{ Cells []any }
	}
	if err := json.Unmarshal(text, &table); err != nil {
		return nil, "", unreadable(err)
	}
	column := func(name string) int {
		return slices.IndexFunc(table.Columns, func(c struct{ Name string }) bool { return c.Name == name })
	}
	nameAt, dataAt := column("Name"), column("Data")
	for _, row := range table.Rows {
		if min(nameAt, dataAt) < 0 || max(nameAt, dataAt) >= len(row.Cells) {
			return nil, "", errNoTable
		}
		name, isName := row.Cells[nameAt].(string)
		n, isNumber := row.Cells[dataAt].(float64)
		if !isName || !isNumber {
			return nil, "", errNoTable
		}
		rows = append(rows, countRow{name, int(n)})
	}
	return rows, table.Metadata.Continue, nil
}

var errNoTable = unreadable(errors.New("no table of names and numbers of keys"))

// unreadable is an answer of the API in a form that is not its own.
func unreadable(err error) error { return apierrors.NewInternalError(err) }
