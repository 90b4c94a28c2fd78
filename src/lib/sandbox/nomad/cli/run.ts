import type { ExecIo } from '../../kubernetes/pod-backend.ts';
import type { NomadCore } from '../core.ts';

/** Runs one command of the nomad CLI. */
export async function runNomadCli(
  core: NomadCore,
  argv: readonly string[],
  io: ExecIo,
): Promise<number> {
  if (argv[0] === 'version') io.stdout(`Nomad v${core.dialect.version}\n`);
  return 0;
}
