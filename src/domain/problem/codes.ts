// The one table of error codes: exit code, what happened, what to do. `docs/errors.md` is generated from it.
// Ranges: 1xxx usage and settings, 2xxx desired state, 3xxx gateway, 4xxx plan and guards, 5xxx apply and rollback,
// 6xxx state, 7xxx daemon, 9xxx our own faults.
import { EXIT, type ExitCode } from './exit.ts';

interface CodeEntry {
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

const code = (exit: ExitCode, summary: string, remedy: string): CodeEntry => ({ exit, summary, remedy });

export const CODES = {
  // 1xxx usage and settings
  HF1001: code(EXIT.usage, 'The command line is not understood', 'See `holdfast --help`.'),
  HF1002: code(
    EXIT.invalid,
    'The plan file cannot be used',
    'Make it anew with `holdfast plan -o FILE`, and hand it over unchanged.',
  ),
  HF1004: code(EXIT.invalid, 'There is no such history entry', 'List them with `holdfast history`.'),
  HF1003: code(
    EXIT.usage,
    'The target is not clear',
    'Name a target of the settings file with `--target NAME`.',
  ),
  HF1005: code(
    EXIT.usage,
    'The gateway has no such key',
    'docs/keys.md lists all keys; `holdfast explain` takes the path of any.',
  ),
  HF1010: code(
    EXIT.invalid,
    'The settings file cannot be read',
    'Correct the path given to --settings, or its permissions.',
  ),
  HF1011: code(
    EXIT.invalid,
    'A setting has an unknown name',
    'Correct the name; docs/settings.md lists all settings.',
  ),
  HF1012: code(EXIT.invalid, 'A setting has a wrong value', 'Give a value that docs/settings.md describes.'),
  HF1013: code(
    EXIT.invalid,
    'A path in the settings is not understood',
    'Write it as in `openai-compatibility[openrouter].models[kimi]`; `holdfast explain PATH` says whether the gateway knows it.',
  ),
  HF1014: code(EXIT.invalid, 'A setting stands twice', 'Keep one of the two.'),
  HF1015: code(
    EXIT.invalid,
    'The management key in the gateway config is a hash',
    'Give the plaintext: --key-file, HOLDFAST_KEY, or MANAGEMENT_PASSWORD as the gateway has it.',
  ),
  HF1016: code(
    EXIT.invalid,
    'The management key cannot be read',
    'Correct the path, or give the key by --key-file, HOLDFAST_KEY or MANAGEMENT_PASSWORD.',
  ),
  HF1017: code(
    EXIT.invalid,
    'A key on the command line can be read by others',
    'Use --key-file or the variable HOLDFAST_KEY: other users see arguments in the process list.',
  ),
  HF1018: code(
    EXIT.invalid,
    'The connection to the gateway is not encrypted',
    'Use https, or a tunnel, for a gateway that is not on this machine: keys travel in clear text.',
  ),
  HF1019: code(
    EXIT.invalid,
    'A setting of a later release',
    'It is read and left alone. Upgrade Holdfast to use it.',
  ),
  HF1020: code(
    EXIT.invalid,
    'Flags and a settings file say different things',
    'Leave the flag out, or run without the settings file.',
  ),
  HF1021: code(
    EXIT.invalid,
    'A line in a file of variables cannot be read',
    'Write one NAME=value a line, as in an env file of Docker Compose; docs/settings.md describes the form.',
  ),
  HF1080: code(
    EXIT.usage,
    'The sandbox does not know this fault',
    'See docs/sandbox.md for the faults and their arguments.',
  ),
  HF1081: code(
    EXIT.invalid,
    'The sandbox cannot start on this file',
    'Name an existing config.yaml that the gateway would load; the message says what it refuses.',
  ),
  HF1083: code(
    EXIT.unreachable,
    'The sandbox cannot listen on its port',
    'Another program uses it; choose one with --port, or 0 for any free one.',
  ),
  // 2xxx reading files: desired state, and what settings share with it
  HF2001: code(
    EXIT.invalid,
    'The directory of desired state does not exist',
    'Correct the path, or mount it: a directory that is missing is never an empty desired state. Where it is in the repository that `daemon.source.git` names, work in a clone of it, or ask the daemon with --via.',
  ),
  HF2002: code(
    EXIT.invalid,
    'A file or directory cannot be read',
    'Make it readable for the user that runs Holdfast, or take it out of the directory.',
  ),
  HF2003: code(
    EXIT.invalid,
    'There is no desired state in the directory',
    'Put at least one *.yaml file with a declared key into it. To stop managing a gateway, remove its target from the settings.',
  ),
  HF2004: code(
    EXIT.invalid,
    'A file is too large',
    'Split it, or take it out of the directory if it is no configuration.',
  ),
  HF2005: code(EXIT.invalid, 'A file is not text', 'Save it as UTF-8 text, or take it out of the directory.'),
  HF2006: code(
    EXIT.invalid,
    'A directory contains too many files',
    'Name a directory that contains only desired state, or remove the link that leads out of it.',
  ),
  HF2010: code(EXIT.invalid, 'The YAML is not well formed', 'Correct the YAML at this place.'),
  HF2011: code(EXIT.invalid, 'A key stands twice in one mapping', 'Keep one of the two.'),
  HF2012: code(EXIT.invalid, 'A tab is used for indentation', 'Indent with spaces.'),
  HF2013: code(
    EXIT.invalid,
    'A file holds several YAML documents',
    'Put the second document into a file of its own.',
  ),
  HF2014: code(
    EXIT.invalid,
    'Aliases expand beyond any use',
    'Write the values out, or use fewer aliases of aliases.',
  ),
  HF2015: code(EXIT.invalid, 'A key is not text', 'Put quotes around the key.'),
  HF2016: code(EXIT.invalid, 'A merge key cannot be merged', 'Let "<<" point to a mapping: `<<: *name`.'),
  HF2017: code(
    EXIT.invalid,
    'A file does not hold a mapping',
    'Begin with a key of the gateway configuration, e.g. `request-retry: 3`.',
  ),
  HF2018: code(
    EXIT.invalid,
    'A value that YAML knows and the gateway does not',
    'Write plain text, a number, true or false; put quotes around text that looks like something else.',
  ),
  HF2020: code(
    EXIT.invalid,
    'A reference cannot be resolved',
    'Set the variable or write the file; `--variables FILE` reads variables from a file. `validate --allow-unresolved` checks desired state without its secrets.',
  ),
  HF2021: code(
    EXIT.invalid,
    'A reference is not understood',
    'Use ${env:NAME}, ${file:path}, ${lines:path} or ${list:NAME}; write $${ for a literal "${".',
  ),
  HF2022: code(
    EXIT.invalid,
    'A reference leads outside the directories that it may use',
    'Move the file below the settings directory, or list its directory under `references.files` in the settings. Files of Holdfast itself (its state, its settings and their secrets) and of git are never read.',
  ),
  HF2023: code(
    EXIT.invalid,
    'A repeating reference stands where nothing can repeat',
    'Use ${lines:…} and ${list:…} as a whole value inside a list entry, one of them in each entry.',
  ),
  HF2024: code(
    EXIT.invalid,
    'An encrypted file cannot be decrypted',
    'Install sops, give it the key (e.g. SOPS_AGE_KEY_FILE), and try `sops -d FILE`.',
  ),
  HF2025: code(
    EXIT.invalid,
    'A reference names a variable that desired state may not use',
    'Give the secret a variable of its own, or list the variable under `references.env` in the settings.',
  ),
  HF2026: code(
    EXIT.invalid,
    'A credential of Holdfast itself is a value of desired state',
    'Use another secret. The management key may be declared as `remote-management.secret-key` alone; tokens of the daemon and the digest key nowhere.',
  ),
  HF2030: code(
    EXIT.invalid,
    'A key that the gateway does not know',
    'Correct or remove it. `policy.unknown-keys: pass` lets unknown keys through in files of the flat layout, at the top level and in plain mappings.',
  ),
  HF2031: code(EXIT.invalid, 'A value of the wrong type', 'Give a value of the type that is asked for.'),
  HF2032: code(EXIT.invalid, 'A value that is not allowed', 'Give one of the values that are allowed.'),
  HF2033: code(EXIT.invalid, 'A member is missing', 'Add it.'),
  HF2034: code(
    EXIT.invalid,
    'A key has no value',
    'Give it a value, or remove the key: what is not declared is left alone. [] or {} mean "must be empty".',
  ),
  HF2040: code(
    EXIT.invalid,
    'Two files declare the same thing',
    'Keep one of the two, or put one into a layer that overrides the other.',
  ),
  HF2041: code(
    EXIT.invalid,
    'Nothing to remove',
    'Correct the identity of the entry, or take out `$remove`: it drops what a lower layer declares.',
  ),
  HF2042: code(
    EXIT.invalid,
    'An entry of an overlay matches several entries',
    'Give all members that identify the entry.',
  ),
  HF2043: code(
    EXIT.invalid,
    'One file uses two layouts',
    'Keep to one layout in a file: the flat one of v6 and v7, or the tree of v8.',
  ),
  HF2044: code(
    EXIT.invalid,
    'The layout of v8 cannot be applied yet',
    'Write the file in the flat layout of v6 and v7 for now: `holdfast migrate --to legacy` rewrites it. `validate` and `render` understand both.',
  ),
  HF2045: code(
    EXIT.invalid,
    'An earlier spelling of a v8 key',
    'Write the name that the message gives. Gateways since v8.0.11 store the key there.',
  ),
  HF2046: code(
    EXIT.invalid,
    'The gateway version would ignore or refuse this key',
    'Take the key out for this gateway, or bring the gateway to the version that is named.',
  ),
  HF2047: code(
    EXIT.invalid,
    'The other layout cannot say this',
    'Take it out, or keep the file in the layout it is in.',
  ),
  HF2048: code(
    EXIT.unexpected,
    'Rewriting a file would change what it means',
    'Nothing was written. Rewrite the part that is named by hand, and please report it: this is a gap in what Holdfast knows.',
  ),
  HF2050: code(
    EXIT.invalid,
    'The gateway would drop this',
    'Give it what the gateway asks for, or remove it.',
  ),
  HF2051: code(EXIT.invalid, 'The gateway would keep one of two equal entries', 'Remove one of them.'),
  HF2052: code(
    EXIT.invalid,
    'The gateway would change this value',
    'Write the value that the gateway would hold.',
  ),
  HF2053: code(
    EXIT.invalid,
    'Two entries have the same identity',
    'Nothing has to be done: they are told apart by their other members (prefix, proxy, models), then by position. Different keys or names make plans clearer.',
  ),
  HF2054: code(
    EXIT.invalid,
    'The gateway would refuse to load this',
    'Correct the value; the gateway would refuse the whole file with it.',
  ),
  HF2055: code(
    EXIT.invalid,
    'This text would break the gateway file',
    'Write the text without a line that begins with "#".',
  ),
  HF2056: code(
    EXIT.invalid,
    'Entries that the gateway itself mistakes for each other',
    'Nothing has to be done: they are written together, as a whole file. Different keys avoid it.',
  ),
  HF2057: code(
    EXIT.invalid,
    'HTTP cannot carry this text',
    'Write the value without line breaks and control characters. A value from a variable or a file often has them from pasting.',
  ),
  HF2058: code(
    EXIT.invalid,
    'A client key stands twice in the list',
    'Nothing has to be done: the gateway counts it once. Removing one of the two refuses nobody.',
  ),
  HF2060: code(
    EXIT.refused,
    'A secret stands in plain text',
    'Put it into a variable or a file and refer to it: ${env:NAME}, ${file:path}. `--allow literal-secret` lets it through.',
  ),
  HF2061: code(
    EXIT.invalid,
    'A state file is tracked by git',
    'Take it out with `git rm --cached` and ignore the state directory: it holds backups with keys.',
  ),
  HF2070: code(
    EXIT.invalid,
    'The pulled files say something otherwise than the gateway file',
    'Nothing has to be done: the note says what and why.',
  ),
  HF2071: code(
    EXIT.invalid,
    'The pulled files would change the gateway',
    'Leave the path out with `--exclude PATH`, pull again, and please report it: this is a gap in what Holdfast knows.',
  ),
  HF2072: code(
    EXIT.invalid,
    'Nothing can be pulled from this gateway',
    'Look at its config.yaml; `holdfast doctor` says whether the gateway could load it.',
  ),
  HF2073: code(
    EXIT.invalid,
    'git would track a file with secrets',
    'Put its name into .gitignore before the next commit.',
  ),
  HF2074: code(
    EXIT.invalid,
    'A file is in the way',
    'Choose another directory or name, or replace it with `--force`.',
  ),
  HF2076: code(
    EXIT.invalid,
    'The pulled file and the other files of the target do not fit together',
    'Take what the message names out of the other files, leave it out of the pull with `--exclude PATH`, or pull into another directory with `--output-dir`.',
  ),
  HF2075: code(
    EXIT.differences,
    'Memory and file of the gateway differ, so that there is no one state to pull',
    '`holdfast doctor` says where. Restart the gateway, or save any setting in its panel, and pull again.',
  ),
  // 3xxx gateway
  HF3001: code(
    EXIT.unreachable,
    'Nothing answers at the address of the gateway',
    'Start the gateway, or correct the URL of the target: the gateway listens on port 8317 unless its config.yaml says otherwise.',
  ),
  HF3002: code(
    EXIT.unreachable,
    'The host name of the gateway cannot be resolved',
    'Correct the host in the URL of the target, or the name service of this machine.',
  ),
  HF3003: code(
    EXIT.unreachable,
    'The gateway did not answer in time',
    'See whether the gateway is overloaded or a firewall drops packets; raise the timeout if the gateway is only slow.',
  ),
  HF3004: code(
    EXIT.unreachable,
    'The certificate of the gateway is not trusted',
    'Give the authority that signed it as `tls.ca` of the target, or correct the host name in its URL. `tls.insecure: true` turns verification off.',
  ),
  HF3005: code(
    EXIT.unreachable,
    'One side speaks TLS and the other does not',
    'Change the scheme in the URL of the target: https for a gateway with `tls.enable: true` (v8: `server.tls.enable`), http otherwise.',
  ),
  HF3006: code(
    EXIT.unreachable,
    'Something else than a CLIProxyAPI gateway answers there',
    'Correct the URL of the target: it names the root of the gateway, without a path, and no login page may stand in front of it.',
  ),
  HF3007: code(
    EXIT.unreachable,
    'The management key is wrong',
    'Correct the key of the target: a changed key is tried at once. The same key is tried again only by `holdfast doctor --retry-auth`: five wrong keys ban this address for 30 minutes.',
  ),
  HF3008: code(
    EXIT.unreachable,
    'There is no management key for the target',
    'Set `key` of the target, MANAGEMENT_PASSWORD or HOLDFAST_KEY, or use --key-file.',
  ),
  HF3009: code(
    EXIT.unreachable,
    'The gateway has banned this address after five wrong keys',
    'Correct whatever sent the wrong keys. Wait until the ban ends; or restart the gateway, which keeps bans in its memory only, and then run `holdfast doctor --retry-auth`.',
  ),
  HF3010: code(
    EXIT.unreachable,
    'The gateway refuses management from other machines',
    'Set `remote-management.allow-remote: true` (v8: `management.allow-remote`) in the config.yaml of the gateway, or start it with MANAGEMENT_PASSWORD, or run Holdfast on the same machine.',
  ),
  HF3011: code(
    EXIT.unreachable,
    'Management is turned off, or the gateway is in Home mode',
    'Set `remote-management.secret-key` (v8: `management.secret-key`) in the config.yaml of the gateway or start it with MANAGEMENT_PASSWORD. The published example file leaves it empty; replace its sample `api-keys` too, which close the gateway to all callers. A gateway in Home mode is managed by its Home and cannot be managed here.',
  ),
  HF3012: code(
    EXIT.unreachable,
    'The gateway has no management key',
    'Set `remote-management.secret-key` (v8: `management.secret-key`) in the config.yaml of the gateway, then restart it.',
  ),
  HF3013: code(
    EXIT.unreachable,
    'An earlier authentication failure is still remembered',
    'Correct the key: a changed key is tried at once. `holdfast doctor --retry-auth` tries the same key once more.',
  ),
  HF3014: code(
    EXIT.unreachable,
    'The connection to the gateway broke',
    'See whether the gateway was restarted or its process ended; try again.',
  ),
  HF3015: code(
    EXIT.unreachable,
    'Whether the gateway took a write is unknown',
    'Run `holdfast drift`: it reads what the gateway holds now. The write is never sent again blindly.',
  ),
  HF3016: code(
    EXIT.unreachable,
    'The answer of the gateway is larger than allowed',
    'See whether the URL names a gateway. The bound is far above any configuration.',
  ),
  HF3017: code(
    EXIT.unreachable,
    'The answer of the gateway does not end',
    'See whether the URL names a gateway, and whether a proxy in between holds answers back.',
  ),
  HF3018: code(
    EXIT.unreachable,
    'The answer of the gateway is not the JSON it should be',
    'See whether a proxy in between changes answers; otherwise report it with the version of the gateway.',
  ),
  HF3019: code(
    EXIT.unreachable,
    'The gateway keeps answering with an empty body',
    'Somebody may be writing all the time; wait and try again.',
  ),
  HF3020: code(
    EXIT.unreachable,
    'The gateway cannot show its configuration as JSON',
    'Correct the named key in the config.yaml of the gateway: JSON has no keys that are not text, no .nan and no .inf.',
  ),
  HF3021: code(
    EXIT.usage,
    'This request would destroy what it reads',
    'Say --destructive if that is what you want.',
  ),
  HF3023: code(
    EXIT.refused,
    'The gateway runs a config.yaml that it does not understand',
    'Start the gateway version that wrote the file, or `holdfast restore` a backup from before it: this one runs on defaults, without client keys, open to everybody.',
  ),
  HF3024: code(
    EXIT.unreachable,
    'A proxy in front of the gateway answers that the gateway is not there',
    'Start the gateway, or correct where the proxy sends its requests.',
  ),
  HF3025: code(
    EXIT.unreachable,
    'The management key cannot be sent',
    'A key must not begin or end with a blank and must not hold control characters; correct it or the place it is read from.',
  ),
  HF3026: code(
    EXIT.unreachable,
    'The gateway answered with a status that says it cannot do this',
    'See the log of the gateway.',
  ),
  HF3027: code(
    EXIT.refused,
    'The config.yaml of the gateway cannot be read',
    'Repair the file where the gateway keeps it, or `holdfast restore` a backup; until then the gateway does not store any write.',
  ),
  HF3030: code(
    EXIT.refused,
    'The gateway is open to everybody',
    'Declare at least one usable key under `api-keys` (v8: `access.api-keys`).',
  ),
  HF3031: code(
    EXIT.refused,
    'The gateway runs in safe mode and serves nobody',
    'Replace the sample keys under `api-keys` (v8: `access.api-keys`) by keys of your own.',
  ),
  HF3032: code(
    EXIT.refused,
    'Published sample keys are in force',
    'Replace the sample keys under `api-keys` (v8: `access.api-keys`) by keys of your own; everybody knows these.',
  ),
  HF3033: code(
    EXIT.refused,
    'The next write would destroy the config.yaml of the gateway',
    'Take the lines that begin with # out of the block scalar, where the gateway keeps the file.',
  ),
  HF3034: code(
    EXIT.differences,
    'The memory of the gateway and its config.yaml disagree',
    'Run `holdfast apply`, which decides which side is right, or restart the gateway to load the file.',
  ),
  HF3035: code(
    EXIT.differences,
    'The gateway holds something else than its config.yaml should come to',
    'Nothing needs to be done; this version of the gateway treats the value differently than Holdfast knows.',
  ),
  HF3036: code(
    EXIT.unreachable,
    'The gateway does not offer the v8 API',
    'Set `api: auto` on the target, or update the gateway to 8.0.0 or newer.',
  ),
  HF3037: code(
    EXIT.refused,
    'The v0 API cannot manage a config.yaml of the v8 layout',
    'Set `api: auto` on the target.',
  ),
  HF3038: code(
    EXIT.ok,
    'The gateway is newer than this Holdfast knows',
    'It is managed as the newest known one, and every write is verified. Look at the first plan with care, run `holdfast doctor` after the update, and update Holdfast when you can.',
  ),
  HF3040: code(
    EXIT.ok,
    'An entry of the config.yaml has a member that the gateway does not know',
    'Nothing needs to be done: the gateway ignores it. It stays until its entry is written. Meanwhile the v8 API refuses every write, and Holdfast edits the file through the v0 API.',
  ),
  // 4xxx plan and guards
  HF4001: code(
    EXIT.differences,
    'The gateway works with something else than its file says',
    'Apply: the file is written again in a way that makes the gateway load it.',
  ),
  HF4002: code(
    EXIT.refused,
    'Memory and file of the gateway disagree',
    'Find out which side is right with `holdfast doctor`, then apply with `--allow split-brain=file` or `=memory`.',
  ),
  HF4003: code(
    EXIT.differences,
    'Drift is left alone because it was healed lately, or too often',
    'Somebody keeps changing it back: agree with them, then declare what it should be.',
  ),
  HF4004: code(
    EXIT.ok,
    'The gateway shows a value otherwise than Holdfast predicts from its file',
    'A restart of the gateway makes it load its file. If they still differ then, please report it with the version of the gateway.',
  ),
  HF4005: code(
    EXIT.ok,
    'Part of the desired state means nothing to this generation of the gateway',
    'Nothing to do.',
  ),
  HF4006: code(
    EXIT.ok,
    'A freeze window opens soon',
    'Apply before it does; from then on guard `frozen` refuses to write.',
  ),
  HF4007: code(
    EXIT.ok,
    'A setting may reach fewer credentials on this gateway',
    'Update the gateway to 8.0.11 or newer, where it reaches API keys and OAuth credentials alike.',
  ),
  HF4008: code(
    EXIT.ok,
    'The file of a v8 gateway keeps the flat layout',
    'Nothing has to be done. To convert the file for good, allow it with the next change: `--allow migrate-file`; a v7 gateway cannot read it then.',
  ),
  HF4010: code(
    EXIT.refused,
    "The gateway's file cannot be edited safely",
    'Edit the named lines by hand (anchors, aliases, merge keys, tags, comments in flow lists), then apply again.',
  ),
  HF4011: code(
    EXIT.ok,
    "Comments of the gateway's file are lost with these changes",
    "Nothing has to be done; put them into the desired state, or back into the gateway's file. `policy.comments: let-go` silences this.",
  ),
  // 5xxx apply and rollback
  HF5003: code(
    EXIT.stale,
    'The plan is no longer the approved one',
    'Make a new plan, review it, apply that.',
  ),
  HF5004: code(
    EXIT.stale,
    'The plan was signed with another key',
    'Plan and apply with the same digest-key, or with the same management key where none is set.',
  ),
  HF5005: code(
    EXIT.stale,
    'Somebody else changed the gateway meanwhile',
    'Make a new plan; find out who writes to this gateway besides Holdfast.',
  ),
  HF5006: code(
    EXIT.unexpected,
    'No backup could be taken, so nothing was written',
    'Make the state directory writable.',
  ),
  HF5007: code(
    EXIT.refused,
    'Stopped before anything was written',
    'Run the command again when you are ready.',
  ),
  HF5010: code(
    EXIT.rolledBack,
    'The gateway refused a write',
    'Read what the gateway answered; nothing of this plan is in force.',
  ),
  HF5011: code(
    EXIT.rolledBack,
    'A write ended without a clear answer',
    'The gateway was read to find out, and put back. Look at its log and its disk, then apply with --retry.',
  ),
  HF5012: code(
    EXIT.rolledBack,
    'The gateway answered 200 and does not hold what was written',
    'It was put back. `holdfast explain PATH` tells what the gateway does to this value; apply again with --retry.',
  ),
  HF5013: code(
    EXIT.rolledBack,
    'The write changed something it must not touch',
    'It was put back. Please report this gateway version and the path.',
  ),
  HF5014: code(
    EXIT.rolledBack,
    'The gateway holds the configuration and does not behave by it',
    'It was put back. Restart the gateway when its file watcher is dead, then apply with --retry.',
  ),
  HF5015: code(
    EXIT.ok,
    'The gateway had stored a write without loading it; it was made to load it',
    'Nothing to do. Find out who else writes to this gateway.',
  ),
  HF5016: code(
    EXIT.ok,
    'Nothing observable shows that the running gateway follows its file',
    'Set `probes.client-key` and `probes.models` on the target, or restart the gateway to be sure.',
  ),
  HF5017: code(
    EXIT.ok,
    'The gateway holds a model and does not list it yet',
    'Look again in a minute; check the provider in the gateway log.',
  ),
  HF5018: code(
    EXIT.ok,
    'The gateway shows a value that its own file does not explain',
    'Nothing to do; please report this gateway version and the path.',
  ),
  HF5019: code(
    EXIT.ok,
    'Somebody else changed the gateway while the plan was applied; their change stays',
    'Nothing to do. Find out who else writes to this gateway.',
  ),
  HF5020: code(
    EXIT.rollbackFailed,
    'The rollback failed',
    'Put the backup in place by hand as the steps say, then restart the gateway.',
  ),
  HF5021: code(
    EXIT.rollbackFailed,
    'An unfinished transaction cannot be resolved without a person',
    'Compare the gateway with the backup; keep it with `holdfast apply --retry`, or `holdfast restore` the backup.',
  ),
  HF5023: code(
    EXIT.rolledBack,
    'Somebody else changed what the plan was changing',
    'Their change stays, and ours was put back. Look at the new difference, then apply again.',
  ),
  HF5022: code(EXIT.ok, 'An unfinished transaction of an earlier run was resolved', 'Nothing to do.'),
  HF5030: code(
    EXIT.refused,
    'This revision failed before and is quarantined',
    'Change the files or secrets, or say --retry.',
  ),
  HF5031: code(
    EXIT.refused,
    'The target is suspended',
    'Wait until the suspension ends, end it with `holdfast resume`, or override it once with `--allow frozen`.',
  ),
  HF5033: code(
    EXIT.differences,
    'The newest desired state has errors, and the gateway does not equal the last good one',
    'Correct the files first; `holdfast plan` then shows what differs.',
  ),
  HF5040: code(EXIT.invalid, 'There is no such backup', '`holdfast backup list` shows what there is.'),
  HF5041: code(
    EXIT.refused,
    'The backup cannot be put back',
    'Choose another backup; `holdfast backup list` shows what there is.',
  ),
  HF5050: code(
    EXIT.rolledBack,
    'The gateway answered 200 and changed nothing',
    '`holdfast explain PATH` tells which routes work for this key.',
  ),
  HF5052: code(EXIT.unexpected, 'The gateway refused the request', 'Read what the gateway answered.'),
  HF5053: code(
    EXIT.usage,
    'This is not a request to the Management API',
    'Give a path below /v0/management, such as `config` or `api-keys`, or one that begins with /v8/management/.',
  ),
  HF5054: code(
    EXIT.ok,
    'The write gave the file of the gateway another layout',
    'The backup that was taken before holds it as it was: `holdfast restore` puts it back.',
  ),
  HF5055: code(
    EXIT.ok,
    'What a request did besides what was asked was taken back',
    'Nothing to do; see the other problem for what the gateway did not do.',
  ),
  HF5056: code(
    EXIT.rollbackFailed,
    'What a request did besides what was asked is in force and could not be taken back',
    'Look at the named paths with `holdfast api get config`, and correct them by hand.',
  ),
  // 6xxx state
  HF6001: code(
    EXIT.stale,
    'Another process works on this target',
    'Wait until it has finished. A process that died is replaced by itself after a minute.',
  ),
  HF6002: code(
    EXIT.stale,
    'The lock on the target was lost',
    'Another process took over after this one had stood still. Run it again.',
  ),
  HF6003: code(
    EXIT.unexpected,
    'The state directory cannot be used',
    'Make it a directory that this user can write, or name another one with --state or `state.dir`.',
  ),
  HF6004: code(
    EXIT.unexpected,
    'The disk with the state directory is full',
    'Make room. Nothing is written to a gateway without a backup.',
  ),
  HF6005: code(
    EXIT.unexpected,
    'A record in the state directory was damaged',
    'It was moved aside and is kept. Run again to go on without what it said.',
  ),
  HF6006: code(
    EXIT.unexpected,
    'A backup does not hold what was saved',
    'It was changed after it was written; use another one (`holdfast backup list`).',
  ),
  HF6007: code(EXIT.invalid, 'There is no such backup', 'See `holdfast backup list`.'),
  HF6008: code(
    EXIT.unexpected,
    'The state directory belongs to a newer Holdfast',
    'Use that version, or another state directory.',
  ),
  HF6009: code(
    EXIT.unexpected,
    'What was done could not be recorded',
    'The gateway is as the outcome says. Make the state directory writable again; the next run completes the record from the journal.',
  ),
  // 7xxx daemon
  HF7001: code(
    EXIT.invalid,
    'The schedule of the drift check is not a cron expression',
    'Write five fields, e.g. `daemon: { drift: "*/5 * * * *" }`.',
  ),
  HF7010: code(
    EXIT.invalid,
    'The git repository was not read yet',
    'See what the problem of the source is; nothing is planned or written until it was read once.',
  ),
  HF7011: code(
    EXIT.unreachable,
    'The git repository cannot be reached',
    'Check `daemon.source.git.url`, the network and proxies.',
  ),
  HF7012: code(
    EXIT.unreachable,
    'The git repository refuses the credentials',
    'Check that the token or the deploy key is valid and may read the repository: `daemon.source.git.auth`.',
  ),
  HF7013: code(
    EXIT.invalid,
    'The git repository has no such branch, tag or commit',
    'Push it, or name another one in `daemon.source.git`.',
  ),
  HF7014: code(
    EXIT.refused,
    'The branch was rewritten: it no longer contains the commit in force',
    'Push a commit on top of the one in force, or allow it once and for all: `force-push: follow`.',
  ),
  HF7015: code(
    EXIT.invalid,
    'The commit has no directory where the settings say',
    'Correct `daemon.source.git.path`, or push the directory again.',
  ),
  HF7016: code(
    EXIT.refused,
    'The commit is not signed by an allowed signer',
    'Sign it with a key of `verify.allowed-signers`, or add the key there.',
  ),
  HF7017: code(
    EXIT.refused,
    'The git repository is too large',
    'Keep desired state in a repository or a `path` of its own.',
  ),
  HF7018: code(
    EXIT.unexpected,
    'The local copy of the git repository cannot be used',
    'Check the free space and the permissions of the state directory, and that git is installed.',
  ),
  HF7019: code(
    EXIT.unreachable,
    'The host key of the git server is not known',
    'Check the key with whoever runs the server and put it into a file: `auth: { known-hosts: FILE }`.',
  ),
  HF7020: code(
    EXIT.invalid,
    'A link in the git repository leads outside of it',
    'Replace the symbolic link by what it leads to, or by `${file:…}`.',
  ),
  HF7030: code(
    EXIT.invalid,
    'The HTTP API has no token',
    'Give `daemon.http.token`, e.g. "${env:HOLDFAST_TOKEN}", made with `openssl rand -hex 32`.',
  ),
  HF7031: code(
    EXIT.invalid,
    'A token of the HTTP API is too short',
    'Use at least 16 characters that nobody can guess: `openssl rand -hex 32`.',
  ),
  HF7032: code(
    EXIT.invalid,
    'The port of the HTTP API is in use',
    'Stop what listens there, perhaps another `holdfast run`, or choose another `daemon.http.listen`.',
  ),
  HF7033: code(
    EXIT.invalid,
    'The HTTP API cannot listen on its address',
    'Give an address of this machine and a port that this user may open as `daemon.http.listen`.',
  ),
  HF7034: code(
    EXIT.invalid,
    'The HTTP API without a token is open to others',
    'Give a token, or listen on 127.0.0.1.',
  ),
  HF7035: code(
    EXIT.invalid,
    'The connection to the HTTP API is not encrypted',
    'Give `daemon.http.tls`, or put a proxy with https before it and name it in `public-url`.',
  ),
  HF7036: code(
    EXIT.invalid,
    'The request to the HTTP API is not understood',
    'Send what docs/http-api.md and /api/v1/openapi.json describe.',
  ),
  HF7037: code(
    EXIT.unreachable,
    'The HTTP API needs a token',
    'Send a token of the settings: `Authorization: Bearer …`, or HOLDFAST_TOKEN for `--via`.',
  ),
  HF7038: code(
    EXIT.unreachable,
    'This token may only look',
    'Use a token whose role in `daemon.http.tokens` is `operate`.',
  ),
  HF7039: code(
    EXIT.unreachable,
    'The request came from another site',
    'Use the dashboard under its own address (`public-url` where a proxy stands before it); scripts send `X-Holdfast: 1`.',
  ),
  HF7040: code(
    EXIT.unreachable,
    'The host name of the request is not the one of the HTTP API',
    'Without a token only the address of `listen`, localhost and `public-url` are answered to.',
  ),
  HF7041: code(EXIT.unreachable, 'Too many requests to the HTTP API', 'Wait as long as `Retry-After` says.'),
  HF7042: code(
    EXIT.invalid,
    'The action was not confirmed',
    'Send the name of the target once more as `confirm`.',
  ),
  HF7043: code(
    EXIT.invalid,
    'The HTTP API has nothing at this path',
    'docs/http-api.md and /api/v1/openapi.json list what there is.',
  ),
  HF7044: code(EXIT.stale, 'The daemon is stopping', 'Ask again when it runs.'),
  HF7045: code(
    EXIT.stale,
    'Too many listen to the events of the HTTP API',
    'Close pages of the dashboard that nobody looks at.',
  ),
  HF7047: code(
    EXIT.unreachable,
    'The daemon cannot be reached',
    'Correct --via, and see that `holdfast run` runs there with `daemon.http` in its settings.',
  ),
  HF7048: code(
    EXIT.unreachable,
    'The answer of the daemon is not understood',
    'See that --via names the root of a Holdfast of the same version, and not a proxy that answers by itself.',
  ),
  HF7049: code(
    EXIT.invalid,
    'A file for --via cannot be read',
    'Correct the path or the permissions; without --via-token-file the token is taken from HOLDFAST_TOKEN.',
  ),
  HF7050: code(
    EXIT.invalid,
    'A channel of `daemon.notify` is not described rightly',
    'docs/notifications.md shows each kind of channel.',
  ),
  HF7051: code(EXIT.invalid, 'Two channels have the same name', 'Give each channel a `name` of its own.'),
  HF7052: code(
    EXIT.invalid,
    'A channel names a target that there is none of',
    'Write the names of targets as they stand in `targets`.',
  ),
  HF7053: code(
    EXIT.invalid,
    'Notifications travel unencrypted',
    'Use https: whoever is on the way can read them, and the address or token they are sent with.',
  ),
  HF7054: code(
    EXIT.usage,
    'There is no such channel',
    'Name one of `daemon.notify`; a channel without a `name` is called by its kind.',
  ),
  HF7055: code(
    EXIT.unreachable,
    'A test notification did not arrive',
    'The answer of the receiver says why; docs/notifications.md has the set-up of each kind of channel.',
  ),
  HF7070: code(
    EXIT.unexpected,
    'No running daemon has left a sign of life',
    'Start `holdfast run` on this state directory, or name the one it runs on with --state; see its log when it does run.',
  ),
  HF7071: code(
    EXIT.unexpected,
    'The daemon says that something is wrong with it',
    'See its log; restart it when it does not recover by itself.',
  ),
  // 9xxx our own faults
  HF9001: code(
    EXIT.unexpected,
    'Unexpected error',
    'This is a fault of Holdfast. Please report it with the output of --verbose.',
  ),
} as const satisfies Record<`HF${number}`, CodeEntry>;

export type Code = keyof typeof CODES;
