// `npm start`: a sandbox gateway with a realistic configuration, and the daemon on desired-state/ against it, until it
// is stopped. Everything it writes is below .holdfast/.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from '../cli/main.ts';
import { processIo } from '../compose/io.ts';
import { askedGeneration, GENERATIONS, startGateway } from './generation.ts';

const root = join(import.meta.dirname, '../..');
const dir = join(root, '.holdfast', 'npm-start');
const io = processIo();
const api = askedGeneration();

// A new one each time, because the sandbox doesn't keep its state either.
await rm(dir, { recursive: true, force: true });
await mkdir(dir, { recursive: true });
const file = join(dir, 'config.yaml');
const sandbox = await startGateway(api, file);

// A check every ten seconds, so that drift shows quickly; the dashboard on any free port.
const settings = join(dir, 'holdfast.yaml');
const target = { name: 'sandbox', url: sandbox.url, desired: [join(root, 'desired-state')] };
await writeFile(
  settings,
  JSON.stringify({
    version: 1,
    daemon: { drift: '*/10 * * * * *', http: { listen: '127.0.0.1:0', auth: 'none' } },
    targets: [target],
    state: { lasting: true }, // nobody needs its backups after the sandbox
  }),
);

const request = GENERATIONS[api].retryNine(sandbox.url);

io.out(`A sandbox gateway that behaves like the real ${api} one listens at ${sandbox.url}, key mgmt-secret-1.
Its config.yaml:     ${file}
The desired state:   ${join(root, 'desired-state')}

Change a file of the desired state, or change the gateway directly, and watch. Holdfast checks every 10 seconds.
It runs in mode "enforce" here: it overwrites what you change on the gateway.
  curl -X PUT -H 'Authorization: Bearer mgmt-secret-1' ${request}

The next lines show the address of the dashboard. Press Ctrl-C to stop.

`);

const words = [
  'run',
  '--log',
  'text',
  '--mode',
  'enforce',
  '--settings',
  settings,
  '--state',
  join(dir, 'state'),
  '--variables',
  join(root, '.env.example'),
];
await main(words, { ...io, cwd: root, env: { ...process.env, HOLDFAST_KEY: 'mgmt-secret-1' } });
await sandbox.stop();
