// 3xxx: error codes of the gateway.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const GATEWAY_CODES = {
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
    'Correct the key of the target. Holdfast tries a changed key at once, and the same key after 135 minutes or with `holdfast doctor --retry-auth`. A gateway bans an address for 30 minutes after five wrong keys.',
    { retry: 'never', unsent: true },
  ),
  HF3008: code(
    EXIT.unreachable,
    'The target has no management key',
    'Run `export HOLDFAST_KEY=…`, or use --key-file FILE. With several targets, set `key: ${env:NAME}` of each of them in the settings.',
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
    "Set `remote-management.secret-key` (v8: `management.secret-key`) in the gateway's config.yaml, or start the gateway with MANAGEMENT_PASSWORD. The published example file leaves the key empty. Replace the example's sample `api-keys` too: with them, the gateway refuses all clients. In Home mode, a Home server manages the gateway, and Holdfast can't.",
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
    'Check that the URL names a gateway, and that no proxy in between delays responses.',
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
} as const;
