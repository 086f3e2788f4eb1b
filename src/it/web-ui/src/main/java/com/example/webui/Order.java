package com.example.webui;

/** A payload that stays in history. */
public record Order(String customer, int copies) {
}
