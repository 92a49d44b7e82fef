// Converts policies from settings and flags to what guards and plans use. Pure.
import type { Catalog } from '../gateway/catalog/field.ts';
import { FREEZE_FORM, parseFreeze } from '../domain/plan/freeze.ts';
import { type Path, parsePath, PathSyntaxError } from '../domain/path.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import type { Allowance, Ownership, Policy } from '../domain/target.ts';
import { type Located, type LocatedMap, type LocatedScalar } from '../yaml/located.ts';
import { nearest } from '../lib/suggest.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import { unknownPath } from './policy-paths.ts';

export const DEFAULT_POLICY: Policy = {
  ignore: [],
  ownership: [],
  allow: [],
  prune: false,
  maxDeletes: { fraction: 0.3 },
  maxReplaces: { fraction: 0.5 },
  unknownKeys: 'refuse',
  comments: 'keep',
  memory: 'optional',
  freeze: [],
  onFailure: 'quarantine',
  bisectTries: 10,
  undeclared: 'report',
};

/** Guards with an override; `brick` has none (design §9). */
const GUARDS = [
  'open-gateway',
  'last-upstream',
  'self-lockout',
  'mass-delete',
  'overwrites-edit',
  'no-memory',
  'takeover',
  'release-secret',
  'literal-secret',
  'migrate-file',
  'split-brain',
  'no-way-back',
  'no-lasting-backup',
  'unsafe-edit',
  'unsupported',
  'frozen',
] as const satisfies readonly Allowance['guard'][];

/** `over` on top of `base`, member by member. The node has passed the schema. */
export function policyOf(
  node: Located | undefined,
  base: Policy,
  catalog: Catalog,
): { policy: Policy; problems: readonly Problem[] } {
  if (node?.kind !== 'map') return { policy: base, problems: [] };
  const reader = new PolicyReader(
    node,
    catalog,
    scalarAt(node, 'unknown-keys') === 'pass' || base.unknownKeys === 'pass',
  );
  return { policy: { ...base, ...reader.read() }, problems: reader.problems };
}

/** `ID`, `ID:PATH`, `ID=CHOICE`, as in `--allow` and `policy.allow`. A text is the error. */
export function parseAllowance(text: string): Allowance | string {
  const [, guard = '', choice, path] = /^([^:=]*)(?:=([^:]*))?(?::(.*))?$/s.exec(text) ?? [];
  if (guard === 'brick')
    return "guard `brick` has no override, because the write would damage the gateway's file";
  if (!GUARDS.some((known) => known === guard)) return `there is no guard \`${guard}\`${hint(guard)}`;
  const wrong = wrongChoice(guard, choice);
  if (wrong !== undefined) return wrong;
  const parsed = path === undefined ? undefined : pathOrReason(path);
  if (typeof parsed === 'string') return parsed;
  return { guard, ...(choice !== undefined && { choice }), ...(parsed && { path: parsed }) };
}

function hint(guard: string): string {
  const meant = nearest(guard, GUARDS);
  return meant === undefined ? `; there are ${GUARDS.join(', ')}` : `. Did you mean \`${meant}\`?`;
}

function wrongChoice(guard: string, choice: string | undefined): string | undefined {
  if (guard === 'split-brain')
    return choice === 'file' || choice === 'memory'
      ? undefined
      : 'choose the side to keep: `split-brain=file` or `split-brain=memory`';
  return choice === undefined ? undefined : `guard \`${guard}\` doesn't accept a choice`;
}

function pathOrReason(text: string): Path | string {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) return `\`${text}\` isn't a path: ${error.message}`;
    throw error;
  }
}

class PolicyReader {
  readonly problems: Problem[] = [];
  readonly #node: LocatedMap;
  readonly #catalog: Catalog;
  readonly #anyPath: boolean;

  constructor(node: LocatedMap, catalog: Catalog, anyPath: boolean) {
    this.#node = node;
    this.#catalog = catalog;
    this.#anyPath = anyPath;
  }

