package io.github.claimcheck.temporal.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** Makes an executable jar of a class and the class path, as Spring Boot's plugins do. */
public final class ExecutableJar {

    /** What an application without these stores and without tests does not have. */
    private static final String LEFT_OUT = ".*/(software/amazon|com/azure|com/google/cloud|com/google/auth|org/testcontainers"
            + "|io/netty|io/lettuce|io/projectreactor|org/mockito|net/bytebuddy|org/junit|com/tngtech|org/assertj"
            + "|com/github/docker-java|org/springframework/data)/.*";

    private ExecutableJar() {
    }

    /**
     * Makes a jar.
     * @param directory where the jar is made
     * @param main the main class, which needs no other class of the tests but its own
     * nested ones
     * @return the jar
     */
    public static Path of(Path directory, Class<?> main) throws IOException {
        String classes = main.getName().replace('.', '/');
        Path application = directory.resolve("application.jar");
        Path starter = directory.resolve("starter.jar");
        Path executable = directory.resolve("executable.jar");
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
        write(application, classPath.get(0), classes);
        write(starter, classPath.get(1), "");
        Repackager repackager = new Repackager(application.toFile());
        repackager.setMainClass(main.getName());
        repackager.repackage(executable.toFile(), (callback) -> {
            callback.library(new Library(starter.toFile(), LibraryScope.COMPILE));
            for (Path path : classPath) {
                if (path.toString().endsWith(".jar") && !path.toString().matches(LEFT_OUT)) {
                    callback.library(new Library(path.toFile(), LibraryScope.COMPILE));
                }
            }
        });
        return executable;
    }

    private static void write(Path jar, Path directory, String prefix) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString().replace(File.separatorChar, '/');
                if (name.startsWith(prefix)) {
                    entries.putNextEntry(new ZipEntry(name));
                    Files.copy(file, entries);
                }
            }
        }
    }

}
