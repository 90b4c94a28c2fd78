/** The address that build agents send their output to. */
export interface OutputAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * From the parameters of a task: `:event_processor_uri
 * "http://output.BASENAME.circleci.internal:8585"`.
 */
const URI = /\bevent[_-]processor[_-]uri\\?["']?[\s:=]+\\?["']?(?<uri>https?:\/\/[^\s"'\\,;}]+)/i;

/**
 * Returns the address of the output-processor in a task line of schedulerer's log (operations
 * guide, "Debug Queuing Builds", step 3); null for other lines.
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
