// Anchors of the headings of a page, as GitHub makes them.

export function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#{1,6} +(.+)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
