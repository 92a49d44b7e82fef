// The routes of the proxy, and the response of each if no upstream can serve it: who can call it, its methods, and
// the first error about a body. A sandbox has no upstreams.
import { randomBytes, randomUUID } from 'node:crypto';
import { isTree, type Tree, type Value } from '../../lib/value.ts';
import type { ProxyAnswer } from './proxy.ts';

export interface ProxyCall {
  readonly path: string;
  readonly body: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Whether a configured provider serves this model. */
  readonly serves: (model: string) => boolean;
}

type Reply = (call: ProxyCall) => ProxyAnswer;

export interface ProxyRoute {
  /** How a missing or wrong key is refused. */
  readonly refusal: 'plain' | 'realtime';
  readonly reply: Reply;
}

/** The route of a request; undefined: there is none. */
export function proxyRoute(method: string, path: string): ProxyRoute | undefined {
  const found = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path));
  if (!found) return undefined;
  return { refusal: path.startsWith('/v1/realtime') ? 'realtime' : 'plain', reply: found[2] };
}

const JSON_ONLY = { 'Content-Type': 'application/json' };
const TYPE = 'invalid_request_error';

const invalid = (message: string, status = 400): ProxyAnswer => ({
  status,
  body: { error: { message, type: TYPE } },
});

const realtime = (status: number, code: string, message: string, type = TYPE): ProxyAnswer => ({
  status,
  body: { error: { code, message, param: null, type } },
});

/** Undefined: the text isn't JSON. */
function parsed(body: string): Value | undefined {
  try {
    return JSON.parse(body) as Value;
  } catch {
    return undefined;
  }
}

function memberOf(body: string, name: string): string {
  const value = parsed(body);
  const member: unknown = isTree(value) ? value[name] : undefined;
  return typeof member === 'string' ? member : '';
}

const noUpstream: ProxyAnswer = {
  status: 502,
  body: { error: { message: 'the sandbox has no upstream', type: 'server_error' } },
};

function unserved(model: string, { serves }: ProxyCall): ProxyAnswer {
  if (serves(model)) return noUpstream;
  return {
    status: 400,
    headers: JSON_ONLY,
    body: {
      error: {
        message: `unknown provider for model ${model}`,
        type: TYPE,
        code: 'model_not_found',
        param: 'model',
      },
    },
  };
}

const completion: Reply = (call) => unserved(memberOf(call.body, 'model'), call);

const messages: Reply = (call) => {
  const model = memberOf(call.body, 'model');
  if (call.serves(model)) return noUpstream;
  const message = `unknown provider for model ${model}`.trim();
  return { status: 400, headers: JSON_ONLY, body: { type: 'error', error: { type: TYPE, message } } };
};

const VIDEO_MODEL = 'grok-imagine-video';
const video: Reply = (call) => unserved(VIDEO_MODEL, call);

const videoMade: Reply = (call) => {
  if (parsed(call.body) === undefined) return invalid('Invalid request: body must be valid JSON');
  const model = memberOf(call.body, 'model');
  if (model === '' || model === VIDEO_MODEL) return video(call);
  return invalid(
    `Model ${model} is not supported on /v1/videos/generations, /v1/videos/edits, or /v1/videos/extensions. Use ${VIDEO_MODEL}.`,
  );
};

const openaiVideo: Reply = ({ body }) => {
  const [model, message] =
    parsed(body) === undefined
      ? ['', 'Invalid request: body must be valid JSON']
      : memberOf(body, 'prompt') === ''
        ? [VIDEO_MODEL, 'Invalid request: prompt is required']
        : [
            memberOf(body, 'model'),
            `Model ${memberOf(body, 'model')} is not supported on /openai/v1/videos. Use sora-2.`,
          ];
  const error = { code: TYPE, message };
  const made = {
    object: 'video',
    status: 'failed',
    progress: 0,
    id: `video_${randomUUID().replaceAll('-', '')}`,
  };
  return { status: 400, headers: JSON_ONLY, body: { ...made, model, error } };
};

const image: Reply = ({ body }) => {
  if (parsed(body) === undefined) return invalid('Invalid request: body must be valid JSON');
  const model = memberOf(body, 'model');
  if (model === '') return invalid('Invalid request: prompt is required');
  return invalid(
    `Model ${model} is not supported on /v1/images/generations or /v1/images/edits. Use gpt-image-1.5, gpt-image-2, grok-imagine-image, grok-imagine-image-quality, grok-imagine-image-2.0, or a configured openai-compatibility image model.`,
  );
};

const NO_EXECUTOR = 'executor_not_found: executor not registered';
const NO_CALL = 'failed to decode Realtime call request: unexpected end of JSON input';
const isBroken = ({ body }: ProxyCall): boolean => parsed(body) === undefined;

const noExecutor: Reply = () => ({ status: 503, body: { error: NO_EXECUTOR } });
const live: Reply = (call) => (isBroken(call) ? { status: 400, body: { error: NO_CALL } } : noExecutor(call));

const realtimeCall: Reply = (call) =>
  isBroken(call)
    ? realtime(400, 'realtime_request_failed', NO_CALL)
    : realtime(503, 'realtime_request_failed', NO_EXECUTOR, 'api_error');

