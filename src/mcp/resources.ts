// What agents can read without calling a tool: the live configuration, the declared one, the plan, the schemas, the skill.
import {
  ProtocolError,
  ProtocolErrorCode,
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import { bounded } from './bounds.ts';
import type { Value } from '../lib/value.ts';
import type { Host, RunOptions } from './types.ts';

interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
  readonly read: (host: Host, options: RunOptions) => Promise<string>;
}

/** The JSON of a command, with long lists cut. */
const command =
  (...argv: readonly string[]) =>
  async (host: Host, options: RunOptions): Promise<string> => {
    const { document } = await host.run(argv, options);
    const { value, omitted } = bounded(document as Value, { list: '', offset: 0, limit: 0 });
    return JSON.stringify(omitted.length > 0 ? { ...(value as object), omitted } : value, null, 1);
  };

const packaged =
  (file: string) =>
  (host: Host): Promise<string> =>
    host.readPackageFile(file);

const JSON_TYPE = 'application/json';
const MARKDOWN = 'text/markdown';

const RESOURCES: readonly Resource[] = [
  {
    uri: 'holdfast://config',
    name: 'config',
    title: 'Live configuration of the gateway, secrets masked',
    mimeType: JSON_TYPE,
    read: command('api', 'get', 'config'),
  },
  {
    uri: 'holdfast://desired',
    name: 'desired',
    title: 'Merged desired state, and where each value comes from',
    mimeType: JSON_TYPE,
    read: command('render'),
  },
  {
    uri: 'holdfast://plan',
    name: 'plan',
    title: 'What an apply would change now',
    mimeType: JSON_TYPE,
    read: command('plan'),
  },
  {
    uri: 'holdfast://status',
    name: 'status',
    title: 'State of the targets',
    mimeType: JSON_TYPE,
    read: command('status'),
  },
  {
    uri: 'holdfast://schema/desired',
    name: 'schema-desired',
    title: 'JSON Schema of desired-state files, flat layout',
    mimeType: JSON_TYPE,
    read: packaged('schemas/legacy.schema.json'),
  },
  {
    uri: 'holdfast://schema/v8',
    name: 'schema-v8',
    title: 'JSON Schema of desired-state files, v8 layout',
    mimeType: JSON_TYPE,
    read: packaged('schemas/v8.schema.json'),
  },
  {
    uri: 'holdfast://schema/settings',
    name: 'schema-settings',
    title: 'JSON Schema of holdfast.yaml',
    mimeType: JSON_TYPE,
    read: packaged('schemas/settings.schema.json'),
  },
  {
    uri: 'holdfast://skill',
    name: 'skill',
    title: 'How to manage a gateway: rules and workflows',
    mimeType: MARKDOWN,
    read: packaged('skills/cliproxyapi-manager/SKILL.md'),
  },
  {
    uri: 'holdfast://skill/endpoints-v0',
    name: 'endpoints-v0',
    title: 'Endpoints of the v0 Management API, and what each verb loses',
    mimeType: MARKDOWN,
    read: packaged('skills/cliproxyapi-manager/references/endpoints-v0.md'),
  },
  {
    uri: 'holdfast://skill/endpoints-v8',
    name: 'endpoints-v8',
    title: 'Endpoints of the v8 Management API, and what each verb loses',
    mimeType: MARKDOWN,
    read: packaged('skills/cliproxyapi-manager/references/endpoints-v8.md'),
  },
];

const EXPLAIN = /^holdfast:\/\/explain\/(.+)$/;

export const RESOURCE_TEMPLATES: ListResourceTemplatesResult['resourceTemplates'] = [
  {
    uriTemplate: 'holdfast://explain/{key}',
    name: 'explain',
    title: 'What the catalog says about a key',
    mimeType: JSON_TYPE,
  },
];

export const listResources = (): ListResourcesResult['resources'] =>
  RESOURCES.map(({ uri, name, title, mimeType }) => ({ uri, name, title, mimeType }));

export async function readResource(
  uri: string,
  host: Host,
  options: RunOptions,
): Promise<ReadResourceResult> {
  const key = EXPLAIN.exec(uri)?.[1];
  const found = RESOURCES.find((resource) => resource.uri === uri);
  const read = key === undefined ? found?.read : command('explain', '--', decodeURIComponent(key));
  if (!read) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no resource ${uri}.`);
  const text = await read(host, options);
  return { contents: [{ uri, mimeType: found?.mimeType ?? JSON_TYPE, text }] };
}
