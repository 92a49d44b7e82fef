// Random gateway files with comments above, behind, inside nested lists and at their ends, and random changes of them.
// Each comment knows what it is about.
import * as fc from 'fast-check';

export interface Commented {
  readonly text: string;
  readonly comments: readonly { readonly text: string; readonly about: string; readonly behind?: string }[];
}

const CLIENTS = ['sk-test-0001', 'sk-test-0002', 'sk-test-0003'];
const CLAUDE = ['one', 'two', 'three'];

/** Lines of a file; `%about%` marks where a comment may stand: alone on its line, or behind what the line says. */
const TEMPLATE = [
  '%file%',
  '',
  'host: 127.0.0.1',
  'port: 8317 %port%',
  '%debug%',
  'debug: false %debug%',
  '',
  '%retry%',
  'request-retry: 3',
  'proxy-url: direct %proxy%',
  'api-keys: %clients%',
  ...CLIENTS.flatMap((key) => [`  %client ${key}%`, `  - ${key} %client ${key}%`]),
  '  %clients%',
  'claude-api-key: %claude%',
  ...CLAUDE.flatMap((name) => [
    `  %claude ${name}%`,
    `  - api-key: sk-test-claude-${name} %claude ${name}%`,
    `    %claude ${name}%`,
    `    base-url: https://${name}.example %claude ${name}%`,
    '    priority: 1',
    `    headers: %claude ${name}%`,
    `      X-One: a %claude ${name}%`,
    `      X-Two: b`,
    '    models:',
    `      %claude ${name}%`,
    `      - name: opus-${name} %claude ${name}%`,
    `        alias: o-${name}`,
    `      - name: haiku-${name}`,
    `        alias: h-${name} %claude ${name}%`,
    `      %claude ${name}%`,
  ]),
  '%compat%',
  'openai-compatibility:',
  '  - name: pool %pool%',
  '    base-url: https://pool.example',
  '    api-key-entries: [{ api-key: sk-test-pool }] %pool%',
  '    models: [{ name: m, alias: a }]',
  'payload:',
  '  override:',
  '    %payload%',
  '    - models: [{ name: gpt }] %payload%',
  '      params:',
  '        a: 1 %payload%',
  '%end%',
];

/** Which comments there are, by the order of places. */
export function commentedBy(template: readonly string[]): fc.Arbitrary<Commented> {
  const places = template.filter((line) => line.includes('%')).length;
  return fc.array(fc.boolean(), { minLength: places, maxLength: places }).map((there) => {
    const comments: Commented['comments'][number][] = [];
    let place = 0;
    const lines = template.flatMap((line) => {
      const [, before = '', about] = /^(.*?)%(.*)%$/.exec(line) ?? [];
      if (about === undefined) return [line];
      const isThere = there[place] === true;
      place += 1;
      const alone = before.trim() === '';
      if (!isThere) return alone ? [] : [before.trimEnd()];
      const text = `# note ${place} on ${about.split(' ')[0] ?? ''}`;
      comments.push({ text, about, ...(!alone && { behind: before.trim().replace(/^- /, '') }) });
      return [before + text];
    });
    return { text: `${lines.join('\n')}\n`, comments };
  });
}

export const commented = commentedBy(TEMPLATE);

export interface Change {
  readonly name: string;
  /** Of the file without comments. */
  readonly edit: (text: string) => string;
  /** What goes, as comments are about it. */
  readonly removes?: readonly string[];
}

const entryOf = (name: string): RegExp =>
  new RegExp(`^  - api-key: sk-test-claude-${name}\\n(?:    .*\\n)*`, 'm');

export const CHANGES: readonly Change[] = [
  { name: 'a switch', edit: (text) => text.replace('debug: false', 'debug: true') },
  { name: 'a number', edit: (text) => text.replace('request-retry: 3', 'request-retry: 4') },
  { name: 'a text', edit: (text) => text.replace('proxy-url: direct', 'proxy-url: none') },
  {
    name: 'a key more',
    edit: (text) => text.replace('claude-api-key:', '  - sk-test-0009\nclaude-api-key:'),
  },
  ...CLIENTS.map((key) => ({
    name: `without ${key}`,
    edit: (text: string) => text.replace(`  - ${key}\n`, ''),
    removes: [`client ${key}`],
  })),
  ...CLAUDE.map((name) => ({
    name: `without ${name}`,
    edit: (text: string) => text.replace(entryOf(name), ''),
    removes: [`claude ${name}`],
  })),
  ...CLAUDE.map((name) => ({
    name: `priority of ${name}`,
    edit: (text: string) =>
      text.replace(entryOf(name), (entry) => entry.replace('priority: 1', 'priority: 2')),
  })),
  {
    name: 'a rotated credential',
    edit: (text) => text.replace('api-key: sk-test-claude-two', 'api-key: sk-test-claude-new'),
  },
  {
    name: 'a model more',
    edit: (text) =>
      text.replace(entryOf('one'), (entry) => `${entry}      - name: sonnet\n        alias: s\n`),
  },
  { name: 'another header', edit: (text) => text.replace('X-Two: b', 'X-Two: c') },
  {
    name: 'a provider more',
    edit: (text) => text.replace('payload:', '  - name: new\n    base-url: https://new.example\npayload:'),
  },
  { name: 'a payload rule', edit: (text) => text.replace('a: 1', 'a: 2') },
  { name: 'a key that was not there', edit: (text) => `${text}max-retry-credentials: 3\n` },
];

export const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/ # note .*$/, ''))
    .join('\n');
