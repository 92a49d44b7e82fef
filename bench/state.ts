// What an apply costs that keeps its records in PostgreSQL, against one that keeps them in files. Both write the same
// change to gateways of their own.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, reconcile } from '../src/apply/apply.ts';
import { seal } from '../src/domain/secret.ts';
import { openPostgresStore } from '../src/state/postgres/postgres.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith } from './inputs.ts';
import { type Fixture, setup } from './setup.ts';
import { elapsed } from './timing.ts';

const REPETITIONS = { runs: 9, warmUp: 2 };

export async function stateFigures(): Promise<Figure[]> {
  const server = await startPostgres({ durable: true });
  try {
    const [files, database] = [await setup(gatewayWith(10)), await setup(gatewayWith(10))];
    await using _files = files;
    await using _database = database;
    const store = await openPostgresStore({
      url: seal(await server.newDatabase()),
      encryptionKeys: seal(['an encryption key of a benchmark']),
      dir: join(database.dir, 'state'),
      clock: database.context.clock,
    });
    const works = {
      files: () => applied(files, files.context),
      database: () => applied(database, { ...database.context, store }),
    };
    const medians = await interleaved(works, elapsed, REPETITIONS);
    await store.close();
    return [
      figure(
        'an apply with its state in PostgreSQL / in files',
        'ratio',
        medians.database / medians.files,
        1.3,
        rounded(medians),
      ),
    ];
  } finally {
    await server.stop();
  }
}

const next = new Map<Fixture, number>();

async function applied(place: Fixture, context: Context): Promise<void> {
  const retries = (next.get(place) ?? 0) + 1;
  next.set(place, retries);
  await writeFile(join(place.dir, 'desired-state', 'gateway.yaml'), `request-retry: ${(retries % 7) + 1}\n`);
  const { kind } = await reconcile(context, { mode: 'apply' });
  if (kind !== 'applied') throw new Error(`the apply ended as ${kind}`);
}
