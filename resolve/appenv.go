package resolve

import "fmt"

// AppEnv is the kind of installation, from APP_ENV. The empty AppEnv is "not
// said": development defaults exist there, but using them is a finding.
type AppEnv string

const (
	Dev     AppEnv = "dev"
	Staging AppEnv = "staging"
	Prod    AppEnv = "prod"
)

// ParseAppEnv reads the value of APP_ENV. Anything but its few values is an
// error: a misspelt "produktion" must not silently become development.
func ParseAppEnv(s string) (AppEnv, error) {
	switch AppEnv(s) {
	case "", Dev, Staging, Prod:
		return AppEnv(s), nil
	case "production":
		return Prod, nil
	}
	return "", fmt.Errorf("APP_ENV = %q: is not one of dev, staging, prod%s", s,
		didYouMean(s, []string{"dev", "staging", "prod", "production"}))
}

func (e AppEnv) allowsDevDefaults() bool { return e == "" || e == Dev }
