// Restores a backup after the user typed the name of the target; optionally with a dry run first.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { BackupsView, TargetView } from '../../../../api-schema/views.ts';
import { targetNamed } from '../../data/fleet.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { RevisionLine } from '../../parts/revision.tsx';
import { StepLine } from '../../parts/step.tsx';
import { exact } from '../../data/labels.ts';
import { BackupDiff } from './backup-diff.tsx';
import { type Action, outcomeIn, useAsking } from './asking.ts';
import { Result } from './result.tsx';

interface Props {
  readonly name: string;
  readonly close: () => void;
}

export function RestoreDialog({
  backup,
  ...rest
}: Props & { readonly backup: BackupsView['backups'][number] }) {
  return (
    <Typed
      {...rest}
      title={`Restore ${rest.name}`}
      verb="Restore"
      action="restore"
      body={{ backup: backup.id }}
    >
      <p>
        Restores the gateway's file of <b>{exact(backup.at)}</b>. Holdfast backs up the current file first.
      </p>
      <p class="mono break">{backup.id}</p>
      <BackupDiff name={rest.name} id={backup.id} now />
    </Typed>
  );
}

interface RollbackProps extends Pick<Props, 'close'> {
  readonly target: TargetView;
}

export function RollbackDialog({ target: { name, rollback }, close }: RollbackProps) {
  return (
    <Typed name={name} close={close} title={`Roll back ${name}`} verb="Roll back" action="rollback" body={{}}>
      <p>
        Restores the gateway's file from before the last apply. Holdfast backs up the current file first. The
        revision of the files is quarantined: Holdfast doesn't apply it again until the files change or you
        retry it.
      </p>
      {rollback?.revision && (
        <p>
          In effect afterwards: <RevisionLine revision={rollback.revision} />
        </p>
      )}
    </Typed>
  );
}

interface TypedProps extends Props {
  readonly title: string;
  readonly verb: string;
  readonly action: Action;
  readonly body: object;
  readonly children: ComponentChildren;
}

function Typed({ name, close, title, verb, action, body, children }: TypedProps) {
  const [typed, setTyped] = useState('');
  const asking = useAsking(name);
  const id = useId();
  const restored = asking.answer?.ok && outcomeIn(asking.answer.value)?.kind === 'restored';
  const ask = (dryRun: boolean): void => {
    void asking.ask(action, { ...body, confirm: dryRun ? name : typed, dryRun });
  };
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(false);
        }}
      >
        {children}
        {!restored && (
          <>
            <label for={id}>
              Type <b class="mono">{name}</b> to confirm
            </label>
            <input
              id={id}
              autofocus
              value={typed}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </>
        )}
        <Result answer={asking.answer} done="Done." />
        {asking.busy && <StepLine step={targetNamed(name)?.step ?? 'lock'} />}
        <DialogFoot close={close} label={restored ? 'Close' : 'Cancel'}>
          {!restored && (
            <>
              <button type="button" class="button" disabled={asking.busy} onClick={() => ask(true)}>
                Rehearse
              </button>
              <button type="submit" class="button button-danger" disabled={asking.busy || typed !== name}>
                {verb}
              </button>
            </>
          )}
        </DialogFoot>
      </form>
    </Dialog>
  );
}
