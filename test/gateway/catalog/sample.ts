// A value for every key of the catalog: as large as a configuration can be, no two texts alike.
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';

/** If a type alone does not determine what a gateway accepts. */
const GIVEN: Readonly<Record<string, Value>> = {
  'disable-image-generation': 'chat',
  port: 8317,
  'redis-usage-queue-retention-seconds': 90,
  'video-result-auth-cache-ttl': '3h',
  'routing.session-affinity-ttl': '1h',
  'credential-in-flight.snapshot-interval': '1s',
  'credential-in-flight.stale-after': '9s',
  'credential-in-flight.staging-retention': '2m',
  'credential-in-flight.max-part-bytes': 300_000,
  'credential-in-flight.max-part-count': 60,
  'credential-in-flight.max-revision-bytes': 16_000_000,
  'xai-api-key[*].alpha-search': false,
};

export function fullConfig(): Tree {
  let count = 0;
  const sample = (field: Field): Value => {
    const given = GIVEN[field.pattern];
    if (given !== undefined) return given;
    count += 1;
    switch (field.kind) {
      case 'string':
        return field.choices?.at(-1) ?? `text-${count}`;
      case 'integer':
      case 'number':
        return 100 + (count % 100);
      case 'boolean':
        return true;
      case 'duration':
        return '7s';
      case 'list':
        return field.item ? [sample(field.item)] : [];
      case 'map':
        return field.value ? { name: sample(field.value) } : {};
      case 'struct':
      case 'any':
        return {
          ...Object.fromEntries([...(field.fields ?? [])].map(([name, member]) => [name, sample(member)])),
          ...(field.kind === 'any' && { other: 'value' }),
        };
    }
  };
  return sample(loadCatalog('legacy').root) as Tree; // the root is a mapping
}
