// An e-mail: text, and the same as simple HTML. No text can add a header: each is one line, and the library folds
// it. Pure.
import { clipped } from '../../../lib/text.ts';
import { isoTime, type Page } from './message.ts';

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function mailOf(page: Page): Mail {
  return {
    subject: clipped(`[${page.severity}] ${page.title}`, 200),
    text: textOf(page),
    html: htmlOf(page),
  };
}

function textOf({ title, summary, facts, sections, link, at }: Page): string {
  return [
    title,
    '',
    summary,
    ...(facts.length > 0 ? ['', ...facts.map(({ name, value }) => `${name}: ${value}`)] : []),
    ...sections.flatMap(({ heading, lines }) => ['', heading, ...lines.map((line) => `- ${line}`)]),
    ...(link === undefined ? [] : ['', link]),
    '',
    isoTime(at),
    '',
  ].join('\n');
}

function htmlOf({ title, summary, facts, sections, link, at }: Page): string {
  const rows = facts.map(
    ({ name, value }) => `<tr><th align="left">${name}</th><td>${escaped(value)}</td></tr>`,
  );
  const parts = sections.map(({ heading, lines }) => {
    const items = lines.map((line) => `<li>${escaped(line)}</li>`).join('');
    return `<h3>${heading}</h3><ul>${items}</ul>`;
  });
  return [
    '<!doctype html><html><body style="font-family: sans-serif">',
    `<h2>${escaped(title)}</h2><p>${escaped(summary)}</p>`,
    ...(rows.length > 0 ? [`<table cellpadding="4">${rows.join('')}</table>`] : []),
    ...parts,
    ...(link === undefined ? [] : [`<p><a href="${escaped(link)}">Open the dashboard</a></p>`]),
    `<p><small>${isoTime(at)}</small></p></body></html>`,
  ].join('\n');
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
