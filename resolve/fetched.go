package resolve

// IsFetched reports a value that a store was asked for.
func (k *Resolved) IsFetched() bool { return k.Winner >= 0 && k.Candidates[k.Winner].fetched }
