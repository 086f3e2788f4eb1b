package com.example.interop;

/** What goes back and forth, in every language. */
public record Document(String author, String text) {

    /** What the Java worker signs as. */
    static final String AUTHOR = "java";

}
