import { type Check, notConfigured, ok } from '../check.ts';
import type { DoctorContext } from '../context.ts';

type Needs = Pick<DoctorContext, 'settings' | 'token'>;

/** CA0104: Nomad's token can be read, from a file that only its owner can read. */
export const nomadTokenReadable: Check<Needs> = readable('nomad', {
  code: 'CA0104',
  name: "Nomad's token can be read",
});

/** CA0105: the server's API token can be read, likewise. */
export const serverTokenReadable: Check<Needs> = readable('server', {
  code: 'CA0105',
  name: "the server's API token can be read",
});

function readable(
  of: 'nomad' | 'server',
  description: { readonly code: string; readonly name: string },
): Check<Needs> {
  return {
    ...description,
    category: 'configuration',
    needs: ['CA0103'],
    async run({ settings, token }) {
      const source = (await settings())[of].token;
      if (source === null) return notConfigured('no token is configured');
      await token(of);
      if ('value' in source) return ok('from the environment');
      return ok(source.file === undefined ? 'from its command' : `from ${source.file}`);
    },
  };
}
