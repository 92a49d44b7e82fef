// Objects of a repository by their names, through one `git cat-file --batch`: one process, however many files are read.
import { spawn } from 'node:child_process';
import { GIT_MS, gitEnvironment, reasonIn } from './run.ts';

export interface GitObject {
  /** `blob`, `tree`, `commit`. */
  readonly type: string;
  readonly content: Buffer;
}

export interface Objects extends AsyncDisposable {
  /** Undefined for an object that isn't there; rejects with what git says where it can't answer. */
  read(name: string): Promise<GitObject | undefined>;
}

interface Waiting {
  readonly resolve: (found: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Bytes of one object. A file of desired state may have 10 MiB, and a tree of a directory far less. */
const LARGEST = 64 * 1024 * 1024;

/** `timeoutMs`: for all that is read. */
export function openObjects(dir: string, timeoutMs = GIT_MS): Objects {
  const child = spawn('git', ['-C', dir, 'cat-file', '--batch'], {
    env: gitEnvironment(),
    timeout: timeoutMs,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const waiting: Waiting[] = [];
  let [got, stderr, ended] = [Buffer.alloc(0), '', false];
  const end = (reason: string): void => {
    ended = true;
    for (const one of waiting.splice(0)) one.reject(new Error(reason));
  };
  child.on('error', () => end("the program `git` isn't installed"));
  child.on('close', () => end(stderr === '' ? 'git ended before it answered' : reasonIn(stderr)));
  child.stdin.on('error', () => {}); // it ended: `close` says why
  child.stderr.on('data', (chunk: Buffer) => void (stderr = (stderr + chunk.toString('utf8')).slice(-4000)));
  child.stdout.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
    if (got.length > LARGEST) return void child.kill();
    for (let answer = answerIn(got); answer; answer = answerIn(got)) {
      got = got.subarray(answer.bytes);
      waiting.shift()?.resolve(answer.object);
    }
  });
  return {
    read: (name) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new Error(stderr === '' ? 'git has ended' : reasonIn(stderr)));
        if (/[\n\r]/.test(name)) return resolve(undefined);
        waiting.push({ resolve, reject });
        child.stdin.write(`${name}\n`);
      }),
    async [Symbol.asyncDispose]() {
      if (ended) return;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await closed;
    },
  };
}

/** The first whole answer, and its length with the line break behind it. */
function answerIn(
  got: Buffer,
): { readonly object: GitObject | undefined; readonly bytes: number } | undefined {
  const line = got.indexOf(0x0a);
  if (line < 0) return undefined;
  const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(got.toString('utf8', 0, line)) ?? [];
  if (type === undefined) return { object: undefined, bytes: line + 1 };
  const end = line + 1 + Number(size);
  if (got.length <= end) return undefined;
  return { object: { type, content: Buffer.from(got.subarray(line + 1, end)) }, bytes: end + 1 };
}
