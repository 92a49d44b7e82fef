// The foot of a dialog: the button that closes it, then those that act.
import type { ComponentChildren } from 'preact';

interface Props {
  readonly close: () => void;
  /** What closing means now: nothing happens, or it has happened. */
  readonly label?: string;
  readonly children?: ComponentChildren;
}

export const DialogFoot = ({ close, label = 'Cancel', children }: Props) => (
  <footer class="dialog-foot">
    <button type="button" class="button" onClick={close}>
      {label}
    </button>
    {children}
  </footer>
);
