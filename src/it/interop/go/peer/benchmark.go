package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const (
	megabyte   = 1024 * 1024
	activities = 50
)

// measurement is how long a workflow took, from its start to its result at hand.
type measurement struct {
	Workload string  `json:"workload"`
	Seconds  float64 `json:"seconds"`
}

// registerBenchmark registers the same workloads that the Python and the Java worker have.
func registerBenchmark(w worker.Worker) {
	w.RegisterWorkflowWithOptions(chain, workflow.RegisterOptions{Name: "GoChain"})
	w.RegisterWorkflowWithOptions(fanOut, workflow.RegisterOptions{Name: "GoFanOut"})
	w.RegisterActivityWithOptions(handOn, activity.RegisterOptions{Name: "go_hand_on"})
	w.RegisterActivityWithOptions(makeContent, activity.RegisterOptions{Name: "go_make"})
}

func handOn(_ context.Context, content []byte) ([]byte, error) {
	return content, nil
}

func makeContent(_ context.Context, seed int64, index int) ([]byte, error) {
	return random(megabyte, seed+int64(index)), nil
}

// random returns bytes that do not compress, the same for the same seed.
func random(size int, seed int64) []byte {
	content := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(content)
	return content
}

func chain(ctx workflow.Context, content []byte) ([]byte, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for range 3 {
		if err := workflow.ExecuteActivity(ctx, handOn, content).Get(ctx, &content); err != nil {
			return nil, err
		}
	}
	return content, nil
}

func fanOut(ctx workflow.Context, seed int64) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	var results []workflow.Future
	for index := range activities {
		results = append(results, workflow.ExecuteActivity(ctx, makeContent, seed, index))
	}
	total := 0
	for _, result := range results {
		var content []byte
		if err := result.Get(ctx, &content); err != nil {
			return 0, err
		}
		total += len(content)
	}
	return total, nil
}

// benchmark runs a workload once, with content that no run had before.
func benchmark(ctx context.Context, temporal client.Client, r request) (*measurement, error) {
	options := client.StartWorkflowOptions{ID: r.WorkflowID, TaskQueue: r.TaskQueue}
	seed := rand.Int63n(1 << 48)
	switch r.Name {
	case "chain":
		input := random(3*megabyte, seed)
		var result []byte
		seconds, err := measure(ctx, temporal, options, chain, input, &result)
		if err == nil && !bytes.Equal(result, input) {
			err = fmt.Errorf("the result is not the input")
		}
		return &measurement{r.Name, seconds}, err
	case "fan-out":
		var total int
		seconds, err := measure(ctx, temporal, options, fanOut, seed, &total)
		if err == nil && total != activities*megabyte {
			err = fmt.Errorf("the results have %d bytes", total)
		}
		return &measurement{r.Name, seconds}, err
	default:
		return nil, fmt.Errorf("there is no workload %q", r.Name)
	}
}

func measure(ctx context.Context, temporal client.Client, options client.StartWorkflowOptions, workflow any, input any,
	result any) (float64, error) {
	start := time.Now()
	run, err := temporal.ExecuteWorkflow(ctx, options, workflow, input)
	if err == nil {
		err = run.Get(ctx, result)
	}
	return time.Since(start).Seconds(), err
}
