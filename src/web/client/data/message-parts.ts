// Messages are plain texts that mark code with back-ticks, as Markdown does, and name flags without. Pure.

interface Part {
  readonly text: string;
  readonly code: boolean;
}

const CODE = /`([^`]+)`|(?<![\w-])(--[a-z][a-z-]*)/g;

/** The text in order, split into code and prose; a back-tick without a partner stays. */
export function messageParts(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: whole, 1: quoted, 2: flag = '', index } of text.matchAll(CODE)) {
    parts.push({ text: text.slice(from, index), code: false }, { text: quoted ?? flag, code: true });
    from = index + whole.length;
  }
  parts.push({ text: text.slice(from), code: false });
  return parts.filter((part) => part.text !== '');
}
