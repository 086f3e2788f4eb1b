package main

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const author = "go"

// Document is what goes back and forth, in every language.
type Document struct {
	Author string `json:"author"`
	Text   string `json:"text"`
}

// Call says which activity of another worker is to do the work.
type Call struct {
	Activity  string   `json:"activity"`
	TaskQueue string   `json:"taskQueue"`
	Document  Document `json:"document"`
}

// register registers the same workflows and activity that the Java and the Python worker have.
func register(w worker.Worker) {
	w.RegisterWorkflowWithOptions(echo, workflow.RegisterOptions{Name: "GoEcho"})
	w.RegisterWorkflowWithOptions(call, workflow.RegisterOptions{Name: "GoCall"})
	w.RegisterWorkflowWithOptions(join, workflow.RegisterOptions{Name: "GoJoin"})
	w.RegisterWorkflowWithOptions(conversation, workflow.RegisterOptions{Name: "GoConversation"})
	w.RegisterActivityWithOptions(stamp, activity.RegisterOptions{Name: "go_stamp"})
}

func stamp(_ context.Context, document Document) (Document, error) {
	return Document{author, document.Text}, nil
}

func echo(_ workflow.Context, document Document) (Document, error) {
	return Document{author, document.Text}, nil
}

func call(ctx workflow.Context, call Call) (Document, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           call.TaskQueue,
		StartToCloseTimeout: time.Minute,
	})
	var result Document
	err := workflow.ExecuteActivity(ctx, call.Activity, call.Document).Get(ctx, &result)
	return result, err
}

// join takes many arguments.
func join(_ workflow.Context, a, b, c, d, e, f, g, h, i Document) (Document, error) {
	return Document{author, a.Text + b.Text + c.Text + d.Text + e.Text + f.Text + g.Text + h.Text + i.Text}, nil
}

func conversation(ctx workflow.Context) (Document, error) {
	var latest Document
	err := workflow.SetQueryHandler(ctx, "compare", func(document Document) (Document, error) {
		return Document{author, document.Text + latest.Text}, nil
	})
	if err != nil {
		return Document{}, err
	}
	err = workflow.SetUpdateHandler(ctx, "replace", func(_ workflow.Context, document Document) (Document, error) {
		previous := latest
		latest = document
		return Document{author, previous.Text}, nil
	})
	if err != nil {
		return Document{}, err
	}
	selector := workflow.NewSelector(ctx)
	finished := false
	selector.AddReceive(workflow.GetSignalChannel(ctx, "say"), func(channel workflow.ReceiveChannel, _ bool) {
		var document Document
		channel.Receive(ctx, &document)
		latest = document
	})
	selector.AddReceive(workflow.GetSignalChannel(ctx, "finish"), func(channel workflow.ReceiveChannel, _ bool) {
		channel.Receive(ctx, nil)
		finished = true
	})
	for !finished {
		selector.Select(ctx)
	}
	return Document{author, latest.Text}, nil
}