const unsupported =
  (what: string): Reply =>
  () =>
    realtime(
      501,
      'realtime_capability_not_supported',
      `Realtime ${what} are not supported by the ChatGPT/Codex OAuth upstream`,
      'not_supported_error',
    );

const sip: Reply = (call) => unsupported(`SIP ${call.path.split('/').at(-1)}`)(call);

const upgrade =
  (code: string): Reply =>
  () =>
    realtime(426, code, 'WebSocket upgrade required');

const notWebSocket: Reply = () => ({
  status: 400,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: 'Bad Request\n',
});

const SESSION_S = 600;
const randomText = (): string => randomBytes(18).toString('base64url');

/** A session, with the values of the request. */
const session = ({ body, now }: ProxyCall): Tree => {
  const requested = parsed(body);
  const made = { id: `sess_${randomText()}`, object: 'realtime.session', type: 'realtime' };
  return { model: 'gpt-realtime', ...(isTree(requested) && requested), ...made, expires_at: expiry(now) };
};

const expiry = (now: number): number => Math.floor(now / 1000) + SESSION_S;
const secret = (): string => `ek_${randomText()}${randomText()}`;
const made = (body: Tree): ProxyAnswer => ({ status: 200, headers: { 'Cache-Control': 'no-store' }, body });

const clientSecret: Reply = (call) => {
  if (isBroken(call)) return realtime(400, 'invalid_request', 'Invalid Realtime client secret request');
  return made({ value: secret(), expires_at: expiry(call.now), session: session({ ...call, body: '{}' }) });
};

const sessionMade: Reply = (call) => {
  if (isBroken(call)) return realtime(400, 'invalid_session', 'session must be a valid JSON object');
  const client_secret = { expires_at: expiry(call.now), value: secret() };
  return made({ ...session(call), client_secret });
};

const interaction: Reply = (call) => {
  if (isBroken(call)) return invalid('invalid JSON body');
  return memberOf(call.body, 'model') === '' && memberOf(call.body, 'agent') === ''
    ? invalid('request requires exactly one of model or agent')
    : completion(call);
};

const generated: Reply = (call) => {
  const action = call.path.slice('/v1beta/models/'.length);
  const [model = '', method] = action.split(':');
  return method === undefined ? invalid(`${call.path} not found.`, 404) : unserved(model, call);
};

const geminiModel: Reply = () => ({
  status: 404,
  body: { error: { message: 'Not Found', type: 'not_found' } satisfies Tree },
});

const ROUTES: readonly (readonly [method: string, path: RegExp, reply: Reply])[] = [
  ['POST', /^\/v1\/(?:chat\/)?completions$/, completion],
  ['POST', /^\/v1\/responses(?:\/compact)?$/, completion],
  ['POST', /^\/backend-api\/codex\/responses(?:\/compact)?$/, completion],
  ['POST', /^\/v1\/messages(?:\/count_tokens)?$/, messages],
  ['POST', /^\/v1\/images\/generations$/, image],
  ['POST', /^\/v1\/images\/edits$/, () => invalid("Invalid request: request Content-Type isn't multipart/form-data")],
  ['POST', /^\/v1\/videos(?:\/(?:generations|edits|extensions))?$/, videoMade],
  ['GET', /^\/v1\/videos\/[^/]+$/, video],
  ['POST', /^\/openai\/v1\/videos$/, openaiVideo],
  ['GET', /^\/openai\/v1\/videos\/[^/]+(?:\/content)?$/, video],
  ['GET', /^\/(?:v1|backend-api\/codex)\/responses$/, notWebSocket],
  ['POST', /^\/(?:v1|backend-api\/codex)\/alpha\/search$/, noExecutor],
  ['POST', /^\/v1\/live$/, live],
  ['GET', /^\/v1\/live\/[^/]+$/, () => ({ status: 426, body: { error: 'WebSocket upgrade required' } })],
  ['GET', /^\/v1\/realtime$/, upgrade('websocket_upgrade_required')],
  ['GET', /^\/v1\/realtime\/calls\/[^/]+$/, upgrade('realtime_request_failed')],
  ['POST', /^\/v1\/realtime(?:\/calls)?$/, realtimeCall],
  ['POST', /^\/v1\/realtime\/client_secrets$/, clientSecret],
  ['POST', /^\/v1\/realtime\/sessions$/, sessionMade],
  ['POST', /^\/v1\/realtime\/transcription_sessions$/, unsupported('transcription-only sessions')],
  ['GET', /^\/v1\/realtime\/translations$/, unsupported('translation sessions')],
  ['POST', /^\/v1\/realtime\/translations(?:\/client_secrets)?$/, unsupported('translation sessions')],
  ['POST', /^\/v1\/realtime\/calls\/[^/]+\/hangup$/, () => realtime(404, 'realtime_call_not_found', 'Realtime call not found')],
  ['POST', /^\/v1\/realtime\/calls\/[^/]+\/(?:accept|reject|refer)$/, sip],
  ['POST', /^\/v1beta\/interactions$/, interaction],
  ['POST', /^\/v1beta\/models\/.*$/, generated],
  ['GET', /^\/v1beta\/models\/.*$/, geminiModel],
]; // prettier-ignore
