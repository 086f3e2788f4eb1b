/** Has an official TypeScript driver store a corpus, and prints its claims. The argument is "s3" or "gcs". */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GcsStorageDriver } from '@temporalio/external-storage-gcs';
import { S3StorageDriver } from '@temporalio/external-storage-s3';
import proto from '@temporalio/proto';

const Payload = proto.temporal.api.common.v1.Payload;

/** The stores keep nothing: the keys are all that is asked for. */
const DRIVERS = {
  s3: {
    package: '@temporalio/external-storage-s3',
    make: (bucket) =>
      new S3StorageDriver({ client: { objectExists: async () => false, putObject: async () => {} }, bucket }),
  },
  gcs: {
    package: '@temporalio/external-storage-gcs',
    make: (bucket) => new GcsStorageDriver({ client: { save: async () => {} }, bucket }),
  },
};

function target({ target: kind, namespace, type, id, runId }) {
  // The SDK leaves out what is not there.
  return kind === 'none'
    ? undefined
    : { kind, namespace, type: type ?? undefined, id: id ?? undefined, runId: runId ?? undefined };
}

const asked = DRIVERS[process.argv[2]];
const driver = asked.make('payloads');
const claims = [];
for (const entry of JSON.parse(readFileSync(0, 'utf8'))) {
  const payload = Payload.decode(Buffer.from(entry.payload, 'base64'));
  const [claim] = await driver.store({ target: target(entry) }, [payload]);
  claims.push(claim.claimData);
}
const { version } = createRequire(import.meta.url)(`${asked.package}/package.json`);
console.log(JSON.stringify({ driver: `${asked.package} ${version}`, claims }));
