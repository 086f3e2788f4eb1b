package io.github.claimcheck.temporal.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.Type;
import org.springframework.util.ClassUtils;

/**
 * Runs the starter as it was compiled, on an external storage API as the SDK after 1.39
 * has it: without the members that are announced to go, and with contexts that have
 * methods of which nothing is known. Its stand-in is in {@code src/test/next-sdk}.
 */
class NextSdkTests {

    private static final String STORAGE_API = "io/temporal/payload/storage/";

    private static final Path SOURCES = Path.of("src/test/next-sdk");

    @TempDir
    static Path classes;

    private static URLClassLoader nextSdk;

    @BeforeAll
    static void compile() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), "-cp", classPath(), "-proc:none"));
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            sources.map(Path::toString).filter((path) -> path.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
        List<URL> urls = new ArrayList<>(List.of(url(classes)));
        Arrays.stream(classPath().split(File.pathSeparator)).map(Path::of).map(NextSdkTests::url).forEach(urls::add);
        nextSdk = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    @AfterAll
    static void close() throws IOException {
        nextSdk.close();
    }

    @TestFactory
    Stream<DynamicTest> itWorks(@TempDir Path directory) throws ClassNotFoundException {
        return Arrays.stream(nextSdk.loadClass("scenario.Scenarios").getDeclaredMethods())
            .filter((scenario) -> scenario.canAccess(null) && !scenario.isSynthetic())
            .map((scenario) -> DynamicTest.dynamicTest(scenario.getName(), () -> run(scenario, directory)));
    }

    private static void run(Method scenario, Path directory) throws Throwable {
        ClassLoader original = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(nextSdk);
        try {
            scenario.invoke(null, (scenario.getParameterCount() > 0) ? new Object[] { directory } : new Object[0]);
        }
        catch (InvocationTargetException ex) {
            throw ex.getCause();
        }
        finally {
            Thread.currentThread().setContextClassLoader(original);
        }
    }

    @Test
    void everyUseOfTheStorageApiLinks() throws IOException {
        Set<String> missing = new TreeSet<>();
        List<Path> types;
        try (Stream<Path> files = Files.walk(Path.of("target/classes"))) {
            types = files.filter((file) -> file.toString().endsWith(".class")).toList();
        }
        int[] uses = new int[1];
        for (Path type : types) {
            new ClassReader(Files.readAllBytes(type)).accept(new ClassVisitor(Opcodes.ASM9) {

                @Override
                public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                        String[] exceptions) {
                    return new MethodVisitor(Opcodes.ASM9) {

                        @Override
                        public void visitMethodInsn(int opcode, String owner, String called, String parameters,
                                boolean isInterface) {
                            if (owner.startsWith(STORAGE_API)) {
                                uses[0]++;
                                if (!exists(owner, called, parameters)) {
                                    missing.add(type.getFileName() + " calls " + owner + "." + called + parameters);
                                }
                            }
                        }

                    };
                }

            }, ClassReader.SKIP_DEBUG);
        }
        assertThat(missing).isEmpty();
        assertThat(uses[0]).isGreaterThan(50);
    }

    private static boolean exists(String owner, String name, String descriptor) {
        Class<?> type = ClassUtils.resolveClassName(owner.replace('/', '.'), nextSdk);
        if (name.equals("<init>")) {
            return Arrays.stream(type.getDeclaredConstructors())
                .anyMatch((constructor) -> Type.getConstructorDescriptor(constructor).equals(descriptor));
        }
        return Arrays.stream(type.getMethods())
            .anyMatch((method) -> method.getName().equals(name) && Type.getMethodDescriptor(method).equals(descriptor))
                || Arrays.stream(Object.class.getMethods()).anyMatch((method) -> method.getName().equals(name));
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static URL url(Path path) {
        try {
            URI uri = path.toUri();
            return uri.toURL();
        }
        catch (MalformedURLException ex) {
            throw new UncheckedIOException(ex);
        }
    }

}
