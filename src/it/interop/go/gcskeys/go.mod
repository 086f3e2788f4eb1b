module example.com/interop/gcskeys

go 1.26.0

require (
	go.temporal.io/api v1.63.5
	go.temporal.io/sdk v1.50.0
	go.temporal.io/sdk/contrib/gcp/gcsdriver v0.1.0
	google.golang.org/protobuf v1.36.11
)
