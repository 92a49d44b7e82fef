// Compares the contract's tables as they are printed (C v0 §2.1, §3.1-§3.5, §5.1, §5.2) with the catalog, cell by
// cell.
import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { parsePath } from '../../../src/domain/path.ts';

const catalog = loadCatalog('legacy');

function at(path: string): Field {
  const field = catalog.at(parsePath(path).map(({ name }) => name ?? '*'));
  if (!field) throw new Error(`the catalog does not know ${path}`);
  return field;
}

const leavesBelow = (field: Field): Field[] => {
  const below = [...(field.fields?.values() ?? [])];
  return below.length === 0 ? [field] : below.flatMap(leavesBelow);
};

describe('scalars with an endpoint (§3.1)', () => {
  const SCALARS: readonly (readonly [endpoint: string, key: string, kind: string])[] = [
    ['/debug', 'debug', 'boolean'],
    ['/logging-to-file', 'logging-to-file', 'boolean'],
    ['/logs-max-total-size-mb', 'logs-max-total-size-mb', 'integer'],
    ['/error-logs-max-files', 'error-logs-max-files', 'integer'],
    ['/usage-statistics-enabled', 'usage-statistics-enabled', 'boolean'],
    ['/request-log', 'request-log', 'boolean'],
    ['/ws-auth', 'ws-auth', 'boolean'],
    ['/request-retry', 'request-retry', 'integer'],
    ['/max-retry-credentials', 'max-retry-credentials', 'integer'],
    ['/max-retry-interval', 'max-retry-interval', 'integer'],
    ['/force-model-prefix', 'force-model-prefix', 'boolean'],
    ['/proxy-url', 'proxy-url', 'string'],
    ['/quota-exceeded/switch-project', 'quota-exceeded.switch-project', 'boolean'],
    ['/quota-exceeded/switch-preview-model', 'quota-exceeded.switch-preview-model', 'boolean'],
    ['/routing/strategy', 'routing.strategy', 'string'],
  ];

  test.each(SCALARS)('%s writes %s', (endpoint, key, kind) => {
    expect(at(key).kind).toBe(kind);
    expect(at(key).route).toEqual({ kind: 'scalar', endpoint, deletable: key === 'proxy-url' });
  });

  test('there is no other', () => {
    const others = catalog.all().filter((field) => field.route.kind === 'scalar');
    expect(others.map((field) => field.pattern).toSorted()).toEqual(SCALARS.map(([, key]) => key).toSorted());
  });

  const AT_WRITE: Readonly<Record<string, readonly string[]>> = {
    'logs-max-total-size-mb': ['below:0:0'],
    'error-logs-max-files': ['below:0:10'],
    'max-retry-credentials': ['load:below:0:0'],
    'routing.strategy': ['write:strategy'],
  };
  test.each(SCALARS)('%s transforms %s as in the table', (_, key) => {
    expect(at(key).normalise.filter((rule) => !rule.startsWith('read:'))).toEqual(AT_WRITE[key] ?? []);
  });
});

describe('lists and maps with an endpoint (§3.2 to §3.5)', () => {
  const SELECT = {
    'gemini-api-key': ['api-key', 'match', 'refused'],
    'interactions-api-key': ['api-key', 'match', 'refused'],
    'claude-api-key': ['api-key', 'match', 'first-wins'],
    'codex-api-key': ['api-key', 'match', 'first-wins'],
    'xai-api-key': ['api-key', 'match', 'first-wins'],
    'vertex-api-key': ['api-key', 'match', 'first-wins'],
    'openai-compatibility': ['name', 'name', 'first-wins'],
  } as const;

  test.each(Object.entries(SELECT))('%s is selected as in the table of matching rules', (list, rule) => {
    const [member, by, duplicates] = rule;
    expect(at(list).route).toEqual({
      kind: 'entries',
      endpoint: `/${list}`,
      select: { member, by, duplicates },
    });
    expect(at(list).identity).toEqual(member === 'name' ? ['name'] : ['api-key', 'base-url']);
  });

  test('client keys and OAuth maps have their endpoints, plugins theirs', () => {
    expect(at('api-keys').route).toEqual({ kind: 'strings', endpoint: '/api-keys' });
    for (const map of ['oauth-excluded-models', 'oauth-model-alias', 'oauth-request-scoped-errors'])
      expect(at(map).route).toEqual({ kind: 'channels', endpoint: `/${map}` });
    expect(at('plugins.configs[any]').route).toEqual({ kind: 'plugin' });
    expect(at('plugins.configs[any].enabled').route).toEqual({ kind: 'plugin' });
  });
});

