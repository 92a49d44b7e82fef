// PromQL as Prometheus' own grammar reads it.
import { parser } from '@prometheus-io/lezer-promql';

export interface Query {
  /** Where it cannot be read, with what stands there. */
  readonly errors: readonly string[];
  /** Names of metrics, without what histograms add to theirs. */
  readonly metrics: readonly string[];
}

export function readQuery(text: string): Query {
  const errors: string[] = [];
  const metrics: string[] = [];
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) errors.push(`${from}: ${text.slice(from, to + 10)}`);
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector')
        metrics.push(text.slice(from, to).replace(/_(?:bucket|sum|count)$/, ''));
    },
  });
  return { errors, metrics };
}
