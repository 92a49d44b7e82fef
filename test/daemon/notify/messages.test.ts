// Messages as receivers get them. A change of these snapshots is a change of what people and programs see.
import { describe, expect, test } from '@jest/globals';
import { discordBody } from '../../../src/daemon/notify/channels/discord.ts';
import { mailOf } from '../../../src/daemon/notify/channels/email.ts';
import { type Message, pageOf } from '../../../src/daemon/notify/channels/message.ts';
import { noticeOf } from '../../../src/daemon/notify/notices.ts';
import { slackBody } from '../../../src/daemon/notify/channels/slack.ts';
import { telegramBody } from '../../../src/daemon/notify/channels/telegram.ts';
import { signedHeaders, webhookBody } from '../../../src/daemon/notify/channels/webhook.ts';
import type { Topic } from '../../../src/domain/outcome/notice.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import { problem } from '../../../src/domain/problem/problem.ts';
import { terminalSafeIn } from '../../../src/lib/terminal-safe.ts';
import { aChange, aPlan } from '../../support/build-plan.ts';
import { outcomeOf } from '../builders.ts';
import { NOON } from './setup.ts';

const CIRCUMSTANCES = {
  id: 'msg_1',
  previous: 'in-sync',
  link: 'https://holdfast.example/#/targets/home',
} as const;

const about = (kind: Topic, outcome: Outcome): Message => ({
  kind: 'notice',
  notice: terminalSafeIn(noticeOf(kind, { ...outcome, at: NOON }, CIRCUMSTANCES)),
});

const commit = {
  sha: 'a1b2c3d4'.padEnd(40, '0'),
  dirty: false,
  author: 'A committer',
  subject: 'Rotate the keys',
};
const refused = about(
  'refused',
  outcomeOf({
    kind: 'refused',
    plan: aPlan({
      revision: { digest: '3f2a9c1b04d7'.padEnd(64, '0'), commit },
      changes: [
        aChange(),
        aChange({
          kind: 'remove',
          path: 'api-keys[#1a2b3c4d]',
          before: { $secret: '1a2b3c4d' },
          origin: 'git',
        }),
      ],
      verdicts: [
        {
          guard: 'mass-delete',
          path: 'api-keys',
          message: 'removes 6 of 9 entries, 67 %; at most 30 % is allowed',
          remedy: 'Look whether the right file is there.',
          override: '--allow mass-delete:api-keys',
          allowed: false,
          changes: ['c2'],
        },
      ],
    }),
  }),
);
const needsAPerson = about(
  'needs-a-person',
  outcomeOf({
    kind: 'rollback-failed',
    backup: '20261128T120000Z-1a2b3c4d',
    reason: 'the gateway went away',
    remedy: ['Stop the gateway.', 'Copy the backup over config.yaml.', 'Start the gateway.'],
    evidence: [],
  }),
);
const digest: Message = {
  kind: 'digest',
  digest: {
    id: 'msg_2',
    at: NOON,
    severity: 'critical',
    total: 230,
    counts: { unreachable: 228, recovered: 2 },
    notices: [noticeOf('unreachable', { ...outcomeOf({ kind: 'unreachable' }), at: NOON }, { id: 'msg_3' })],
  },
};

describe('a message', () => {
  test('to a webhook', () => {
    expect(JSON.parse(webhookBody(refused))).toMatchInlineSnapshot(`
     {
       "at": "2026-11-28T12:00:00.000Z",
       "facts": {
         "changes": [
           {
             "after": 3,
             "before": 2,
             "disposition": "apply",
             "kind": "update",
             "origin": "git",
             "path": "request-retry",
           },
           {
             "after": 3,
             "before": {
               "$secret": "1a2b3c4d",
             },
             "disposition": "apply",
             "kind": "remove",
             "origin": "git",
             "path": "api-keys[#1a2b3c4d]",
           },
         ],
         "commit": {
           "author": "A committer",
           "dirty": false,
           "sha": "a1b2c3d400000000000000000000000000000000",
           "subject": "Rotate the keys",
         },
         "findings": [
           {
             "guard": "mass-delete",
             "message": "removes 6 of 9 entries, 67 %; at most 30 % is allowed",
             "override": "--allow mass-delete:api-keys",
             "path": "api-keys",
             "remedy": "Look whether the right file is there.",
           },
         ],
         "more": {
           "changes": 0,
           "findings": 0,
           "problems": 0,
         },
         "problems": [],
         "remedy": [],
         "revision": "3f2a9c1b04d7",
       },
       "format": "holdfast.notice/1",
       "id": "msg_1",
       "kind": "refused",
       "link": "https://holdfast.example/#/targets/home",
       "previous": "in-sync",
       "severity": "warning",
       "summary": "A guard found the plan dangerous, so nothing was written. Each finding says how to override it, if that's possible.",
       "target": "home",
       "title": "home: Refused",
       "type": "notice",
     }
    `);
    expect(JSON.parse(webhookBody(digest))).toMatchInlineSnapshot(`
     {
       "at": "2026-11-28T12:00:00.000Z",
       "counts": {
         "recovered": 2,
         "unreachable": 228,
       },
       "format": "holdfast.notice/1",
       "id": "msg_2",
       "notices": [
         {
           "at": "2026-11-28T12:00:00.000Z",
           "facts": {
             "changes": [],
             "findings": [],
             "more": {
               "changes": 0,
               "findings": 0,
               "problems": 0,
             },
             "problems": [],
             "remedy": [],
           },
           "id": "msg_3",
           "kind": "unreachable",
           "severity": "critical",
           "summary": "Holdfast can't connect to the gateway, or the gateway denies access.",
           "target": "home",
           "title": "home: Unreachable",
         },
       ],
       "severity": "critical",
       "total": 230,
       "type": "digest",
     }
    `);
  });
});

