// The one table of error codes: exit code, what happened, what to do. `docs/errors.md` is generated from it.
// Ranges: 1xxx usage and settings, 2xxx desired state, 3xxx gateway, 4xxx plan and guards, 5xxx apply and rollback,
// 6xxx state, 7xxx daemon, 8xxx forges and CI, 9xxx our own faults.
import { EXIT, type ExitCode } from './exit.ts';

/** What a code means for the program. No other code decides by codes, their ranges or their texts. */
interface Meaning {
  /**
   * `at-once`: retry a read that failed like this. `later`: it may end without intervention, like a restart.
   * `never`: only a person ends it, so nothing is retried before the schedule or a change.
   */
  readonly retry?: 'at-once' | 'later' | 'never';
  /** The request certainly never reached the gateway, so it has changed nothing. */
  readonly unsent?: true;
  /** Of a git remote: it didn't even list its refs. */
  readonly unanswered?: true;
}

interface CodeEntry extends Required<Pick<Meaning, 'retry'>>, Omit<Meaning, 'retry'> {
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

const code = (exit: ExitCode, summary: string, remedy: string, meaning: Meaning = {}): CodeEntry => ({
  exit,
  summary,
  remedy,
  retry: 'later',
  ...meaning,
});

export const CODES = {
  // 1xxx usage and settings
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
  HF1005: code(
    EXIT.usage,
    "The gateway doesn't have this key",
    'See docs/keys.md for all keys, or run `holdfast explain PATH` for one of them.',
  ),
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
  HF1019: code(
    EXIT.invalid,
    'This setting belongs to a later release',
    'Holdfast reads the setting and ignores it. Upgrade Holdfast to use it.',
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
    "The tool can't be called this way",
    'The list of tools shows the arguments of each one.',
  ),
  HF1080: code(
    EXIT.usage,
    'Unknown sandbox fault',
    'See docs/sandbox.md for the faults and their arguments.',
  ),
  HF1081: code(
    EXIT.invalid,
    "The sandbox can't start from this file",
    'Name an existing config.yaml that the gateway would load. The message says what the gateway would refuse.',
  ),
  HF1083: code(
    EXIT.unreachable,
    "The sandbox can't listen on its port",
    'Another program uses the port. Choose a different one with --port, or use 0 for any free port.',
  ),
  // 2xxx reading files: desired state, and what settings share with it
  HF2001: code(
    EXIT.invalid,
    "The desired-state directory doesn't exist",
    'Correct the path, or mount the directory. Holdfast never treats a missing directory as an empty desired state. If the directory is in the repository that `daemon.source.git` names, work in a clone of it, or ask the daemon with --via.',
  ),
  HF2002: code(
    EXIT.invalid,
    "A file or directory can't be read",
    'Make it readable for the user that runs Holdfast, or move it out of the directory.',
  ),
  HF2003: code(
    EXIT.invalid,
    'The directory contains no desired state',
    'Add at least one *.yaml file that declares a key. To stop managing a gateway, remove its target from the settings.',
  ),
  HF2004: code(
    EXIT.invalid,
    'A file is too large',
    "Split the file. If it isn't configuration, move it out of the directory.",
  ),
  HF2005: code(
    EXIT.invalid,
    "A file isn't text",
    "Save it as UTF-8 text. If it isn't configuration, move it out of the directory.",
  ),
  HF2006: code(
    EXIT.invalid,
    'A directory contains too many files',
    'Name a directory that contains only desired state, or remove the link that leads out of it.',
  ),
  HF2007: code(
    EXIT.invalid,
    'A link leads outside the desired state',
    'Replace the link with the file, move the file below the settings directory, or list its directory under `references.files` in the settings.',
  ),
  HF2010: code(EXIT.invalid, 'Invalid YAML', 'Correct the YAML at this position.'),
  HF2011: code(EXIT.invalid, 'Duplicate key', 'Keep one of the two.'),
  HF2012: code(EXIT.invalid, 'A tab is used for indentation', 'Indent with spaces.'),
  HF2013: code(
    EXIT.invalid,
    'A file contains several YAML documents',
    'Move the second document into its own file.',
  ),
  HF2014: code(
    EXIT.invalid,
    'YAML aliases expand to too much data',
    'Write the values out, or use fewer nested aliases.',
  ),
  HF2015: code(EXIT.invalid, "A key isn't text", 'Put quotes around the key.'),
  HF2016: code(EXIT.invalid, 'Invalid YAML merge key', 'Make "<<" refer to a mapping: `<<: *name`.'),
  HF2017: code(
    EXIT.invalid,
    "A file doesn't contain a mapping",
    'Start the file with a key of the gateway configuration, for example `request-retry: 3`.',
  ),
  HF2018: code(
    EXIT.invalid,
    "The gateway doesn't support this YAML value",
    'Use text, a number, true or false. If the value is text, put quotes around it.',
  ),
  HF2020: code(
    EXIT.invalid,
    "A reference can't be resolved",
    'Set the variable or create the file. `--variables FILE` reads variables from a file. `validate --allow-unresolved` checks the desired state without its secrets.',
  ),
  HF2021: code(
    EXIT.invalid,
    'Invalid reference',
    'Use ${env:NAME}, ${file:path}, ${lines:path} or ${list:NAME}. Write $${ for a literal "${".',
  ),
  HF2022: code(
    EXIT.invalid,
    'A reference leads outside the allowed directories',
    "Move the file below the settings directory, or list its directory under `references.files` in the settings. Holdfast never reads its own files (state, settings and their secrets) or git's files through a reference.",
  ),
  HF2023: code(
    EXIT.invalid,
    'A repeating reference is used where nothing can repeat',
    'Use ${lines:…} or ${list:…} as the whole value of a member of a list entry, and only one of them per entry.',
  ),
  HF2024: code(
    EXIT.invalid,
    "An encrypted file can't be decrypted",
    'Install sops, give it the key (for example with SOPS_AGE_KEY_FILE), and try `sops -d FILE`.',
  ),
  HF2025: code(
    EXIT.invalid,
    'A reference names a variable that desired state may not use',
    'Use a separate variable for the secret, or list the variable under `references.env` in the settings.',
  ),
  HF2026: code(
    EXIT.invalid,
    'Desired state contains a credential of Holdfast itself',
    "Use another secret. You can declare the management key only as `remote-management.secret-key`. You can't declare the daemon's tokens or the digest key anywhere.",
  ),
  HF2030: code(
    EXIT.invalid,
    "The gateway doesn't know this key",
    'Correct or remove the key. With `policy.unknown-keys: pass`, Holdfast accepts unknown keys in files of the flat layout, at the top level and in plain mappings.',
  ),
  HF2031: code(EXIT.invalid, 'Wrong type', 'Use a value of the expected type.'),
  HF2032: code(EXIT.invalid, 'Value not allowed', 'Use one of the allowed values.'),
  HF2033: code(EXIT.invalid, 'Missing member', 'Add it.'),
  HF2034: code(
    EXIT.invalid,
    'A key has no value',
    'Give the key a value, or remove it: Holdfast doesn\'t change what you don\'t declare. [] and {} mean "must be empty".',
  ),
  HF2040: code(
    EXIT.invalid,
    'Two files declare the same key',
    'Keep one of the two, or move one into a layer that overrides the other.',
  ),
  HF2041: code(
    EXIT.invalid,
    '`$remove` has nothing to remove',
    'Correct the identity of the entry, or remove `$remove`: it drops what a lower layer declares.',
  ),
  HF2042: code(
    EXIT.invalid,
    'An overlay entry matches several entries',
    'Add all members that identify the entry.',
  ),
  HF2043: code(
    EXIT.invalid,
    'A file uses both layouts',
    'Use one layout per file: the flat layout of v6 and v7, or the tree layout of v8.',
  ),
  HF2044: code(
    EXIT.invalid,
    "The v8 layout can't be applied yet",
    'For now, write the file in the flat layout of v6 and v7: `holdfast migrate --to legacy` rewrites it. `validate` and `render` support both layouts.',
  ),
  HF2045: code(
    EXIT.invalid,
    'This is an earlier spelling of a v8 key',
    'Use the name given in the message. Gateways since v8.0.11 store the key under that name.',
  ),
  HF2046: code(
    EXIT.invalid,
    'This gateway version would ignore or refuse the key',
    'Remove the key for this gateway, or change the gateway to the version that the message names.',
  ),
  HF2047: code(
    EXIT.invalid,
    "The other layout can't express this",
    'Remove it, or keep the file in its current layout.',
  ),
  HF2048: code(
    EXIT.unexpected,
    'Rewriting the file would change its meaning',
    "Nothing was written. Rewrite the named part by hand, and please report the problem: it's a gap in Holdfast's model of the gateway.",
  ),
  HF2050: code(
    EXIT.invalid,
    'The gateway would drop this',
    'Add what the gateway requires, or remove the entry.',
  ),
  HF2051: code(EXIT.invalid, 'The gateway would keep only one of two equal entries', 'Remove one of them.'),
  HF2052: code(
    EXIT.invalid,
    'The gateway would change this value',
    'Write the value as the gateway would store it.',
  ),
  HF2053: code(
    EXIT.invalid,
    'Two entries have the same identity',
    "You don't need to do anything. Holdfast tells the entries apart by their other members (prefix, proxy, models), then by position. Different keys or names make plans clearer.",
  ),
  HF2054: code(
    EXIT.invalid,
    'The gateway would refuse to load this value',
    'Correct the value. Because of it, the gateway would refuse the whole file.',
  ),
  HF2055: code(
    EXIT.invalid,
    "This text would damage the gateway's file",
    'Write the text without a line that begins with "#".',
  ),
  HF2056: code(
    EXIT.invalid,
    "The gateway can't tell these entries apart",
    "You don't need to do anything. Holdfast writes these entries together, as a whole file. Different keys avoid this.",
  ),
  HF2057: code(
    EXIT.invalid,
    "HTTP can't transmit this text",
    'Write the value without line breaks and control characters. A value pasted into a variable or a file often contains them.',
  ),
  HF2058: code(
    EXIT.invalid,
    'Duplicate client key',
    "You don't need to do anything: the gateway counts the key once. You can remove one of the two without blocking any client.",
  ),
  HF2059: code(
    EXIT.invalid,
    'Blank client key',
    "You don't need to do anything: the gateway keeps the entry and accepts no client with it. You can remove it without blocking any client.",
  ),
  HF2060: code(
    EXIT.refused,
    'Secret in plain text',
    'Put the secret into a variable or a file and refer to it: ${env:NAME}, ${file:path}. To accept it anyway, use `--allow literal-secret`.',
  ),
  HF2061: code(
    EXIT.invalid,
    'Git tracks a state file',
    'Remove the file with `git rm --cached`, and add the state directory to .gitignore: it contains backups with keys.',
  ),
  HF2070: code(
    EXIT.invalid,
    "The pulled files differ from the gateway's file",
    "You don't need to do anything: the note says what differs and why.",
  ),
  HF2071: code(
    EXIT.invalid,
    'The pulled files would change the gateway',
    "Exclude the path with `--exclude PATH`, pull again, and please report the problem: it's a gap in Holdfast's model of the gateway.",
  ),
  HF2072: code(
    EXIT.invalid,
    'Nothing can be pulled from this gateway',
    "Look at the gateway's config.yaml. `holdfast doctor` says whether the gateway could load it.",
  ),
  HF2073: code(
    EXIT.invalid,
    'Git would track a file with secrets',
    'Add its name to .gitignore before the next commit.',
  ),
  HF2074: code(
    EXIT.invalid,
    'The file already exists',
    'Choose another directory or name, or replace the file with `--force`.',
  ),
  HF2076: code(
    EXIT.invalid,
    'The pulled file conflicts with the other files of the target',
    'Remove what the message names from the other files, exclude it with `--exclude PATH`, or pull into another directory with `--output-dir`.',
  ),
  HF2080: code(
    EXIT.invalid,
    "The files aren't in a git repository that can be read",
    'Run Holdfast in the clone that contains the desired state, or leave out `--base`.',
  ),
  HF2081: code(
    EXIT.invalid,
    "The base doesn't exist in this clone",
    'Check the spelling of the commit, branch or tag, or fetch it first.',
  ),
  HF2082: code(
    EXIT.invalid,
    'The history of this clone is too short to find the base',
    'Fetch the whole history with `git fetch --unshallow`. In GitHub Actions set `fetch-depth: 0` for the checkout, in GitLab `GIT_DEPTH: 0`.',
  ),
  HF2083: code(
    EXIT.invalid,
    "The base isn't an ancestor of the checked-out commit",
    'Use `--base merge-base:REV`, which is where both histories parted.',
  ),
  HF2084: code(
    EXIT.invalid,
    "The base doesn't contain the desired-state directory",
    'Name a commit that contains it.',
  ),
  HF2085: code(
    EXIT.invalid,
    "The desired state of the base isn't valid",
    'Name a commit with valid files. Holdfast never applied one without.',
  ),
  HF2086: code(
    EXIT.ok,
    'The base declares something that the files no longer declare',
    'Declare it again if you removed it by mistake. An empty list or map removes its content.',
  ),
  HF2075: code(
    EXIT.differences,
    "The gateway's memory and its file differ, so there is no single state to pull",
    'Run `holdfast doctor` to see where they differ. Restart the gateway, or save any setting in its panel, then pull again.',
  ),
  // 3xxx gateway
  HF3001: code(
    EXIT.unreachable,
    "Nothing responds at the gateway's address",
    'Start the gateway, or correct the URL of the target. The gateway listens on port 8317 unless its config.yaml sets another port.',
    { retry: 'at-once', unsent: true },
  ),
  HF3002: code(
    EXIT.unreachable,
    "The gateway's host name can't be resolved",
    'Correct the host in the URL of the target, or the DNS configuration of this machine.',
    { unsent: true },
  ),
  HF3003: code(
    EXIT.unreachable,
    "The gateway didn't respond in time",
    'Check whether the gateway is overloaded or a firewall drops packets. If the gateway is only slow, increase the timeout.',
  ),
  HF3004: code(
    EXIT.unreachable,
    "The gateway's certificate isn't trusted",
    'Set `tls.ca` of the target to the certificate authority that signed it, or correct the host name in the URL. `tls.insecure: true` turns verification off.',
    { unsent: true },
  ),
  HF3005: code(
    EXIT.unreachable,
    "One side uses TLS and the other doesn't",
    'Change the scheme in the URL of the target: https for a gateway with `tls.enable: true` (v8: `server.tls.enable`), http otherwise.',
    { unsent: true },
  ),
  HF3006: code(
    EXIT.unreachable,
    "The server at this address isn't a CLIProxyAPI gateway",
    "Correct the URL of the target: it's the root of the gateway, without a path. There can't be a login page in front of it.",
  ),
  HF3007: code(
    EXIT.unreachable,
    'The management key is wrong',
    'Correct the key of the target. Holdfast tries a changed key at once. It tries the same key again only with `holdfast doctor --retry-auth`, because the gateway bans an address for 30 minutes after five wrong keys.',
    { retry: 'never', unsent: true },
  ),
  HF3008: code(
    EXIT.unreachable,
    'The target has no management key',
    'Set `key` of the target, MANAGEMENT_PASSWORD or HOLDFAST_KEY, or use --key-file.',
    { retry: 'never', unsent: true },
  ),
  HF3009: code(
    EXIT.unreachable,
    'The gateway has banned this address after five wrong keys',
    'Correct the key in the program that sent the wrong ones. Wait until the ban ends. Or restart the gateway, which keeps bans only in memory, then run `holdfast doctor --retry-auth`.',
    { retry: 'never', unsent: true },
  ),
  HF3010: code(
    EXIT.unreachable,
    'The gateway refuses management requests from other machines',
    "Set `remote-management.allow-remote: true` (v8: `management.allow-remote`) in the gateway's config.yaml, or start the gateway with MANAGEMENT_PASSWORD, or run Holdfast on the same machine.",
    { retry: 'never', unsent: true },
  ),
  HF3011: code(
    EXIT.unreachable,
    'Management is turned off, or the gateway is in Home mode',
    "Set `remote-management.secret-key` (v8: `management.secret-key`) in the gateway's config.yaml, or start the gateway with MANAGEMENT_PASSWORD. The published example file leaves the key empty. Replace the example's sample `api-keys` too: with them, the gateway refuses all clients. A gateway in Home mode is managed by its Home, and Holdfast can't manage it.",
    { retry: 'never', unsent: true },
  ),
  HF3012: code(
    EXIT.unreachable,
    'The gateway has no management key',
    "Set `remote-management.secret-key` (v8: `management.secret-key`) in the gateway's config.yaml, then restart the gateway.",
    { retry: 'never', unsent: true },
  ),
  HF3013: code(
    EXIT.unreachable,
    'Holdfast remembers an earlier authentication failure',
    'Correct the key: Holdfast tries a changed key at once. `holdfast doctor --retry-auth` tries the same key once more.',
    { retry: 'never', unsent: true },
  ),
  HF3014: code(
    EXIT.unreachable,
    'The connection to the gateway was interrupted',
    'Check whether the gateway was restarted or its process ended, then try again.',
    { retry: 'at-once' },
  ),
  HF3015: code(
    EXIT.unreachable,
    "It's unknown whether the gateway stored a write",
    'Run `holdfast drift` to read what the gateway contains now. Holdfast never repeats such a write without reading first.',
  ),
  HF3016: code(
    EXIT.unreachable,
    "The gateway's response is too large",
    'Check that the URL names a gateway. The limit is far above the size of any configuration.',
    { retry: 'never' },
  ),
  HF3017: code(
    EXIT.unreachable,
    "The gateway's response doesn't end",
    'Check that the URL names a gateway, and that no proxy in between holds responses back.',
  ),
  HF3018: code(
    EXIT.unreachable,
    "The gateway's response isn't the expected JSON",
    'Check whether a proxy in between changes responses. If not, please report the problem with the version of the gateway.',
    { retry: 'never' },
  ),
  HF3019: code(
    EXIT.unreachable,
    'The gateway keeps responding with an empty body',
    'Another program may be writing to the gateway all the time. Wait, then try again.',
  ),
  HF3020: code(
    EXIT.unreachable,
    "The gateway can't show its configuration as JSON",
    "Correct the named key in the gateway's config.yaml: JSON doesn't support keys that aren't text, .nan or .inf.",
    { retry: 'never' },
  ),
  HF3021: code(
    EXIT.usage,
    'This request would delete the data that it reads',
    'If you want that, add --destructive.',
  ),
  HF3023: code(
    EXIT.refused,
    "The gateway runs a config.yaml that it doesn't understand",
    'This gateway runs on defaults, without client keys, and is open to everyone. Start the gateway version that wrote the file, or use `holdfast restore` with a backup from before that.',
  ),
  HF3024: code(
    EXIT.unreachable,
    'A proxy in front of the gateway reports that the gateway is unavailable',
    'Start the gateway, or correct the address to which the proxy forwards requests.',
  ),
  HF3025: code(
    EXIT.unreachable,
    "The management key can't be sent",
    "A key can't begin or end with a space and can't contain control characters. Correct the key at its source.",
    { retry: 'never', unsent: true },
  ),
  HF3026: code(
    EXIT.unreachable,
    "The gateway responded that it can't process the request",
    "See the gateway's log.",
  ),
  HF3027: code(
    EXIT.refused,
    "The gateway's config.yaml can't be read",
    "Repair the file on the gateway's machine, or use `holdfast restore` with a backup. Until then, the gateway doesn't store any write.",
  ),
  HF3030: code(
    EXIT.refused,
    'The gateway is open to everyone',
    'Declare at least one usable key under `api-keys` (v8: `access.api-keys`).',
  ),
  HF3031: code(
    EXIT.refused,
    'The gateway runs in safe mode and refuses all clients',
    'Replace the sample keys under `api-keys` (v8: `access.api-keys`) with your own keys.',
  ),
  HF3032: code(
    EXIT.refused,
    'The gateway accepts published sample keys',
    'Replace the sample keys under `api-keys` (v8: `access.api-keys`) with your own keys. Everyone knows the sample keys.',
  ),
  HF3033: code(
    EXIT.refused,
    "The next write would damage the gateway's config.yaml",
    "In the gateway's file, remove the lines that begin with # from the block scalar.",
  ),
  HF3034: code(
    EXIT.differences,
    "The gateway's memory and its config.yaml differ",
    'Run `holdfast apply`, which decides which side is right, or restart the gateway so that it loads the file.',
  ),
  HF3035: code(
    EXIT.differences,
    "The gateway's memory isn't what Holdfast expects from its config.yaml",
    "You don't need to do anything. This version of the gateway treats the value differently from what Holdfast expects.",
  ),
  HF3036: code(
    EXIT.unreachable,
    "The gateway doesn't offer the v8 API",
    'Set `api: auto` on the target, or update the gateway to 8.0.0 or later.',
  ),
  HF3037: code(
    EXIT.refused,
    "The v0 API can't manage a config.yaml of the v8 layout",
    'Set `api: auto` on the target.',
  ),
  HF3038: code(
    EXIT.ok,
    'The gateway is newer than the versions that Holdfast knows',
    'Holdfast manages it like the newest known version and verifies every write. Review the first plan carefully, run `holdfast doctor` after the update, and update Holdfast when you can.',
  ),
  HF3040: code(
    EXIT.ok,
    "An entry of the config.yaml has a member that the gateway doesn't know",
    "You don't need to do anything: the gateway ignores the member. Holdfast leaves it in the file until it writes that entry. Until then, Holdfast edits the file, because field requests fail on v8 and delete the member on v7.",
  ),
  // 4xxx plan and guards
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
    'A setting may reach fewer credentials on this gateway',
    'Update the gateway to 8.0.11 or later, where the setting reaches API keys and OAuth credentials alike.',
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
    'Nothing is known of an earlier apply to this gateway',
    'Keep the state directory between runs, name the commit that was applied last with `--base REV`, or use a daemon with `--via URL`.',
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
  // 5xxx apply and rollback
  HF5003: code(
    EXIT.stale,
    'The plan differs from the approved one',
    'Create a new plan, review it, and apply it.',
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
    'Nothing observable shows that the running gateway follows its file',
    'Set `probes.client-key` and `probes.models` on the target. Or restart the gateway to be sure.',
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
    'This revision failed before and is quarantined',
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
    'The gateway responded with 200 but changed nothing',
    'Run `holdfast explain PATH` to see which routes work for this key.',
  ),
  HF5052: code(EXIT.unexpected, 'The gateway refused the request', "Read the gateway's response."),
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
    'Holdfast undid the changes that a request made besides the requested one',
    "You don't need to do anything. The other problem says what the gateway didn't do.",
  ),
  HF5056: code(
    EXIT.rollbackFailed,
    "A request changed more than you requested, and that couldn't be undone",
    'Check the named paths with `holdfast api get config`, and correct them by hand.',
  ),
  // 6xxx state
  HF6001: code(
    EXIT.stale,
    'Another process works on this target',
    'Wait until it finishes. If that process has died, Holdfast takes over its lock after a minute.',
  ),
  HF6002: code(
    EXIT.stale,
    'The lock on the target was lost',
    'This process had stopped for a while, and another one took over. Run the command again.',
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
    'The backup file is encrypted, and there is no identity to decrypt it with',
    'Name the file with the age identity: `--identity key.txt`. Or set HOLDFAST_BACKUP_IDENTITY to the identity itself.',
  ),
  // 7xxx daemon
  HF7001: code(
    EXIT.invalid,
    "The schedule of the drift check isn't a cron expression",
    'Write five fields, for example `daemon: { drift: "*/5 * * * *" }`.',
  ),
  HF7010: code(
    EXIT.invalid,
    "The git repository hasn't been read yet",
    "See the problem reported for the source. Holdfast doesn't plan or write anything until it has read the repository once.",
  ),
  HF7011: code(
    EXIT.unreachable,
    "Can't connect to the git repository",
    'Check `daemon.source.git.url`, the network and proxies.',
    { unanswered: true },
  ),
  HF7012: code(
    EXIT.unreachable,
    'The git repository refuses the credentials',
    'Check that the token or the deploy key is valid and can read the repository: `daemon.source.git.auth`.',
    { unanswered: true },
  ),
  HF7013: code(
    EXIT.invalid,
    "The branch, tag or commit doesn't exist in the git repository",
    'Push it, or name another one in `daemon.source.git`.',
  ),
  HF7014: code(
    EXIT.refused,
    'The branch was rewritten and no longer contains the commit in effect',
    'Push a commit on top of the one in effect. To always allow rewritten branches, set `force-push: follow`.',
  ),
  HF7015: code(
    EXIT.invalid,
    "The commit doesn't contain the directory that the settings name",
    'Correct `daemon.source.git.path`, or push the directory again.',
  ),
  HF7016: code(
    EXIT.refused,
    "The commit isn't signed by an allowed signer",
    'Sign the commit with a key of `verify.allowed-signers`, or add its key there.',
  ),
  HF7017: code(
    EXIT.refused,
    'The git repository is too large',
    'Keep desired state in a separate repository, or use a separate `path`.',
  ),
  HF7018: code(
    EXIT.unexpected,
    "The local copy of the git repository can't be used",
    'Check the free space and the permissions of the state directory, and that git is installed.',
    { unanswered: true },
  ),
  HF7019: code(
    EXIT.unreachable,
    "The host key of the git server isn't known",
    'Verify the key with the administrator of the server and put it into a file: `auth: { known-hosts: FILE }`.',
    { unanswered: true },
  ),
  HF7020: code(
    EXIT.invalid,
    'A link in the git repository leads out of the repository',
    'Replace the symbolic link with the file that it points to, or with `${file:…}`.',
  ),
  HF7030: code(
    EXIT.invalid,
    'The HTTP API has no token',
    'Set `daemon.http.token`, for example to "${env:HOLDFAST_TOKEN}". Create a token with `openssl rand -hex 32`.',
  ),
  HF7031: code(
    EXIT.invalid,
    'A token of the HTTP API is too short',
    'Use at least 16 characters that nobody can guess: `openssl rand -hex 32`.',
  ),
  HF7032: code(
    EXIT.invalid,
    'The port of the HTTP API is in use',
    'Stop the program that listens there (perhaps another `holdfast run`), or choose another `daemon.http.listen`.',
  ),
  HF7033: code(
    EXIT.invalid,
    "The HTTP API can't listen on its address",
    'Set `daemon.http.listen` to an address of this machine and a port that this user can open.',
  ),
  HF7034: code(
    EXIT.invalid,
    'The HTTP API is open to others without a token',
    'Set a token, or listen on 127.0.0.1.',
  ),
  HF7035: code(
    EXIT.invalid,
    "The connection to the HTTP API isn't encrypted",
    'Set `daemon.http.tls`. Or put a proxy with https in front of it and set its address as `public-url`.',
  ),
  HF7036: code(
    EXIT.invalid,
    'Invalid request to the HTTP API',
    'See docs/http-api.md and /api/v1/openapi.json for valid requests.',
  ),
  HF7037: code(
    EXIT.unreachable,
    'The HTTP API needs a token',
    'Send a token from the settings: `Authorization: Bearer …`, or HOLDFAST_TOKEN for `--via`.',
  ),
  HF7038: code(
    EXIT.unreachable,
    'This token has read-only access',
    'Use a token whose role in `daemon.http.tokens` is `operate`.',
  ),
  HF7039: code(
    EXIT.unreachable,
    'The request came from another site',
    'Open the dashboard at its own address (`public-url`, if there is a proxy in front of it). Scripts send `X-Holdfast: 1`.',
  ),
  HF7040: code(
    EXIT.unreachable,
    "The request's host name isn't that of the HTTP API",
    'Without a token, the HTTP API accepts requests only for the address of `listen`, localhost and `public-url`.',
  ),
  HF7041: code(
    EXIT.unreachable,
    'Too many requests to the HTTP API',
    'Wait for the time that `Retry-After` gives.',
  ),
  HF7042: code(
    EXIT.invalid,
    "The action wasn't confirmed",
    'Send the name of the target again as `confirm`.',
  ),
  HF7043: code(
    EXIT.invalid,
    'The HTTP API has no such path',
    'See docs/http-api.md and /api/v1/openapi.json for the available paths.',
  ),
  HF7044: code(EXIT.stale, 'The daemon is stopping', 'Send the request again when the daemon runs.'),
  HF7045: code(
    EXIT.stale,
    'Too many clients receive events from the HTTP API',
    "Close dashboard pages that you don't need.",
  ),
  HF7047: code(
    EXIT.unreachable,
    "Can't connect to the daemon",
    'Correct --via, and check that `holdfast run` runs there with `daemon.http` in its settings.',
  ),
  HF7048: code(
    EXIT.unreachable,
    "The daemon's response can't be understood",
    'Check that --via is the root address of a Holdfast daemon of the same version, and that no proxy responds in its place.',
  ),
  HF7049: code(
    EXIT.invalid,
    "A file for --via can't be read",
    'Correct the path or the permissions. Without --via-token-file, Holdfast uses the token in HOLDFAST_TOKEN.',
  ),
  HF7050: code(
    EXIT.invalid,
    'Invalid channel in `daemon.notify`',
    'See docs/notifications.md for each kind of channel.',
  ),
  HF7051: code(EXIT.invalid, 'Two channels have the same name', 'Give each channel its own `name`.'),
  HF7052: code(
    EXIT.invalid,
    "A channel names a target that doesn't exist",
    'Use names of targets as written in `targets`.',
  ),
  HF7053: code(
    EXIT.invalid,
    'Notifications are sent unencrypted',
    'Use https. Otherwise others on the network can read the notifications, and the address or token used to send them.',
  ),
  HF7054: code(
    EXIT.usage,
    "The channel doesn't exist",
    'Name a channel of `daemon.notify`. A channel without a `name` has the name of its kind.',
  ),
  HF7055: code(
    EXIT.unreachable,
    "A test notification wasn't delivered",
    "The receiver's response gives the reason. docs/notifications.md describes how to set up each kind of channel.",
  ),
  HF7070: code(
    EXIT.unexpected,
    'No running daemon was found',
    "Start `holdfast run` on this state directory, or name the daemon's state directory with --state. If the daemon runs, see its log.",
  ),
  HF7071: code(
    EXIT.unexpected,
    "The daemon reports that it isn't healthy",
    "See the daemon's log. Restart the daemon if it doesn't recover.",
  ),
  // 8xxx forges (GitHub, GitLab, Gitea, Forgejo) and CI
  HF8001: code(
    EXIT.usage,
    "There's no forge to report to",
    'Run the command in a job of GitHub Actions, GitLab CI, Gitea Actions or Forgejo Actions. --comment needs a job of a pull or merge request.',
  ),
  HF8002: code(
    EXIT.invalid,
    "The forge's token is missing",
    'Set GITHUB_TOKEN on GitHub, GITLAB_TOKEN on GitLab, GITEA_TOKEN on Gitea, or FORGEJO_TOKEN on Forgejo. docs/pull-requests.md lists the permissions.',
  ),
  HF8003: code(
    EXIT.unreachable,
    "The forge's token has no permission for this",
    'Give the job or the token the permissions that docs/pull-requests.md lists.',
  ),
  HF8004: code(
    EXIT.unreachable,
    "The forge doesn't have this, or hides it from the token",
    'Check the repository, the pull request and the commit. Forges also answer 404 when a token may not see something.',
  ),
  HF8005: code(
    EXIT.unreachable,
    "The forge refused the request, or its answer can't be understood",
    "The message has the forge's own words. If the forge has a problem of its own, run the job again later.",
  ),
  HF8006: code(
    EXIT.unreachable,
    "Can't connect to the forge",
    'Check the address of the API and the network of the runner, then run the job again.',
    { unsent: true },
  ),
  HF8010: code(
    EXIT.refused,
    'The pull request comes from a fork',
    'Run only `holdfast validate` for it. After a person has read the files, a job of their own can plan them with --trust-fork. docs/pull-requests.md describes both.',
    { retry: 'never' },
  ),
  HF8011: code(
    EXIT.invalid,
    'No approved plan was found',
    'Apply after the merge of a pull request that has a comment of `holdfast plan --comment` without refusals, or plan and apply in one job with `plan -o FILE` and `apply FILE`.',
  ),
  // 9xxx bugs of Holdfast
  HF9001: code(
    EXIT.unexpected,
    'Unexpected error',
    'This is a bug in Holdfast. Please report it with the output of --verbose.',
    { unanswered: true },
  ),
} as const satisfies Record<`HF${number}`, CodeEntry>;

export type Code = keyof typeof CODES;

/** Whether it is about the files of desired state: range 2xxx. */
export const isOfDesiredState = (code: Code): boolean => code.startsWith('HF2');
