package com.example.interop;

/** Says which activity of another worker is to do the work. */
public record Call(String activity, String taskQueue, Document document) {
}
