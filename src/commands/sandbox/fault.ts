import { SandboxCommand } from '../../lib/cli/bases/sandbox-command.ts';
import { nameFlag } from '../../lib/cli/flags/sandbox-flags.ts';
import { Flags } from '../../lib/cli/oclif.ts';
import { SandboxControl } from '../../lib/sandbox/control-client.ts';
import { describeFault, faultOf } from '../../lib/sandbox/fault-flags.ts';
import { FAULT_KINDS } from '../../lib/sandbox/fault-rule.ts';

/** `sandbox fault`: makes requests to a sandbox fail. */
export class SandboxFault extends SandboxCommand {
  static override summary = 'make requests to the sandbox fail';
  static override description =
    'The first fault that matches a request and is not used up applies to it. --clear removes all faults.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --service nomad --kind status --status 500 --times 3',
    '<%= config.bin %> <%= command.id %> --path /v1/nodes --kind delay --ms 2000',
    '<%= config.bin %> <%= command.id %> --clear',
  ];
  static override flags = {
    name: nameFlag,
    kind: Flags.option({ summary: 'kind of failure', options: FAULT_KINDS })({
      exactlyOne: ['kind', 'clear'],
    }),
    service: Flags.option({
      summary: 'only requests to this service (default: all)',
      options: ['nomad', 'kubernetes', 'server', 'nrepl'] as const,
    })(),
    method: Flags.string({ summary: 'only requests with this HTTP method', helpValue: 'GET' }),
    path: Flags.string({ summary: 'only requests whose path matches', helpValue: 'REGEXP' }),
    times: Flags.integer({ summary: 'number of requests that fail', min: 1 }),
    after: Flags.integer({ summary: 'number of requests that pass before', min: 0 }),
    status: Flags.integer({ summary: 'HTTP status of --kind status', min: 200, max: 599 }),
    body: Flags.string({ summary: 'body of --kind status' }),
    ms: Flags.integer({ summary: "delay in ms of the sandbox's time, for --kind delay", min: 0 }),
    bytes: Flags.integer({
      summary: 'bytes of the body that are sent, for --kind truncate',
      min: 0,
    }),
    clear: Flags.boolean({ summary: 'remove all faults' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxFault);
    const rule = flags.kind === undefined ? null : faultOf({ ...flags, kind: flags.kind });
    const state = await this.sandboxDirectory(flags.name).running();
    const control = new SandboxControl(state.control);
    if (rule === null) await control.clearFaults();
    else await control.addFault(rule);
    const line = rule === null ? 'No faults.' : describeFault(rule);
    await this.output.detail({ blocks: [{ kind: 'lines', lines: [line] }] }, { fault: rule });
  }
}
