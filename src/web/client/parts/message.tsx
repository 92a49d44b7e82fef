// The text of a message, with its code as code. It can contain names from files and gateways, so its direction is isolated.
import { messageParts } from '../data/message-parts.ts';

interface Props {
  readonly text: string;
  readonly class?: string;
}

export function Message({ text, class: name }: Props) {
  return (
    <bdi class={name}>
      {messageParts(text).map((part, i) =>
        part.code ? (
          <code key={i} class="break">
            {part.text}
          </code>
        ) : (
          part.text
        ),
      )}
    </bdi>
  );
}
