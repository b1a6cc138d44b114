package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// awsLogin is the caller's own login to AWS, by the SDK's whole chain: an operator signs in
// (SSO), or has a program that gives credentials, which a task never does. The SDK reads
// the variables of the process and the files of the profile itself.
//
// Where it finds none it is nil, and package stores says what there is to say.
func awsLogin(ctx context.Context, profile string) aws.CredentialsProvider {
	var options []func(*config.LoadOptions) error
	if profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil
	}
	return loaded.Credentials
}
