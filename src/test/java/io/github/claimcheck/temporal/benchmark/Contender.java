package io.github.claimcheck.temporal.benchmark;

/** The implementations to compare. */
enum Contender {

    /** This starter with its auto-configuration. */
    STARTER("this starter") {

        @Override
        Application start(BenchmarkEnvironment environment, String taskQueue) {
            return new StarterApplication(environment, taskQueue);
        }

    },

    /** The same SDK with a driver like the official Go and Python ones. */
    OFFICIAL_STYLE("official style") {

        @Override
        Application start(BenchmarkEnvironment environment, String taskQueue) {
            return new OfficialStyleApplication(environment, taskQueue);
        }

    };

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    /** Starts a client and a worker. */
    abstract Application start(BenchmarkEnvironment environment, String taskQueue);

    /** Starts a client and a worker on a task queue of their own. */
    Application start(BenchmarkEnvironment environment) {
        return start(environment, Application.newId());
    }

    @Override
    public String toString() {
        return this.title;
    }

}