  read(): Partial<Policy> {
    const prune = scalarAt(this.#node, 'prune');
    const unknownKeys = scalarAt(this.#node, 'unknown-keys');
    const comments = scalarAt(this.#node, 'comments');
    const memory = scalarAt(this.#node, 'memory');
    const undeclared = scalarAt(this.#node, 'undeclared');
    const onFailure = scalarAt(this.#node, 'on-failure');
    const bisectTries = scalarAt(this.#node, 'bisect-tries');
    const maxDeletes = shareOf(scalarAt(this.#node, 'max-deletes'));
    const maxReplaces = shareOf(scalarAt(this.#node, 'max-replaces'));
    return {
      ...(this.#has('ignore') && { ignore: this.#ignored() }),
      ...(this.#has('ownership') && { ownership: this.#ownership() }),
      ...(this.#has('allow') && {
        allow: this.#texts('allow').flatMap((text) => this.#allowance(text) ?? []),
      }),
      ...(typeof prune === 'boolean' && { prune }),
      ...((undeclared === 'report' || undeclared === 'ignore') && { undeclared }),
      ...(maxDeletes && { maxDeletes }),
      ...(maxReplaces && { maxReplaces }),
      ...((onFailure === 'quarantine' || onFailure === 'bisect') && { onFailure }),
      ...(typeof bisectTries === 'number' && { bisectTries }),
      ...((unknownKeys === 'pass' || unknownKeys === 'refuse') && { unknownKeys }),
      ...((memory === 'optional' || memory === 'required') && { memory }),
      ...((comments === 'keep' || comments === 'let-go') && { comments }),
      ...(this.#has('freeze') && {
        freeze: this.#texts('freeze').flatMap((text) => this.#window(text) ?? []),
      }),
    };
  }

  #has(name: string): boolean {
    return this.#node.members.has(name);
  }

  #texts(name: string): LocatedScalar[] {
    const node = this.#node.members.get(name)?.node;
    return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : [];
  }

  #ownership(): { path: Path; ownership: Ownership }[] {
    const node = this.#node.members.get('ownership')?.node;
    if (node?.kind !== 'map') return [];
    return [...node.members].flatMap(([name, { position, node: how }]) => {
      const path = this.#pathAt(name, position);
      const ownership = how.kind === 'scalar' ? (how.value as Ownership) : 'whole'; // the schema allows nothing else
      return path ? [{ path, ownership }] : [];
    });
  }

  #ignored(): Path[] {
    return this.#texts('ignore')
      .map(({ value, position }) => this.#pathAt(String(value), position))
      .filter((path) => path !== undefined);
  }

  #pathAt(text: string, position: Position): Path | undefined {
    const path = pathOrReason(text);
    if (typeof path === 'string') {
      this.problems.push(problem('HF1013', path, { position }));
      return undefined;
    }
    this.#checkKnown(text, path, position);
    return path;
  }

  #checkKnown(text: string, path: Path, position: Position): void {
    // It can be of either layout: a path is translated for the gateway.
    const isKnown = this.#anyPath || !unknownPath(path, loadCatalog('v8'));
    const unknown = isKnown ? undefined : unknownPath(path, this.#catalog);
    if (!unknown) return;
    const meant = unknown.meant === undefined ? '' : ` Did you mean \`${unknown.meant}\`?`;
    const message = `\`${text}\` isn't a path that the gateway knows: there is no \`${unknown.at}\`.${meant}`;
    this.problems.push(problem('HF1013', message, { position }));
  }

  #window({ value, position }: LocatedScalar): string | undefined {
    const window = parseFreeze(String(value));
    if (typeof window !== 'string') return String(value);
    this.problems.push(problem('HF1012', window, { position, remedy: `Write ${FREEZE_FORM}.` }));
    return undefined;
  }

  #allowance({ value, position }: LocatedScalar): Allowance | undefined {
    const allowance = parseAllowance(String(value));
    if (typeof allowance === 'string') {
      this.problems.push(
        problem('HF1012', allowance, { position, remedy: 'Write `guard` or `guard:path`.' }),
      );
      return undefined;
    }
    if (allowance.path) this.#checkKnown(String(value), allowance.path, position);
    return allowance;
  }
}

function scalarAt(node: LocatedMap, name: string): LocatedScalar['value'] | undefined {
  const member = node.members.get(name)?.node;
  return member?.kind === 'scalar' ? member.value : undefined;
}

/** `30%` or a count. */
function shareOf(value: LocatedScalar['value'] | undefined): Policy['maxDeletes'] | undefined {
  if (typeof value === 'number') return { count: value };
  return typeof value === 'string' ? { fraction: Number(value.slice(0, -1)) / 100 } : undefined;
}
