// Jest on the sources themselves: SWC only strips the types, modules stay ES modules.
import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  setupFiles: ['<rootDir>/test/support/seed.ts', '<rootDir>/test/support/unsynced.ts'],
  // A deadline for what hangs, not a measure: a busy machine takes its time.
  testTimeout: 120_000,
  // A real gateway that judges is one for all (docs/testing.md). Otherwise one more than cores: many tests wait for processes.
  maxWorkers: process.env.HOLDFAST_TEST_GATEWAY ? 1 : availableParallelism() + 1,
  // Each file leaves some 30 MB behind in its worker, and a worker of 3 GB takes longer to exit than Jest waits for it.
  workerIdleMemoryLimit: '600MB',
  reporters: ['default', '<rootDir>/test/support/closing-line.js'],
};
