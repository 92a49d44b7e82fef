// The steps of `holdfast init`, in order: inputs, .gitignore before anything that contains a secret, the pull, and
// only then the files that refer to it. A failed pull leaves no settings behind.
import { join, resolve } from 'node:path';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { asks } from '../io/confirm.ts';
import { type AnswerFlags, type Answers, answersFrom, givenFlags, keyIsAtHand } from './answers.ts';
import {
  addVariable,
  envExampleText,
  exampleText,
  hasVariable,
  ignoreSecrets,
  keyLine,
  type Made,
  schemaText,
  settingsText,
  writeAbsent,
} from './files.ts';
import type { Step } from './text.ts';
import type { Globals, Io } from '../../compose/io.ts';
import { type Pulled, pullFiles } from '../pull/fresh.ts';
import { exists, otherFiles, withScratch } from '../pull/files.ts';
import { exposed } from '../edits/warnings.ts';
import { shownIn } from '../io/shown-in.ts';
import { COPIES, schemaHint, type SchemaName } from '../pull/schema-hint.ts';

export interface InitFlags extends Globals, AnswerFlags {
  /** Undefined: ask a person, and don't pull without one. */
  readonly pull?: boolean;
  readonly yes?: boolean;
}

export interface Initialised {
  readonly made: readonly Made[];
  readonly next: readonly Step[];
  readonly pulled?: Pulled | undefined;
  /** What else to know: a default that was chosen, a flag without effect. */
  readonly notes: readonly string[];
}

export const SETTINGS = 'holdfast.yaml';
export const EXAMPLE = 'desired-state/gateway.yaml';
const DESIRED = 'desired-state';
const ENV = '.env';

export async function initialise(flags: InitFlags, io: Io): Promise<Initialised> {
  for (const file of [SETTINGS, 'holdfast.yml'])
    if (await exists(join(io.cwd, file))) return complete(file, flags, io);
  return begin(flags, io);
}

/** If settings exist, they are used: nothing is asked and nothing is pulled. */
async function complete(settings: string, flags: InitFlags, io: Io): Promise<Initialised> {
  if (flags.pull)
    throw fail('HF1001', `${settings} already exists, so init doesn't pull`, {
      remedy: 'Run `holdfast pull` to write the files that the settings name.',
    });
  const notes = (await givenFlags(flags, io)).map(
    (flag) => `${flag} had no effect, because ${settings} exists. Edit ${settings} instead.`,
  );
  const made: Made[] = [await ignoreSecrets(io.cwd), { file: settings, what: 'kept' }];
  return { made, next: [DOCTOR, DIFF], notes };
}

/** A project that is being created. */
interface Project {
  readonly answers: Answers;
  readonly flags: InitFlags;
  readonly io: Io;
}

async function begin(flags: InitFlags, io: Io): Promise<Initialised> {
  const asking = asks(flags, io);
  const project = { answers: await answersFrom(flags, asking, io), flags, io };
  const pulls = await wantsPull(project, asking);
  const made = [await ignoreSecrets(io.cwd), ...(await schemaCopies(io.cwd))];
  if (pulls || project.answers.key.kind === 'env-file') await refuseExposed(io.cwd);
  const hadEnv = await exists(join(io.cwd, ENV));
  const pulled = pulls ? await pull(project) : undefined;
  if (pulled) made.push(...pulledFiles(pulled, hadEnv, io));
  made.push(...(await envFiles(project, pulled)), await settingsFile(project, pulled));
  if (!pulled) made.push(...(await example(io.cwd)));
  const notes = asking ? [] : [gatewayNote(project)];
  return { made, next: await stepsAfter(project, pulled, made), pulled, notes };
}

/** Without questions, nobody has seen the address. */
function gatewayNote({ answers, flags, io }: Project): string {
  const isDefault = flags.url === undefined && (io.env['HOLDFAST_URL'] ?? '').trim() === '';
  return `gateway ${answers.url}${isDefault ? ' (default)' : ''}`;
}

async function wantsPull({ answers, flags, io }: Project, asking: boolean): Promise<boolean> {
  if (flags.pull && !keyIsAtHand(answers, io))
    throw fail('HF1001', "--pull needs the management key now, but the variable for it isn't set", {
      remedy: 'Set HOLDFAST_KEY and run the command again, or run it without --pull.',
    });
  if (flags.pull !== undefined || !asking) return flags.pull === true;
  if (!keyIsAtHand(answers, io) || !(await isFree(io.cwd))) return false;
  const typed = await io.ask(
    `Start with the gateway's current configuration, pulled into ${DESIRED}/? [Y/n] `,
  );
  return /^(?:y(?:es)?)?$/i.test(typed.trim());
}

/** There is no desired state yet. */
const isFree = async (cwd: string): Promise<boolean> =>
  (await otherFiles(join(cwd, DESIRED), '')).length === 0;

/** If the project doesn't contain the schema, editors get copies that every clone has too. */
async function schemaCopies(cwd: string): Promise<Made[]> {
  const made: Made[] = [];
  for (const name of ['settings.schema.json', 'legacy.schema.json', 'v8.schema.json'] satisfies SchemaName[])
    if (schemaHint(name, join(cwd, SETTINGS), cwd) === undefined)
      made.push(await writeAbsent(cwd, `${COPIES}/${name}`, await schemaText(name)));
  return made;
}

