import type { StepsApi } from '../server/steps-api.ts';
import { createStepsApi } from '../server/steps-client.ts';
import { connectHttp, type HttpAccess } from './connect-http.ts';
import { reachServer, serverTls } from './connect-server.ts';
import type { InstallationOptions } from './installation.ts';
import type { Settings } from './settings.ts';

/** The client of the API of builds and their steps. */
export interface StepsConnection {
  readonly api: StepsApi;
  close(): Promise<void>;
}

/**
 * Creates the client of the API of builds. Sends no request.
 *
 * @throws AdminError as {@link reachServer} does
 */
export async function connectSteps(
  settings: Settings,
  options: InstallationOptions,
): Promise<StepsConnection> {
  const { http, token } = await reachServer(settings, options);
  const tls = await serverTls(settings);
  const others = new Map<string, Promise<HttpAccess>>();
  const elsewhere = async (origin: string) => {
    const access = others.get(origin) ?? connectHttp({ origin, tls }, null, settings, options);
    others.set(origin, access);
    return (await access).http;
  };
  return {
    api: createStepsApi({ http, elsewhere, token, masker: options.masker }),
    close: async () => {
      const opened = await Promise.all(others.values());
      await Promise.all([http, ...opened.map((one) => one.http)].map((one) => one.close()));
    },
  };
}
