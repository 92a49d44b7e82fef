// 6xxx: error codes of the state directory.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const STATE_CODES = {
  HF6001: code(
    EXIT.stale,
    'Another process works on this target',
    'Wait until it finishes. If that process has died, Holdfast takes over its lock after a minute.',
  ),
  HF6002: code(
    EXIT.stale,
    'The lock on the target was lost',
    'This process was paused too long, for example because the machine slept, and another one took over the lock. Run the command again.',
    { unsent: true },
  ),
  HF6003: code(
    EXIT.unexpected,
    "The state directory can't be used",
    'Make it a directory that this user can write to, or name another one with --state or `state.dir`.',
  ),
  HF6004: code(
    EXIT.unexpected,
    'The disk with the state directory is full',
    "Free some space. Holdfast doesn't write to a gateway without a backup.",
  ),
  HF6005: code(
    EXIT.unexpected,
    'A record in the state directory was damaged',
    'Holdfast moved the record aside and kept it. Run the command again to continue without it.',
  ),
  HF6006: code(
    EXIT.unexpected,
    "The backup's content isn't what was saved",
    'The backup was changed after it was created. Use another one (`holdfast backup list`).',
  ),
  HF6007: code(EXIT.invalid, "The backup doesn't exist", 'Run `holdfast backup list` to see the backups.'),
  HF6008: code(
    EXIT.unexpected,
    'A newer version of Holdfast wrote the state directory',
    'Use that version, or another state directory.',
  ),
  HF6009: code(
    EXIT.unexpected,
    "The result couldn't be recorded",
    'The gateway is in the state that the outcome describes. Make the state directory writable again. The next run completes the record from the journal.',
  ),
  HF6010: code(
    EXIT.invalid,
    "The backup file can't be decrypted with this identity",
    'Use an identity of one of the recipients that `state.backup-recipients` named when the backup was created.',
  ),
  HF6011: code(
    EXIT.invalid,
    "The file isn't a backup, or isn't whole",
    'Download the file again, or use another one. `holdfast backup list` shows those that are here.',
  ),
  HF6012: code(
    EXIT.invalid,
    'The backup file is encrypted, and no identity to decrypt it is given',
    'Name the file with the age identity: `--identity key.txt`. Or set HOLDFAST_BACKUP_IDENTITY to the identity itself.',
  ),
  HF6020: code(
    EXIT.unexpected,
    "The database with the state can't be used",
    'Check `state.postgres` and the server. Its user needs a schema `holdfast` of its own, or the right to create one.',
  ),
  HF6021: code(
    EXIT.invalid,
    "The encryption key doesn't open the state in the database",
    'Set `state.encryption-key` to the key the state was created with. To change it, list the new key first and the old one after it in `state.encryption-key`.',
  ),
  HF6022: code(
    EXIT.invalid,
    "The state can't be copied",
    'Copy into a new directory or an empty database, while no command works on the targets.',
  ),
  HF6031: code(
    EXIT.invalid,
    "A running daemon can't move its state to another database",
    'Restart the daemon. To keep what it knows, run `holdfast state copy` before.',
  ),
  HF6032: code(
    EXIT.stale,
    "Another replica applied a revision that this one doesn't have yet",
    'Nothing to do. This replica waits up to three minutes for the newer files and writes nothing until then. After that, it applies the files that it has.',
  ),
  HF6040: code(
    EXIT.unexpected,
    "The history isn't the one that was recorded",
    'Compare it with a backup of the state and with the logs of the daemon. Find out who can write to the state. The gateway is not affected.',
  ),
  HF6041: code(
    EXIT.unexpected,
    'No history contains this hash',
    'The end of a history was cut off, retention removed the entry, or the hash belongs to another state. `holdfast history --verify` shows the newest entries.',
  ),
  HF6042: code(
    EXIT.invalid,
    "The directory of the report can't be created",
    'Name another one with --out. A report never overwrites anything.',
  ),
} as const;