describe('members that PATCH takes (§3.3)', () => {
  // ✓ settable, ✗ only by PUT, – no such member; "null": null unsets it; "deletes": a blank deletes the entry.
  const COLUMNS = ['gemini', 'claude', 'codex', 'xai', 'vertex', 'openai'] as const;
  const TABLE = `
    api-key                    | ✓      | ✓      | ✓         | ✓         | ✓ deletes | –
    name                       | –      | –      | –         | –         | –         | ✓
    priority                   | ✗      | ✗      | ✗         | ✓         | ✗         | ✗
    weight                     | ✓ null | ✓ null | ✓ null    | ✓ null    | ✓ null    | –
    prefix                     | ✓      | ✓      | ✓         | ✓         | ✓         | ✓
    base-url                   | ✓      | ✓      | ✓ deletes | ✓ deletes | ✓         | ✓ deletes
    proxy-url                  | ✓      | ✓      | ✓         | ✓         | ✓         | –
    headers                    | ✓      | ✓      | ✓         | ✓         | ✓         | ✓
    models                     | ✗      | ✓      | ✓         | ✓         | ✓         | ✓
    excluded-models            | ✓      | ✓      | ✓         | ✓         | ✓         | –
    disable-cooling            | ✓ null | ✓ null | ✓ null    | ✓ null    | ✓ null    | ✓ null
    request-retry              | ✓      | ✓      | ✓         | ✓         | ✓         | ✓
    request-scoped-errors      | ✓      | ✓      | ✓         | ✓         | –         | ✓
    websockets                 | –      | –      | ✗         | ✓         | –         | –
    alpha-search               | –      | –      | ✓         | ✗         | –         | –
    rebuild-mid-system-message | –      | ✓      | –         | –         | –         | –
    fingerprint-profile        | –      | ✓      | –         | –         | –         | –
    cloak                      | –      | ✗      | –         | –         | –         | –
    experimental-cch-signing   | –      | ✗      | –         | –         | –         | –
    disabled                   | –      | –      | –         | –         | –         | ✓
    support-prompt-cache-key   | –      | –      | –         | –         | –         | ✓
    api-key-entries            | –      | –      | –         | –         | –         | ✓`;
  const LISTS: Readonly<Record<(typeof COLUMNS)[number], readonly string[]>> = {
    gemini: ['gemini-api-key', 'interactions-api-key'],
    claude: ['claude-api-key'],
    codex: ['codex-api-key'],
    xai: ['xai-api-key'],
    vertex: ['vertex-api-key'],
    openai: ['openai-compatibility'],
  };
  const rows = TABLE.trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const cells = rows.flatMap(([member = '', ...marks]) =>
    COLUMNS.flatMap((column, i) => LISTS[column].map((list) => [list, member, marks[i] ?? ''] as const)),
  );

  test.each(cells)('%s: %s %s', (list, member, mark) => {
    const field = catalog.at([list, '*', member]);
    if (mark === '–') {
      expect(field).toBeUndefined();
      return;
    }
    expect(field?.route).toEqual({
      kind: 'member',
      patch: mark.startsWith('✓'),
      blank: mark.endsWith('deletes') ? 'deletes-entry' : 'clears',
      unset: mark.endsWith('null') ? 'null' : 'never',
    });
  });

  test('there is no other member', () => {
    const inTable = new Set(
      cells.filter(([, , mark]) => mark !== '–').map(([list, member]) => `${list} ${member}`),
    );
    const inCatalog = Object.values(LISTS)
      .flat()
      .flatMap((list) => [...(at(list).item?.fields?.keys() ?? [])].map((member) => `${list} ${member}`));
    expect(inCatalog.toSorted()).toEqual([...inTable].toSorted());
  });

  test('an xAI alpha-search is forced to false, at load and at write (§4.2)', () => {
    expect(at('xai-api-key[*].alpha-search').normalise).toEqual(['force:false']);
  });
});

