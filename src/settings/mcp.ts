// `mcp` of holdfast.yaml: what AI agents may do.
import { type Problem, problem } from '../domain/problem/problem.ts';
import { type Located, type LocatedMap, nodeAt } from '../yaml/located.ts';
import { parseAllowance } from './policy.ts';
import type { McpSettings } from './shape.ts';

export const DEFAULT_MCP: McpSettings = { apply: 'ask', allow: [] };

/** `root` has passed the schema. */
export function mcpOf(root: LocatedMap): { mcp: McpSettings; problems: readonly Problem[] } {
  const node = nodeAt(root, ['mcp', 'allow']);
  const items = node?.kind === 'list' ? node.items : [];
  const texts = items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
  const problems = texts.flatMap(({ value, position }) => {
    const fault = parseAllowance(String(value));
    return typeof fault === 'string' ? [problem('HF1012', `\`mcp.allow\`: ${fault}`, { position })] : [];
  });
  return {
    mcp: { apply: applyOf(nodeAt(root, ['mcp', 'apply'])), allow: texts.map(({ value }) => String(value)) },
    problems,
  };
}

function applyOf(node: Located | undefined): McpSettings['apply'] {
  const value = node?.kind === 'scalar' ? node.value : undefined;
  return value === 'allowed' || value === 'never' ? value : DEFAULT_MCP.apply;
}