describe('a message in Slack', () => {
  test('to Slack', () => {
    expect(slackBody(pageOf(refused))).toMatchInlineSnapshot(`
     {
       "blocks": [
         {
           "text": {
             "emoji": false,
             "text": "🟡 home: Refused",
             "type": "plain_text",
           },
           "type": "header",
         },
         {
           "text": {
             "emoji": false,
             "text": "A guard found the plan dangerous, so nothing was written. Each finding says how to override it, if that's possible.",
             "type": "plain_text",
           },
           "type": "section",
         },
         {
           "fields": [
             {
               "emoji": false,
               "text": "Target
     home",
               "type": "plain_text",
             },
             {
               "emoji": false,
               "text": "Before
     In sync",
               "type": "plain_text",
             },
             {
               "emoji": false,
               "text": "Revision
     3f2a9c1b04d7",
               "type": "plain_text",
             },
             {
               "emoji": false,
               "text": "Commit
     a1b2c3d40000",
               "type": "plain_text",
             },
             {
               "emoji": false,
               "text": "Author
     A committer",
               "type": "plain_text",
             },
             {
               "emoji": false,
               "text": "Subject
     Rotate the keys",
               "type": "plain_text",
             },
           ],
           "type": "section",
         },
         {
           "text": {
             "text": "*Changes*
     \`\`\`update request-retry: 2 → 3
     remove api-keys[#1a2b3c4d]\`\`\`",
             "type": "mrkdwn",
             "verbatim": true,
           },
           "type": "section",
         },
         {
           "text": {
             "text": "*Refused by*
     \`\`\`mass-delete at api-keys: removes 6 of 9 entries, 67 %; at most 30 % is allowed (override: --allow mass-delete:api-keys)\`\`\`",
             "type": "mrkdwn",
             "verbatim": true,
           },
           "type": "section",
         },
         {
           "text": {
             "text": "*What to do*
     \`\`\`Look whether the right file is there.\`\`\`",
             "type": "mrkdwn",
             "verbatim": true,
           },
           "type": "section",
         },
         {
           "elements": [
             {
               "text": {
                 "emoji": false,
                 "text": "Open the dashboard",
                 "type": "plain_text",
               },
               "type": "button",
               "url": "https://holdfast.example/#/targets/home",
             },
           ],
           "type": "actions",
         },
         {
           "elements": [
             {
               "emoji": false,
               "text": "2026-11-28T12:00:00Z",
               "type": "plain_text",
             },
           ],
           "type": "context",
         },
       ],
       "text": "🟡 home: Refused",
       "unfurl_links": false,
       "unfurl_media": false,
     }
    `);
  });
});

