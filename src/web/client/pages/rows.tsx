// Rows of the overview, in parts of a few rows each. Of many targets, only parts near the view are rendered, so that a
// page of a thousand targets costs what a page of a few dozen does.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TargetView } from '../../../api-schema/views.ts';
import { picked } from '../data/selection.ts';
import { mayOperate } from '../data/session.ts';
import { memo } from '../parts/memo.ts';
import { TargetRow } from '../parts/target-row.tsx';

const PART = 20;
/** Up to this number, all rows are rendered: search in the page finds them. */
const ALL = 100;
/** How far outside of the view parts are rendered. */
const MARGIN = '800px 0px';
/** px of a row that was never rendered. */
const USUAL_HEIGHT = 60;

/** Columns beside the one of the checkboxes. */
export const COLUMNS = 6;

interface Props {
  readonly members: readonly TargetView[];
  /** The number of targets of the page. */
  readonly total: number;
  readonly inGroup?: boolean;
}

export function Rows({ members, total, inGroup = false }: Props) {
  const count = Math.ceil(members.length / PART);
  return (
    <>
      {Array.from({ length: count }, (_, i) => (
        <Part
          key={i}
          members={members.slice(i * PART, (i + 1) * PART)}
          all={total <= ALL}
          inGroup={inGroup}
        />
      ))}
    </>
  );
}

interface PartProps extends Pick<Props, 'members'> {
  readonly all: boolean;
  readonly inGroup: boolean;
}

function Part({ members, all, inGroup }: PartProps) {
  const [body, near, height] = useNearness();
  return (
    <tbody ref={body} role="rowgroup">
      {all || near ? (
        members.map((target) => (
          <Row
            key={target.name}
            target={target}
            inGroup={inGroup}
            picked={mayOperate.value ? picked.value.has(target.name) : undefined}
          />
        ))
      ) : (
        <tr role="row">
          <td
            role="cell"
            colSpan={COLUMNS + 1}
            style={{ height: `${height ?? members.length * USUAL_HEIGHT}px` }}
          >
            <span class="visually-hidden">{members.length} more targets, shown when you scroll to them</span>
          </td>
        </tr>
      )}
    </tbody>
  );
}

const Row = memo(TargetRow);

/** Whether an element is near the view, or has the focus; and the height that it had then. */
function useNearness() {
  const element = useRef<HTMLTableSectionElement>(null);
  const height = useRef<number | undefined>(undefined);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        const isNear = entry?.isIntersecting === true || current.contains(document.activeElement);
        if (!isNear && current.childElementCount > 1) height.current = current.offsetHeight;
        setNear(isNear);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, near, height.current] as const;
}
