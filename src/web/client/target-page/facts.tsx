// Facts about a target besides its plan, as a list of terms at the side.
import type { ComponentChildren } from 'preact';
import type { TargetView } from '../../../api-schema/views.ts';
import { RevisionLine } from '../parts/revision.tsx';
import { Ago, Until } from '../parts/time.tsx';
import { Message } from '../parts/message.tsx';

const MODES: Record<TargetView['mode'], string> = {
  observe: 'checks, never writes',
  apply: 'applies changes of the files, reports drift',
  enforce: 'applies changes of the files, corrects drift',
};

export function Facts({ target }: { readonly target: TargetView }) {
  const { url, mode, differences, nextLookAt, gateway, released, contested, labels = {} } = target;
  const labelTexts = Object.entries(labels).map((label) => label.join(': '));
  return (
    <aside class="facts" aria-label="Facts">
      <dl>
        <Fact term="Address">
          <bdi class="mono break">{url}</bdi>
        </Fact>
        <Fact term="Mode">
          {mode} <span class="sub">{MODES[mode]}</span>
        </Fact>
        <Fact term="Gateway">{gateway ? gatewayText(gateway) : 'not detected yet'}</Fact>
        <Fact term="In effect">
          <InForce target={target} />
        </Fact>
        <Fact term="Drift">{differences === 0 ? 'none seen' : <b>{differences ?? 'unknown'}</b>}</Fact>
        <Fact term="Last outcome">
          <LastOutcome target={target} />
        </Fact>
        <Fact term="Checks">
          <Checks target={target} />
        </Fact>
        <Fact term="Next check">
          {nextLookAt === undefined ? 'when something changes' : <Until at={nextLookAt} focusable />}
        </Fact>
        <Pauses target={target} />
        {labelTexts.length > 0 && <Paths term="Labels" paths={labelTexts} />}
        {contested.length > 0 && <Paths term="Contested" paths={contested} />}
        {released.length > 0 && <Paths term="Released, still in effect" paths={released} />}
      </dl>
    </aside>
  );
}

function gatewayText({ version, api, through }: NonNullable<TargetView['gateway']>): string {
  return api === through ? `${version}, API ${api}` : `${version}, managed through its API ${through}`;
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Paths({ term, paths }: { readonly term: string; readonly paths: readonly string[] }) {
  return (
    <Fact term={term}>
      <ul class="plain mono break">
        {paths.map((path) => (
          <li key={path}>{path}</li>
        ))}
      </ul>
    </Fact>
  );
}

function InForce({ target: { applied } }: { readonly target: TargetView }) {
  if (!applied) return <>nothing applied yet</>;
  const author = applied.revision.commit?.author;
  return (
    <>
      <RevisionLine revision={applied.revision} />
      <span class="sub">
        {author && (
          <>
            <bdi>{author}</bdi>,{' '}
          </>
        )}
        applied <Ago at={applied.at} focusable />
      </span>
    </>
  );
}

function LastOutcome({ target: { lastOutcome } }: { readonly target: TargetView }) {
  if (!lastOutcome) return <>none yet</>;
  return (
    <>
      <Message text={lastOutcome.summary || lastOutcome.kind} />
      <span class="sub">
        <Ago at={lastOutcome.at} focusable />
      </span>
    </>
  );
}

function Checks({ target: { lastDeepCheck, lastShallowCheck } }: { readonly target: TargetView }) {
  if (!lastDeepCheck && !lastShallowCheck) return <>none yet</>;
  const word = (inSync: boolean): string => (inSync ? 'in sync' : 'differed');
  return (
    <>
      {lastDeepCheck && (
        <span class="line">
          deep <Ago at={lastDeepCheck.at} focusable />, {word(lastDeepCheck.inSync)}
        </span>
      )}
      {lastShallowCheck && (
        <span class="line">
          shallow <Ago at={lastShallowCheck.at} focusable />, {word(lastShallowCheck.inSync)}
        </span>
      )}
    </>
  );
}

function Pauses({ target }: { readonly target: TargetView }) {
  const { suspension, quarantine, authBlock, frozen = [] } = target;
  return (
    <>
      {frozen.map(({ until, window }) => (
        <Fact key={window} term="Freeze window, no writes">
          ends <Until at={until} focusable />
          <span class="sub mono break">{window}</span>
        </Fact>
      ))}
      {suspension && (
        <Fact term="Suspended">
          ends <Until at={suspension.until} focusable />
          <bdi class="sub">
            {suspension.reason}
            {suspension.by !== undefined && ` (${suspension.by})`}
          </bdi>
        </Fact>
      )}
      {quarantine && (
        <Fact term="Quarantined">
          <Ago at={quarantine.since} focusable />
          <Message class="sub" text={quarantine.reason} />
        </Fact>
      )}
      {authBlock && (
        <Fact term="Login">
          tried again <Until at={authBlock.until} focusable />
          <Message class="sub" text={authBlock.reason} />
        </Fact>
      )}
    </>
  );
}
