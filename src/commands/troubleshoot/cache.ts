import { judgeCache, parseCacheSize } from '../../lib/cache/judge-size.ts';
import { cacheView } from '../../lib/cache/view.ts';
import { AdminCommand } from '../../lib/cli/admin-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';

/** `troubleshoot cache`: the operations guide's rule for the size of caches. */
export class TroubleshootCache extends AdminCommand {
  static override summary = 'check whether a cache is too large to unpack safely';
  static override description =
    "A cache up to 500 MB is checked for corruption; a larger one is not, and may fail to unpack. The size is shown in the job's restore_cache step. Exits 9 if it is too large.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> 620MB',
    '<%= config.bin %> <%= command.id %> 1.2GiB --json',
  ];
  static override args = {
    size: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'size of the cache, such as 620MB',
    }),
  };

  /** It is about a number alone. */
  protected override get needsInstallation(): boolean {
    return false;
  }

  async run(): Promise<void> {
    const { args } = await this.parse(TroubleshootCache);
    const verdict = judgeCache(parseCacheSize(args.size));
    await this.output.detail(cacheView(verdict), verdict);
    if (verdict.verdict !== 'ok') this.exitWith(EXIT_CODES.findings);
  }
}
