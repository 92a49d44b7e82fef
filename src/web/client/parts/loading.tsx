// The placeholder of a resource: the error, a skeleton while it loads, the content with the error of a reload above.
import type { ComponentChildren } from 'preact';
import type { Resource } from '../data/resource.ts';
import { Trouble } from './trouble.tsx';

interface Props<T> {
  readonly resource: Resource<T>;
  /** What is loading, for screen readers. */
  readonly what: string;
  readonly children: (value: T) => ComponentChildren;
}

export function WhenLoaded<T>({ resource, what, children }: Props<T>) {
  const { value, problem } = resource.state.value;
  const trouble = problem && <Trouble problem={problem} retry={() => void resource.load()} />;
  if (value === undefined) return trouble ?? <Skeleton what={what} />;
  return (
    <>
      {trouble}
      {children(value)}
    </>
  );
}

export function Skeleton({ what }: { readonly what: string }) {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
