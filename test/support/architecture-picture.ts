// docs/architecture.svg: the rooms of src/ in layers. A room imports from its own layer and from those below it. The inner rooms come from the table that test/structure.test.ts checks.
import { INNER, MAY_IMPORT } from './rooms.ts';

interface Box {
  readonly room: string;
  /** Share of the width of the layer. */
  readonly width: number;
  readonly lines: readonly string[];
  readonly kind?: 'pure' | 'writes';
  /** Takes what the room to its left makes. */
  readonly takes?: true;
}

interface Layer {
  readonly label: string;
  readonly height: number;
  readonly boxes: readonly Box[];
}

const inner = (room: string): string => Object.keys(INNER[room] ?? {}).join(' · ');

const LAYERS: readonly Layer[] = [
  {
    label: 'What you start',
    height: 92,
    boxes: [
      { room: 'cli', width: 3.6, lines: ['commands · init · pull', 'remote · io · completion'] },
      { room: 'mcp', width: 2, lines: ['tools for', 'AI agents'] },
      { room: 'demo', width: 2, lines: ['npm start', 'npm run demo'] },
      { room: 'compose', width: 3.6, lines: ['wires settings, state, clock', 'and clients into a program'] },
      { room: 'daemon', width: 4, lines: ['core · git · http', 'notify · metrics · health'] },
      { room: 'web', width: 2.8, lines: ['the dashboard:', 'pages · parts · target-page'] },
    ],
  },
  {
    label: 'The pipeline: files and gateway in, requests out',
    height: 128,
    boxes: [
      { room: 'settings', width: 3, lines: ['holdfast.yaml', 'becomes targets'] },
      {
        room: 'desired',
        width: 3.4,
        takes: true,
        lines: ['files become one', 'declared tree', 'read · layout · check'],
      },
      {
        room: 'plan',
        width: 5.2,
        kind: 'pure',
        takes: true,
        lines: ['differences, requests,', 'verdicts: pure', ...halves(inner('plan'))],
      },
      {
        room: 'apply',
        width: 4.6,
        kind: 'writes',
        takes: true,
        lines: ['the transaction:', 'the only room that writes', ...halves(inner('apply'))],
      },
      { room: 'adopt', width: 2.8, lines: ['the gateway’s file', 'becomes yours', '(pull)'] },
      { room: 'sandbox', width: 2.6, lines: ['a gateway that', 'behaves like', 'the real one'] },
    ],
  },
  {
    label: 'What the rooms above read and record',
    height: 110,
    boxes: [
      {
        room: 'gateway',
        width: 7.6,
        lines: ['the gateway as data and functions', ...halves(inner('gateway'))],
      },
      { room: 'state', width: 3.2, lines: ['records, backups,', 'journal, locks'] },
      { room: 'rollout', width: 2.4, lines: ['waves of', 'a fleet'] },
      { room: 'input', width: 2.8, lines: ['references,', 'schema check'] },
      { room: 'report', width: 2.8, lines: ['text · json · junit', 'markdown · github'] },
      { room: 'forge', width: 2.6, lines: ['GitHub · GitLab', 'Gitea · Forgejo'] },
      { room: 'api-schema', width: 2.6, lines: ['what the HTTP API', 'takes and answers'] },
    ],
  },
  {
    label: 'What everything is made of',
    height: 74,
    boxes: [
      { room: 'yaml', width: 5, lines: ['strict reading · comments · splice'] },
      { room: 'domain', width: 7, lines: ['types: plan · problem · state · outcome'] },
      { room: 'lib', width: 5, lines: ['zone · duration · stable JSON · redaction'] },
    ],
  },
];

const LEFT = 24;
const WIDTH = 1072;
const GAP = 16;

function halves(text: string): string[] {
  const names = text.split(' · ');
  const middle = Math.ceil(names.length / 2);
  return [names.slice(0, middle).join(' · '), names.slice(middle).join(' · ')];
}

function boxAt(box: Box, x: number, y: number, width: number, height: number): string {
  const center = x + width / 2;
  const lines = box.lines.map(
    (line, i) => `<text class="line" x="${center}" y="${y + 44 + i * 18}">${line}</text>`,
  );
  return [
    `<rect class="${box.kind ?? 'room'}" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    box.takes ? `<path class="arrow" d="M${x - GAP + 4} ${y + height / 2 - 6}l9 6l-9 6z"/>` : '',
    `<text class="name" x="${center}" y="${y + 24}">${box.room}/</text>`,
    ...lines,
  ]
    .filter(Boolean)
    .join('\n');
}

function layerAt({ label, boxes, height }: Layer, y: number): string {
  const all = boxes.reduce((sum, { width }) => sum + width, 0);
  const unit = (WIDTH - GAP * (boxes.length - 1)) / all;
  let x = LEFT;
  const drawn = boxes.map((box) => {
    const width = Math.round(box.width * unit);
    const text = boxAt(box, x, y + 24, width, height);
    x += width + GAP;
    return text;
  });
  return [`<text class="label" x="${LEFT}" y="${y + 14}">${label}</text>`, ...drawn].join('\n');
}

const STYLE = `
svg { --page: #ffffff; --box: #f6f8fa; --edge: #8c959f; --text: #1f2328; --soft: #424a53; --pure: #e6f4ea; --pure-edge: #1a7f37; --writes: #fdecec; --writes-edge: #cf222e; background: var(--page); font-family: system-ui, sans-serif }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --box: #161b22; --edge: #6e7681; --text: #e6edf3; --soft: #b1bac4; --pure: #12261a; --pure-edge: #3fb950; --writes: #2d1517; --writes-edge: #f85149 } }
.page { fill: var(--page) }
.room { fill: var(--box); stroke: var(--edge) } .pure { fill: var(--pure); stroke: var(--pure-edge) } .writes { fill: var(--writes); stroke: var(--writes-edge) }
.room, .pure, .writes { stroke-width: 1.5 }
.name { font-size: 16px; font-weight: 600; text-anchor: middle; fill: var(--text) }
.line { font-size: 12.5px; text-anchor: middle; fill: var(--soft) }
.arrow { fill: var(--soft) }
.label { font-size: 13px; fill: var(--soft) }
`;

const SUMMARY =
  'The rooms of src in four layers: what you start; the pipeline from settings and desired state over plan to apply; gateway, state and reports; shared types. A room imports from its own layer and from those below it.';

export function architecturePicture(): string {
  let y = 14;
  const drawn = LAYERS.map((layer) => {
    const text = layerAt(layer, y);
    y += layer.height + 44;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1120 ${y}" role="img" aria-labelledby="title">
<title id="title">${SUMMARY}</title>
<style>${STYLE}</style>
<rect class="page" x="0" y="0" width="1120" height="${y}"/>
${drawn.join('\n')}
</svg>
`;
}

/** Rooms that the picture shows. */
export const picturedRooms = (): readonly string[] =>
  LAYERS.flatMap(({ boxes }) => boxes.map(({ room }) => room));

/** Imports that the picture would have to draw upwards: none. */
export function upwardArrows(): readonly string[] {
  const at = new Map(LAYERS.flatMap(({ boxes }, layer) => boxes.map(({ room }) => [room, layer] as const)));
  return Object.entries(MAY_IMPORT).flatMap(([from, all]) =>
    all.filter((to) => (at.get(from) ?? 0) > (at.get(to) ?? 0)).map((to) => `${from} -> ${to}`),
  );
}
