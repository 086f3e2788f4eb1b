// Command peer is a worker and a client on the official Go SDK, for tests and a benchmark in another language.
//
// It takes requests from standard input, one JSON object a line, and answers each with one on standard output. It ends
// with its input, so that it never outlives the test.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/aws/s3driver"
	"go.temporal.io/sdk/contrib/aws/s3driver/awssdkv2"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
)

type request struct {
	Operation  string `json:"operation"`
	Name       string `json:"name"`
	TaskQueue  string `json:"taskQueue"`
	WorkflowID string `json:"workflowId"`
	Arguments  []any  `json:"arguments"`
}

type response struct {
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	driver, err := s3driver.NewDriver(s3driver.Options{
		Client: awssdkv2.NewClient(s3.New(s3.Options{
			BaseEndpoint: aws.String(os.Getenv("INTEROP_S3_ENDPOINT")),
			UsePathStyle: true,
			Region:       os.Getenv("AWS_REGION"),
			Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"),
				os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		})),
		Bucket: s3driver.StaticBucket(os.Getenv("INTEROP_S3_BUCKET")),
	})
	if err != nil {
		return err
	}
	options := client.Options{
		HostPort: os.Getenv("INTEROP_TEMPORAL_ADDRESS"),
		// Standard output is for the answers.
		Logger: sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr,
			&slog.HandlerOptions{Level: slog.LevelWarn}))),
		ExternalStorage: converter.ExternalStorage{Drivers: []converter.StorageDriver{driver}},
	}
	var codecs []converter.PayloadCodec
	if os.Getenv("INTEROP_CODEC") != "" {
		codecs = append(codecs, converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true}))
		options.DataConverter = converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codecs...)
	}
	temporal, err := client.Dial(options)
	if err != nil {
		return err
	}
	defer temporal.Close()

	w := worker.New(temporal, os.Getenv("INTEROP_TASK_QUEUE"), worker.Options{})
	register(w)
	registerBenchmark(w)
	registerPlaces(w)
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()

	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(response{Result: versions()}); err != nil {
		return err
	}
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	for in.More() {
		var r request
		if err := in.Decode(&r); err != nil {
			return err
		}
		var result any
		if r.Operation == "serve-codec" {
			result, err = serveCodec(options.ExternalStorage, codecs)
		} else {
			result, err = answer(ctx, temporal, r)
		}
		if err != nil {
			err = out.Encode(response{Error: err.Error()})
		} else {
			err = out.Encode(response{Result: result})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func versions() map[string]string {
	versions := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			switch module.Path {
			case "go.temporal.io/sdk", "go.temporal.io/sdk/contrib/aws/s3driver",
				"go.temporal.io/sdk/contrib/aws/s3driver/awssdkv2", "github.com/aws/aws-sdk-go-v2/service/s3":
				versions[module.Path] = module.Version
			}
		}
	}
	return versions
}

func answer(ctx context.Context, temporal client.Client, r request) (any, error) {
	var result Document
	switch r.Operation {
	case "start":
		run, err := temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: r.WorkflowID, TaskQueue: r.TaskQueue},
			r.Name, r.Arguments...)
		if err != nil {
			return nil, err
		}
		return run.GetRunID(), nil
	case "signal":
		var argument any
		if len(r.Arguments) > 0 {
			argument = r.Arguments[0]
		}
		return nil, temporal.SignalWorkflow(ctx, r.WorkflowID, "", r.Name, argument)
	case "query":
		value, err := temporal.QueryWorkflow(ctx, r.WorkflowID, "", r.Name, r.Arguments...)
		if err != nil {
			return nil, err
		}
		return &result, value.Get(&result)
	case "update":
		handle, err := temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID:   r.WorkflowID,
			UpdateName:   r.Name,
			Args:         r.Arguments,
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return nil, err
		}
		return &result, handle.Get(ctx, &result)
	case "result":
		return &result, temporal.GetWorkflow(ctx, r.WorkflowID, "").Get(ctx, &result)
	case "start-places":
		return startPlaces(ctx, temporal, r)
	case "benchmark":
		return benchmark(ctx, temporal, r)
	default:
		return nil, fmt.Errorf("there is no operation %q", r.Operation)
	}
}
