// What couldn't be loaded or done, and what to do about it.
import type { ProblemView } from '../../../api-schema/views.ts';
import { Icon } from './icon.tsx';
import { Message } from './message.tsx';

interface Props {
  readonly problem: ProblemView;
  readonly retry?: () => void;
}

export function Trouble({ problem, retry }: Props) {
  return (
    <div class="notice tone-bad" role="alert">
      <Icon name="danger" />
      <div class="notice-body">
        <strong>{problem.title}</strong>
        {problem.detail && problem.detail !== problem.title && (
          <p>
            <Message text={problem.detail} />
          </p>
        )}
        {problem.problems?.map(({ code, message, remedy }) => (
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
