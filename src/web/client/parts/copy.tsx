// A button that copies a text.
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const SHOWN_FOR = 2000;

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await written(text));
    setTimeout(() => setCopied(false), SHOWN_FOR);
  };
  return (
    <button type="button" class="icon-button" title={`Copy ${what}`} onClick={() => void copy()}>
      <Icon name={copied ? 'check' : 'copy'} />
      <span class="visually-hidden" aria-live="polite">
        {copied ? 'Copied' : `Copy ${what}`}
      </span>
    </button>
  );
}

/** Browsers don't give a page on plain HTTP access to the clipboard; the old API still works there. */
async function written(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => writtenTheOldWay(text),
    );
  }
  return writtenTheOldWay(text);
}

function writtenTheOldWay(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
