import { describe, expect, it } from 'vitest';
import { outputAddressIn } from '../../../src/lib/connectivity/output-address.ts';

/** The guide's own line, with a BASENAME. */
const GUIDE =
  '2021-01-20T06:14:59.553+0000 [] [pool-43-thread-13] INFO schedulerer.core got task message; task-name=6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21; task={:disk-mb 0, :event_processor_uri "http://output.prod.circleci.internal:8585", :ram-mb 4120, :metadata {:build_url "https://circleci.example.com/gh/circleci/realitycheck/21"}}; version=0.1.53171';

describe("the address of the output-processor in a line of schedulerer's log", () => {
  it.each([
    ["the guide's line", GUIDE, 'output.prod.circleci.internal', 8585],
    ['a JSON log', '{"event_processor_uri":"https://circleci.acme.io"}', 'circleci.acme.io', 443],
    [
      'JSON within JSON',
      '"task":"{\\"event-processor-uri\\": \\"http://10.0.0.4:8585/x\\"}"',
      '10.0.0.4',
      8585,
    ],
    ['an address without port', ":event-processor-uri 'http://output.a.b'", 'output.a.b', 80],
    ['an IPv6 address', 'event_processor_uri=http://[fd00::1]:8585', 'fd00::1', 8585],
  ])('is read from %s', (_, line, host, port) => {
    expect(outputAddressIn(line)).toEqual({ host, port });
  });

  it.each([
    ['another line', GUIDE.replace('event_processor_uri', 'build_agent_image')],
    ['a line with an invalid address', ':event_processor_uri "http://:8585"'],
    [
      'a line without address',
      ':event_processor_uri nil, :build_url "https://circleci.example.com/"',
    ],
  ])('is not in %s', (_, line) => {
    expect(outputAddressIn(line)).toBeNull();
  });
});
