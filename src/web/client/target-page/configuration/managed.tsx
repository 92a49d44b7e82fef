// What Holdfast keeps in sync on a target where nothing is left to do: sections, models, accounts.
import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { ConfigurationView } from '../../../../api-schema/views.ts';
import { plural } from '../../../../lib/text.ts';
import { Icon } from '../../parts/icon.tsx';
import { WhenLoaded } from '../../parts/loading.tsx';
import type { Resource } from '../../data/resource.ts';
import { targetHref } from '../../data/route.ts';
import { Scalar } from '../plan/value.tsx';
import { sizeText } from './sides.ts';

interface Props {
  readonly resource: Resource<ConfigurationView>;
  readonly name: string;
}

export function Managed({ resource, name }: Props) {
  useEffect(() => void resource.load(), [resource]);
  return (
    <div class="managed">
      <p class="all-well tone-ok">
        <Icon name="check" />
        Nothing to do: the gateway matches the files.
      </p>
      <WhenLoaded resource={resource} what="what the files manage">
        {(view) => (
          <>
            <Sections view={view} name={name} />
            {view.models && <Models models={view.models} />}
            {view.accounts && <Accounts accounts={view.accounts} />}
          </>
        )}
      </WhenLoaded>
    </div>
  );
}

interface BoxProps {
  readonly title: string;
  readonly count: number;
  readonly children: ComponentChildren;
}

function Box({ title, count, children }: BoxProps) {
  return (
    <section class="managed-box">
      <h2>
        {title} <span class="count">{count}</span>
      </h2>
      {children}
    </section>
  );
}

function Sections({ view, name }: { readonly view: ConfigurationView; readonly name: string }) {
  const sections = view.sections.filter(({ declared, tooLarge }) => declared !== undefined || tooLarge);
  return (
    <Box title="Managed by the files" count={sections.length}>
      <dl class="managed-sections">
        {sections.map(({ path, declared, tooLarge }) => (
          <div key={path}>
            <dt>
              <bdi class="path">{path}</bdi>
            </dt>
            <dd>{tooLarge ? 'many entries' : (sizeText(declared) ?? <Scalar value={declared} />)}</dd>
          </div>
        ))}
      </dl>
      <a href={targetHref(name, 'configuration')}>Files and gateway side by side</a>
    </Box>
  );
}

/** Names at first. */
const FIRST = 40;

function Models({ models }: { readonly models: readonly string[] }) {
  const [all, setAll] = useState(false);
  const left = models.length - FIRST;
  return (
    <Box title="Models that clients can ask for" count={models.length}>
      {models.length === 0 ? (
        <p class="muted">No credential of the configuration offers a model.</p>
      ) : (
        <ul class="plain models">
          {(all ? models : models.slice(0, FIRST)).map((model) => (
            <li key={model}>
              <code>{model}</code>
            </li>
          ))}
        </ul>
      )}
      {!all && left > 0 && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          Show {plural(left, 'other model')}
        </button>
      )}
    </Box>
  );
}

type Account = NonNullable<ConfigurationView['accounts']>[number];

function Accounts({ accounts }: { readonly accounts: readonly Account[] }) {
  const troubled = accounts.filter(({ state }) => state !== 'ok');
  const healthy = accounts.length - troubled.length;
  return (
    <Box title="Logged-in accounts" count={accounts.length}>
      {accounts.length === 0 ? (
        <p class="muted">
          The gateway has no logged-in accounts. Keys of the configuration don't count as such.
        </p>
      ) : (
        <p>
          {healthy} of {accounts.length} healthy
        </p>
      )}
      {troubled.length > 0 && (
        <ul class="plain accounts">
          {troubled.map((account) => (
            <li key={`${account.provider} ${account.name}`} class="tone-warn">
              <Icon name="warning" />
              <span>
                <bdi class="mono break">{account.name}</bdi> <span class="tag">{account.provider}</span>{' '}
                <span class="muted">
                  {account.status}
                  {account.nextRetryAfter !== undefined && `, used again after ${account.nextRetryAfter}`}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Box>
  );
}
