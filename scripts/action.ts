// Bundles the action into one file that needs no node_modules: dist/action/index.mjs. `npm run build:action [-- FILE]`
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const [file = 'dist/action/index.mjs'] = process.argv.slice(2);

/** Some files load what is rarely needed by a `require` of their own, which a bundler can't follow. */
const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\);$/m;

const followRequire: Plugin = {
  name: 'follow-require',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return OWN_REQUIRE.test(text) ? { loader: 'ts', contents: text.replace(OWN_REQUIRE, '') } : undefined;
    });
  },
};

await build({
  entryPoints: [resolve(import.meta.dirname, '../src/cli/action.ts')],
  outfile: resolve(file),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  keepNames: true,
  // Starts services of the file system on macOS alone; esbuild builds the dashboard, which the action doesn't serve.
  external: ['fsevents', 'esbuild'],
  // CommonJS packages in the bundle ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [followRequire],
});
