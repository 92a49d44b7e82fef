// What couldn't be loaded or done, and what to do about it.
import type { ProblemView } from '../../../api-schema/views.ts';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';

interface Props {
  readonly problem: ProblemView;
  readonly retry?: () => void;
}

export function Trouble({ problem, retry }: Props) {
  const { title, detail, problems = [] } = problem;
  const isSaidBelow = problems.some(({ message }) => message === detail || message === title);
  return (
    <div class="notice tone-bad" role="alert">
      <Icon name="danger" />
      <div class="notice-body">
        <strong>{title}</strong>
        {detail && detail !== title && !isSaidBelow && (
          <p>
            <Message text={detail} />
          </p>
        )}
        {problems.map(({ code, message, remedy }) => (
          <p key={`${code} ${message}`}>
            <code class="code">{code}</code> <Message text={message} />
            {remedy && <Message class="remedy" text={remedy} />}
          </p>
        ))}
        {retry && (
          <button type="button" class="button" onClick={retry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
