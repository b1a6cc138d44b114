package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"

	"github.com/gorilla/mux"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	apiv1beta1 "github.com/kubeflow/pipelines/backend/api/v1beta1/go_client"
	apiv2beta1 "github.com/kubeflow/pipelines/backend/api/v2beta1/go_client"
	"github.com/kubeflow/pipelines/backend/src/apiserver/common"
	"github.com/kubeflow/pipelines/backend/src/apiserver/resource"
	"github.com/kubeflow/pipelines/backend/src/apiserver/server"
	"github.com/kubeflow/pipelines/backend/src/common/util"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
)

// newRouter wires the handlers as the server's own main does, which nobody can
// import: the same services, paths, header matcher and interceptor. Only the way
// from the gateway to the services is memory instead of a second port.
func newRouter(ctx context.Context, manager *resource.ResourceManager) (router *mux.Router, stop func(), err error) {
	services := newServices(manager)
	wire := bufconn.Listen(1 << 20)
	go func() { _ = services.Serve(wire) }()
	gateway, err := newGateway(ctx, wire)
	if err != nil {
		services.Stop()
		return nil, nil, err
	}
	upload := server.NewPipelineUploadServer(manager, &server.PipelineUploadServerOptions{CollectMetrics: true})
	logs := server.NewRunLogServer(manager)

	router = mux.NewRouter()
	router.HandleFunc("/apis/v1beta1/pipelines/upload", upload.UploadPipelineV1)
	router.HandleFunc("/apis/v1beta1/pipelines/upload_version", upload.UploadPipelineVersionV1)
	router.HandleFunc("/apis/v1beta1/healthz", healthz)
	router.HandleFunc("/apis/v2beta1/pipelines/upload", upload.UploadPipeline)
	router.HandleFunc("/apis/v2beta1/pipelines/upload_version", upload.UploadPipelineVersion)
	router.HandleFunc("/apis/v2beta1/healthz", healthz)
	router.HandleFunc("/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log", logs.ReadRunLogV1)
	router.PathPrefix("/apis/").Handler(gateway)
	router.Handle("/metrics", promhttp.Handler())
	return router, services.Stop, nil
}

func newServices(manager *resource.ResourceManager) *grpc.Server {
	s := grpc.NewServer(grpc.UnaryInterceptor(toGRPCError), grpc.MaxRecvMsgSize(math.MaxInt32))
	experiments := server.NewExperimentServer(manager, &server.ExperimentServerOptions{CollectMetrics: true})
	pipelines := server.NewPipelineServer(manager, &server.PipelineServerOptions{CollectMetrics: true})
	jobs := server.NewJobServer(manager, &server.JobServerOptions{CollectMetrics: true})
	runs := server.NewRunServer(manager, &server.RunServerOptions{CollectMetrics: true})

	apiv1beta1.RegisterExperimentServiceServer(s, experiments)
	apiv1beta1.RegisterPipelineServiceServer(s, pipelines)
	apiv1beta1.RegisterJobServiceServer(s, jobs)
	apiv1beta1.RegisterRunServiceServer(s, runs)
	apiv1beta1.RegisterTaskServiceServer(s, server.NewTaskServer(manager))
	apiv1beta1.RegisterReportServiceServer(s, server.NewReportServer(manager))
	apiv1beta1.RegisterAuthServiceServer(s, server.NewAuthServer(manager))

	apiv2beta1.RegisterExperimentServiceServer(s, experiments)
	apiv2beta1.RegisterPipelineServiceServer(s, pipelines)
	apiv2beta1.RegisterRecurringRunServiceServer(s, jobs)
	apiv2beta1.RegisterRunServiceServer(s, runs)
	return s
}

func newGateway(ctx context.Context, wire *bufconn.Listener) (*runtime.ServeMux, error) {
	gateway := runtime.NewServeMux(runtime.WithIncomingHeaderMatcher(func(header string) (string, bool) {
		return strings.ToLower(header), strings.EqualFold(header, common.GetKubeflowUserIDHeader())
	}))
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return wire.Dial() }),
	}
	for _, register := range []func(context.Context, *runtime.ServeMux, string, []grpc.DialOption) error{
		apiv1beta1.RegisterPipelineServiceHandlerFromEndpoint,
		apiv1beta1.RegisterExperimentServiceHandlerFromEndpoint,
		apiv1beta1.RegisterJobServiceHandlerFromEndpoint,
		apiv1beta1.RegisterRunServiceHandlerFromEndpoint,
		apiv1beta1.RegisterTaskServiceHandlerFromEndpoint,
		apiv1beta1.RegisterReportServiceHandlerFromEndpoint,
		apiv1beta1.RegisterAuthServiceHandlerFromEndpoint,
		apiv2beta1.RegisterExperimentServiceHandlerFromEndpoint,
		apiv2beta1.RegisterPipelineServiceHandlerFromEndpoint,
		apiv2beta1.RegisterRecurringRunServiceHandlerFromEndpoint,
		apiv2beta1.RegisterRunServiceHandlerFromEndpoint,
	} {
		if err := register(ctx, gateway, "services", options); err != nil {
			return nil, err
		}
	}
	return gateway, nil
}

func toGRPCError(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	answer, err := handle(ctx, request)
	if err != nil {
		util.LogError(util.Wrapf(err, "%s call failed", info.FullMethod))
		return answer, util.ToGRPCError(err)
	}
	return answer, nil
}

func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, fmt.Sprintf(`{"commit_sha":"%s", "tag_name":"%s", "multi_user":%t}`,
		common.GetStringConfig("COMMIT_SHA"), common.GetStringConfig("TAG_NAME"), common.IsMultiUserMode()))
}
