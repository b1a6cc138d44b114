//go:build peers

package peers_test

// proxyScenarios are about squid, and about who goes around it. In most of them the
// proxy is down: a client works exactly when it goes around.
func proxyScenarios(w *world) []scenario {
	const (
		open   = "http://proxy.mlops.svc.cluster.local:3128"
		login  = "proxy.mlops.svc.cluster.local:3129"
		closed = "http://proxy.mlops.svc.cluster.local:3130"
		down   = "http://proxy.mlops.svc.cluster.local:3999"
	)
	boto := []string{"boto3", "s3fs"}
	down0 := vars{"HTTP_PROXY": down, "HTTPS_PROXY": down}
	around := func(noProxy string, more ...string) vars {
		return vars{"HTTP_PROXY": down, "NO_PROXY": noProxy}.with(more...)
	}
	// The same rule is asked of boto3 and of requests.
	list := []scenario{}
	for _, c := range []struct {
		name, noProxy string
		endpoint      string // empty is the full name of the Service
		boto          bool   // goes around
		requests      bool
	}{
		{name: "no entry", noProxy: ""},
		{name: "suffix with a dot", noProxy: ".svc.cluster.local", boto: true, requests: true},
		{name: "suffix without a dot", noProxy: "svc.cluster.local", boto: true, requests: true},
		{name: "suffix with a star", noProxy: "*.svc.cluster.local"},
		{name: "suffix that ends early", noProxy: ".svc"},
		{name: "star", noProxy: "*", boto: true, requests: true},
		{name: "star among others", noProxy: "example.org,*"},
		{name: "full name", noProxy: "minio.mlops.svc.cluster.local,mlflow-open.mlops.svc.cluster.local", boto: true, requests: true},
		{name: "upper case", noProxy: ".SVC.CLUSTER.LOCAL", boto: true, requests: true},
		{name: "blanks between entries", noProxy: "example.org, .svc.cluster.local", boto: true, requests: true},
		{name: "blanks for commas", noProxy: "example.org .svc.cluster.local"},
		{name: "name and port", noProxy: "minio.mlops.svc.cluster.local:9000,mlflow-open.mlops.svc.cluster.local:5000", boto: true, requests: true},
		{name: "name and another port", noProxy: "minio.mlops.svc.cluster.local:1,mlflow-open.mlops.svc.cluster.local:1"},
		{name: "CIDR for a name", noProxy: "10.0.0.0/8"},
		{name: "CIDR for an address", noProxy: "10.96.0.0/12", endpoint: "address", requests: true},
		{name: "address", noProxy: "10.96.0.10,10.96.0.21", endpoint: "address", boto: true, requests: true},
		{name: "address for a name", noProxy: "10.96.0.10,10.96.0.21"},
		{name: "beginning of an address", noProxy: "10.96.", endpoint: "address"},
		{name: "short name and full entry", noProxy: ".svc.cluster.local", endpoint: "short"},
		{name: "short name itself", noProxy: "minio.mlops,mlflow-open.mlops", endpoint: "short", boto: true, requests: true},
		{name: "name in the middle", noProxy: "mlops.svc", endpoint: ""},
		{name: "part of a label", noProxy: "luster.local"},
	} {
		minio, mlflow := vars{}, vars{}
		switch c.endpoint {
		case "address":
			minio["MINIO_ENDPOINT"], mlflow["MLFLOW_TRACKING_URI"] = "10.96.0.10:9000", "http://10.96.0.21:5000"
		case "short":
			minio["MINIO_ENDPOINT"], mlflow["MLFLOW_TRACKING_URI"] = "minio.mlops:9000", "http://mlflow-open.mlops:5000"
		}
		for _, env := range []vars{minio, mlflow} {
			env["HTTP_PROXY"], env["NO_PROXY"] = down, c.noProxy
		}
		list = append(list,
			scenario{name: "NO_PROXY: " + c.name, service: "minio", env: minio, clients: boto, fails: unless(c.boto)},
			scenario{name: "NO_PROXY: " + c.name, service: "mlflow", env: mlflow, clients: []string{"mlflow"}, fails: unless(c.requests)})
	}
	return append(list, []scenario{
		{name: "through the proxy", service: "minio", env: vars{"HTTP_PROXY": open}, clients: boto},
		{name: "through the proxy, minio-py too", service: "minio", env: vars{"HTTP_PROXY": open}},
		{name: "through the proxy", service: "mlflow", env: vars{"HTTP_PROXY": open}},
		{name: "through the proxy", service: "gateway", env: vars{"HTTP_PROXY": open}},
		{name: "tunnel through the proxy", service: "minio", env: vars{
			"HTTPS_PROXY": open, "MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true", "AWS_CA_BUNDLE": w.ca,
		}, clients: boto},
		{name: "tunnel through a proxy that is down", service: "minio", env: vars{
			"HTTPS_PROXY": down, "MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true", "AWS_CA_BUNDLE": w.ca,
		}, clients: boto, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "proxy for the other scheme is down", service: "minio", env: vars{"HTTPS_PROXY": down}, clients: boto},
		{name: "proxy is down", service: "minio", env: down0, clients: boto, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "proxy is down, minio-py too", service: "minio", env: down0, fails: vars{"boto3": "roxy", "s3fs": "roxy"}},
		{name: "proxy is down", service: "gateway", env: down0, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "proxy of that name does not exist", service: "mlflow", env: vars{"HTTP_PROXY": "http://proxy.nowhere:3128"}, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "proxy wants a login", service: "minio", env: vars{"HTTP_PROXY": "http://" + login}, clients: boto, fails: everyone("407"), code: "FLTS-P01"},
		{name: "proxy wants a login", service: "mlflow", env: vars{"HTTP_PROXY": "http://" + login}, fails: everyone("407"), code: "FLTS-P01"},
		{name: "proxy gets a login", service: "minio", env: vars{"HTTP_PROXY": "http://task:s3cret@" + login}, clients: boto},
		{name: "proxy gets a login", service: "mlflow", env: vars{"HTTP_PROXY": "http://task:s3cret@" + login}},
		{name: "proxy gets a wrong login", service: "mlflow", env: vars{"HTTP_PROXY": "http://task:wrong@" + login}, fails: everyone("407"), code: "FLTS-P01"},
		{name: "proxy refuses", service: "minio", env: vars{"HTTP_PROXY": closed}, clients: boto, fails: everyone("403")},
		{name: "proxy refuses", service: "mlflow", env: vars{"HTTP_PROXY": closed}, fails: everyone("403")},
		{name: "proxy refuses the tunnel", service: "minio", env: vars{
			"HTTPS_PROXY": closed, "MINIO_ENDPOINT": "front.mlops.svc.cluster.local:8443", "MINIO_SECURE": "true", "AWS_CA_BUNDLE": w.ca,
		}, clients: boto, fails: everyone("roxy")},
		{name: "service behind the proxy is down", service: "minio", env: vars{"HTTP_PROXY": open, "MINIO_ENDPOINT": "nobody.mlops.svc.cluster.local:9000"}, clients: boto, fails: everyone("503")},
		{name: "proxy without a scheme", service: "mlflow", env: vars{"HTTP_PROXY": "proxy.mlops.svc.cluster.local:3128"}, clients: []string{"mlflow"}},
		{name: "proxy without a scheme", service: "minio", env: vars{"HTTP_PROXY": "proxy.mlops.svc.cluster.local:3128"}, clients: boto},
		{name: "socks proxy without PySocks", service: "mlflow", env: vars{"HTTP_PROXY": "socks5://proxy.mlops.svc.cluster.local:1080"}, fails: everyone("SOCKS"), unknown: true},
		{name: "proxy for everything", service: "mlflow", env: vars{"ALL_PROXY": down}, clients: []string{"mlflow"}, fails: everyone("roxy")},
		{name: "proxy for everything", service: "minio", env: vars{"ALL_PROXY": down}, clients: boto},
		{name: "lower case", service: "mlflow", env: vars{"http_proxy": down}, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "lower case wins", service: "mlflow", env: vars{"HTTP_PROXY": open, "http_proxy": down}, fails: everyone("roxy"), code: "FLTS-P01"},
		{name: "lower case wins for good", service: "mlflow", env: vars{"HTTP_PROXY": down, "http_proxy": open}},
		{name: "no_proxy in lower case wins", service: "mlflow", env: around("example.org", "no_proxy", ".svc.cluster.local")},
		{name: "no_proxy in lower case loses nothing", service: "mlflow", env: around(".svc.cluster.local", "no_proxy", "example.org"), fails: everyone("roxy")},
		{name: "CGI", service: "mlflow", env: vars{"HTTP_PROXY": down, "REQUEST_METHOD": "GET"}},
		{name: "loopback without an entry", service: "minio", laptop: true, env: vars{"HTTP_PROXY": down, "MINIO_ENDPOINT": "127.0.0.1:9000"}, clients: boto, fails: everyone("roxy")},
		{name: "localhost without an entry", service: "minio", laptop: true, env: vars{"HTTP_PROXY": down, "MINIO_ENDPOINT": "localhost:9000"}, clients: boto, fails: everyone("roxy")},
		{name: "localhost with an entry", service: "minio", laptop: true, env: around("localhost", "MINIO_ENDPOINT", "localhost:9000"), clients: boto},
		{name: "loopback, minio-py", service: "minio", laptop: true, env: vars{"HTTP_PROXY": down, "MINIO_ENDPOINT": "127.0.0.1:9000"}, clients: []string{"minio-py"}, image: []string{"minio"}},
	}...)
}

// unless is what clients raise that do not go around the proxy.
func unless(around bool) vars {
	if around {
		return nil
	}
	return everyone("roxy")
}
