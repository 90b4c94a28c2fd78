import type { HttpTrace } from '../../http/http.ts';

/** Formats a request for `--debug`. The line contains no headers and no bodies. */
export function requestLine(trace: HttpTrace): string {
  const outcome = trace.status ?? trace.error?.split('\n')[0] ?? 'no response';
  const again = trace.attempt > 1 ? ` (attempt ${trace.attempt})` : '';
  return `debug: ${trace.method} ${trace.url} ${outcome} ${Math.round(trace.durationMs)} ms${again}`;
}
