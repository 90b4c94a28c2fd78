import type { LogLine, LogSource } from '../kubernetes/log-source.ts';
import { type Random, seededRandom } from '../random.ts';
import type { PipelineService } from './scenario.ts';
import type { LogWriter } from './steps.ts';

const MINUTE_MS = 60_000;

const MESSAGES: readonly (readonly ['INFO' | 'WARN' | 'DEBUG', string, string])[] = [
  [
    'INFO',
    'com.zaxxer.hikari.pool.HikariPool',
    'HikariPool-1 - pool stats (total=10, active=0, idle=10, errors=0)',
  ],
  [
    'DEBUG',
    'com.zaxxer.hikari.pool.PoolBase',
    'HikariPool-1 - closed connection: (connection has passed maxLifetime)',
  ],
  [
    'INFO',
    'org.mongodb.driver.connection',
    'Opened connection [connectionId{localValue:7, serverValue:931}] to circleci-mongodb:27017',
  ],
  ['WARN', 'org.mongodb.driver.uri', 'Connection string contains unsupported option safe'],
  ['INFO', 'io.sentry.Sentry', 'ErrorHandler registered'],
  ['DEBUG', 'io.grpc.netty.NettyServerHandler', 'keepalive ping answered, no error'],
  ['DEBUG', 'langohr.core', 'heartbeat frame sent'],
  [
    'INFO',
    'circle.http.client',
    'GET https://github.com/api/v3/rate_limit; status=200; failed=false; retries=0;',
  ],
  [
    'WARN',
    'org.apache.http.impl.client.DefaultHttpClient',
    'Invalid cookie header: Set-Cookie: logged_in=no',
  ],
  ['INFO', 'circle.util.statsd', 'flushed 42 metrics; exceptions=0; dropped=0;'],
  ['DEBUG', 'circle.util.retry', 'retry policy installed: retry on Exception, at most 3 times'],
  ['INFO', 'clojure.tools.nrepl', 'session closed'],
];

const PLAIN: readonly ((random: Random, at: Date) => string)[] = [
  (random, at) =>
    JSON.stringify({
      level: 'info',
      time: at.toISOString(),
      msg: 'request',
      status: 200,
      error: null,
      ms: random.integer(1, 90),
    }),
  (random, at) =>
    JSON.stringify({
      level: 'debug',
      ts: at.getTime() / 1_000,
      msg: 'error rate below threshold',
      errors: 0,
      n: random.integer(1, 9),
    }),
  (random) =>
    `[GC (Allocation Failure) ${random.integer(300, 900)}M->${random.integer(80, 200)}M(1024M), 0.0${random.integer(10, 99)} secs]`,
  () => 'OpenJDK 64-Bit Server VM warning: Sharing is only supported for boot loader classes',
];

/** Returns a source of harmless lines at times determined by the seed. */
export function noiseSource(
  { perMinute, seed }: { readonly perMinute: number; readonly seed: number },
  service: PipelineService,
  pod: string,
  logWriter: LogWriter,
): LogSource {
  const salt = [...pod].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed);
  const inMinute = (minute: number): LogLine[] => {
    const random = seededRandom((salt ^ Math.imul(minute, 2_654_435_761)) >>> 0);
    const count = Math.floor(perMinute) + (random.next() < perMinute % 1 ? 1 : 0);
    return Array.from({ length: count }, () => {
      const at = minute * MINUTE_MS + random.integer(0, MINUTE_MS - 1);
      return { at, text: noiseLine(random, service, at, logWriter) };
    }).sort((a, b) => a.at - b.at);
  };
  return {
    between(from, to) {
      const lines: LogLine[] = [];
      for (let minute = Math.floor(from / MINUTE_MS); minute * MINUTE_MS < to; minute += 1) {
        lines.push(...inMinute(minute).filter(({ at }) => at >= from && at < to));
      }
      return lines;
    },
    nextAt(from) {
      const minute = Math.floor(from / MINUTE_MS);
      const due = [...inMinute(minute), ...inMinute(minute + 1)].find(({ at }) => at >= from);
      return due?.at ?? (minute + 2) * MINUTE_MS;
    },
  };
}

function noiseLine(
  random: Random,
  service: PipelineService,
  at: number,
  logWriter: LogWriter,
): string {
  if (random.next() < 0.3)
    return random.pick(PLAIN)(random, new Date(logWriter.clockOf(service, at)));
  const [level, namespace, message] = random.pick(MESSAGES);
  const thread = `pool-${random.integer(2, 40)}-thread-${random.integer(1, 12)}`;
  return logWriter.ofLibrary(service, { level, thread, namespace, message }, at);
}
