// Where a target stands, as icon and title in its colour.
import { STANDINGS, type Standing } from '../../../nouns/standing.ts';
import { toneOf } from '../fleet.ts';
import { StandingIcon } from './icon.tsx';

export function StandingBadge({ standing }: { readonly standing: Standing }) {
  const { title, meaning } = STANDINGS[standing];
  return (
    <span class={`standing tone-${toneOf(standing)}`} title={meaning}>
      <StandingIcon standing={standing} />
      {title}
    </span>
  );
}
