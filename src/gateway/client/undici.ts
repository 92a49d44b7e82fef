// The part of undici that an exchange needs: 45 ms of CPU to load where all of it (fetch, WebSockets, caches, mocks) takes
// 110 ms, at each command (bench/shortcuts.ts). If its files have other paths in another release, all of it is loaded.
import { createRequire } from 'node:module';
import type { Agent, Dispatcher } from 'undici';

const require = createRequire(import.meta.url);

/** `beforeFirstByte` is called when a connection is open and nothing was sent; what it throws ends the request. */
export type Send = (
  options: Dispatcher.RequestOptions,
  beforeFirstByte?: () => void,
) => Promise<Dispatcher.ResponseData>;

interface Parts {
  readonly AgentClass: typeof Agent;
  readonly request: (
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ) => Promise<Dispatcher.ResponseData>;
}

/** An agent, and how it sends a request. */
export function openAgent(options: Agent.Options): { readonly agent: Agent; readonly send: Send } {
  const { AgentClass, request } = parts();
  const agent = new AgentClass(options);
  return {
    agent,
    send: (exchange, beforeFirstByte) =>
      request.call(beforeFirstByte ? calling(agent, beforeFirstByte) : agent, exchange),
  };
}

function calling(agent: Agent, beforeFirstByte: () => void): Dispatcher {
  return agent.compose((dispatch) => (options, handler) => {
    const started = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (...args) => {
      beforeFirstByte();
      started?.(...args);
    };
    return dispatch(options, handler);
  });
}

let loaded: Parts | undefined;

function parts(): Parts {
  return (loaded ??= some() ?? all());
}

function some(): Parts | undefined {
  try {
    return {
      AgentClass: require('undici/lib/dispatcher/agent.js') as typeof Agent,
      request: require('undici/lib/api/api-request.js') as Parts['request'],
    };
  } catch {
    return undefined;
  }
}

function all(): Parts {
  const undici = require('undici') as { readonly Agent: typeof Agent };
  return {
    AgentClass: undici.Agent,
    request(options) {
      return this.request(options);
    },
  };
}
