#!/usr/bin/env node
// Starts the command line: from the sources in a checkout, from the build in an installed package.
import { existsSync } from 'node:fs';
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  console.error(`holdfast needs Node.js 22.22 or newer; this is ${process.version}.`);
  process.exit(1);
}
// Compiled code is kept below the directory for temporary files: the next start is faster.
module.enableCompileCache();
const source = new URL('../src/cli/main.ts', import.meta.url);
const entry = existsSync(source) ? source : new URL('../dist/main.js', import.meta.url);
const { main } = await import(entry.href);
await main(process.argv.slice(2));
