/** Where build agents send their output. */
export interface OutputAddress {
  readonly host: string;
  readonly port: number;
}

/** What a task is told: `:event_processor_uri "http://output.BASENAME.circleci.internal:8585"`. */
const URI = /\bevent[_-]processor[_-]uri\\?["']?[\s:=]+\\?["']?(?<uri>https?:\/\/[^\s"'\\,;}]+)/i;

/**
 * The address of the output-processor in a line that the schedulerer logs of a task (operations
 * guide, "Debug Queuing Builds", step 3); null for another line.
 */
export function outputAddressIn(line: string): OutputAddress | null {
  const uri = URI.exec(line)?.groups?.['uri'];
  const url = uri === undefined ? null : URL.parse(uri);
  if (!url || url.hostname === '') return null;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  };
}
