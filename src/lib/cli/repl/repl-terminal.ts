import { Writable } from 'node:stream';
import type { Masker } from '../../masking.ts';
import type { ReplSink } from '../../repl/run-code.ts';
import type { OutputStream, Runtime } from '../runtime.ts';

/** Returns the warning to print before connecting to a REPL. */
export function replWarning(installation: string): string {
  return `This runs Clojure inside the frontend of ${installation}, with full access to all data of the server. Nothing is checked, nothing can be undone, and (System/exit 0) stops the frontend.`;
}

/** Writes values and printed text to standard output, and errors to standard error. */
export function replSink({ stdout, stderr }: Runtime, masker: Masker): ReplSink {
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(masker.mask(text)),
    value: (text) => stdout.write(`${text}\n`),
  };
}

/** Adapts an output stream for readline, which needs its width to know where lines wrap. */
export function promptStream(stream: OutputStream): Writable {
  const writable = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, callback) {
      stream.write(chunk).then(
        () => callback(),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  return Object.defineProperty(writable, 'columns', { get: () => stream.columns ?? 80 });
}
