#!/usr/bin/env node
'use strict';

// Runs the sources without a build.
import('../scripts/dev.ts').then((dev) => dev.main(process.argv.slice(2)));
