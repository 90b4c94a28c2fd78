import { type Check, failed, notConfigured, ok, warning } from '../check.ts';
import type { DoctorContext } from '../context.ts';

type Needs = Pick<DoctorContext, 'server' | 'token'>;

const NO_TOKEN = 'no API token is configured';
const TOKEN_HINT = 'Set one: circleci-admin config set server.tokenFile PATH';

/** CA0404: the server accepts the API token. */
export const serverToken: Check<Needs> = {
  code: 'CA0404',
  category: 'server',
  name: 'the server accepts the API token',
  needs: ['CA0403'],
  async run(context) {
    const server = await context.server();
    if (server === null || (await context.token('server')) === null) {
      return notConfigured(NO_TOKEN, TOKEN_HINT);
    }
    const { login } = await server.whoami();
    return ok(`as ${login}`);
  },
};

/** CA0405: the token's user is an administrator of the server. */
export const serverAdministrator: Check<Needs> = {
  code: 'CA0405',
  category: 'server',
  name: "the API token's user is an administrator",
  needs: ['CA0404'],
  async run(context) {
    const server = await context.server();
    if (server === null) return notConfigured(NO_TOKEN, TOKEN_HINT);
    const { login, admin } = await server.administrator();
    if (admin === true) return ok(login);
    const hint =
      'Use the token of an administrator, created after the user became one (Admin Settings, Users).';
    if (admin === false) return failed(`${login} is not an administrator`, hint);
    return warning(`the server does not say whether ${login} is an administrator`, hint);
  },
};
