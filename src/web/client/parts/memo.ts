// A component that renders again only if one of its properties changed.
import { Component, type ComponentChild, type ComponentType } from 'preact';

export function memo<P extends object>(render: (props: P) => ComponentChild): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return (Object.keys(next) as (keyof P)[]).some((name) => next[name] !== this.props[name]);
    }

    override render(): ComponentChild {
      return render(this.props);
    }
  };
}
