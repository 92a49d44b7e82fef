// Sends one write and reports what the response proves: accepted, refused, or unknown. It never sends anything
// twice.
import { secretsIn } from '../../gateway/catalog/secrets.ts';
import type { Answer, Purpose } from '../../gateway/client/client.ts';
import { CODES } from '../../domain/problem/codes.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { type Redactor, redactor } from '../../lib/redact.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { PreparedWrite } from '../../domain/plan/write.ts';
import { type LiveRun, reached, step } from '../run/run.ts';

/** `unknown`: the gateway may have it, part of it, or nothing; only a read shows that. */
export type Sent =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | Unsent
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * It never reached the gateway: nothing listens there, a login failed, the lock expired, or the file changed and can't be
 * edited any more.
 */
export interface Unsent {
  readonly kind: 'unsent';
  readonly reason: string;
  readonly error: HoldfastError;
}

export async function sendWrite(
  run: LiveRun,
  prepared: PreparedWrite,
  rawFile: Sealed<string>,
  purpose: Purpose = 'write',
): Promise<Sent> {
  const { write, contentType } = prepared;
  const body = bodyOf(prepared, rawFile);
  if ('kind' in body) return body;
  step(run, 'write', undefined, write);
  reached(run, purpose === 'write' ? 'sending' : 'roll-back-started');
  const sent = await run.client
    .send({
      method: write.method,
      path: write.path,
      ...(write.query && { query: write.query }),
      ...(write.method !== 'DELETE' && { body, contentType }),
      purpose,
      credential: 'management',
    })
    .then((answer) => judged(answer, redactorFor(run, prepared)), brokenOff);
  reached(run, purpose === 'write' ? 'sent' : 'roll-back-sent');
  return sent;
}

function bodyOf(prepared: PreparedWrite, rawFile: Sealed<string>): Sealed<string> | Unsent {
  try {
    return prepared.body(rawFile);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { kind: 'unsent', reason: error.problems[0]?.message ?? error.message, error };
  }
}

/** Hides what a refusal can quote from the request. */
function redactorFor({ context, dialect }: LiveRun, { prediction }: PreparedWrite): Redactor {
  const inFile = secretsIn(dialect.catalog.root, prediction.file.open());
  return redactor([...inFile, ...context.target.keys.map((key) => key.open())]);
}

function judged(answer: Answer, redact: Redactor): Sent {
  if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' };
  const reason = `${answer.status} ${redact.text(answer.body.open()).slice(0, 500)}`.trim();
  return { kind: answer.status >= 500 ? 'unknown' : 'refused', reason };
}

function brokenOff(error: unknown): Sent {
  if (!(error instanceof HoldfastError)) throw error;
  const [first] = error.problems;
  const reason = first?.message ?? error.message;
  if (first && CODES[first.code].unsent) return { kind: 'unsent', reason, error };
  return { kind: 'unknown', reason };
}
