// The consequences of a change, in the words of a gateway's operator. Judges single changes in the context of the
// whole plan; refuses nothing.
import { SAMPLE_KEYS } from '../../gateway/observe/client-keys.ts';
import { spelledFlat } from '../../gateway/layout/locate.ts';
import type { Consequence } from '../../domain/plan/change.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import { isList, isTree, type Tree, type Value, valueAt } from '../../lib/value.ts';
import type { Judged } from './changes.ts';
import type { RawDifference } from './diff.ts';
import type { Place } from '../types/difference.ts';
import {
  clientKeys,
  FAMILIES,
  isDisabled,
  isOpen,
  modelsOf,
  noLongerExposed,
  exposedModels,
} from './exposed-models.ts';
import { shownName } from './location.ts';

export interface Images {
  readonly before: Tree;
  readonly after: Tree;
  /** The path in `after` of what a difference is about. */
  readonly placeOf: ReadonlyMap<RawDifference, Place>;
}

interface Subject extends Images {
  readonly judged: Judged;
  /** Keys only: `openai-compatibility`, or `models` for a model of a provider. */
  readonly names: readonly string[];
  readonly lost: ReadonlySet<string>;
  readonly won: ReadonlySet<string>;
  readonly fingerprints: Fingerprints;
}

type Rule = (subject: Subject) => readonly Consequence[];

const note = (text: string): Consequence => ({ severity: 'note', text });
const warning = (text: string): Consequence => ({ severity: 'warning', text });
const danger = (text: string): Consequence => ({ severity: 'danger', text });

const RULES: readonly Rule[] = [
  clientKeyGone,
  gatewayPublic,
  sampleKey,
  modelsServed,
  upstreamSwitched,
  credentialReplaced,
  websocketSessions,
  managementReach,
  restart,
  upstreamAddress,
];

/** For every change, in order; a change that the plan doesn't make has none. */
export function consequencesOf(
  judged: readonly Judged[],
  images: Images,
  fingerprints: Fingerprints,
): readonly (readonly Consequence[])[] {
  const lost = new Set(noLongerExposed(images.before, images.after));
  const known = exposedModels(images.before);
  const won = new Set([...exposedModels(images.after).keys()].filter((name) => !known.has(name)));
  return judged.map((one) => {
    if (one.disposition !== 'apply') return [];
    const subject = { ...images, judged: one, names: namesOf(one), lost, won, fingerprints };
    return RULES.flatMap((rule) => rule(subject));
  });
}

/** Names along the path, in the spelling of the flat layout; a key of a group is an entry of its family. */
function namesOf({ path }: Judged): string[] {
  const names = path.flatMap(({ kind, name }) => (kind === 'key' && name !== null ? [name] : []));
  for (let length = names.length; length > 0; length -= 1) {
    const place = names.slice(0, length).join('.');
    const flat = spelledFlat(place);
    if (flat === place) continue;
    const rest = names.slice(length);
    return [
      ...flat.split('.'),
      ...(rest[0] === 'keys' && place.startsWith('api-keys.') ? rest.slice(1) : rest),
    ];
  }
  return names;
}

function isGone({ judged }: Subject): boolean {
  return judged.raw.kind === 'remove' || judged.raw.kind === 'rename';
}

function clientKeyGone(subject: Subject): Consequence[] {
  if (subject.names[0] !== 'api-keys' || !isGone(subject) || isOpen(subject.after)) return [];
  const { before } = subject.judged.raw;
  const key = typeof before === 'string' ? before.trim() : '';
  if (key === '') return [note('is blank and gives no client access')];
  if (clientKeys(subject.after).has(key))
    return [note('the list contains the same key again, so no client loses access')];
  return [note('clients that use this key are refused')];
}

function gatewayPublic({ names, before, after }: Subject): Consequence[] {
  if (names[0] !== 'api-keys') return [];
  if (isOpen(after) && !isOpen(before))
    return [danger('removes the last client key, which opens the gateway to everyone')];
  if (isOpen(before) && !isOpen(after)) return [note('the gateway is no longer open to everyone')];
  return [];
}

function sampleKey({ names, judged }: Subject): Consequence[] {
  const { after } = judged.raw;
  if (names[0] !== 'api-keys' || typeof after !== 'string' || !SAMPLE_KEYS.has(after.trim())) return [];
  return [
    danger(
      'is a published sample key: everyone knows it, and the gateway refuses all clients after its next start',
    ),
  ];
}

