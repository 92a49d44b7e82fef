// The schemas of responses, under their names in the OpenAPI document, and the validation of input.
import { Ajv, type ValidateFunction } from 'ajv';
import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';
import * as rollout from '../../../api-schema/rollout.ts';
import * as views from '../../../api-schema/views.ts';
import type { ApiServer } from './api.ts';

const NAMED = {
  Session: views.Session,
  Targets: views.TargetsView,
  Target: views.TargetView,
  PlanAnswer: views.PlanView,
  Diff: views.DiffView,
  Configuration: views.ConfigurationView,
  BackupDiff: views.BackupDiffView,
  History: views.HistoryView,
  HistoryEntry: views.HistoryEntryView,
  Backups: views.BackupsView,
  Looks: views.LooksView,
  Outcome: views.Outcome,
  Adopted: views.AdoptedView,
  Rollout: rollout.RolloutAnswer,
  Problem: views.ProblemView,
} as const satisfies Record<string, TSchema>;

type Name = keyof typeof NAMED;

/** Called before any route is added. Bodies aren't converted; only values in a URL are converted to numbers. */
export function addSchemas(server: ApiServer): void {
  for (const [$id, schema] of Object.entries(NAMED)) server.addSchema({ ...schema, $id });
  const [body, url] = [new Ajv({ strict: false }), new Ajv({ strict: false, coerceTypes: true })];
  server.setValidatorCompiler<object>(({ schema, httpPart }): ValidateFunction =>
    (httpPart === 'body' ? body : url).compile(schema),
  );
}

function named<N extends Name>(name: N): TUnsafe<Static<(typeof NAMED)[N]>> {
  return Type.Unsafe<Static<(typeof NAMED)[N]>>({ $ref: `${name}#` });
}

interface Problems {
  readonly '4xx': TSchema;
  readonly '5xx': TSchema;
}

const problems = (description: string): TSchema =>
  Type.Unsafe<unknown>({
    description,
    content: { 'application/problem+json': { schema: named('Problem') } },
  });
const PROBLEMS: Problems = {
  '4xx': problems('what is wrong with the request'),
  '5xx': problems('what went wrong here'),
};

/** The `response` of a route that returns 200 with this. */
export function answer<N extends Name>(name: N): Problems & { 200: TUnsafe<Static<(typeof NAMED)[N]>> } {
  return { 200: named(name), ...PROBLEMS };
}

/** The same with 202: it will be done. */
export function accepted<N extends Name>(name: N): Problems & { 202: TUnsafe<Static<(typeof NAMED)[N]>> } {
  return { 202: named(name), ...PROBLEMS };
}

export function nothing(description: string): Problems & { 204: TSchema } {
  return { 204: Type.Null({ description }), ...PROBLEMS };
}

export const OfTarget = Type.Object({ target: views.TargetName });

/** `?limit=`, newest first. */
export function limited(most: number, usual: number): TUnsafe<{ limit?: number; since?: number }> {
  return Type.Unsafe<{ limit?: number; since?: number }>(
    Type.Object({
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: most, default: usual })),
      since: Type.Optional(
        Type.Integer({ minimum: 0, description: 'only those since then, ms since the epoch' }),
      ),
    }),
  );
}
