package io.github.claimcheck.temporal;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.claimcheck.temporal.internal.InternalApi;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;

/**
 * Checks who may know whom. A failure names the rule, its reason, and each place that
 * breaks it.
 */
class ArchitectureTests {

    private static final String BASE = "io.github.claimcheck.temporal";

    private static final JavaClasses CLASSES = importMainClasses();

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage(BASE + "..");

    /** What of a store wires it, and so knows Spring. Nested classes belong to theirs. */
    private static final DescribedPredicate<JavaClass> WIRING = describe("wiring of a store",
            (type) -> resideInAPackage(BASE + ".store..").test(type)
                    && topLevel(type).matches(".*(AutoConfiguration|Factory|Properties|Clients)"));

    private static final DescribedPredicate<JavaClass> WORKERS = resideInAnyPackage(ours("cache..", "driver..",
            "reference..", "converter..", "selector..", "observation..", "plugin..", "failure..", "audit..", "budget..",
            "expiry..", "health..", "internal..", "store..", "task..", "codecserver"))
        .and(DescribedPredicate.not(WIRING));

    @Test
    void whatDoesTheWorkKnowsNoSpring() {
        noClasses().that(WORKERS)
            .should()
            .dependOnClassesThat(resideInAPackage("org.springframework..").and(DescribedPredicate
                .not(resideInAnyPackage("org.springframework.data.redis..", "org.springframework.dao.."))))
            .because("they run in applications, not in a container; only what wires them knows Spring")
            .check(CLASSES);
    }

