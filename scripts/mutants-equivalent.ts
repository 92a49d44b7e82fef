// Mutants that no test can notice, each with the reason. The key is what `npm run mutants` prints: `FILE: LINE`.
export const EQUIVALENT: Readonly<Record<string, string>> = {};
