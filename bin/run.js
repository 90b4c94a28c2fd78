#!/usr/bin/env node
'use strict';

// This file must run on any Node version to report an unsupported one: use only old syntax.
var major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
  process.stderr.write(
    'circleci-admin needs Node.js 22 or later; this is ' +
      process.version +
      ' (' +
      process.execPath +
      ').\n',
  );
  process.exit(1);
}

// Optimising the HTTP parser's WebAssembly takes longer than most commands run, and delays their
// exit.
require('node:v8').setFlagsFromString('--wasm-tiering-budget=100000000');
require('node:module').enableCompileCache();
require('../dist/main.cjs').main(process.argv.slice(2));
