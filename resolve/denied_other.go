//go:build !unix

package resolve

func denied(string) string { return "" }

func readableHint() string { return "let this user read it" }