describe('a message in Discord and Telegram', () => {
  test('to Discord', () => {
    expect(discordBody(pageOf(refused))).toMatchInlineSnapshot(`
     {
       "allowed_mentions": {
         "parse": [],
       },
       "embeds": [
         {
           "color": 13801762,
           "description": "A guard found the plan dangerous, so nothing was written. Each finding says how to override it, if that's possible.
     **Changes**
     • update request-retry: 2 → 3
     • remove api-keys\\[\\#1a2b3c4d\\]
     **Refused by**
     • mass-delete at api-keys: removes 6 of 9 entries, 67 %; at most 30 % is allowed \\(override: --allow mass-delete:api-keys\\)
     **What to do**
     • Look whether the right file is there.",
           "fields": [
             {
               "inline": true,
               "name": "Target",
               "value": "home",
             },
             {
               "inline": true,
               "name": "Before",
               "value": "In sync",
             },
             {
               "inline": true,
               "name": "Revision",
               "value": "3f2a9c1b04d7",
             },
             {
               "inline": true,
               "name": "Commit",
               "value": "a1b2c3d40000",
             },
             {
               "inline": true,
               "name": "Author",
               "value": "A committer",
             },
             {
               "inline": true,
               "name": "Subject",
               "value": "Rotate the keys",
             },
           ],
           "timestamp": "2026-11-28T12:00:00.000Z",
           "title": "home: Refused",
           "url": "https://holdfast.example/#/targets/home",
         },
       ],
     }
    `);
  });

  test('to Telegram', () => {
    expect(telegramBody(pageOf(refused), '-100')).toMatchInlineSnapshot(`
     {
       "chat_id": "-100",
       "link_preview_options": {
         "is_disabled": true,
       },
       "parse_mode": "HTML",
       "text": "<b>🟡 home: Refused</b>
     A guard found the plan dangerous, so nothing was written. Each finding says how to override it, if that's possible.
     <i>Target</i>: <code>home</code>
     <i>Before</i>: <code>In sync</code>
     <i>Revision</i>: <code>3f2a9c1b04d7</code>
     <i>Commit</i>: <code>a1b2c3d40000</code>
     <i>Author</i>: <code>A committer</code>
     <i>Subject</i>: <code>Rotate the keys</code>
     <b>Changes</b>
     • <code>update request-retry: 2 → 3</code>
     • <code>remove api-keys[#1a2b3c4d]</code>
     <b>Refused by</b>
     • <code>mass-delete at api-keys: removes 6 of 9 entries, 67 %; at most 30 % is allowed (override: --allow mass-delete:api-keys)</code>
     <b>What to do</b>
     • <code>Look whether the right file is there.</code>
     <a href="https://holdfast.example/#/targets/home">Open the dashboard</a>
     2026-11-28T12:00:00Z",
     }
    `);
    expect(telegramBody(pageOf(needsAPerson), '-100')).toMatchInlineSnapshot(`
     {
       "chat_id": "-100",
       "link_preview_options": {
         "is_disabled": true,
       },
       "parse_mode": "HTML",
       "text": "<b>🔴 home: Needs manual action</b>
     The rollback failed too. The steps shown work without the gateway's API. Reason: the gateway went away.
     <i>Target</i>: <code>home</code>
     <i>Before</i>: <code>In sync</code>
     <i>Backup</i>: <code>20261128T120000Z-1a2b3c4d</code>
     <b>What to do</b>
     • <code>Stop the gateway.</code>
     • <code>Copy the backup over config.yaml.</code>
     • <code>Start the gateway.</code>
     <a href="https://holdfast.example/#/targets/home">Open the dashboard</a>
     2026-11-28T12:00:00Z",
     }
    `);
    expect(telegramBody(pageOf(digest), '-100')).toMatchInlineSnapshot(`
     {
       "chat_id": "-100",
       "link_preview_options": {
         "is_disabled": true,
       },
       "parse_mode": "HTML",
       "text": "<b>🔴 Holdfast: 230 notices</b>
     228 × Unreachable, 2 × Recovered
     <b>The newest 1</b>
     • <code>2026-11-28T12:00:00Z home: Unreachable. Holdfast can't connect to the gateway, or the gateway denies access.</code>
     2026-11-28T12:00:00Z",
     }
    `);
  });
});

describe('a message by mail', () => {
  test('by mail', () => {
    expect(mailOf(pageOf(needsAPerson))).toMatchInlineSnapshot(`
     {
       "html": "<!doctype html><html><body style="font-family: sans-serif">
     <h2>home: Needs manual action</h2><p>The rollback failed too. The steps shown work without the gateway&#39;s API. Reason: the gateway went away.</p>
     <table cellpadding="4"><tr><th align="left">Target</th><td>home</td></tr><tr><th align="left">Before</th><td>In sync</td></tr><tr><th align="left">Backup</th><td>20261128T120000Z-1a2b3c4d</td></tr></table>
     <h3>What to do</h3><ul><li>Stop the gateway.</li><li>Copy the backup over config.yaml.</li><li>Start the gateway.</li></ul>
     <p><a href="https://holdfast.example/#/targets/home">Open the dashboard</a></p>
     <p><small>2026-11-28T12:00:00Z</small></p></body></html>",
       "subject": "[critical] home: Needs manual action",
       "text": "home: Needs manual action

     The rollback failed too. The steps shown work without the gateway's API. Reason: the gateway went away.

     Target: home
     Before: In sync
     Backup: 20261128T120000Z-1a2b3c4d

     What to do
     - Stop the gateway.
     - Copy the backup over config.yaml.
     - Start the gateway.

     https://holdfast.example/#/targets/home

     2026-11-28T12:00:00Z
     ",
     }
    `);
  });
});