describe('keys that only PUT /config.yaml can write (§5.1)', () => {
  const FILE_ONLY = [
    'host',
    'port',
    'tls.enable',
    'tls.cert',
    'tls.key',
    'credential-concurrency',
    'credential-in-flight',
    'remote-management.allow-remote',
    'remote-management.secret-key',
    'remote-management.disable-control-panel',
    'remote-management.disable-auto-update-panel',
    'remote-management.panel-github-repository',
    'plugins.enabled',
    'plugins.dir',
    'plugins.store-sources',
    'plugins.store-auth',
    'plugins.auth-revision',
    'auth-dir',
    'pprof.enable',
    'pprof.addr',
    'commercial-mode',
    'redis-usage-queue-retention-seconds',
    'disable-cooling',
    'save-cooldown-status',
    'transient-error-cooldown-seconds',
    'auth-auto-refresh-workers',
    'quota-exceeded.antigravity-credits',
    'routing.session-affinity',
    'routing.session-affinity-ttl',
    'antigravity-signature-cache-enabled',
    'antigravity-signature-bypass-strict',
    'antigravity.sensitive-words',
    'xai.inject-x-search',
    'codex',
    'codex-header-defaults',
    'claude-header-defaults',
    'disable-claude-cloak-mode',
    'payload',
    'disable-image-generation',
    'gpt-image-2-base-model',
    'video-result-auth-cache-ttl',
    'claude-code.disable-cloaking-model-list',
    'passthrough-headers',
    'streaming',
    'nonstream-keepalive-interval',
  ];

  test('are exactly the ones of the list', () => {
    const listed = FILE_ONLY.flatMap((key) => leavesBelow(at(key))).map((field) => field.pattern);
    const inCatalog = leavesBelow(catalog.root)
      .filter((field) => field.route.kind === 'file' && field.pattern !== 'plugins.configs')
      .map((field) => field.pattern);
    expect(inCatalog.toSorted()).toEqual(listed.toSorted());
  });
});

describe('keys that take effect after a restart (§5.2)', () => {
  test('are exactly the ones of the list', () => {
    const restarting = leavesBelow(catalog.root).filter((field) => field.restart);
    expect(restarting.map((field) => field.pattern).toSorted()).toEqual([
      'auth-auto-refresh-workers',
      'auth-dir',
      'commercial-mode',
      'host',
      'port',
      'tls.cert',
      'tls.enable',
      'tls.key',
    ]);
  });
});

describe('keys that GET /config hides (§2.1)', () => {
  test('are exactly the ones of the list', () => {
    const hidden = catalog
      .all()
      .filter((field) => field.visible === 'yaml' && field.fields === undefined)
      .map((field) => field.pattern);
    expect(hidden.toSorted()).toEqual([
      'auth-dir',
      'codex.live-media-relay.ice-servers[*].credential',
      'codex.live-media-relay.ice-servers[*].username',
      'host',
      'port',
      'remote-management.allow-remote',
      'remote-management.disable-auto-update-panel',
      'remote-management.disable-control-panel',
      'remote-management.panel-github-repository',
      'remote-management.secret-key',
    ]);
    expect(at('plugins.configs[any]').visible).toBe('yaml');
    expect(at('plugins.configs[any].priority').visible).toBe('json');
  });

  test('names differ in JSON as in the contract (§2.1.2)', () => {
    const renamed = catalog.all().filter((field) => field.name !== field.jsonName);
    expect([...new Set(renamed.map((field) => `${field.name} ${field.jsonName}`))].toSorted()).toEqual([
      'allow-insecure allow_insecure',
      'apply-to apply_to',
      'dynamic-allowed dynamic_allowed',
      'header-name header_name',
      'header-value-env header_value_env',
      'password-env password_env',
      'token-env token_env',
      'username-env username_env',
      'zero-allowed zero_allowed',
    ]);
  });
});

describe('guards (design §9)', () => {
  test('the dangerous keys name theirs', () => {
    expect(at('api-keys').danger).toBe('open-gateway');
    for (const key of [
      'host',
      'port',
      'tls.enable',
      'remote-management.secret-key',
      'remote-management.allow-remote',
    ])
      expect(at(key).danger).toBe('self-lockout');
    expect(at('openai-compatibility').danger).toBe('last-upstream');
    expect(at('openai-compatibility[*].models').danger).toBeUndefined();
    expect(at('debug').danger).toBeUndefined();
  });
});
