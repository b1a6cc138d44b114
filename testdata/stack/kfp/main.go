// Kfp runs the handlers of the Kubeflow Pipelines 2.0.5 API server in one
// process on loopback:
//
//	kfp [-listen 127.0.0.1:0] [-multi-user]
//
// Its one line on stdout says where. It ends when its stdin ends, or on TERM.
//
// Real are the gRPC services, the gateway to HTTP with its shape of errors, the
// upload and log handlers, the resource manager, the stores, and the compiler
// with its validation of parameters. Stand-ins are what lies below: SQLite in
// memory for MySQL, which minds no lengths of columns; a map for the bucket; and a
// Kubernetes API without admission, controllers and pods. So a run stays PENDING
// until /control/ says what became of it (control.go), a recurring run starts
// nothing, and a log is read from the bucket, where /control/ can put one.
//
// Left out are the visualization service, which is a server of its own, the sample
// pipelines, and what does not pass through HTTP: the port of gRPC.
//
// It has a module of its own because KFP needs cgo for SQLite, some hundred
// modules, and two replace lines that the root module must not have.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/kubeflow/pipelines/backend/src/apiserver/resource"
	"github.com/spf13/viper"
)

// namespace is where the server believes it runs, and so where the runs of a
// server without users go.
const namespace = "kubeflow"

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "host:port, on loopback")
	multiUser := flag.Bool("multi-user", false, "ask who the caller is; a user may use the namespace of that name")
	_ = flag.Set("logtostderr", "true") // glog's, which would fill files in the temporary directory
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := run(ctx, *listen, *multiUser); err != nil {
		fmt.Fprintln(os.Stderr, "kfp: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string, multiUser bool) error {
	configure(multiUser)
	below, err := newBelow()
	if err != nil {
		return err
	}
	manager := resource.NewResourceManager(below, &resource.ResourceManagerOptions{CollectMetrics: true})
	if !multiUser {
		if _, err := manager.CreateDefaultExperiment(""); err != nil {
			return err
		}
	}
	router, closeServices, err := newRouter(ctx, manager)
	if err != nil {
		return err
	}
	defer closeServices()
	control{below, manager}.register(router)

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: router}
	go func() {
		<-ctx.Done()
		_ = web.Close()
	}()
	fmt.Println("listening on http://" + listener.Addr().String())
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// configure sets what a deployment has in its ConfigMap and environment.
func configure(multiUser bool) {
	viper.Set("POD_NAMESPACE", namespace)
	viper.Set("TAG_NAME", "2.0.5")
	viper.Set("COMMIT_SHA", "c5658f09ec38")
	viper.Set("MULTIUSER", multiUser)
	viper.Set("KUBEFLOW_USERID_HEADER", "kubeflow-userid")
	viper.Set("KUBEFLOW_USERID_PREFIX", "")
}
