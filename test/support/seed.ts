// Property tests draw the same cases every time, so that a red run means a change of ours. FC_SEED=NUMBER draws others,
// FC_SEED=random new ones each time.
import fc from 'fast-check';

// Tests don't depend on the CI job that runs them: those that need one set its variables.
for (const system of ['GITHUB_ACTIONS', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS', 'GITLAB_CI'])
  delete process.env[system];

const asked = process.env['FC_SEED'];
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked ?? 20_261_123) });
