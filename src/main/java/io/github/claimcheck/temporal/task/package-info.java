/**
 * What workflow tasks and workers tell of external storage: time and amount of a task's
 * transfers, the cause of its failure, and the types of a worker's drivers.
 */
@NullMarked
package io.github.claimcheck.temporal.task;

import org.jspecify.annotations.NullMarked;
