// The findings of guards that refuse a plan, each with its remedy, to be accepted one by one.
import type { Verdict } from '../../../../domain/plan/guard.ts';
import { allowValues, overrideOf } from '../../../../domain/plan/override.ts';
import { Message } from '../../parts/message.tsx';

interface Props {
  readonly refused: readonly Verdict[];
  readonly busy: boolean;
  /** What was selected, as the API accepts it in `allow`. */
  readonly allow: ReadonlySet<string>;
  readonly change: (allow: ReadonlySet<string>) => void;
}

export function Overrides({ refused, busy, allow, change }: Props) {
  return (
    <fieldset class="overrides" disabled={busy}>
      <legend>Guards refuse this plan. Select each finding that you accept:</legend>
      {refused.flatMap((verdict) =>
        waysOf(verdict).map(({ value, choice }) => (
          <label key={value} class="check">
            <input
              type="checkbox"
              checked={allow.has(value)}
              onChange={({ currentTarget }) => change(toggled(allow, value, currentTarget.checked))}
            />
            <Finding verdict={verdict} choice={choice} />
          </label>
        )),
      )}
    </fieldset>
  );
}

interface FindingProps {
  readonly verdict: Verdict;
  readonly choice: string | undefined;
}

function Finding({ verdict, choice }: FindingProps) {
  const { guard, message, remedy } = verdict;
  const path = overrideOf(verdict)?.path;
  return (
    <span>
      <strong>{guard}</strong> {path !== undefined && <bdi class="path">{path}</bdi>}
      {choice !== undefined && `keep the ${choice}`}
      <Message class="sub" text={message} />
      <span class="sub">
        Instead: <Message text={remedy} />
      </span>
    </span>
  );
}

const toggled = (set: ReadonlySet<string>, value: string, on: boolean): ReadonlySet<string> =>
  on ? new Set([...set, value]) : new Set([...set].filter((one) => one !== value));

interface Way {
  readonly value: string;
  /** Which of several ways this is. */
  readonly choice: string | undefined;
}

function waysOf(verdict: Verdict): readonly Way[] {
  const override = overrideOf(verdict);
  if (!override) return [];
  return allowValues(override).map((value, i) => ({ value, choice: override.choices?.[i] }));
}

/** Exactly one way to override each refusal is selected. */
export const isAnswered = (refused: readonly Verdict[], allow: ReadonlySet<string>): boolean =>
  refused.every((verdict) => waysOf(verdict).filter(({ value }) => allow.has(value)).length === 1);
