import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Masker } from '../../src/lib/masking.ts';
import { LineRedactor, redactLine } from '../../src/lib/redact-line.ts';

/** The sample log lines of the operations guide: healthy logs and one error. */
const GUIDE = [
  'Jan 20 06:14:59.129:+0000 INFO circle.backend.build.usage-queue forwarded to run-queue; build-name=circleci/realitycheck/21;',
  '2021-01-20T06:14:59.347+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Build is using resource class; build-id=6007ca6352718c10b1227a57; build-url =https://circleci.example.com/gh/circleci/realitycheck/21; resource-class={:id "d1.medium", :availability :general, :ui {:cpu 2.0, :ram 4096, :class :medium, :name "Docker Medium"}, :outer {:cpu 2.0, :ram 4120}}; vcs-url=https://github.com/circleci/realitycheck; 2021-01-20T06:14:59.348+0000 [] [async-thread-macro-1] INFO picard-dispatcher.tasks Computed tasks;',
  '2021-01-20T06:14:59.553+0000 [] [pool-43-thread-13] INFO schedulerer.core got task message; task-name=6007ca6352718c10b1227a57-0-build-circleci-realitycheck-21; task={:disk-mb 0, :task-id "6007ca6352718c10b1227a57-0-build", :event_processor_uri "http://output.prod.circleci.internal:8585", :metadata {:build_url "https://circleci.example.com/gh/circleci/realitycheck/21", :env "development", :debug false}, :cpus 2.0}; version=0.1.53171',
  '{"error":"rpc error: code = Unavailable desc = grpc: the connection is unavailable","level":"warning","msg":"error fetching config, retrying","time":"2018-04-17T18:47:01Z"}',
  'token=nil; password: null, "secret": "" and no-token at all',
  'java.lang.IllegalStateException: no token for build 6007ca6352718c10b1227a57',
];

const SECRET = 'pTq9-zz81_Kd';

/** Lines that contain {@link SECRET}. */
const LEAKS = [
  `CIRCLE_TOKEN=${SECRET} NOMAD_ADDR=x`,
  `using token=${SECRET}; build-name=acme/web/1`,
  `{"password": "${SECRET}", "user":"ci"}`,
  `{\\"password\\": \\"${SECRET}\\", \\"user\\":\\"ci\\"}`,
  `{:user "ci", :password "${SECRET}", :retries 3}`,
  `{:circle-token "${SECRET}"}`,
  `Authorization: Bearer ${SECRET}`,
  `authorization: token ${SECRET}`,
  `mongodb://circle:${SECRET}@circleci-mongodb:27017/circle`,
  `db_password: ${SECRET}`,
  `GET /api?circle-token=${SECRET}&limit=1`,
  `aws_secret_access_key = ${SECRET}`,
];

describe('redactLine', () => {
  it.each(GUIDE)('leaves a line without secrets unchanged: %s', (line) => {
    expect(redactLine(line)).toBe(line);
  });

  it.each(LEAKS)('redacts the secret in %s', (line) => {
    const redacted = redactLine(line);
    expect(redacted).not.toContain(SECRET);
    expect(redacted).toContain('[secret]');
  });

  it.each([
    `key AKIAIOSFODNN7EXAMPLE was refused`,
    `remote: https://x-access-token:ghs_${'a1'.repeat(18)}@github.com/acme/web`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N`,
  ])('redacts secrets with a known format: %s', (line) => {
    expect(redactLine(line)).not.toMatch(/AKIAIO|ghs_|eyJzdW/);
  });

  it('does not change a line that is already redacted', () => {
    const part = fc.constantFrom(...LEAKS, ...GUIDE);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const once = redactLine(parts.join('; '));
        expect(once).not.toContain(SECRET);
        expect(redactLine(once)).toBe(once);
      }),
    );
  });
});

describe('LineRedactor', () => {
  it('redacts a private key of several lines and nothing after it', () => {
    const redactor = new LineRedactor(new Masker());
    const key = [
      'loading -----BEGIN RSA PRIVATE KEY-----',
      'MIIEpAIBAAKCAQEA1',
      'k8=',
      '-----END RSA PRIVATE KEY-----',
    ];
    const lines = [...key, 'Still running...;'].map((line) => redactor.redact(line));
    expect(lines.join('\n')).not.toMatch(/MIIE|k8=/);
    expect(lines.at(-1)).toBe('Still running...;');
  });

  it('redacts the registered secrets of the installation', () => {
    const masker = new Masker();
    masker.add('hunter2-hunter2');
    expect(new LineRedactor(masker).redact('saw hunter2-hunter2 here')).toBe('saw [secret] here');
  });
});
