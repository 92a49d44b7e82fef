// Mutants that no test can notice, each with the reason. The key is what `npm run mutants` prints: `FILE: LINE`.
const ENTRY_BY_ENTRY =
  'chooses between two ways to the same edits: this one avoids a comparison of long lists as a whole';

export const EQUIVALENT: Readonly<Record<string, string>> = {
  'src/plan/prediction/edits.ts: return content.length [=== -> !==] proposed.length || hasOthers(field, content, proposed);':
    ENTRY_BY_ENTRY,
  'src/plan/prediction/edits.ts: return content.length === proposed.length [|| -> &&] hasOthers(field, content, proposed);':
    ENTRY_BY_ENTRY,
  'src/gateway/model/decode.ts: if (value [=== -> !==] undefined || borrowed !== this.#borrowed || faults !== this.errors.length) return value;':
    'only the speed: a mapping or list without a value was refused, and what was refused is never kept',
  "src/plan/prediction/predict.ts: root.kind [=== -> !==] 'map' ? { ...root, pairs: root.pairs.filter(({ key }) => key.text !== 'api-keys') } : root;":
    'only the speed: the families are loaded too, and the validation of the files has checked them',
};
