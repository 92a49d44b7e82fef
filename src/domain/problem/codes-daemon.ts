// 7xxx: error codes of the daemon.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const DAEMON_CODES = {
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
  HF7060: code(
    EXIT.invalid,
    'A wave of the strategy selects no target',
    'Correct the wave in `strategy.order`, or give targets its label. docs/rollouts.md describes how waves select targets.',
  ),
  HF7061: code(
    EXIT.invalid,
    'No wave of `strategy.order` selects this target',
    'Add `rest` at the end of `strategy.order`. It selects every target that no earlier wave has.',
  ),
  HF7062: code(
    EXIT.usage,
    'There is no rollout',
    'A rollout begins when a target of a fleet with `strategy` gets a new revision. See docs/rollouts.md.',
  ),
  HF7063: code(
    EXIT.refused,
    "The rollout can't do that now",
    '`holdfast rollout status` shows its phase. docs/rollouts.md lists what is possible in each phase.',
  ),
  HF7064: code(
    EXIT.refused,
    "The rollout can't finish before a freeze window",
    'Nothing is lost: targets in the window wait until it closes. To avoid a fleet with two revisions meanwhile, run `holdfast rollout pause` now, or `holdfast rollout undo`.',
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
} as const;
