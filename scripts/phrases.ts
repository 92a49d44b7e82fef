// Fails where a text for people uses a phrase that its plain form replaces: messages, comments and documentation. The
// list is short on purpose; `docs/contract-*.md` quote the gateway and are left out.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PHRASES: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bstands? twice\b/, 'Duplicate …'],
  [/\banew\b/, 'again, or: a new one'],
  [/\bshall\b/, 'should, must'],
  [/\bbelongs? into\b/, 'belongs in, or: put … into'],
  [/\bfor whoever\b/, 'for callers that …'],
  [/\bdid not let us in\b/, 'access was denied'],
  [/\b(?:is|are|be|was|were) (?:not )?let in\b/, 'is accepted, has access'],
  [/\b[Ss]omebody says\b/, 'you run …, on request'],
  [/\b[Nn]othing (?:has|needs) to be done\b/, "You don't need to do anything"],
  [
    /(?<!\b[Tt]here )\bis no (?:JSON|YAML|time zone|window|mapping|directory|variable|reference|cron expression|version|failure|integer|text|pointer|list|path|secret|part|public key)\b/,
    "isn't a …",
  ],
  [/\bcannot say\b/, "can't express"],
  [/\b[Ss]omebody else\b/, 'others, someone else, another client'],
  [/\b[Aa]nybody\b|\b[Ee]verybody\b/, 'anyone, everyone'],
  [/\bin force\b/, 'in effect'],
  [/\bsign of life\b/, 'heartbeat'],
  [/\bfaults? of ours\b/, 'bug'],
  [/\bstands? for itself\b/, 'is its own value, stays as it is'],
  [/\b(?:redaction net|net by value)\b/, 'redaction by value'],
  [/\b(?:takes?|taken|took) back\b/, 'revert, undo'],
  [/\bcomes? to the same\b|\bmakes? nothing of\b/, 'has the same result, ignores'],
  [/\bin the path grammar\b/, 'as path text'],
  [/\b(?:say|says) `?--?\w/, 'use --…, run … with --…'],
];

const FILES = [
  'src/*.ts',
  'src/*.tsx',
  'scripts/*.ts',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs/*.md',
];
const EXCEPT = /^(?:docs\/contract-|scripts\/phrases\.ts$)/;

const files = execFileSync('git', ['ls-files', '--', ...FILES], { encoding: 'utf8' }).split('\n');
const found = files
  .filter((file) => file !== '' && !EXCEPT.test(file))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        PHRASES.filter(([phrase]) => phrase.test(line)).map(
          ([phrase, instead]) => `${file}:${i + 1}: "${phrase.exec(line)?.[0]}"; write: ${instead}`,
        ),
      ),
  );

for (const line of found) process.stderr.write(`${line}\n`);
process.exitCode = found.length > 0 ? 1 : 0;
