// Types of the undici files that this project imports. The package's own types describe only its
// main module, which also loads fetch, WebSocket, the cache and the mocks.

declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool as PoolType } from 'undici';

  const Pool: typeof PoolType;
  export = Pool;
}

declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import type { ProxyAgent as ProxyAgentType } from 'undici';

  const ProxyAgent: typeof ProxyAgentType;
  export = ProxyAgent;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
  export = request;
}

declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';

  const connect: Dispatcher['connect'];
  export = connect;
}
