// Second implementations that exist for speed alone, each against what it stands in for. A figure over its bound means
// that the shortcut is not worth its code any more: delete it.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reconcile } from '../src/apply/apply.ts';
import { memoryView, V8 } from '../src/gateway/dialect.ts';
import { translate } from '../src/gateway/layout/translate.ts';
import { bodyOf, readBody } from '../src/gateway/v8/body.ts';
import { changeTree, handleV8, V8_BASE } from '../src/gateway/v8/endpoints.ts';
import { copySections, type Node } from '../src/gateway/v8/tree.ts';
import { ajvCheck, schemaCheck } from '../src/input/schema-check.ts';
import type { FileNode } from '../src/domain/yaml-node.ts';
import type { Tree } from '../src/lib/value.ts';
import { isState, settled, settledRoot } from '../src/plan/prediction/predict.ts';
import { jsonText } from '../src/plan/route/v0/simulate.ts';
import { cpuOf, type Figure, figure, interleaved, rounded } from './figure.ts';
import { gatewayWith, textOf } from './inputs.ts';
import { setup } from './setup.ts';

const REPETITIONS = { runs: 7, warmUp: 3 };
const ROOT = join(import.meta.dirname, '..');

export async function shortcutFigures(): Promise<Figure[]> {
  const { tree } = translate(gatewayWith(2000), 'legacy', 'v8');
  return [
    await bodies(tree),
    await predictions(tree),
    await schemas(),
    await exchanges(),
    await unchanged('v7'),
    await unchanged('v8'),
  ];
}

async function compared(name: string, bound: number, works: Record<'short' | 'long', () => unknown>) {
  const medians = await interleaved(works, cpuOf, REPETITIONS);
  return figure(name, 'ratio', medians.short / medians.long, bound, rounded(medians));
}

/** `gateway/v8/body.ts`. */
function bodies(tree: Tree): Promise<Figure> {
  const text = jsonText(tree);
  return compared('body of 2,000 keys as nodes: from the value / from its text', 0.1, {
    short: () => bodyOf(tree),
    long: () => readBody(text, 'json'),
  });
}

/** `simulateLong` of `plan/route/v8/route-v8.ts`. */
function predictions(tree: Tree): Promise<Figure> {
  const text = textOf({ ...tree, 'config-version': 8 });
  const start = settled({ text, root: undefined }, V8);
  if (!isState(start)) throw new Error(start.message);
  const memory = memoryView(start.memory, V8);
  const request = {
    method: 'PATCH',
    path: `${V8_BASE}/config`,
    body: '{"observability":{"logs":{"request-log":true}}}',
  } as const;
  return compared('v8 write to a file of 2,000 keys, predicted: on nodes / on text', 0.3, {
    short: () => {
      const root = copySections(start.document.root as Node); // a normalised tree has no aliases
      changeTree(root, request, { observability: { logs: { 'request-log': true } } });
      return settledRoot(root as FileNode); // a tree without ranges is a file's node
    },
    long: () => {
      const answer = handleV8(request, { file: text, memory });
      if (!answer.writes) throw new Error(answer.body);
      return settled({ text: answer.writes.text, root: undefined }, V8);
    },
  });
}

/** `input/schema-holds.ts`: a command validates once, so Ajv compiles each time. */
function schemas(): Promise<Figure> {
  const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/legacy.schema.json'), 'utf8')) as object;
  const value = gatewayWith(20);
  return compared('first check of a configuration: our keywords / compiling with Ajv', 0.2, {
    short: () => schemaCheck(schema)(value),
    long: () => ajvCheck(schema)(value),
  });
}

/** `gateway/client/undici.ts`, in processes of their own. */
async function exchanges(): Promise<Figure> {
  const parts = `require('undici/lib/dispatcher/agent.js'); require('undici/lib/api/api-request.js')`;
  const medians = await interleaved(
    { short: () => loading(parts), long: () => loading(`require('undici')`) },
    (work) => work() as Promise<number>, // ms
    REPETITIONS,
  );
  const name = 'loading undici: the parts of an exchange / all of it';
  return figure(name, 'ratio', medians.short / medians.long, 0.7, rounded(medians));
}

/** `apply/steps/shallow.ts`: what the gateway sends is what it sent before. A target that was loaded again is unknown. */
async function unchanged(api: 'v7' | 'v8'): Promise<Figure> {
  const live = gatewayWith(2000);
  const { host: _, port: __, ...desired } = live;
  await using place = await setup(live, api);
  await place.declare(desired);
  await reconcile(place.context);
  const look = (target = place.context.target) =>
    reconcile({ ...place.context, target }, { depth: 'shallow' });
  const medians = await interleaved(
    { short: () => look(), long: () => look({ ...place.context.target }) },
    cpuOf,
    REPETITIONS,
  );
  const name = `${api}: shallow check of 2,000 keys: nothing changed / the first one`;
  return figure(name, 'ratio', medians.short / medians.long, 0.8, rounded(medians));
}

/** CPU of the code in a process that does nothing else, ms. */
async function loading(code: string): Promise<number> {
  const timed = `const now = process.cpuUsage(); ${code}; const { user, system } = process.cpuUsage(now); console.log(user + system)`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', timed], { cwd: ROOT });
  return Number(stdout) / 1000;
}
