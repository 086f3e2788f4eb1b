package main

import (
	"log"
	"net"
	"net/http"

	"go.temporal.io/sdk/converter"
)

// serveCodec runs the SDK's own codec server for as long as the process lives, and returns its URL.
func serveCodec(storage converter.ExternalStorage, codecs []converter.PayloadCodec) (string, error) {
	handler, err := converter.NewPayloadHTTPHandler(converter.PayloadHTTPHandlerOptions{
		PreStorageCodecs: codecs,
		ExternalStorage:  storage,
	})
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { log.Fatal(http.Serve(listener, handler)) }()
	return "http://" + listener.Addr().String(), nil
}
