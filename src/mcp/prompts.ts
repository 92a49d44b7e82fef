// Prompts: tasks that a person can start with one click in the client.
import {
  type GetPromptResult,
  type ListPromptsResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';

interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly text: (target: string) => string;
}

const PROMPTS: readonly Prompt[] = [
  {
    name: 'review_plan',
    title: 'Review a plan',
    description: 'Explain what an apply would change, and what to check before approving it.',
    text: (target) =>
      `Call the tool \`plan\`${target}. For each change say in one line what changes, which side changed it (origin), and what follows for clients (consequences). Then list what the guards found, with the remedy of each. End with a recommendation: approve, change the files, or ask somebody. Don't call \`apply_plan\`.`,
  },
  {
    name: 'explain_drift',
    title: 'Explain drift',
    description: 'Say what somebody changed on the gateway, and what the choices are.',
    text: (target) =>
      `Call the tool \`drift\`${target}, then \`history\`. For each difference that isn't from git say what the files declare and what the gateway has now, and who may have changed it. Give the two choices: keep the change by editing the desired-state files, or put the declared value back with a plan. Don't change anything.`,
  },
  {
    name: 'onboard_gateway',
    title: 'Onboard a gateway',
    description: 'Check a gateway, and prepare to keep its configuration in git.',
    text: (target) =>
      `Read the resource holdfast://skill. Call the tool \`doctor\`${target}, and go through what it found: for each problem say what to do. Then call \`get_config\` and summarize the providers, models and client keys (counts, no values). Finally explain how the person runs \`holdfast init\` and \`holdfast pull\`.`,
  },
];

export const listPrompts = (): ListPromptsResult['prompts'] =>
  PROMPTS.map(({ name, title, description }) => ({
    name,
    title,
    description,
    arguments: [{ name: 'target', description: 'Name of a target in the settings.', required: false }],
  }));

export function promptNamed(name: string, { target }: Readonly<Record<string, string>>): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name);
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${name}.`);
  const { description } = prompt;
  const text = prompt.text(target ? ` for the target ${JSON.stringify(target)}` : '');
  return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
}
