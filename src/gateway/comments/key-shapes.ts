// What keys of well-known services look like, and what examples put where a secret goes.

/** In place of a secret that was removed from a comment. */
export const REMOVED = '(removed)';

/** Also JSON web tokens, age identities and the first line of a private key. */
export const KEY_SHAPE =
  /\b(?:sk|xai|gsk|ghp|gho|pat|pk|rk|tp|hf|nvapi)[-_][\w-]{12,}|\b(?:github_pat_|glpat-)[\w-]{20,}|\bAIza[\w-]{10,}|\bxox[abeprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/g;

export const isPlaceholder = (value: string): boolean =>
  value === REMOVED ||
  /^\.{2,}$|^\w{0,12}[-_]?\.{3}$|^(?:your|my|some)[-_][a-z_-]*(?:\d|\.{3})?$|^(?:pass(?:word)?|secret|token|key|user|x{3,}|\*+)$/i.test(
    value,
  );
