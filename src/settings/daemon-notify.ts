// `daemon.notify`: the channels, what each gets, and how it is reached. Addresses and tokens are sealed as soon as
// they are read.
import { FORGE_KINDS, type ForgeKind } from '../domain/forge.ts';
import { usualApi } from './daemon-pull-requests.ts';
import { type Topic, TOPICS } from '../domain/outcome/notice.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { parseDuration } from '../lib/duration.ts';
import { type Sealed, seal } from '../domain/secret.ts';
import type { Severity } from '../domain/outcome/sync-status.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt, valueOf } from '../yaml/located.ts';
import { nearest } from '../lib/suggest.ts';
import { isLoopback } from '../lib/loopback.ts';

export type Receiver =
  | { readonly kind: 'webhook'; readonly url: Sealed<URL>; readonly secret?: Sealed<string> }
  | { readonly kind: 'slack' | 'discord'; readonly url: Sealed<URL> }
  | {
      readonly kind: 'telegram';
      readonly api: URL;
      readonly token: Sealed<string>;
      readonly chat: string;
    }
  | {
      /** Sets the status of commits. */
      readonly kind: ForgeKind;
      /** Root of the API. */
      readonly api: URL;
      readonly repository: string;
      readonly token: Sealed<string>;
    }
  | {
      readonly kind: 'email';
      readonly to: readonly string[];
      readonly from: string;
      readonly smtp: SmtpAccess;
    };

export interface SmtpAccess {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS, which is required for a login on another machine. */
  readonly secure: boolean;
  readonly login?: { readonly user: string; readonly password: Sealed<string> };
}

export interface Channel {
  /** Unique. */
  readonly name: string;
  readonly receiver: Receiver;
  /** Its topics; by default everything that needs attention. */
  readonly on?: readonly Topic[];
  /** The lowest severity. */
  readonly severity: Severity;
  /** Only these targets. */
  readonly targets?: readonly string[];
  /** How long to collect messages into one, in ms. */
  readonly digestMs?: number;
  /** Its whole configuration as written, secrets included: channels with equal text are the same. */
  readonly identity: Sealed<string>;
}

export interface NotifySettings {
  readonly channels: readonly Channel[];
  /** Resolved secrets. */
  readonly secrets: readonly string[];
  readonly problems: readonly Problem[];
}

/** The node has passed the schema. Omits a channel whose references can't be resolved. */
export function notifyOf(node: Located | undefined, targets: readonly string[]): NotifySettings {
  const reader = new ChannelReader(targets);
  const entries = node?.kind === 'list' ? node.items.filter((item) => item.kind === 'map') : [];
  const channels = entries.flatMap((entry) => reader.read(entry) ?? []);
  return { channels, secrets: reader.secrets, problems: reader.problems };
}

type Kind = Receiver['kind'];
const KINDS: readonly Kind[] = ['webhook', 'slack', 'discord', 'telegram', 'email', ...FORGE_KINDS];

/** A channel that sets the status of commits instead of sending messages. */
export const isForge = (kind: Kind): kind is ForgeKind => FORGE_KINDS.some((one) => one === kind);

class ChannelReader {
  readonly problems: Problem[] = [];
  readonly secrets: string[] = [];
  readonly #targets: readonly string[];
  readonly #names = new Map<string, Position>();

  constructor(targets: readonly string[]) {
    this.#targets = targets;
  }

