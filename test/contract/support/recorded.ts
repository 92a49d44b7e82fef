// Recorded scenarios of the real gateway: their shape, and their placeholders in both directions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly body_text?: string;
  /** The body was config.yaml as on disk after these replacements. */
  readonly edit?: readonly (readonly [string, string])[];
  /** Only these top-level members of a JSON answer were kept. */
  readonly pick?: readonly string[];
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RecordedFile {
  readonly op: 'read' | 'write' | 'append' | 'rename' | 'remove' | 'chmod';
  readonly path?: string;
  readonly text?: string;
  readonly mode?: string;
  readonly content?: string | null;
}

export interface RecordedStep {
  readonly request?: RecordedRequest;
  readonly response?: RecordedResponse;
  readonly parallel?: readonly RecordedStep[];
  readonly wait_ms?: number;
  readonly file?: RecordedFile;
  readonly restart?: boolean;
  readonly restarted?: boolean;
  readonly unsettled?: boolean;
  readonly tally?: string;
  readonly at?: string;
}

export interface RecordedCase {
  readonly id: string;
  readonly title: string;
  /** The rules of the contract that it shows: sections, or their names. */
  readonly claims?: readonly string[];
  readonly start: {
    readonly 'config.yaml': string;
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    /** The gateway ran as a user who can't write everything. */
    readonly unprivileged?: boolean;
  };
  readonly steps: readonly RecordedStep[];
  readonly final: { readonly 'config.yaml': string | null };
  readonly racy: boolean;
  readonly differs?: readonly (number | 'final')[];
  readonly observed?: Readonly<Record<string, Readonly<Record<string, number>> | number>>;
  readonly tally_final?: Readonly<Record<string, string>>;
}

/** Every case of a directory, sorted by file name. Numbers keep their spelling: `3.0` is not `3` to the gateway. */
export function casesIn(directory: string): readonly RecordedCase[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => parseKeepingNumbers(readFileSync(join(directory, name), 'utf8')) as RecordedCase);
}

type RawJson = { readonly rawJSON: string };
const raw = JSON as unknown as {
  // Not in the type library yet.
  rawJSON(text: string): RawJson;
  parse(text: string, revive: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
};

function parseKeepingNumbers(text: string): unknown {
  return raw.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? raw.rawJSON(source) : value,
  );
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g, '<bcrypt>'],
  [
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g,
    '<time>',
  ],
  [/\b\d\d:\d\d-\d\d:\d\d\b/g, '<slot>'],
  [/(?<=Try again in )\S+/g, '<duration>'],
  [/(?<=config-validate-)\d+/g, '<n>'],
  [/dial tcp: .*/g, '<network error>'],
];

/** The value with every text in it, keys too, passed through `change`. */
export function everyText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => everyText(item, change));
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), everyText(item, change)]),
  );
}

/** Between the texts of a recording, which have placeholders, and those of one gateway. */
export interface Translation {
  out(text: string): string;
  back(text: string): string;
}

export const inDirectory = (directory: string): Translation => ({
  out: (text) => text.replaceAll('<dir>', directory),
  back: (text) => text.replaceAll(directory, '<dir>'),
});

export const expand = (value: unknown, { out }: Translation): unknown => everyText(value, out);

export const normalise = (value: unknown, { back }: Translation): unknown =>
  everyText(value, (text) =>
    RULES.reduce((now, [pattern, placeholder]) => now.replaceAll(pattern, placeholder), back(text)),
  );
