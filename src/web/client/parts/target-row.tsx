// One target in a list, in two lines. On a phone, the same cells are a card.
import type { TargetView } from '../../../api-schema/views.ts';
import { standingOf } from '../data/fleet.ts';
import { targetHref } from '../data/route.ts';
import { RevisionLine } from './revision.tsx';
import { StandingBadge } from './standing.tsx';
import { StepLine } from './step.tsx';
import { Ago, Until } from './time.tsx';
import { Message } from './message.tsx';

interface Props {
  readonly target: TargetView;
  /** The group shows the title of the status. */
  readonly inGroup?: boolean | undefined;
}

export function TargetRow({ target, inGroup }: Props) {
  const { name, url, mode, differences, nextLookAt } = target;
  return (
    <tr role="row" class="target">
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

function Applied({ target: { applied } }: Pick<Props, 'target'>) {
  if (!applied) return <span class="muted">nothing applied yet</span>;
  const author = applied.revision.commit?.author;
  return (
    <>
      <span class="line">
        <RevisionLine revision={applied.revision} />
      </span>
      <span class="sub">
        {author && (
          <>
            <bdi>{author}</bdi>
            {', '}
          </>
        )}
        applied <Ago at={applied.at} />
      </span>
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
