package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"
)

// registerPlaces registers what the tests of the codec server need: payloads of every encoding, at every place of a
// history.
func registerPlaces(w worker.Worker) {
	w.RegisterWorkflowWithOptions(places, workflow.RegisterOptions{Name: "GoPlaces"})
	w.RegisterWorkflowWithOptions(digest, workflow.RegisterOptions{Name: "GoDigest"})
	w.RegisterActivityWithOptions(refuse, activity.RegisterOptions{Name: "go_refuse"})
}

func refuse(_ context.Context, large, small Document, content []byte, nothing *string,
	execution *commonpb.WorkflowExecution) error {
	return temporal.NewNonRetryableApplicationError("refused", "Refused", nil, large, small, content, nothing, execution)
}

// places hands its arguments to an activity that fails with them, and returns the first.
func places(ctx workflow.Context, large, small Document, content []byte, nothing *string,
	execution *commonpb.WorkflowExecution) (Document, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteActivity(ctx, refuse, large, small, content, nothing, execution).Get(ctx, nil); err == nil {
		return Document{}, fmt.Errorf("the activity did not fail")
	}
	return large, nil
}

// startPlaces starts the workflow, and returns its arguments as payloads without codec and storage.
func startPlaces(ctx context.Context, c client.Client, r request) (json.RawMessage, error) {
	text, ok := r.Arguments[0].(string)
	if !ok {
		return nil, fmt.Errorf("the argument is no text")
	}
	// What becomes a payload of each encoding, large and small.
	arguments := []any{Document{author, text}, Document{author, "small"}, []byte(text), (*string)(nil),
		&commonpb.WorkflowExecution{WorkflowId: text}}
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:        r.WorkflowID,
		TaskQueue: r.TaskQueue,
		Memo:      map[string]any{"large": arguments[0], "small": arguments[1]},
	}, "GoPlaces", arguments...)
	if err != nil {
		return nil, err
	}
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(arguments...)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(payloads)
}

// digest returns what its arguments are, after storage and codec.
func digest(_ workflow.Context, a, b, c, d converter.RawValue) ([]string, error) {
	var descriptions []string
	for _, value := range []converter.RawValue{a, b, c, d} {
		descriptions = append(descriptions, describe(value.Payload()))
	}
	return descriptions, nil
}

func describe(payload *commonpb.Payload) string {
	description := ""
	for _, key := range slices.Sorted(maps.Keys(payload.GetMetadata())) {
		description += key + "=" + string(payload.GetMetadata()[key]) + " "
	}
	hash := sha256.Sum256(payload.GetData())
	return description + hex.EncodeToString(hash[:])
}
