#!/usr/bin/env node
'use strict';

// This file has to run, and say so, on any Node: no syntax that an old one does not know.
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

// Optimising the HTTP parser's WebAssembly takes longer than most commands run, and holds up their end.
require('node:v8').setFlagsFromString('--wasm-tiering-budget=100000000');
require('node:module').enableCompileCache();
require('../dist/main.cjs').main(process.argv.slice(2));
