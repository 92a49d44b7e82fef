// One target in a list, in two lines. On a phone, the same cells are a card.
import type { TargetView } from '../../../api-schema/views.ts';
import { fleet } from '../data/fleet.ts';
import { standingOf } from '../data/standing.ts';
import { isPending } from '../data/target-status.ts';
import { pick } from '../data/selection.ts';

import { targetHref } from '../data/route.ts';
import { RevisionLine } from './revision.tsx';
import { StandingBadge } from './standing.tsx';
import { StepLine } from './step.tsx';
import { Ago, Until } from './time.tsx';
import { Message } from './message.tsx';
import { short } from '../data/labels.ts';

interface Props {
  readonly target: TargetView;
  /** The group shows the title of the status. */
  readonly inGroup?: boolean | undefined;
  /** Whether it is selected; absent: it can't be. */
  readonly picked?: boolean | undefined;
}

export function TargetRow({ target, inGroup, picked }: Props) {
  const { name, url, mode, differences, nextLookAt } = target;
  return (
    <tr role="row" class="target">
      {picked !== undefined && (
        <td role="cell" class="cell-pick">
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            checked={picked}
            onChange={({ currentTarget }) => pick([name], currentTarget.checked)}
          />
        </td>
      )}
      <th role="rowheader" scope="row" class="cell-name">
        <a href={targetHref(name)}>{name}</a>
        <span class="sub" title={url}>
          {mode !== 'apply' && <span class="tag">{mode}</span>}
          <bdi>{url.replace(/^https?:\/\//, '')}</bdi>
        </span>
      </th>
      <td role="cell" class="cell-state">
        <State target={target} inGroup={inGroup} />
      </td>
      <td role="cell" class="cell-revision">
        <Applied target={target} />
      </td>
      <td role="cell" class="cell-drift number" data-label="drift">
        {differences === undefined ? (
          <span class="muted" title="Not known at present">
            <span aria-hidden="true">–</span>
            <span class="visually-hidden">unknown</span>
          </span>
        ) : differences > 0 ? (
          <b>{differences}</b>
        ) : (
          <span class="muted">0</span>
        )}
      </td>
      <td role="cell" class="cell-outcome">
        <LastOutcome target={target} />
      </td>
      <td role="cell" class="cell-next number muted" data-label="next check">
        {nextLookAt === undefined ? '–' : <Until at={nextLookAt} />}
      </td>
    </tr>
  );
}

function State({ target, inGroup }: Props) {
  return (
    <>
      {!inGroup && <StandingBadge standing={standingOf(target)} />}
      {target.step ? <StepLine step={target.step} /> : <Why target={target} />}
      {target.since !== undefined && (
        <span class="sub">
          changed <Ago at={target.since} />
        </span>
      )}
    </>
  );
}

/** Details of this target's status. */
function Why({ target }: Pick<Props, 'target'>) {
  const { suspension, quarantine, authBlock, contested, frozen = [], lastDeepCheck, why, standing } = target;
  if (suspension)
    return (
      <span class="sub" title={suspension.reason}>
        ends <Until at={suspension.until} />: <bdi>{suspension.reason}</bdi>
      </span>
    );
  if (authBlock)
    return (
      <span class="sub" title={authBlock.reason}>
        next login <Until at={authBlock.until} />: <Message text={authBlock.reason} />
      </span>
    );
  if (quarantine && standing === 'quarantined')
    return (
      <span class="sub" title={quarantine.reason}>
        <Message text={quarantine.reason} />
      </span>
    );
  if (why !== undefined)
    return (
      <span class="sub why" title={why}>
        {isPending(target) && <b>Pending: </b>}
        <Message text={why} />
      </span>
    );
  const [window] = frozen;
  if (window)
    return (
      <span class="sub" title={window.window}>
        freeze window, ends <Until at={window.until} />
      </span>
    );
  if (contested.length > 0) return <span class="sub mono">{contested.join(', ')}</span>;
  return lastDeepCheck ? (
    <span class="sub">
      deep check <Ago at={lastDeepCheck.at} />
    </span>
  ) : null;
}

function Applied({ target }: Pick<Props, 'target'>) {
  const { applied } = target;
  if (!applied) return <span class="muted">nothing applied yet</span>;
  const isAtHead = standingOf(target) === 'in-sync' && fleet.state.value.value?.source !== undefined;
  const author = applied.revision.commit?.author;
  return (
    <>
      <span class="line">
        {isAtHead && <span class="tag tone-ok">at HEAD</span>}
        <RevisionLine revision={applied.revision} />
      </span>
      <span class="sub">
        {author && (
          <>
            <bdi>{author}</bdi>
            {', '}
          </>
        )}
        {isAtHead ? 'last write' : 'applied'} <Ago at={applied.at} />
      </span>
    </>
  );
}

/** `last write 8270021c, 2 h ago` */
export function LastWrite({ target: { applied } }: Pick<Props, 'target'>) {
  if (!applied) return <>nothing applied yet</>;
  const { commit, digest } = applied.revision;
  return (
    <>
      last write <code>{short(commit?.sha ?? digest)}</code>, <Ago at={applied.at} />
    </>
  );
}

function LastOutcome({ target: { lastOutcome } }: Pick<Props, 'target'>) {
  if (!lastOutcome) return <span class="muted">none yet</span>;
  return (
    <>
      <span title={lastOutcome.summary}>
        <Message text={lastOutcome.summary || lastOutcome.kind} />
      </span>
      <span class="sub">
        <Ago at={lastOutcome.at} />
      </span>
    </>
  );
}
