// What a test writes doesn't have to survive a power failure. Without this, an apply waits for the disk about thirty times,
// which takes most of its time on a slow one.
import { type FileHandle, open } from 'node:fs/promises';

const handle = await open(import.meta.filename);
const prototype = Object.getPrototypeOf(handle) as FileHandle; // its class has no name in Node's API
prototype.sync = async () => {};
await handle.close();