    @Test
    void nobodyDependsOnAutoconfigure() {
        noClasses().that()
            .resideOutsideOfPackage(BASE + ".autoconfigure..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BASE + ".autoconfigure..")
            .because("it wires what the others make")
            .check(CLASSES);
    }

    @Test
    void noStoreDependsOnAnother() {
        slices().matching(BASE + ".store.(*)..")
            .namingSlices("store $1")
            .should()
            .notDependOnEachOther()
            .because("a store is one folder")
            .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({ "cache, internal", "driver, cache internal", "spi, driver internal", "selector, driver internal",
            "internal, ''", "reference, driver internal", "converter, reference internal",
            "observation, task driver cache internal", "failure, driver internal", "budget, reference driver internal",
            "plugin, converter internal", "codecserver, converter reference driver internal", "health, driver internal",
            "audit, reference driver internal", "expiry, driver internal", "task, driver internal" })
    void aPackageKnowsOfOursOnly(String subject, String known) {
        String[] allowed = ours((subject + " " + known).strip().replaceAll("(\\w)( |$)", "$1..$2").split(" "));
        classes().that()
            .resideInAPackage(BASE + "." + subject + "..")
            .should()
            .onlyDependOnClassesThat(DescribedPredicate.not(OURS).or(resideInAnyPackage(allowed)))
            .because("arrows point one way")
            .check(CLASSES);
    }

    @Test
    void nothingUsesTheInsideOfTheSdk() {
        noClasses().should()
            .dependOnClassesThat()
            .resideInAPackage("io.temporal.internal..")
            .because("it changes without notice")
            .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({ "s3, software.amazon..", "gcs, com.google.cloud.. com.google.auth.. com.google.api..",
            "azure, com.azure..", "redis, io.lettuce.. org.springframework.data.." })
    void aLibraryIsUsedInItsStoreAlone(String store, String libraries) {
        noClasses().that()
            .resideOutsideOfPackage(BASE + ".store." + store + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(libraries.split(" "))
            .because("the library is optional, or may become so")
            .check(CLASSES);
    }

    @Test
    void thereIsNoCycleOfPackages() {
        slices().assignedFrom(slicedBy("package", JavaClass::getPackageName)).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void thereIsNoCycleOfFiles() {
        slices().assignedFrom(slicedBy("file", ArchitectureTests::topLevel)).should().beFreeOfCycles().check(CLASSES);
    }

    /** Interfaces are what an application implements. */
    @Test
    void aStoreShowsInterfacesAndItsAutoConfiguration() {
        classes().that()
            .resideInAPackage(BASE + ".store..")
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should()
            .beInterfaces()
            .orShould()
            .beAnnotatedWith(AutoConfiguration.class)
            .because("all else of a store may change")
            .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(CLASSES.stream()
            .map(JavaClass::getPackage)
            .filter((type) -> !type.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .distinct()).as("packages whose package-info.java has no @NullMarked").isEmpty();
    }

    /** What is added here is promised to users. */
    @Test
    void theseTypesArePublic() {
        assertThat(CLASSES.stream()
            .filter((type) -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter((type) -> !type.isAnnotatedWith(InternalApi.class)
                    && !resideInAPackage(BASE + ".internal..").test(type))
            .map((type) -> type.getName().substring(BASE.length() + 1))).containsExactlyInAnyOrder(
        // @formatter:off
                    "autoconfigure.BuildTimeAutoConfiguration",
                    "autoconfigure.CodecServerAutoConfiguration",
                    "autoconfigure.CodecServerProperties",
                    "autoconfigure.StorageExpiryProperties",
                    "autoconfigure.ExternalStorageAutoConfiguration",
                    "autoconfigure.ExternalStorageEndpointAutoConfiguration",
                    "autoconfigure.ExternalStorageEndpointProperties",
                    "autoconfigure.ExternalStorageProperties",
                    "autoconfigure.StorageHealthProperties",
                    "autoconfigure.SpringBoot3HealthAutoConfiguration",
                    "autoconfigure.SpringBoot4HealthAutoConfiguration",
                    "autoconfigure.StorageDriverAutoConfiguration",
                    "autoconfigure.UnsupportedTemporalSdkAutoConfiguration",
                    "autoconfigure.PayloadCacheProperties",
                    "cache.CacheStatistics",
                    "cache.DiskCache",
                    "cache.PayloadCache",
                    "codecserver.CodecServerAuthorizer",
                    "codecserver.CodecServerCodecs",
                    "codecserver.CodecServerOperation",
                    "converter.ExternalStorageDataConverter",
                    "driver.Admission",
                    "driver.BucketNotFoundException",
                    "driver.ClaimRefusedException",
                    "driver.ContentAddressedStorageDriver",
                    "driver.Diagnosis",
                    "driver.DriverResources",
                    "driver.Expiry",
                    "driver.ObjectKey",
                    "driver.ObjectNotFoundException",
                    "driver.ObjectStore",
                    "driver.ObjectTooLargeException",
                    "driver.OwnPlaces",
                    "driver.PayloadIntegrityException",
                    "driver.PayloadRefusedException",
                    "driver.PayloadTooLargeException",
                    "driver.RepairableStorageDriver",
                    "driver.SizeLimits",
                    "driver.StorageAccessDeniedException",
                    "driver.StorageDriverException",
                    "driver.StorageThrottledException",
                    "driver.StorageTimeoutException",
                    "driver.StorageUnreachableException",
                    "driver.StoredObjects",
                    "driver.TransferLimiter",
                    "observation.StorageDriverObservation",
                    "observation.StorageDriverObservationContext",
                    "observation.StorageDriverObservationConvention",
                    "plugin.ExternalStoragePlugin",
                    "reference.StorageReference",
                    "selector.Glob",
                    "selector.Route",
                    "selector.RoutingStorageDriverSelector",
                    "spi.ApplicationBean",
                    "spi.ContentAddressedStorageDriverFactory",
                    "spi.ContentAddressedStorageDriverProperties",
                    "spi.ExternalStorageConfigurationException",
                    "spi.MissingLibrary",
                    "spi.Secrets",
                    "spi.SslMaterial",
                    "spi.StorageDriverDecorator",
                    "spi.StorageDriverFactory",
                    "spi.StorageDriverId",
                    "spi.StorageDriverProperties",
                    "spi.StorageDriverProperty",
                    "store.azure.AzureStorageDriverAutoConfiguration",
                    "store.composite.CompositeStorageDriverAutoConfiguration",
                    "store.disk.LocalDiskStorageDriverAutoConfiguration",
                    "store.gcs.GcsStorageDriverAutoConfiguration",
                    "store.redis.RedisStorageDriverAutoConfiguration",
                    "store.s3.S3AsyncClientBuilderCustomizer",
                    "store.s3.S3BucketResolver",
                    "store.s3.S3StorageDriverAutoConfiguration"
                    // @formatter:on
        );
    }

    private static JavaClasses importMainClasses() {
        // Rules ask no more than the names of other libraries' types. Reading those takes
        // half a minute.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(BASE);
    }

    private static SliceAssignment slicedBy(String kind, Function<JavaClass, String> slice) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return OURS.test(type) ? SliceIdentifier.of(slice.apply(type)) : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "each " + kind;
            }
        };
    }

    private static String topLevel(JavaClass type) {
        String name = type.getBaseComponentType().getName();
        int nested = name.indexOf('$');
        return (nested < 0) ? name : name.substring(0, nested);
    }

    private static String[] ours(String... packages) {
        String[] names = new String[packages.length];
        for (int i = 0; i < packages.length; i++) {
            names[i] = BASE + "." + packages[i];
        }
        return names;
    }

}