  read(entry: LocatedMap): Channel | undefined {
    const [kind, ...others] = KINDS.filter((one) => entry.members.has(one));
    if (!kind || others.length > 0) return void this.#add('HF7050', ONE_OF, entry.position);
    if (entry.members.has('secret') && kind !== 'webhook')
      this.#add('HF7050', `\`secret\` signs a \`webhook\`, not \`${kind}\``, positionAt(entry, 'secret'));
    if (isForge(kind))
      for (const member of ['digest', 'on', 'severity'].filter((one) => entry.members.has(one)))
        this.#add(
          'HF7050',
          `\`${member}\` is for messages; \`${kind}\` sets a status on each commit`,
          positionAt(entry, member),
        );
    const name = this.#name(entry, kind);
    const receiver = this.#receiver(entry, kind);
    const targets = this.#targetsOf(entry);
    if (!receiver) return undefined;
    const on = textsAt(entry, 'on').map(({ value }) => value as Topic); // the schema allows nothing else
    const severity = textAt(entry, 'severity') as Severity | undefined; // as above
    const digestMs = this.#digest(scalarAt(entry, 'digest'));
    return {
      name,
      receiver,
      ...(entry.members.has('on') ? { on } : severity === 'info' && { on: TOPICS }),
      severity: severity ?? 'info',
      ...(targets && { targets }),
      ...(digestMs !== undefined && { digestMs }),
      identity: seal(JSON.stringify(valueOf(entry))),
    };
  }

  /** The kind if no name is given, with a number from the second one on. */
  #name(entry: LocatedMap, kind: Kind): string {
    const written = scalarAt(entry, 'name');
    const name = written ? String(written.value) : this.#freeName(kind);
    const first = this.#names.get(name);
    if (first)
      this.#add(
        'HF7051',
        `Two channels are called "${name}"; the first in line ${first.line}`,
        written?.position,
      );
    this.#names.set(name, written?.position ?? entry.position);
    return name;
  }

  #freeName(kind: Kind): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? kind : `${kind}-${number}`;
      if (!this.#names.has(name)) return name;
    }
  }

  #targetsOf(entry: LocatedMap): string[] | undefined {
    if (!entry.members.has('targets')) return undefined;
    for (const { value, position } of textsAt(entry, 'targets')) {
      if (this.#targets.includes(String(value))) continue;
      const meant = nearest(String(value), this.#targets);
      const hint =
        meant === undefined ? `; there are ${this.#targets.join(', ')}` : `. Did you mean \`${meant}\`?`;
      this.#add('HF7052', `There is no target "${String(value)}"${hint}`, position);
    }
    return textsAt(entry, 'targets').map(({ value }) => String(value));
  }

  #digest(written: LocatedScalar | undefined): number | undefined {
    if (!written || written.unresolved) return undefined;
    const ms = parseDuration(String(written.value));
    if (ms !== undefined && ms <= LONGEST_DIGEST_MS) return ms;
    return void this.#add(
      'HF7050',
      '`digest` must be a duration of at most 24h, for example `5m`',
      written.position,
    );
  }

  #receiver(entry: LocatedMap, kind: Kind): Receiver | undefined {
    if (kind === 'telegram') return this.#telegram(entry);
    if (kind === 'email') return this.#email(entry);
    if (isForge(kind)) return this.#forge(entry, kind);
    const url = this.#url(scalarAt(entry, kind), kind);
    const secret = this.#secret(scalarAt(entry, 'secret'), 'The secret that signs a webhook');
    if (!url || isUnresolved(scalarAt(entry, 'secret'))) return undefined;
    if (kind === 'webhook')
      return { kind, url: seal(url), ...(secret !== undefined && { secret: seal(secret) }) };
    return { kind, url: seal(url) };
  }

  #telegram(entry: LocatedMap): Receiver | undefined {
    const token = this.#secret(scalarAt(entry, 'telegram', 'bot-token'), 'The token of a bot');
    const chat = scalarAt(entry, 'telegram', 'chat');
    const written = scalarAt(entry, 'telegram', 'api');
    const api = written ? this.#address(written, 'api', ['http:', 'https:']) : new URL(TELEGRAM_API);
    if (token === undefined || !chat || isUnresolved(chat) || !api) return undefined;
    return { kind: 'telegram', api, token: seal(token), chat: String(chat.value) };
  }

  #forge(entry: LocatedMap, kind: ForgeKind): Receiver | undefined {
    const token = this.#secret(scalarAt(entry, kind, 'token'), 'The token of a forge');
    const written = scalarAt(entry, kind, 'api');
    const api = written ? this.#address(written, 'api', ['http:', 'https:']) : usualApi(kind);
    const repository = scalarAt(entry, kind, 'repository');
    if (token === undefined || !api || !repository || isUnresolved(repository)) return undefined;
    return { kind, api, repository: String(repository.value), token: seal(token) };
  }

  #email(entry: LocatedMap): Receiver | undefined {
    const email = entry.members.get('email')?.node;
    if (email?.kind !== 'map') return undefined;
    const to = textsAt(email, 'to');
    const from = scalarAt(email, 'from');
    const smtp = this.#smtp(email);
    if (!from || !smtp || isUnresolved(from) || to.some(isUnresolved)) return undefined;
    return { kind: 'email', to: to.map(({ value }) => String(value)), from: String(from.value), smtp };
  }

  #smtp(email: LocatedMap): SmtpAccess | undefined {
    const written = scalarAt(email, 'smtp');
    const url = written && this.#address(written, 'smtp', ['smtp:', 'smtps:']);
    const apart = this.#secret(scalarAt(email, 'password'), 'The password of a mail account');
    if (!url || isUnresolved(scalarAt(email, 'password')) || isUnresolved(scalarAt(email, 'user')))
      return undefined;
    if (url.search !== '' || url.hash !== '' || !/^\/?$/.test(url.pathname) || url.hostname === '')
      return void this.#add('HF7050', SMTP_FORM, written.position);
    const user = textAt(email, 'user') ?? decoded(url.username);
    const password = apart ?? decoded(url.password);
    if (user === undefined || password === undefined)
      return void this.#add('HF7050', "`smtp` contains a `%` that doesn't escape anything", written.position);
    if (url.password !== '')
      this.#hide(written, [String(written.value), password], 'The password of a mail account');
    if ((user === '') !== (password === ''))
      return void this.#add('HF7050', '`email` needs both user and password, or neither', written.position);
    this.secrets.push(...[`\0${user}\0${password}`, password].map(base64)); // as AUTH sends it
    const secure = url.protocol === 'smtps:';
    const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
    const login = user === '' ? {} : { login: { user, password: seal(password) } };
    return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, secure, ...login };
  }

  #url(written: LocatedScalar | undefined, kind: Kind): URL | undefined {
    const text = this.#secret(written, 'The address of a channel');
    if (!written || text === undefined) return undefined;
    const url = this.#address(written, kind, ['http:', 'https:']);
    if (url) this.secrets.push(...tellingParts(url));
    if (url && url.username + url.password !== '')
      return void this.#add('HF7050', `\`${kind}\` contains a user or password`, written.position);
    return url;
  }

  /** Never quotes what is wrong, because most of it is secret. */
  #address(written: LocatedScalar, setting: string, protocols: readonly string[]): URL | undefined {
    if (written.unresolved) return undefined;
    const url = URL.parse(String(written.value));
    const forms = protocols.map((protocol) => `${protocol}//`).join(' or ');
    if (!url || !protocols.includes(url.protocol))
      return void this.#add(
        'HF7050',
        `\`${setting}\` isn't a URL that begins with ${forms}`,
        written.position,
      );
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) this.#exposed(setting, url, written.position);
    return url;
  }

  #exposed(setting: string, { host }: URL, position: Position): void {
    const message = `\`${setting}\`: notifications are sent unencrypted to ${host}`;
    this.problems.push(problem('HF7053', message, { position, severity: 'warning' }));
  }

  #secret(written: LocatedScalar | undefined, what: string): string | undefined {
    if (!written || written.unresolved) return undefined;
    const text = String(written.value);
    this.#hide(written, [text], what);
    return text;
  }

  #hide({ reference, position }: LocatedScalar, secrets: readonly string[], what: string): void {
    this.secrets.push(...secrets);
    if (reference !== undefined) return;
    const message = `${what} is in plain text in the settings`;
    const remedy = 'Refer to it: "${env:NAME}" or "${file:path}".';
    this.problems.push(problem('HF2060', message, { position, severity: 'warning', remedy }));
  }

  #add(code: 'HF7050' | 'HF7051' | 'HF7052', message: string, position: Position | undefined): void {
    this.problems.push(problem(code, message, { position }));
  }
}

