//go:build peers

package peers_test

// gatewayScenarios are about a service of which nothing is known but that it
// speaks HTTP.
func gatewayScenarios(_ *world) []scenario {
	at := func(port string) vars { return vars{"GATEWAY_URL": "http://front.mlops.svc.cluster.local:" + port} }
	return []scenario{
		{name: "healthy", service: "gateway"},
		{name: "401", service: "gateway", env: at("8011")},
		{name: "403", service: "gateway", env: at("8005")},
		{name: "404", service: "gateway", env: at("8004")},
		{name: "500", service: "gateway", env: at("8006"), fails: everyone("500")},
		{name: "502", service: "gateway", env: at("8001"), fails: everyone("502"), code: "FLTS-H08"},
		{name: "503", service: "gateway", env: at("8002"), fails: everyone("503"), code: "FLTS-H08"},
		{name: "504", service: "gateway", env: at("8003"), fails: everyone("504"), code: "FLTS-H08"},
		{name: "redirect on the same server", service: "gateway", env: at("8012")},
		{name: "redirect to another server", service: "gateway", env: at("8007"), code: "FLTS-H10"},
		{name: "redirect to one that is down", service: "gateway", env: at("8008"), fails: everyone("502"), code: "FLTS-H08"},
		{name: "redirect for ever", service: "gateway", env: at("8010"), fails: everyone("redirects"), code: "FLTS-H10"},
		{name: "http to the TLS port", service: "gateway", env: at("8443"), fails: everyone("400"), code: "FLTS-L05"},
		{name: "https to the plain port", service: "gateway", env: vars{"GATEWAY_URL": "https://front.mlops.svc.cluster.local:8000"}, fails: everyone("SSL"), code: "FLTS-L06"},
	}
}
