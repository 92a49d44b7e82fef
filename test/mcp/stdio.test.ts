// One end-to-end run of `holdfast mcp` as an agent's program starts it: a process on standard input and output.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startSandbox } from '../../src/sandbox/start.ts';

const PROGRAM = resolve(import.meta.dirname, '../../bin/holdfast.js');
const KEY = 'management-key-for-tests';

test('an agent starts the server, calls tools, and the process ends with the connection', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-mcp-'));
  const file = join(dir, 'config.yaml');
  await writeFile(file, 'api-keys: [sk-test-0001]\n');
  const sandbox = await startSandbox({
    file,
    port: 0,
    host: '127.0.0.1',
    env: { MANAGEMENT_PASSWORD: KEY },
  });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, 'mcp', '--url', sandbox.url],
    cwd: dir,
    env: { MANAGEMENT_PASSWORD: KEY },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'test', version: '1.0.0' });
  try {
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('apply_plan');
    const doctor = await client.callTool({ name: 'doctor', arguments: {} });
    expect(doctor.structuredContent).toMatchObject({ ok: true, exit: 0 });
    const config = await client.callTool({ name: 'get_config', arguments: { path: 'api-keys' } });
    expect(config.structuredContent).toMatchObject({ result: { value: ['[secret]'] } });
  } finally {
    const { pid } = transport;
    await client.close();
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
  }
});
