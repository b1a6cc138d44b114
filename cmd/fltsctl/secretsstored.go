package main

import (
	"context"
	"errors"

	"github.com/flts-run/flts-run/internal/asking"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
)

// What is known of a key in a secret that nobody has read.
var (
	errUnread = errors.New("not read") // it is there, if the JSON of the secret has its path
	errWhole  = errors.New("there")    // the secret itself is the value
)

// stored looks at the secrets of Secrets Manager that APP_ENV has. A resolution without
// sources wants all that they can supply.
func (l search) stored(ctx context.Context, found *inventory) {
	asks := resolve.Resolve(resolve.Input{Contract: l.contract, AppEnv: found.appEnv}).Asks(l.contract)
	var requests []stores.Request
	for _, a := range asks {
		requests = append(requests, asking.Requests(a)...)
	}
	described := map[stores.Request]stores.Description{}
	for _, d := range l.store.Describe(ctx, requests) {
		described[d.Request] = d
	}
	read := map[stores.Request]stores.Answer{}
	if l.read {
		for _, a := range l.store.Fetch(ctx, requests) {
			read[a.Request] = a
		}
	}
	for _, a := range asks {
		if len(a.Wanted) == 0 {
			found.places = append(found.places, notAsked(a))
			continue
		}
		for _, r := range asking.Requests(a) {
			found.places = append(found.places, storedPlace(described[r], read[r], l.read))
		}
		if l.read {
			l.values(found, a, read)
		} else {
			found.unread(a, described)
		}
	}
}

func notAsked(a resolve.Ask) place {
	p := place{Name: "secretsmanager " + a.IDs[0], State: placeNotAsked}
	for _, why := range a.Spared {
		p.Reason = why // it is the same for all of them: the environment is not one of the secret's
	}
	return p
}

// storedPlace is a secret as its description has it. Who may read it and not have it
// described knows its version alone.
func storedPlace(d stores.Description, read stores.Answer, wasRead bool) place {
	p := place{
		Name: "secretsmanager " + d.Request.ID, State: placeThere, Version: d.Version, Stages: d.Stages, Created: d.Created, Changed: d.Changed,
		Rotates: d.Rotates, Rotated: d.Rotated, Rotation: d.Rotation,
	}
	failure := d.Failure
	if wasRead {
		if failure == nil || read.Failure == nil {
			failure = read.Failure
		}
		if p.Version == "" {
			p.Version, p.Stages = read.Version, read.Stages
		}
	}
	if failure != nil {
		p.State, p.Reason, p.Code, p.Hint = stateOf(failure), failure.Error(), failure.Code(), failure.Hint()
	}
	return p
}

// stateOf tells a secret that was not seen from one that is no use to anybody.
func stateOf(f *stores.Failure) string {
	switch {
	case f.Missing():
		return placeMissing
	case f.Status() == statusUnusable, f.Status() == statusRefused, f.Code() == stores.CodeAnonymous, f.Code() == stores.CodeRegion:
		return placeUnseen
	}
	return placeUnusable
}

// keyError is what a failure of the secret means for a key that it should supply.
func keyError(f *stores.Failure) error {
	switch {
	case stateOf(f) == placeUnusable:
		return errors.New("could not be fetched: it " + f.Error())
	case f.Status() == statusRefused:
		return &notSeen{statusRefused}
	}
	return &notSeen{statusUnusable}
}

// values takes what was read. Nothing of it is shown.
func (l search) values(found *inventory, a resolve.Ask, read map[stores.Request]stores.Answer) {
	var answers []resolve.Stored
	for _, r := range asking.Requests(a) {
		got := read[r]
		one := asking.Stored(got)
		switch {
		case got.Failure == nil:
			l.learn("secretsmanager "+r.ID, a.Hidden(one)...)
		case got.Failure.Missing():
			continue
		default:
			found.sources.Put(places.SecretsManager, a.Unread(r.ID, func(string) error { return keyError(got.Failure) }))
			return
		}
		answers = append(answers, one)
	}
	if answers != nil {
		found.sources.Put(places.SecretsManager, a.Source(answers))
	}
}

// unread takes the place of each key that the first of the secrets which is there should
// supply.
func (i *inventory) unread(a resolve.Ask, described map[stores.Request]stores.Description) {
	for _, r := range asking.Requests(a) {
		failure := described[r].Failure
		if failure != nil && failure.Missing() {
			continue
		}
		i.sources.Put(places.SecretsManager, a.Unread(r.ID, func(path string) error {
			switch {
			case failure != nil:
				return keyError(failure)
			case path == "" && a.Secret.Keys != nil:
				return errWhole
			}
			return errUnread
		}))
		return
	}
}
