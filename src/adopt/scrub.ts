// Secrets in comments: a key that was commented out is no less a key. Everything else a comment says stays.
import { Parser } from 'yaml';
import { carriesCredential } from '../gateway/catalog/credential-names.ts';
import { mapUrlSecrets } from '../gateway/catalog/url-secrets.ts';
import { commentsIn } from '../gateway/model/comments.ts';
import { type Replacement, replaceIn } from '../plan/splice-text.ts';

export interface Scrubbed {
  readonly text: string;
  /** 1-based lines in which something was taken out. */
  readonly lines: readonly number[];
}

const REMOVED = '(removed)';

export function scrubComments(text: string, secrets: readonly string[]): Scrubbed {
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length);
  const comments = [...new Parser().parse(text)].flatMap(commentsIn);
  const pieces = comments.flatMap((comment): Replacement[] => {
    const clean = scrubbed(comment.text, known);
    return clean === comment.text
      ? []
      : [{ start: comment.at, end: comment.at + comment.text.length, text: clean }];
  });
  return {
    text: replaceIn(text, 0, text.length, pieces),
    lines: pieces.map(({ start }) => text.slice(0, start).split('\n').length),
  };
}

function scrubbed(comment: string, known: readonly string[]): string {
  let clean = comment;
  for (const secret of known) clean = clean.replaceAll(secret, REMOVED);
  clean = clean.replace(PAIR, (all, head: string, name: string, value: string) =>
    carriesCredential(name) && looksLikeKey(value) ? `${head}${REMOVED}` : all,
  );
  clean = clean.replaceAll(URL_LIKE, (url) =>
    mapUrlSecrets(url, (secret) => (PLACEHOLDER.test(secret) ? secret : REMOVED)),
  );
  return clean.replaceAll(KEY_LIKE, REMOVED);
}

/** `# api-key: "…"`, `#   - token: …` */
const PAIR = /^(#[#\s]*(?:-\s+)*["']?([\w.-]+)["']?:\s+)(\S[^#]*?)(?=\s*(?:\s#.*)?$)/;
const URL_LIKE = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;
/** Shapes that keys of well-known services have. */
const KEY_LIKE = /\b(?:sk|xai|gsk|ghp|pat|pk|rk)[-_][\w-]{12,}|\bAIza[\w-]{10,}/g;

/** What examples put where a secret goes. */
const PLACEHOLDER = /\.\.\.|^(?:your|my|some)-|^(?:pass(?:word)?|secret|token|key|xxx+)$/i;

/** A word of some length that is no number, switch or path. */
function looksLikeKey(value: string): boolean {
  const bare = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  return (
    bare.length >= 6 &&
    !/\s/.test(bare) &&
    !PLACEHOLDER.test(bare) &&
    !/^(?:true|false|[\d.]+|~?\.{0,2}\/.*|\$\{.*|<.*)$/i.test(bare)
  );
}