/** Before the file contains anything. */
async function refuseExposed(cwd: string): Promise<void> {
  const found = await exposed([join(cwd, ENV)], cwd);
  const remedy = `Untrack it (\`git rm --cached ${ENV}\`), or remove the line of a .gitignore that includes it.`;
  if (found.length > 0) throw new HoldfastError(found.map((one) => ({ ...one, severity: 'error', remedy })));
}

/** As `holdfast pull` does, with settings that aren't written yet. */
async function pull({ answers, flags, io }: Project): Promise<Pulled> {
  const { key } = answers;
  const absolute = key.kind === 'file' ? { ...key, path: resolve(io.cwd, key.path) } : key;
  const text = settingsText(
    { ...answers, key: absolute },
    { hint: undefined, envFile: false, pulled: false },
  );
  const { output, color, quiet, verbose } = flags;
  return withScratch(text, (dir) =>
    pullFiles(
      {
        output,
        color,
        ...(quiet !== undefined && { quiet }),
        ...(verbose !== undefined && { verbose }),
        settings: join(dir, 'gateway.yaml'),
        state: join(io.cwd, '.holdfast'),
        desired: [join(io.cwd, DESIRED)],
        outputDir: DESIRED,
        file: 'gateway.yaml',
        writeEnv: ENV,
      },
      io,
      { referencesFrom: io.cwd },
    ),
  );
}

function pulledFiles({ destination, texts }: Pulled, hadEnv: boolean, { cwd }: Io): Made[] {
  const { file, example: variables, values } = destination;
  const lines = texts.lines.map(({ path }) => path);
  const written = [file, variables, ...lines].map((path): Made => ({
    file: shownIn(cwd, path),
    what: 'written',
  }));
  if (values === undefined) return written;
  return [...written, { file: shownIn(cwd, values), what: hadEnv ? 'extended' : 'written' }];
}

/** `.env.example`, and the key's line in `.env` if it should be there. */
async function envFiles({ answers, io }: Project, pulled: Pulled | undefined): Promise<Made[]> {
  const { key } = answers;
  if (key.kind === 'file') return [];
  const named = await writeAbsent(io.cwd, '.env.example', envExampleText(key.name));
  if (key.kind === 'variable') return [named];
  const line = keyLine(key.name, io.env[key.name]);
  const added = await addVariable(io.cwd, ENV, key.name, line);
  return pulled ? [named] : [named, added];
}

async function settingsFile({ answers, io }: Project, pulled: Pulled | undefined): Promise<Made> {
  const hint = schemaHint('settings.schema.json', join(io.cwd, SETTINGS), io.cwd);
  const envFile = await exists(join(io.cwd, ENV));
  return writeAbsent(
    io.cwd,
    SETTINGS,
    settingsText(answers, { hint, envFile, pulled: pulled !== undefined }),
  );
}

/** Only if nothing is declared yet. */
async function example(cwd: string): Promise<Made[]> {
  if (!(await isFree(cwd))) return [{ file: `${DESIRED}/`, what: 'kept' }];
  const hint = schemaHint('legacy.schema.json', join(cwd, EXAMPLE), cwd);
  return [await writeAbsent(cwd, EXAMPLE, exampleText(hint))];
}

const DOCTOR: Step = { command: 'holdfast doctor', why: 'check the connection and access to the gateway' };
const DIFF: Step = { command: 'holdfast diff', why: 'what differs' };
const APPLY: Step = { command: 'holdfast apply', why: 'apply the files to the gateway' };

async function stepsAfter(
  { answers, io }: Project,
  pulled: Pulled | undefined,
  made: readonly Made[],
): Promise<Step[]> {
  const first = await keyStep(answers, io);
  if (pulled) return [...first, DIFF, APPLY];
  const isExample = made.some(({ file, what }) => file === EXAMPLE && what === 'written');
  const replace = isExample ? pullSteps(await exists(join(io.cwd, ENV))) : [];
  return [...first, DOCTOR, ...replace, DIFF, APPLY];
}

/** What the user must do before the key can be read. */
async function keyStep({ key }: Answers, { env, cwd }: Io): Promise<Step[]> {
  if (key.kind === 'file') return [];
  const isSet = (env[key.name] ?? '').trim() !== '';
  if (key.kind === 'variable')
    return isSet ? [] : [{ command: `export ${key.name}=…`, why: 'the management key of the gateway' }];
  if (await hasVariable(cwd, ENV, key.name)) return [];
  return [{ command: '$EDITOR .env', why: `give ${key.name} the management key of the gateway` }];
}

/** Values in a new .env are read once the settings name it. */
function pullSteps(isEnvThere: boolean): Step[] {
  const why = "the gateway's current configuration instead of the example";
  if (isEnvThere) return [{ command: 'holdfast pull --force', why }];
  return [
    { command: 'holdfast pull --force --write-env .env', why },
    { command: `$EDITOR ${SETTINGS}`, why: 'remove the # before `env-file: .env`' },
  ];
}
