import type { ProxySettings } from '../http/proxy.ts';

/** Reads the proxy variables in upper or lower case, as Go programs do. */
export function proxySettings(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string): string | undefined => env[name] ?? env[name.toLowerCase()];
  const [http, https, no] = [read('HTTP_PROXY'), read('HTTPS_PROXY'), read('NO_PROXY')];
  return {
    ...(http ? { http } : {}),
    ...(https ? { https } : {}),
    ...(no ? { no } : {}),
  };
}
