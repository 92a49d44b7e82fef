// 5xxx: error codes of apply and rollback.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const APPLY_CODES = {
  HF5003: code(
    EXIT.stale,
    'The plan differs from the approved one',
    'Create a new plan, review it, and apply it.',
  ),
  HF5009: code(
    EXIT.stale,
    'The approved plan was compared with another commit',
    'Create a new plan with the same base, review it, and apply it. In CI, check out the whole history so that Holdfast finds the base; --base names another one.',
  ),
  HF5004: code(
    EXIT.stale,
    'The plan was signed with another key',
    'Plan and apply with the same digest-key. If none is set, use the same management key.',
  ),
  HF5005: code(
    EXIT.stale,
    'Someone else changed the gateway in the meantime',
    'Create a new plan, and find out which other program or person writes to this gateway.',
  ),
  HF5006: code(
    EXIT.unexpected,
    'No backup could be created, so nothing was written',
    'Make the state directory writable, and the directory that `state.backups` names.',
  ),
  HF5007: code(
    EXIT.refused,
    'Stopped before anything was written',
    "Run the command again when you're ready.",
  ),
  HF5008: code(
    EXIT.refused,
    "The backup wouldn't outlive this run, so nothing was written",
    'Set `state.backups` and `state.backup-recipients`, or `state.lasting: true` where the state directory is kept. `--allow no-lasting-backup` overrides it once.',
  ),
  HF5010: code(
    EXIT.rolledBack,
    'The gateway refused a write',
    "Read the gateway's response. None of this plan's changes are in effect.",
  ),
  HF5011: code(
    EXIT.rolledBack,
    'A write ended without a clear response',
    "Holdfast read the gateway to find out what happened, and rolled back. Check the gateway's log and disk, then apply with --retry.",
  ),
  HF5012: code(
    EXIT.rolledBack,
    "The gateway responded with 200 but doesn't contain what was written",
    'Holdfast rolled back. Run `holdfast explain PATH` to see what the gateway does to this value, then apply again with --retry.',
  ),
  HF5013: code(
    EXIT.rolledBack,
    "The write changed something that it shouldn't change",
    'Holdfast rolled back. Please report the path and the version of the gateway.',
  ),
  HF5014: code(
    EXIT.rolledBack,
    "The gateway stores the configuration but doesn't behave accordingly",
    "Holdfast rolled back. If the gateway's file watcher no longer works, restart the gateway. Then apply with --retry.",
  ),
  HF5015: code(
    EXIT.ok,
    'The gateway stored a write without loading it, and Holdfast made it load the file',
    "You don't need to do anything. Find out which other program or person writes to this gateway.",
  ),
  HF5016: code(
    EXIT.ok,
    'No check could show that requests of clients use the new values',
    'Set `probes.client-key` and `probes.models` on the target, so that the next apply can check it. Or restart the gateway to be sure.',
  ),
  HF5017: code(
    EXIT.ok,
    "The gateway has a model that it doesn't list yet",
    "Check again in a minute. Look for the provider in the gateway's log.",
  ),
  HF5018: code(
    EXIT.ok,
    "The gateway shows a value that its own file doesn't explain",
    "You don't need to do anything. Please report the path and the version of the gateway.",
  ),
  HF5019: code(
    EXIT.ok,
    'Someone else changed the gateway while the plan was applied, and their change stays',
    "You don't need to do anything. Find out which other program or person writes to this gateway.",
  ),
  HF5020: code(
    EXIT.rollbackFailed,
    'The rollback failed',
    'Restore the backup by hand, following the steps shown, then restart the gateway.',
  ),
  HF5021: code(
    EXIT.rollbackFailed,
    'An unfinished transaction needs your decision',
    'Compare the gateway with the backup. Keep the gateway as it is with `holdfast apply --retry`, or restore the backup with `holdfast restore`.',
  ),
  HF5023: code(
    EXIT.rolledBack,
    'Someone else changed what the plan was changing',
    'Their change stays, and Holdfast rolled back its own. Review the new difference, then apply again.',
  ),
  HF5022: code(
    EXIT.ok,
    'An unfinished transaction of an earlier run was resolved',
    "You don't need to do anything.",
  ),
  HF5030: code(
    EXIT.refused,
    'This revision failed or was rolled back, and is quarantined',
    'Change the files or secrets, or apply with --retry.',
  ),
  HF5031: code(
    EXIT.refused,
    'The target is suspended',
    'Wait until the suspension ends, end it with `holdfast resume`, or override it once with `--allow frozen`.',
  ),
  HF5033: code(
    EXIT.differences,
    'The newest desired state has errors, and the gateway differs from the last valid one',
    'Correct the files first. `holdfast plan` then shows what differs.',
  ),
  HF5040: code(EXIT.invalid, "The backup doesn't exist", 'Run `holdfast backup list` to see the backups.'),
  HF5041: code(
    EXIT.refused,
    "The backup can't be restored",
    'Choose another backup. `holdfast backup list` shows them.',
  ),
  HF5042: code(
    EXIT.refused,
    'The backup is from another gateway',
    'Choose the target that the backup is from with `--target`. If it is the same gateway under another name or address, add `--any-gateway`.',
  ),
  HF5050: code(
    EXIT.rolledBack,
    'The gateway responded with 200 but changed nothing, or something else',
    'Declare the value in the files and run `holdfast apply`, which knows what works. `holdfast explain KEY` shows the routes of a key.',
  ),
  HF5052: code(
    EXIT.unexpected,
    'The gateway refused the request',
    'Read the response of the gateway, if it sent one, and correct the path, the method or the body.',
  ),
  HF5053: code(
    EXIT.usage,
    "This isn't a request to the Management API",
    'Use a path below /v0/management, such as `config` or `api-keys`, or one that begins with /v8/management/.',
  ),
  HF5054: code(
    EXIT.ok,
    "The write changed the layout of the gateway's file",
    'The backup from before the write contains the file as it was. `holdfast restore` restores it.',
  ),
  HF5055: code(
    EXIT.ok,
    'Holdfast reverted the side effects of a request',
    "The gateway is as it was before the request. The other problem says what the gateway didn't do.",
  ),
  HF5056: code(
    EXIT.rollbackFailed,
    "A request changed more than you requested, and that couldn't be undone",
    'Check the named paths with `holdfast api get config`, and correct them by hand.',
  ),
  HF5070: code(
    EXIT.refused,
    'A change failed and waits, and the rest of its revision is in effect',
    'Correct the change in the files. To try it again as it is, run `holdfast apply --retry`.',
  ),
  HF5071: code(
    EXIT.refused,
    'A bisection ended before it tried all changes of the revision',
    'Run `holdfast apply --bisect` to begin again. `policy.bisect-tries` sets how many tries a bisection has.',
  ),
  HF5072: code(
    EXIT.ok,
    'The revision failed as a whole, but each part of it could be applied',
    'Find out what made the first attempt fail: another writer, or a gateway that was busy or restarted.',
  ),
} as const;
