// Values of a plan: scalars in a line, lists and mappings as indented lines, secrets as fingerprints.
import type { ComponentChildren } from 'preact';
import {
  isRedactedSecret,
  type Redacted,
  type RedactedSecret,
  type RedactedTree,
} from '../../../../domain/redacted.ts';
import { Icon } from '../../parts/icon.tsx';

export function Scalar({ value }: { readonly value: Redacted | undefined }) {
  if (value === undefined) return <span class="muted">absent</span>;
  if (isRedactedSecret(value)) return <Secret secret={value} />;
  return <code class="value">{typeof value === 'string' ? textOf(value) : JSON.stringify(value)}</code>;
}

function Secret({ secret: { $secret, name, reference } }: { readonly secret: RedactedSecret }) {
  return (
    <span class="secret" title="A secret, by its fingerprint">
      <Icon name="key" />
      <span class="visually-hidden">secret </span>
      {name !== undefined && <span>{name} </span>}
      <code>{reference === undefined ? $secret : `${$secret} (${reference})`}</code>
    </span>
  );
}

const PLAIN_TEXT = /^[A-Za-z_/][\w./@:+-]*(?: [\w./@+-]+)*$/;
const LOOKS_TYPED = /^(?:true|false|null|yes|no|on|off)$/i;

/** Quoted if it could be mistaken for another type. */
const textOf = (text: string): string =>
  PLAIN_TEXT.test(text) && !LOOKS_TYPED.test(text) ? text : JSON.stringify(text);

export const isScalar = (value: Redacted | undefined): boolean =>
  typeof value !== 'object' || value === null || isRedactedSecret(value) || sizeOf(value) === 0;

const sizeOf = (value: object): number => Object.keys(value).length;

/** One line of a value in the YAML style of people. Equal texts are equal lines. */
export interface Line {
  readonly text: string;
  readonly content: ComponentChildren;
}

export function linesOf(value: Redacted | undefined, indent = ''): readonly Line[] {
  if (value === undefined) return [];
  if (isScalar(value)) return [lineOf(indent, value)];
  if (Array.isArray(value)) return value.flatMap((item: Redacted) => itemLines(item, indent));
  return Object.entries(value as RedactedTree).flatMap(([name, member]) =>
    isScalar(member)
      ? [lineOf(`${indent}${textOf(name)}: `, member)]
      : [titleOf(`${indent}${textOf(name)}:`), ...linesOf(member, `${indent}  `)],
  );
}

function itemLines(item: Redacted, indent: string): readonly Line[] {
  if (isScalar(item)) return [lineOf(`${indent}- `, item)];
  const [first, ...rest] = linesOf(item, `${indent}  `);
  return first ? [prefixed(first, indent), ...rest] : [];
}

/** The dash of a list replaces the indentation of its first line. */
function prefixed({ text, content }: Line, indent: string): Line {
  const cut = indent.length + 2;
  const dashed = (whole: string): string => `${indent}- ${whole.slice(cut)}`;
  const [lead, ...others] = Array.isArray(content) ? content : [content];
  return { text: dashed(text), content: [dashed(String(lead)), ...others] };
}

const titleOf = (text: string): Line => ({ text, content: [text] });

function lineOf(lead: string, value: Redacted): Line {
  return { text: lead + JSON.stringify(value), content: [lead, <Scalar value={value} />] };
}
