package checklist

import (
	"errors"
	"fmt"
)

// Validate reports every mistake in the graph of the checks: an empty or
// duplicate ID, a check without a function, a need that is not there, a cycle.
// Such a list is a mistake of the program or, where targets come from a file,
// of that file; Run panics on it.
func Validate(checks []Check) error {
	var errs []error
	at := make(map[string]int, len(checks))
	for i, c := range checks {
		if c.ID == "" {
			errs = append(errs, fmt.Errorf("check %d has no id", i))
		}
		if c.Run == nil {
			errs = append(errs, fmt.Errorf("check %s has no function", c.ID))
		}
		if _, dup := at[c.ID]; dup {
			errs = append(errs, fmt.Errorf("check %s is there twice", c.ID))
		}
		at[c.ID] = i
	}
	for _, c := range checks {
		for _, need := range c.Needs {
			if _, ok := at[need]; !ok {
				errs = append(errs, fmt.Errorf("check %s needs %s, which is not there", c.ID, need))
			}
		}
	}
	if len(errs) == 0 {
		errs = append(errs, cycle(checks, at))
	}
	return errors.Join(errs...)
}

// cycle walks the needs depth first; a check met while it is still being
// walked closes a circle.
func cycle(checks []Check, at map[string]int) error {
	const (
		open = iota + 1
		closed
	)
	seen := make([]int, len(checks))
	var walk func(i int) error
	walk = func(i int) error {
		switch seen[i] {
		case open:
			return fmt.Errorf("check %s needs itself in a circle", checks[i].ID)
		case closed:
			return nil
		}
		seen[i] = open
		for _, need := range checks[i].Needs {
			if err := walk(at[need]); err != nil {
				return err
			}
		}
		seen[i] = closed
		return nil
	}
	for i := range checks {
		if err := walk(i); err != nil {
			return err
		}
	}
	return nil
}
