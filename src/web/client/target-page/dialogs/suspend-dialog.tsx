// Suspends a target.
import { Dialog } from '../../parts/dialog.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { useAsking } from './asking.ts';
import { Result } from './result.tsx';
import { SuspensionFields, useSuspension } from './suspension.tsx';

interface Props {
  readonly name: string;
  readonly close: () => void;
}

export function SuspendDialog({ name, close }: Props) {
  const suspension = useSuspension();
  const asking = useAsking(name);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { ok } = await asking.ask('suspend', suspension.request());
    if (ok) close();
  };
  return (
    <Dialog title={`Suspend ${name}`} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <SuspensionFields suspension={suspension} />
        <Result answer={asking.answer} done="Suspended." />
        <DialogFoot close={close}>
          <button
            type="submit"
            class="button button-primary"
            disabled={asking.busy || !suspension.isComplete}
          >
            Suspend
          </button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
