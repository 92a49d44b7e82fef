// 8xxx: error codes of forges and CI.
import { EXIT } from './exit.ts';
import { code } from './code-entry.ts';

export const FORGE_CODES = {
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
    { retry: 'never' },
  ),
  HF8004: code(
    EXIT.unreachable,
    "The forge doesn't have this, or hides it from the token",
    'Check the repository, the pull request and the commit. Forges also respond with 404 if a token has no access.',
    { retry: 'never' },
  ),
  HF8005: code(
    EXIT.unreachable,
    "The forge refused the request, or its answer can't be understood",
    'The message quotes the forge. Correct what it names.',
    { retry: 'never' },
  ),
  HF8006: code(
    EXIT.unreachable,
    "Can't connect to the forge",
    'Check the address of the API and the network of the runner, then run the job again.',
    { unsent: true },
  ),
  HF8007: code(EXIT.unreachable, 'The forge reports an internal error', 'Run the job again later.'),
  HF8010: code(
    EXIT.refused,
    'The pull request comes from a fork',
    'Run only `holdfast validate` for it. After a person has read the files, a separate job can plan them with --trust-fork. docs/pull-requests.md describes both.',
    { retry: 'never' },
  ),
  HF8011: code(
    EXIT.invalid,
    'No approved plan was found',
    'Apply after the merge of a pull request that has a comment of `holdfast plan --comment` without refusals, or plan and apply in one job with `plan -o FILE` and `apply FILE`.',
  ),
} as const;
