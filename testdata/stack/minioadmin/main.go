// Minioadmin makes users and policies on a MinIO server:
//
//	minioadmin user add ACCESSKEY < secret key
//	minioadmin user disable ACCESSKEY
//	minioadmin policy add NAME < policy in JSON
//	minioadmin attach NAME ACCESSKEY
//
// The server and the administrator are read from MINIO_ADMIN_ENDPOINT
// (host:port), MINIO_ADMIN_ACCESS_KEY and MINIO_ADMIN_SECRET_KEY, because
// arguments can be seen by every user of the machine.
//
// It is a program of its own because the client library it links is under the
// AGPL; nothing outside this module imports that.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const usage = "usage: minioadmin user add ACCESSKEY | user disable ACCESSKEY | policy add NAME | attach NAME ACCESSKEY"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "minioadmin: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader) error {
	admin, err := madmin.NewWithOptions(os.Getenv("MINIO_ADMIN_ENDPOINT"), &madmin.Options{
		Creds: credentials.NewStaticV4(os.Getenv("MINIO_ADMIN_ACCESS_KEY"), os.Getenv("MINIO_ADMIN_SECRET_KEY"), ""),
	})
	if err != nil {
		return err
	}
	switch command := strings.Join(args[:max(0, len(args)-1)], " "); {
	case command == "user add":
		secret, err := io.ReadAll(stdin)
		if err != nil {
			return err
		}
		return admin.AddUser(ctx, args[2], string(secret))
	case command == "user disable":
		return admin.SetUserStatus(ctx, args[2], madmin.AccountDisabled)
	case command == "policy add":
		policy, err := io.ReadAll(stdin)
		if err != nil {
			return err
		}
		return admin.AddCannedPolicy(ctx, args[2], policy)
	case len(args) == 3 && args[0] == "attach":
		_, err := admin.AttachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{args[1]}, User: args[2]})
		return err
	default:
		return fmt.Errorf("unknown command %q\n%s", strings.Join(args, " "), usage)
	}
}