const LONGEST_DIGEST_MS = 86_400_000;
const TELEGRAM_API = 'https://api.telegram.org';
const ONE_OF = `A channel must have exactly one of ${KINDS.map((kind) => `\`${kind}\``).join(', ')}`;
const SMTP_FORM = '`smtp` contains more than user, password, host and port';

function scalarAt(map: LocatedMap, ...steps: readonly string[]): LocatedScalar | undefined {
  const node = nodeAt(map, steps);
  return node?.kind === 'scalar' ? node : undefined;
}

function textAt(map: LocatedMap, name: string): string | undefined {
  const found = scalarAt(map, name);
  return found && !found.unresolved ? String(found.value) : undefined;
}

function textsAt(map: LocatedMap, name: string): LocatedScalar[] {
  const node = map.members.get(name)?.node;
  return node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : [];
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The secret parts of an address: a receiver can repeat its path, or a part of it. */
function tellingParts({ pathname, search, searchParams }: URL): string[] {
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= 16);
  return [...(pathname.length >= 16 ? [`${pathname}${search}`, pathname] : []), ...parts];
}

const positionAt = (map: LocatedMap, name: string): Position | undefined => map.members.get(name)?.position;
const isUnresolved = (scalar: LocatedScalar | undefined): boolean => scalar?.unresolved === true;