describe('a signature', () => {
  // The example of the Standard Webhooks specification.
  test('is that of Standard Webhooks', () => {
    const headers = signedHeaders(
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_000,
      '{"test": 2432232314}',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('is missing without a secret, what it would sign is not', () => {
    expect(signedHeaders('msg_1', 1500, '{}', undefined)).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1',
    });
  });
});

const HOSTILE = [
  '<!channel>',
  '<@U1>',
  '<https://evil.example|click>',
  '@everyone',
  '<@&1>',
  '@admin',
  '/start',
  '</b><a href="https://evil.example">x</a>',
  '**bold** `code` [x](https://evil.example)',
  'x\r\nBcc: victim@evil.example',
  '\u202Eetag',
];

function hostile(text: string): Message {
  return about(
    'refused',
    outcomeOf(
      {
        kind: 'refused',
        plan: aPlan({
          revision: { digest: 'd'.repeat(64), commit: { ...commit, author: text, subject: text } },
          changes: [aChange({ path: `plugins.configs["${text}"]`, before: text, after: text })],
          verdicts: [
            { guard: 'mass-delete', path: text, message: text, remedy: text, allowed: false, changes: [] },
          ],
        }),
      },
      [problem('HF3002', text, { remedy: text })],
    ),
  );
}

/** All texts inside a body. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('a hostile name does nothing', () => {
  test.each(HOSTILE)('%j', (text) => {
    const page = pageOf(hostile(text));
    for (const one of textsIn(slackBody(page)).filter((part) => !part.startsWith('https://holdfast.example')))
      expect(one).not.toMatch(/[<>]/);
    const discord = discordBody(page) as { allowed_mentions: object };
    expect(discord.allowed_mentions).toEqual({ parse: [] });
    for (const one of textsIn(discord).filter((part) => part.length > 40 && !part.startsWith('https')))
      expect(one.replaceAll('**', '')).not.toMatch(/(?<!\\)[*`<>[\]()@]/);
    const telegram = textsIn(telegramBody(page, '-100')).find((part) => part.includes('Refused'));
    expect(
      telegram?.replaceAll(
        /<code>[^<>]*<\/code>|<\/?[bi]>|<a href="https:\/\/holdfast.example\/[^"]*">|<\/a>/g,
        '',
      ),
    ).not.toMatch(/[<>]|(?<![\p{L}\p{N}])[@/](?!\u2060)/u);
    const { subject, html } = mailOf(page);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain('evil.example">');
    for (const line of textsIn(page)) expect(line).not.toMatch(/[\r\n\u202E]/);
  });
});

describe('a long message', () => {
  const long = '&"<'.repeat(4000);
  const page = pageOf(
    about(
      'refused',
      outcomeOf(
        {
          kind: 'refused',
          plan: aPlan({
            changes: Array.from({ length: 5000 }, () => aChange({ path: long, before: long, after: long })),
          }),
        },
        Array.from({ length: 300 }, () => problem('HF3002', long)),
      ),
    ),
  );

  test('keeps to the limits of every receiver', () => {
    const slack = slackBody(page) as { blocks: { text?: { text: string } }[] };
    expect(slack.blocks.length).toBeLessThanOrEqual(50);
    for (const { text } of slack.blocks) expect(text?.text.length ?? 0).toBeLessThanOrEqual(3000);
    const discord = discordBody(page) as { embeds: { description: string }[] };
    expect(textsIn(discord).join('').length).toBeLessThanOrEqual(6000);
    expect(discord.embeds[0]?.description.length).toBeLessThanOrEqual(4096);
    expect((telegramBody(page, '-100') as { text: string }).text.length).toBeLessThanOrEqual(4096);
  });

  test('has the number of omitted parts', () => {
    expect(JSON.stringify(slackBody(page))).toMatch(/… and \d+ lines more/);
    expect(page.sections[0]?.lines.at(-1)).toBe('… and 4980 changes more');
  });

  test('leaves long values out of the JSON', () => {
    const body = JSON.parse(
      webhookBody(
        about(
          'drifted',
          outcomeOf({ kind: 'drifted', depth: 'deep', plan: aPlan({ changes: [aChange({ after: long })] }) }),
        ),
      ),
    ) as { facts: { changes: object[] } };
    expect(body.facts.changes).toEqual([
      { path: 'request-retry', kind: 'update', origin: 'git', disposition: 'apply', before: 2 },
    ]);
  });
});
