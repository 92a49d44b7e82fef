// 2xxx: error codes of reading desired state.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const DESIRED_STATE_CODES = {
  HF2001: code(
    EXIT.invalid,
    "The desired-state directory doesn't exist",
    'Correct `desired` in the settings, create the directory with `holdfast pull`, or mount it. If it is in the repository that `daemon.source.git` names, work in a clone of it, or ask the daemon with `--via`.',
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
    "Use another secret. You can declare the management key only as `remote-management.secret-key`. You can't declare the daemon's tokens or the key in `digest-key` of the settings, which signs plans, anywhere.",
  ),
  HF2027: code(
    EXIT.invalid,
    "A file can't be encrypted with SOPS",
    'Install sops, and name the recipients in .sops.yaml (`creation_rules`) or in SOPS_AGE_RECIPIENTS.',
  ),
  HF2028: code(
    EXIT.invalid,
    'A reference names a command that desired state may not run',
    'List the command under `references.exec` in the settings, or use another reference.',
  ),
  HF2029: code(
    EXIT.invalid,
    "The command of a reference didn't bring a value",
    'Run the command by hand to see why. Holdfast shows none of its output, because that can contain secrets. Variables that it needs go to `env` of the command in the settings.',
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
  HF2062: code(
    EXIT.refused,
    'This text looks like a key',
    'Put the key into a variable or a file. If it was committed before, replace it: git keeps it. If it is no key, write `holdfast:no-secret` in a comment on the line.',
  ),
  HF2063: code(
    EXIT.invalid,
    "The scan didn't see the whole history",
    'Scan parts of it with `holdfast scan --history REVISIONS`.',
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
  HF2077: code(
    EXIT.invalid,
    "These targets can't share a base",
    'Pull them one at a time: `holdfast pull --target NAME`.',
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
  HF2087: code(
    EXIT.invalid,
    'The clone is partial and lacks files of the base',
    'Run `git fetch --refetch --no-filter origin` first, or clone without `--filter`. A sparse checkout works without that.',
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
  HF2090: code(
    EXIT.invalid,
    'There is nothing to adopt at this path',
    'Run `holdfast drift` to see what the gateway changed. Use the paths that it shows.',
  ),
  HF2091: code(
    EXIT.refused,
    'It is not clear which side to keep',
    "Add `--keep theirs` to write the gateway's value into the files, or `--keep ours` to leave the files as they are.",
  ),
  HF2092: code(
    EXIT.invalid,
    "The gateway's value can't be written into the files",
    'Set the value in the files and run `holdfast apply`, or exclude the path.',
  ),
  HF2093: code(
    EXIT.invalid,
    "The file can't be edited at this place",
    'Edit the line by hand, for example by writing the shared value out, or run `holdfast apply` to restore the value on the gateway.',
  ),
  HF2094: code(
    EXIT.invalid,
    'The edited files would be invalid, or would still differ from the gateway',
    'Nothing was written. Adopt fewer paths at a time, or edit the files by hand.',
  ),
  HF2095: code(
    EXIT.invalid,
    'A file changed while Holdfast worked on it',
    'Holdfast wrote nothing. Run the command again.',
  ),
  HF2096: code(
    EXIT.invalid,
    'There is no file for the value of a new variable',
    'Name one with `--write-env FILE`, or with `env-file` or `secrets-dir` in holdfast.yaml.',
  ),
  HF2097: code(
    EXIT.invalid,
    "The edits can't be committed",
    'Correct what the message says, then run the command again.',
  ),
  HF2099: code(
    EXIT.invalid,
    "The path isn't in the list of released keys",
    'Run `holdfast status` to list the released paths of the target.',
  ),
  HF2098: code(
    EXIT.invalid,
    'Other targets read the edited file',
    'Check that the other targets should have the value too. If not, declare it in a layer of this target.',
  ),
  HF2100: code(
    EXIT.invalid,
    'The path names nothing that can be declared',
    'See `holdfast render` for what the files declare, and `holdfast explain PATH` for the keys of the gateway.',
  ),
  HF2101: code(
    EXIT.invalid,
    'A secret would be written into the files',
    'Put the value into a variable or a file, and use a reference such as `${env:NAME}` instead. `holdfast set --store-secrets` does both.',
  ),
  HF2102: code(
    EXIT.invalid,
    "The patch can't be applied to the files",
    'Make a unified diff of the files as they are now. `holdfast render` shows which files there are.',
  ),
  HF2120: code(
    EXIT.invalid,
    'The path names no key that can be rotated',
    'Name a client key, a key of a provider, or `remote-management.secret-key`, as `holdfast plan` and `holdfast render` show them.',
  ),
  HF2121: code(
    EXIT.invalid,
    "The new value of a rotation can't be used",
    'Put another value into a variable or a file, and name it with `--to`.',
  ),
  HF2122: code(
    EXIT.invalid,
    "The files don't match the rotation in progress",
    'Correct the files, or take the new value back with `holdfast rotate PATH --abort`.',
  ),
  HF2123: code(
    EXIT.invalid,
    'Nothing shows when the old key is unused',
    'Say how long both keys stay valid, for example `--grace 24h`.',
  ),
  HF2124: code(
    EXIT.refused,
    "The new key doesn't work",
    'Correct the key at the provider, or take it back with `holdfast rotate PATH --abort`.',
  ),
  HF2125: code(
    EXIT.invalid,
    'No rotation is in progress',
    'Run `holdfast rotate --status` to see the rotations of all targets.',
  ),
  HF2110: code(
    EXIT.invalid,
    'A client key has expired',
    'Remove the entry from the files, and the key from `client-keys` in the settings. To keep it, change `expires` there.',
  ),
  HF2112: code(
    EXIT.invalid,
    "A comment names a client key, and the name can't be used",
    'Write for example `# name: laptop` beside the key, or in the line above it. A name starts with a letter; then letters, digits, spaces and . _ @ - are allowed. It has at most 64 characters, and no two keys share a name.',
  ),
  HF2111: code(
    EXIT.invalid,
    'A client key expires soon',
    'Give its users a new key, or change `expires` in the settings. After that time, Holdfast removes the key from the gateway.',
  ),
} as const;
