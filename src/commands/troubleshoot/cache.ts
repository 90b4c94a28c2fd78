import { cachesNotes, cachesTable } from '../../lib/cache/caches-view.ts';
import { locateBuild } from '../../lib/cache/find-build.ts';
import { inspectBuild } from '../../lib/cache/inspect-build.ts';
import { judgeCache } from '../../lib/cache/judge-size.ts';
import { parseCacheSubject } from '../../lib/cache/parse-subject.ts';
import { cacheView } from '../../lib/cache/view.ts';
import { AdminCommand } from '../../lib/cli/bases/admin-command.ts';
import { Args } from '../../lib/cli/oclif.ts';
import { EXIT_CODES } from '../../lib/errors.ts';
import type { BuildTarget } from '../../lib/queue/build/build-target.ts';
import { refuseOtherServer, unsureNote } from '../../lib/queue/build/other-server.ts';

/** `troubleshoot cache`: checks the size of caches against the operations guide's rule. */
export class TroubleshootCache extends AdminCommand {
  static override summary = 'check whether caches are too large to unpack safely';
  static override description =
    'A cache up to 500 MB is checked for corruption; a larger one is not, and may fail to unpack. For a build, the sizes are read from the output of its restore_cache and save_cache steps, with API v1.1 of the server. Exits 9 if a cache is too large, 10 if some steps could not be read.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> acme/web/26',
    '<%= config.bin %> <%= command.id %> https://circleci.example.com/gh/acme/web/26 --json',
    '<%= config.bin %> <%= command.id %> 620MB',
  ];
  static override completes = { 'build|size': 'jobs' } as const;
  static override args = {
    'build|size': Args.string({
      required: true,
      ignoreStdin: true,
      description: 'URL, org/repo/number or ID of a build; or a size, such as 620MB',
    }),
  };

  /** A size is judged without an installation; for a build, `run` selects the installation. */
  protected override get needsInstallation(): boolean {
    return false;
  }

  async run(): Promise<void> {
    const { args } = await this.parse(TroubleshootCache);
    const subject = parseCacheSubject(args['build|size']);
    if (subject.kind === 'build') return this.#judgeBuild(subject.target);
    const verdict = judgeCache(subject.bytes);
    await this.output.detail(cacheView(verdict), verdict);
    if (verdict.verdict !== 'ok') this.exitWith(EXIT_CODES.findings);
  }

  async #judgeBuild(target: BuildTarget): Promise<void> {
    await this.chooseInstallation();
    const { installation, signal, output, runtime } = this;
    const lists = {
      admin: () => installation.admin({ brief: true }),
      nomad: () => installation.nomad(),
    };
    const location = await locateBuild(target, lists, signal);
    const onRead = (read: number, of: number): void => {
      if (runtime.stderr.isTTY) output.progress(`Reading the output of steps: ${read} of ${of}`);
    };
    const { host } = installation.settings;
    const onBuild = (url: string | null): void => refuseOtherServer(target, [host, url]);
    const options = { ...location, signal, onBuild, onRead };
    const caches = await inspectBuild(await installation.steps(), options);
    await output.table(cachesTable(caches), caches);
    const unsure = unsureNote(target.host, [host, caches.url]);
    if (unsure !== null) output.note(unsure);
    for (const note of cachesNotes(caches)) output.note(note);
    if (caches.verdict === 'too-large') this.exitWith(EXIT_CODES.findings);
    const { unread, undecided, passedOver } = caches;
    if (unread + undecided + passedOver > 0) this.exitWith(EXIT_CODES.partial);
  }
}
