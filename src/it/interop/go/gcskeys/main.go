// Command gcskeys has the official Go driver for Google Cloud Storage store a corpus, and prints its claims. It is a
// module of its own, since that driver is built from its sources. The argument says which sources these are.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/contrib/gcp/gcsdriver"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// entry is what is stored: null and the empty string are the same to the Go SDK.
type entry struct {
	Target    string `json:"target"`
	Namespace string `json:"namespace"`
	Type      string `json:"type"`
	ID        string `json:"id"`
	RunID     string `json:"runId"`
	Payload   []byte `json:"payload"`
}

type output struct {
	Driver string              `json:"driver"`
	Claims []map[string]string `json:"claims"`
}

// nowhere is a store for which the names are all that is asked for.
type nowhere struct{ gcsdriver.Client }

func (nowhere) ObjectExists(context.Context, string, string) (bool, error) { return false, nil }

func (nowhere) PutObject(context.Context, string, string, []byte) error { return nil }

func main() {
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(sources string) error {
	var entries []entry
	if err := json.NewDecoder(os.Stdin).Decode(&entries); err != nil {
		return err
	}
	driver, err := gcsdriver.NewDriver(gcsdriver.Options{
		Client: nowhere{},
		Bucket: gcsdriver.StaticBucket("payloads"),
	})
	if err != nil {
		return err
	}
	out := output{Driver: "go.temporal.io/sdk/contrib/gcp/gcsdriver, " + sources}
	for _, e := range entries {
		var payload commonpb.Payload
		if err := proto.Unmarshal(e.Payload, &payload); err != nil {
			return err
		}
		claims, err := driver.Store(converter.StorageDriverStoreContext{
			Context: context.Background(),
			Target:  target(e),
		}, []*commonpb.Payload{&payload})
		if err != nil {
			return fmt.Errorf("%+v: %w", e, err)
		}
		out.Claims = append(out.Claims, claims[0].ClaimData)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func target(e entry) converter.StorageDriverTargetInfo {
	switch e.Target {
	case "workflow":
		return converter.StorageDriverWorkflowInfo{
			Namespace: e.Namespace, WorkflowType: e.Type, WorkflowID: e.ID, RunID: e.RunID,
		}
	case "activity":
		return converter.StorageDriverActivityInfo{
			Namespace: e.Namespace, ActivityType: e.Type, ActivityID: e.ID, RunID: e.RunID,
		}
	default:
		return nil
	}
}
