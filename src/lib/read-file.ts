import { readFile as readFileCallback } from 'node:fs';
import { promisify } from 'node:util';

/** As `readFile` of node:fs/promises, a module that takes 1 to 3 ms to load. */
export const readFile = promisify(readFileCallback);
