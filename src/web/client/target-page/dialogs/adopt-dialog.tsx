// Takes over into the files what the gateway changed: the daemon commits it to a branch of the followed repository.
import { useState } from 'preact/hooks';
import type { Change } from '../../../../domain/plan/change.ts';
import type { Plan } from '../../../../domain/plan/plan.ts';
import { plural } from '../../../../lib/text.ts';
import type { AdoptedView, AdoptRequest } from '../../../../api-schema/views.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { CommitCode } from '../../parts/revision.tsx';
import { StepLine } from '../../parts/step.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { adoptable } from '../plan/sections.ts';
import { isScalar, Scalar } from '../plan/value.tsx';
import { useAsking } from './asking.ts';

interface Props {
  readonly plan: Plan;
  readonly close: () => void;
}

export function AdoptDialog({ plan, close }: Props) {
  const changes = adoptable(plan);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const asking = useAsking(plan.target);
  const paths = changes.filter(({ id }) => !left.has(id)).map(({ path }) => path);
  const adopted = asking.answer?.ok ? (asking.answer.value as AdoptedView) : undefined; // by the schema of the route
  const adopt = (): void => {
    // The dialog shows the value of the gateway, also where the files changed too.
    const body: AdoptRequest = { keep: 'theirs', ...(left.size > 0 && { paths }) };
    void asking.ask('adopt', body);
  };
  return (
    <Dialog title={`Adopt into git: ${plan.target}`} close={close}>
      {adopted ? (
        <Adopted adopted={adopted} />
      ) : (
        <>
          <p>
            Commits what the gateway changed to the branch <code>holdfast/adopt-{plan.target}</code> of the
            followed repository. The gateway isn't written to. Once the branch is merged, these differences
            are gone.
          </p>
          <fieldset class="overrides" disabled={asking.busy}>
            <legend>Values that the files take over:</legend>
            {changes.map((change) => (
              <label key={change.id} class="check">
                <input
                  type="checkbox"
                  checked={!left.has(change.id)}
                  onChange={({ currentTarget }) => setLeft(toggled(left, change.id, !currentTarget.checked))}
                />
                <Taken change={change} />
              </label>
            ))}
          </fieldset>
        </>
      )}
      {asking.answer && !asking.answer.ok && <Trouble problem={asking.answer.problem} />}
      {asking.busy && <StepLine step="plan" />}
      <DialogFoot close={close} label={adopted ? 'Close' : 'Cancel'}>
        {!adopted && (
          <button
            type="button"
            class="button button-primary"
            disabled={asking.busy || paths.length === 0}
            onClick={adopt}
          >
            Commit {plural(paths.length, 'change')}
          </button>
        )}
      </DialogFoot>
    </Dialog>
  );
}

const toggled = (set: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> =>
  new Set(on ? [...set, id] : [...set].filter((one) => one !== id));

/** `before` is what the gateway has. */
function Taken({ change }: { readonly change: Change }) {
  return (
    <span>
      <bdi class="path">{change.path}</bdi>
      <span class="sub">
        <Becomes change={change} />
        {change.origin === 'both' && '; the files changed too, and their change is given up'}
      </span>
    </span>
  );
}

function Becomes({ change: { kind, before, after } }: { readonly change: Change }) {
  if (kind === 'add') return <>removed on the gateway: no longer declared</>;
  if (kind === 'remove') return <>added on the gateway: declared from now on</>;
  if (!isScalar(before) || !isScalar(after)) return <>becomes as the gateway has it</>;
  return (
    <>
      declared <Scalar value={after} />, becomes <Scalar value={before} />
    </>
  );
}

function Adopted({ adopted }: { readonly adopted: AdoptedView }) {
  const { adopted: paths, left, branch, commit, pullRequest, problems = [] } = adopted;
  if (branch === undefined)
    return <p role="status">Nothing to adopt: the files have these values already.</p>;
  return (
    <>
      <div class="result" role="status">
        <p>
          <strong>{plural(paths.length, 'path')} committed</strong> to <code class="break">{branch}</code>
          {commit !== undefined && (
            <>
              {' '}
              as <CommitCode sha={commit} />
            </>
          )}
          . Merge {pullRequest ? <PullRequest {...pullRequest} /> : 'the branch'} to put it in effect.
        </p>
        {left.length > 0 && (
          <p class="muted break">
            Still different: <span class="mono">{left.join(', ')}</span>
          </p>
        )}
      </div>
      {problems.length > 0 && (
        <Trouble problem={{ type: 'about:blank', title: 'There is no pull request', status: 0, problems }} />
      )}
    </>
  );
}

/** Its address comes from a forge: only one of the web is a link. */
function PullRequest({ number, link }: NonNullable<AdoptedView['pullRequest']>) {
  const text = `pull request ${number}`;
  if (!/^https?:\/\//.test(link)) return <>{text}</>;
  return (
    <a href={link} target="_blank" rel="noreferrer">
      {text}
    </a>
  );
}
