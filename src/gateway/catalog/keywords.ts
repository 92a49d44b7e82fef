// The vocabulary of schemas/: the standard keywords that the catalog reads, and our `x-` keywords with their allowed
// values. docs/catalog.md describes each. Knows no single key of a gateway.
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { GuardId } from '../../domain/plan/guard.ts';
import type { Value } from '../../lib/value.ts';
import type { Normaliser, Route, Scope } from './field.ts';

/** What the catalog reads of one schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  /** Only as `[schema, {"type": "null"}]`: `null` means an absent key. */
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly Value[];
  readonly default?: Value;
  /** The text is a document of this type. */
  readonly contentMediaType?: 'application/json';
  readonly examples?: readonly Value[];
  readonly 'x-kind'?: 'duration';
  readonly 'x-secret'?: true | 'by-name' | 'userinfo';
  readonly 'x-identity'?: readonly string[];
  readonly 'x-saver-identity'?: readonly string[];
  readonly 'x-collection'?: 'set' | 'sequence' | 'keyed';
  readonly 'x-normalise'?: readonly Normaliser[];
  readonly 'x-fallback'?: Value;
  readonly 'x-equals-absent'?: readonly Value[];
  readonly 'x-pointer'?: true;
  readonly 'x-omit-empty'?: true;
  readonly 'x-visible'?: 'json' | 'yaml' | 'none';
  readonly 'x-json-name'?: string;
  readonly 'x-former-names'?: readonly string[];
  readonly 'x-route'?: Route;
  readonly 'x-restart'?: true;
  readonly 'x-danger'?: GuardId;
  readonly 'x-since'?: string;
  readonly 'x-until'?: string;
  readonly 'x-memory-path'?: string | null;
  readonly 'x-scope'?: readonly Scope[];
  readonly 'x-read-only'?: true;
  readonly 'x-flattened'?: true;
  readonly 'x-effective'?: {
    readonly identity: readonly string[];
    readonly normalise: readonly Normaliser[];
  };
}

export interface SchemaDocument extends Schema {
  readonly $schema: string;
  readonly $id: string;
  readonly $defs: Readonly<Record<string, Schema>>;
}

const VERSION = { type: 'string', pattern: '^v\\d+\\.\\d+\\.\\d+$' };
const NAMES = { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true };
const ENDPOINT = { type: 'string', pattern: '^/[a-z]' };
const ON = { const: true };
const NORMALISERS = {
  type: 'array',
  minItems: 1,
  items: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*(:.+)?$' },
};
const SCOPE = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    properties: { since: VERSION, reaches: { enum: ['oauth', 'all'] } },
    required: ['since', 'reaches'],
    additionalProperties: false,
  },
};
const EFFECTIVE = {
  type: 'object',
  properties: { identity: NAMES, normalise: { ...NORMALISERS, minItems: 0 } },
  required: ['identity', 'normalise'],
  additionalProperties: false,
};
const GUARDS: readonly GuardId[] = ['open-gateway', 'last-upstream', 'self-lockout', 'mass-delete'];

const route = (kind: string, properties: Record<string, object> = {}): object => ({
  type: 'object',
  properties: { kind: { const: kind }, ...properties },
  required: ['kind', ...Object.keys(properties)],
  additionalProperties: false,
});

const ROUTE = {
  oneOf: [
    route('scalar', { endpoint: ENDPOINT, deletable: { type: 'boolean' } }),
    route('strings', { endpoint: ENDPOINT }),
    route('entries', {
      endpoint: ENDPOINT,
      select: {
        type: 'object',
        properties: {
          member: { type: 'string' },
          by: { enum: ['match', 'name'] },
          duplicates: { enum: ['refused', 'first-wins'] },
        },
        required: ['member', 'by', 'duplicates'],
        additionalProperties: false,
      },
    }),
    route('member', {
      patch: { type: 'boolean' },
      blank: { enum: ['clears', 'deletes-entry'] },
      unset: { enum: ['null', 'never'] },
    }),
    route('channels', { endpoint: ENDPOINT }),
    route('plugin'),
    route('within'),
    route('file'),
    route('tree'),
  ],
};

/** Each of our keywords with the schema of its value. */
export const KEYWORDS = {
  'x-kind': { const: 'duration' },
  'x-secret': { enum: [true, 'by-name', 'userinfo'] },
  'x-identity': { ...NAMES, minItems: 1 },
  'x-saver-identity': NAMES,
  'x-collection': { enum: ['set', 'sequence', 'keyed'] },
  'x-normalise': NORMALISERS,
  'x-fallback': {},
  'x-equals-absent': { type: 'array', minItems: 1 },
  'x-pointer': ON,
  'x-omit-empty': ON,
  'x-visible': { enum: ['json', 'yaml', 'none'] },
  'x-former-names': { ...NAMES, minItems: 1 },
  'x-json-name': { type: 'string', minLength: 1 },
  'x-route': ROUTE,
  'x-restart': ON,
  'x-danger': { enum: GUARDS },
  'x-since': VERSION,
  'x-until': VERSION,
  'x-memory-path': { type: ['string', 'null'] },
  'x-scope': SCOPE,
  'x-read-only': ON,
  'x-flattened': ON,
  'x-effective': EFFECTIVE,
} as const satisfies Record<`x-${string}`, object>;

/** Registers our keywords with Ajv in strict mode and checks their values. They don't validate data. */
export function registerKeywords(ajv: Ajv2020): void {
  for (const [keyword, metaSchema] of Object.entries(KEYWORDS)) ajv.addKeyword({ keyword, metaSchema });
}
