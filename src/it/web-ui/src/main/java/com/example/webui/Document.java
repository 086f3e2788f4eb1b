package com.example.webui;

import java.util.List;

/** A payload that grows as long as one likes. */
public record Document(String title, List<String> lines) {
}
