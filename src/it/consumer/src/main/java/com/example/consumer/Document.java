package com.example.consumer;

/**
 * A text.
 *
 * @param title what the text is about
 * @param text the text
 */
public record Document(String title, String text) {

}
