// 1xxx: error codes of the command line and the settings.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const USAGE_CODES = {
  HF1001: code(
    EXIT.usage,
    "The command line isn't valid",
    'Run `holdfast --help` to see the commands and options.',
  ),
  HF1002: code(
    EXIT.invalid,
    "The plan file can't be used",
    "Create a new one with `holdfast plan -o FILE`, and don't change it before you apply it.",
  ),
  HF1004: code(
    EXIT.invalid,
    "The history entry doesn't exist",
    'Run `holdfast history` to list the entries.',
  ),
  HF1003: code(
    EXIT.usage,
    "The target isn't clear",
    'Name a target of the settings file with `--target NAME`.',
  ),
  HF1005: code(EXIT.usage, "The gateway doesn't have this key", 'docs/keys.md lists all keys.'),
  HF1010: code(
    EXIT.invalid,
    "The settings file can't be read",
    "Correct the path given to --settings, or the file's permissions.",
  ),
  HF1011: code(EXIT.invalid, 'Unknown setting', 'Correct the name. docs/settings.md lists all settings.'),
  HF1012: code(EXIT.invalid, 'Invalid value for a setting', 'Use a value that docs/settings.md describes.'),
  HF1013: code(
    EXIT.invalid,
    'Invalid path in the settings',
    'Write the path in this form: `openai-compatibility[openrouter].models[kimi]`. Run `holdfast explain PATH` to check that the gateway knows it.',
  ),
  HF1014: code(EXIT.invalid, 'Duplicate setting', 'Keep one of the two.'),
  HF1015: code(
    EXIT.invalid,
    'The management key in the gateway config is a hash',
    'Provide the plaintext key with --key-file, HOLDFAST_KEY, or the MANAGEMENT_PASSWORD that the gateway uses.',
  ),
  HF1016: code(
    EXIT.invalid,
    "The management key can't be read",
    'Correct the path, or provide the key with --key-file, HOLDFAST_KEY or MANAGEMENT_PASSWORD.',
  ),
  HF1017: code(
    EXIT.invalid,
    'Other users can read a key on the command line',
    'Use --key-file or the variable HOLDFAST_KEY. Other users can see command-line arguments in the process list.',
  ),
  HF1018: code(
    EXIT.invalid,
    "The connection to the gateway isn't encrypted",
    'Use https or a tunnel for a gateway on another machine. Otherwise keys travel in plain text.',
  ),
  HF1020: code(
    EXIT.invalid,
    'The flags and the settings file contradict each other',
    'Remove the flag, or run without the settings file.',
  ),
  HF1021: code(
    EXIT.invalid,
    'Invalid line in a file of variables',
    'Write one NAME=value per line, as in a Docker Compose env file. docs/settings.md describes the format.',
  ),
  HF1030: code(
    EXIT.refused,
    "The settings don't let agents override this guard",
    'Remove the reason that the guard names, or ask a person to apply. To let agents override it, add it to `mcp.allow` in the settings.',
  ),
  HF1031: code(
    EXIT.refused,
    'Nobody approved the write',
    'Show the plan to a person. They can approve it in their client, run `holdfast apply`, or set `mcp.apply` in the settings.',
  ),
  HF1032: code(EXIT.stale, 'Unknown plan', 'Call the tool `plan`, and use the digest that it returns.'),
  HF1033: code(
    EXIT.usage,
    "An MCP tool can't be called with these arguments",
    'The list of MCP tools (`tools/list`) shows the arguments of each one.',
  ),
  HF1034: code(
    EXIT.refused,
    'A guard refuses the plan',
    'Remove the reason that the guard names, or ask a person. `holdfast explain GUARD` says what it protects from.',
  ),
  HF1080: code(
    EXIT.usage,
    'Unknown sandbox fault',
    'See docs/sandbox.md for the faults and their arguments.',
  ),
  HF1081: code(
    EXIT.invalid,
    "The sandbox can't start from this file",
    'Correct the file. The message says what the gateway would refuse.',
  ),
  HF1083: code(
    EXIT.unreachable,
    "The sandbox can't listen on its port",
    'Another program uses the port. Choose a different one with --port, or use 0 for any free port.',
  ),
} as const;