/** Models that clients can no longer, or can newly, request because of an entry or one of its models. */
function modelsServed({ names, judged, lost, won, fingerprints }: Subject): Consequence[] {
  const { before, after, kind } = judged.raw;
  if (!isFamily(names[0]) || kind === 'move') return [];
  const gone = namesServed(names, before).filter((name) => lost.has(name));
  const come = namesServed(names, after).filter((name) => won.has(name));
  return [
    ...(gone.length > 0 ? [warning(`stops serving ${listing(gone, fingerprints)}`)] : []),
    ...(come.length > 0 ? [note(`starts serving ${listing(come, fingerprints)}`)] : []),
  ];
}

function namesServed(names: readonly string[], value: Value | undefined): readonly string[] {
  if (names.at(-1) !== 'models') return isTree(value) && names.length === 1 ? modelsOf(value) : [];
  if (isTree(value)) return modelsOf({ models: [value] });
  return isList(value) ? modelsOf({ models: value }) : [];
}

function upstreamSwitched({ names, judged, before, after, placeOf }: Subject): Consequence[] {
  const { raw } = judged;
  const switched =
    names.at(-1) === 'disabled' || (names.at(-1) === 'excluded-models' && touchesAll(raw.before, raw.after));
  if (!isFamily(names[0]) || !switched) return [];
  const was = entryAt(before, raw.livePlace);
  const willBe = entryAt(after, placeOf.get(raw) ?? raw.proposedPlace);
  if (!was || !willBe || isDisabled(was) === isDisabled(willBe)) return [];
  return [
    isDisabled(willBe) ? warning('switches this upstream off') : note('switches this upstream on again'),
  ];
}

function touchesAll(...values: readonly (Value | undefined)[]): boolean {
  return values.some((value) => value === '*' || (isList(value) && value.includes('*')));
}

function entryAt(image: Tree, place: Place): Tree | undefined {
  const depth = place.findIndex((step) => typeof step === 'number');
  const entry = valueAt(image, place.slice(0, depth + 1));
  return isTree(entry) ? entry : undefined;
}

const CREDENTIAL = new Set(['api-key', 'base-url', 'proxy-url', 'prefix', 'headers']);

/** C v0 §5.2: these form the ID under which the gateway counts and cools down a credential. */
function credentialReplaced({ names, judged }: Subject): Consequence[] {
  if (!isFamily(names[0])) return [];
  const member = names.find((name) => CREDENTIAL.has(name));
  const isCredential =
    names[0] === 'openai-compatibility' ? names.at(-1) === 'api-key-entries' : names.length === 1;
  const renamed = judged.raw.kind === 'rename' && isCredential;
  if (member === undefined && !renamed) return [];
  return [note("changes the credential's id: its counters and cooldown start over")];
}

function websocketSessions({ names, judged }: Subject): Consequence[] {
  if (names[0] !== 'ws-auth' || judged.raw.after !== true) return [];
  return [warning('`ws-auth` drops websocket sessions')];
}

function managementReach({ names, judged }: Subject): Consequence[] {
  if (names[0] !== 'remote-management') return [];
  const { after } = judged.raw;
  if (names[1] === 'secret-key')
    return [
      after === undefined
        ? danger('turns the Management API off permanently')
        : warning('replaces the management key'),
    ];
  if (names[1] !== 'allow-remote') return [];
  return [
    after === true
      ? warning('opens the Management API to other hosts')
      : warning('closes the Management API to other hosts'),
  ];
}

function restart({ judged }: Subject): Consequence[] {
  return judged.raw.field.restart ? [warning('needs a restart')] : [];
}

function upstreamAddress({ names, judged }: Subject): Consequence[] {
  const { before, after } = judged.raw;
  if (!isFamily(names[0]) || isPlainHttp(addressIn(names, before)) || !isPlainHttp(addressIn(names, after)))
    return [];
  return [warning('sends its key over plain http')];
}

/** Of a whole entry, or of the one member that changes. */
function addressIn(names: readonly string[], value: Value | undefined): Value | undefined {
  if (names.at(-1) === 'base-url') return value;
  return names.length === 1 && isTree(value) ? value['base-url'] : undefined;
}

const isPlainHttp = (address: Value | undefined): boolean =>
  typeof address === 'string' && /^http:\/\/(?!127\.|localhost|\[::1\])/i.test(address.trim());

function isFamily(name: string | undefined): boolean {
  return (FAMILIES as readonly (string | undefined)[]).includes(name);
}

const MANY = 5;

function listing(names: readonly string[], fingerprints: Fingerprints): string {
  const shown = names.slice(0, MANY).map((name) => `\`${shownName(name, fingerprints)}\``);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
