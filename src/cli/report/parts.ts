// The parts of a report that other commands print: each masks what it prints by itself, and each can fail by itself.
import type { Io } from '../../compose/io.ts';
import { runCommand } from '../mcp/run-command.ts';

export interface Part {
  readonly file: string;
  readonly title: string;
  readonly argv: readonly string[];
  /** Takes the flags of the gateway and the state directory. */
  readonly hasGateway: boolean;
}

const part = (file: string, title: string, argv: readonly string[], hasGateway = true): Part => ({
  file,
  title,
  argv,
  hasGateway,
});

export const PARTS: readonly Part[] = [
  part('doctor.json', 'Checks of the connection and the gateway, its build and layout', ['doctor', '--deep']),
  part('status.json', 'What Holdfast remembers of each target', ['status', '--offline']),
  part('validate.json', 'Problems of the settings and the desired state', ['validate'], false),
  part('secrets.json', 'References to secrets, and whether they have a value', ['secrets'], false),
  part('plan.json', 'What an apply would change', ['plan']),
  part('drift.json', 'What changed on the gateway since the last apply', ['drift']),
  part('history.json', 'Applies and restores', ['history', '--limit', '1000']),
  part('history-verified.json', 'Whether the history is as it was recorded', ['history', '--verify']),
  part('backups.json', 'IDs, times and reasons of the backups', ['backup', 'list']),
];

export interface ReportFlags {
  readonly settings?: string;
  readonly target?: readonly string[];
  readonly state?: string;
  readonly url?: string;
  readonly keyFile?: string;
  readonly gatewayConfig?: string;
}

export interface Written {
  readonly file: string;
  readonly title: string;
  /** The exit code of the command. Absent: it isn't one of a command. */
  readonly exit?: number;
  /** What is missing, and why. Absent: the part is whole. */
  readonly note?: string;
}

/** What the command prints as JSON, and what it means for the report. */
export async function printed(
  { file, title, argv, hasGateway }: Part,
  flags: ReportFlags,
  io: Io,
): Promise<{ readonly written: Written; readonly document: object }> {
  const given = [...common(flags), ...(hasGateway ? ofGateway(flags) : [])];
  const quiet = { signal: io.signal, onStep: () => {} };
  const { exit, document } = await runCommand([...argv, ...given], io, quiet);
  const [first] = problemsIn(document);
  return {
    written: { file, title, exit, ...(first !== undefined && { note: `incomplete: ${first}` }) },
    document,
  };
}

const flag = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value];

const common = ({ settings, target = [] }: ReportFlags): readonly string[] => [
  ...flag('--settings', settings),
  ...target.flatMap((name) => ['--target', name]),
];

const ofGateway = ({ state, url, keyFile, gatewayConfig }: ReportFlags): readonly string[] => [
  ...flag('--state', state),
  ...flag('--url', url),
  ...flag('--key-file', keyFile),
  ...flag('--gateway-config', gatewayConfig),
];

function problemsIn(document: object): readonly string[] {
  const { problems = [] } = document as {
    readonly problems?: readonly {
      readonly code: string;
      readonly severity?: string;
      readonly message: string;
    }[]; // of every command
  };
  return problems
    .filter(({ severity }) => severity !== 'warning')
    .map(({ code, message }) => `${code} ${message}`);
}
