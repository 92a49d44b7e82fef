// 4xxx: error codes of plan and guards.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const PLAN_CODES = {
  HF4001: code(
    EXIT.differences,
    'The running gateway differs from its file',
    'Run `holdfast apply`. It writes the file again in a way that makes the gateway load it.',
  ),
  HF4002: code(
    EXIT.refused,
    "The gateway's memory and its file differ",
    'Run `holdfast doctor` to see which side is right, then apply with `--allow split-brain=file` or `--allow split-brain=memory`.',
  ),
  HF4003: code(
    EXIT.differences,
    "Holdfast doesn't correct this drift: it was corrected recently, or too often",
    'Someone keeps changing the gateway back. Agree with them, then declare the value that you agree on.',
  ),
  HF4004: code(
    EXIT.ok,
    "The gateway shows a value that Holdfast doesn't expect from its file",
    'Restart the gateway so that it loads its file. If the two still differ, please report it with the version of the gateway.',
  ),
  HF4005: code(
    EXIT.ok,
    'Part of the desired state has no effect on this generation of the gateway',
    "You don't need to do anything.",
  ),
  HF4006: code(
    EXIT.ok,
    'A freeze window opens soon',
    'Apply before the window opens. From then on, the guard `frozen` refuses writes.',
  ),
  HF4007: code(
    EXIT.ok,
    'A setting may apply to fewer credentials on this gateway',
    'Update the gateway to 8.0.11 or later, where the setting applies to both API keys and OAuth credentials.',
  ),
  HF4008: code(
    EXIT.ok,
    "The v8 gateway's file keeps the flat layout",
    "You don't need to do anything. To convert the file permanently, allow it with the next change: `--allow migrate-file`. A v7 gateway can't read the file after that.",
  ),
  HF4010: code(
    EXIT.refused,
    "The gateway's file can't be edited safely",
    'Edit the named lines by hand (anchors, aliases, merge keys, tags, comments in flow lists), then apply again.',
  ),
  HF4011: code(
    EXIT.ok,
    "These changes remove comments from the gateway's file",
    "You don't need to do anything. You can move the comments to the desired state, or add them to the gateway's file again. `policy.comments: let-go` turns this notice off.",
  ),
  HF4012: code(
    EXIT.refused,
    'Holdfast has no record of an earlier apply to this gateway',
    'Keep the state directory (`.holdfast`) between runs, name the last applied commit with `--base REV`, or use a running daemon with `--via URL`.',
  ),
  HF4013: code(
    EXIT.ok,
    'A value of the base is unknown',
    'Keep the old variable or secret file until the change is applied. Without it, Holdfast treats the value on the gateway as never applied.',
  ),
  HF4014: code(
    EXIT.ok,
    'A value from a reference differs, and the reference is unchanged',
    'If you changed the value of the variable or the secret file, apply it with `--mode enforce`. Otherwise someone edited the gateway.',
  ),
} as const;
