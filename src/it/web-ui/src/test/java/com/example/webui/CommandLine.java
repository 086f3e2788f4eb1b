package com.example.webui;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Temporal's CLI, as a person calls it in a shell. */
final class CommandLine {

    /** What a command has left. */
    record Result(int exitCode, String output, String errors) {
    }

    private CommandLine() {
    }

    /** Runs {@code temporal} with a codec server. */
    static Result withCodecServer(String endpoint, String... arguments) throws Exception {
        return run(Stream.concat(Stream.of(arguments), Stream.of("--codec-endpoint", endpoint)));
    }

    static Result withoutCodecServer(String... arguments) throws Exception {
        return run(Stream.of(arguments));
    }

    private static Result run(Stream<String> arguments) throws IOException, InterruptedException {
        List<String> command = Stream
            .of(Stream.of(Program.TEMPORAL.executable().toString()), arguments,
                    Stream.of("--address", Servers.temporal().getTarget(), "--disable-config-file"))
            .flatMap((part) -> part)
            .toList();
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile())
                .redirectError(errors.toFile());
            builder.environment().keySet().removeIf((name) -> name.startsWith("TEMPORAL_"));
            Process process = builder.start();
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not end: " + Files.readString(errors));
            }
            return new Result(process.exitValue(), Files.readString(output), Files.readString(errors));
        }
        finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

}
